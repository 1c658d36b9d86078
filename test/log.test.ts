import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../src/errors.ts";
import { type Facts, jsonLog, type LogLevel, memoryLog, redact } from "../src/log.ts";
import { workTime } from "./work-time.ts";

const now = () => Date.UTC(2030, 0, 2, 3, 4, 5, 678);

function written(event: string, facts?: Facts, secrets?: readonly string[]): string {
  const lines: string[] = [];
  jsonLog((line) => lines.push(line), now, "info", secrets).info(event, facts);
  return lines.join("\n");
}

describe("jsonLog", () => {
  it("writes one line with time, level, event and facts", () => {
    expect(JSON.parse(written("source_loaded", { source: "s1", bookings: 3, none: undefined, held: null }))).toEqual({
      at: "2030-01-02T03:04:05.678Z",
      level: "info",
      event: "source_loaded",
      source: "s1",
      bookings: 3,
      held: null,
    });
    expect(written("odd", { text: "two\nlines\r\u2028" })).not.toMatch(/[\r\n]/);
  });

  it.each([
    ["debug", ["debug", "info", "warn", "error"]],
    ["warn", ["warn", "error"]],
    ["error", ["error"]],
  ] satisfies [LogLevel, LogLevel[]][])("at %s writes %j", (least, wanted) => {
    const levels: unknown[] = [];
    const log = jsonLog((line) => levels.push(JSON.parse(line).level), now, least);
    for (const level of ["debug", "info", "warn", "error"] as const) log[level]("said");
    expect(levels).toEqual(wanted);
  });

  it("lets no fact pass for the line's own members", () => {
    expect(JSON.parse(written("real", { event: "forged", at: 0, level: "error" }))).toEqual({
      at: "2030-01-02T03:04:05.678Z",
      level: "info",
      event: "real",
      _event: "forged",
      _at: 0,
      _level: "error",
    });
  });

  it("tells errors with code, facts and cause", () => {
    const cause = new TypeError("socket closed");
    const error = new AppError("waldur_failed", "Waldur answered 500", { cause, facts: { status: 500 } });
    expect(JSON.parse(written("refresh_failed", { error })).error).toEqual({
      name: "AppError",
      message: "Waldur answered 500",
      code: "waldur_failed",
      status: 500,
      cause: { name: "TypeError", message: "socket closed" },
    });
  });

  it("bears whatever it is given, and keeps it short", () => {
    const round: Record<string, unknown> = { big: 10n, call: () => 1, sign: Symbol("x"), bytes: new Uint8Array(3) };
    round["self"] = round;
    const broken = {
      get trap(): never {
        throw new Error("no");
      },
    };
    expect(JSON.parse(written("odd", { round }))).toMatchObject({
      round: { big: "10", call: "[function]", sign: "[symbol]", bytes: "[Uint8Array]", self: { self: {} } },
    });
    expect(JSON.parse(written("odd", { broken }))).toMatchObject({ event: "odd", facts: "unreadable" });
    expect(written("long", { text: "x".repeat(1e6), list: Array.from({ length: 1e5 }, () => 1) }).length).toBeLessThan(
      3000,
    );
  });
});

/** 32 characters of base64url, as a feed's secret has. */
const secretText = fc
  .array(fc.constantFrom(..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"), {
    minLength: 32,
    maxLength: 32,
  })
  .map((characters) => characters.join(""));

/** Ways in which a secret gets into a text. */
const disguises: readonly ((secret: string) => string)[] = [
  (secret) => `/f/${secret}/bookings.ics`,
  (secret) => `https://calendar.example.org/f/${secret}`,
  (secret) => `GET /a/${secret}?x=1 HTTP/1.1`,
  (secret) => `/sign-in?next=%2Fa%2F${secret}%2Fx`,
  (secret) => `sent Token ${secret} to Waldur`,
  (secret) => `"Authorization":"Bearer ${secret}"`,
  (secret) => `authorization: Digest ${secret}, more="${secret}"`,
  (secret) => `token=${secret}&page=2`,
  (secret) => `{"api_key": "${secret}"}`,
  (secret) => `https://user:${secret}@dav.example.org/`,
  (secret) => `Cookie: session=${secret}; other=${secret}`,
];

const planted = (secret: string): fc.Arbitrary<unknown> => {
  const text = fc
    .tuple(fc.constantFrom(...disguises), fc.string(), fc.string())
    .map(([disguise, before, after]) => `${before} ${disguise(secret)} ${after}`);
  const underName = fc
    .tuple(
      fc.constantFrom("token", "adminToken", "client_secret", "Authorization", "PASSWORD", "Set-Cookie", "x-api-key"),
      fc.constantFrom<(text: string) => unknown>(
        (plain) => plain,
        (plain) => [plain],
        (plain) => ({ value: plain }),
      ),
    )
    .map(([name, wrap]) => ({ [name]: wrap(secret) }));
  const thrown = text.map((message) => new Error(message, { cause: new AppError("bad_input", message) }));
  const leaf = fc.oneof(
    text,
    underName,
    thrown,
    text.map((name) => ({ [name]: 1 })),
  );
  return fc.oneof(
    leaf,
    fc.array(leaf, { maxLength: 3 }),
    fc.dictionary(fc.string(), leaf, { maxKeys: 3 }),
    leaf.map((inner) => ({ deep: [{ deeper: inner }] })),
    leaf.map((inner) => new Map([["inner", inner]])),
    secretText.map(() => new URL(`https://calendar.example.org/f/${secret}/x.ics`)),
    secretText.map(() => new Headers({ Authorization: `Bearer ${secret}` })),
    secretText.map(() => new Request(`https://calendar.example.org/f/${secret}/x.ics`)),
  );
};

describe("secrets", () => {
  it("never come out, wherever they stand", () => {
    const cases = secretText.chain((secret) => fc.tuple(fc.constant(secret), fc.string(), planted(secret)));
    fc.assert(
      fc.property(cases, ([secret, name, value]) => {
        expect(written("event", { [name]: value })).not.toContain(secret);
      }),
      { numRuns: 3000 },
    );
  });

  it("never come out when known, even bare", () => {
    fc.assert(
      fc.property(secretText, secretText, fc.string(), fc.string(), (secret, other, before, after) => {
        const line = written("event", { text: `${before}${secret}${after}`, [`key ${other}`]: 1 }, [secret, other]);
        expect(line).not.toContain(secret);
        expect(line).not.toContain(other);
      }),
      { numRuns: 500 },
    );
    expect(redact("long-secret-tail long-secret", ["long-secret", "long-secret-tail"])).toBe("[hidden] [hidden]");
  });

  it.each([
    ["/f/abc/x.ics", "/f/[hidden]/x.ics"],
    ["see https://c.example.org/a/abc.def?x=1.", "see https://c.example.org/a/[hidden]?x=1."],
    ["Token 0123456789abcdef0123456789abcdef01234567", "Token [hidden]"],
    ["Bearer w_abcdefgh", "Bearer [hidden]"],
    ["got w_abcdefgh12 there", "got [hidden] there"],
    ["jwt eyJhbGciOi.eyJzdWIi.c2ln end", "jwt [hidden] end"],
    ["Token has expired.", "Token has expired."],
    ["the token was refused", "the token was refused"],
    ["GET /api/booking-resources/?page=2", "GET /api/booking-resources/?page=2"],
    ["https://a.example.org/fa/x", "https://a.example.org/fa/x"],
  ])("makes of %s %s", (text, wanted) => {
    expect(redact(text)).toBe(wanted);
  });
});

describe("redaction", () => {
  it.each([
    ["half tokens", `GET /x:${"-eyJ".repeat(1900)}.${"-eyJ".repeat(1900)}`],
    ["names of passwords", `GET /x:${"passw".repeat(3000)}`],
  ])("takes no more time over many %s than over plain text, give or take", async (_, text) => {
    const plain = "GET /feeds/one answered 200. ".repeat(text.length / 29);
    const timeOf = async (read: string) => workTime(() => redact(read));
    // n² would be hundreds of times as much.
    expect(await timeOf(text)).toBeLessThan(20 * (await timeOf(plain)));
  });
});

describe("memoryLog", () => {
  it("keeps what was said", () => {
    const log = memoryLog();
    log.warn("removal_held", { missing: 12 });
    log.info("done");
    expect(log.entries).toEqual([
      { level: "warn", event: "removal_held", facts: { missing: 12 } },
      { level: "info", event: "done", facts: {} },
    ]);
  });
});
