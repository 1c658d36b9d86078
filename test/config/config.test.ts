import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Config,
  defaultConfig,
  describeConfig,
  findMisspelt,
  readConfig,
  secretsOf,
  settings,
  wantsSample,
} from "../../src/config/config.ts";
import { AppError } from "../../src/errors.ts";

const waldur = { WALDUR_API_URL: "https://waldur.example.org", WALDUR_API_TOKEN: "0123456789abcdef" };
const ring = `main:${"A".repeat(43)}`;

function problemsOf(env: Record<string, string | undefined>): string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof AppError && error.code === "bad_config") return error.message.split("\n");
    throw error;
  }
  return [];
}

describe("readConfig", () => {
  it("needs nothing", () => {
    expect(readConfig({ PORT: "", WALDUR_API_URL: "  " })).toEqual(defaultConfig);
    expect(defaultConfig).toMatchObject({
      waldurApiUrl: null,
      host: "127.0.0.1",
      port: 8080,
      publicUrl: "http://127.0.0.1:8080",
      pollSeconds: 60,
      nightHours: { from: 20, to: 6 },
      feedCacheBytes: 32 * 1024 * 1024,
      logLevel: "info",
    });
  });

  it("reads each setting", () => {
    const config = readConfig({
      ...waldur,
      ADMIN_TOKEN: "a".repeat(24),
      SECRET_KEYS: ring,
      PORT: " 80 ",
      NIGHT_HOURS: "0-7",
      TIME_ZONE: "europe/TALLINN",
      LOG_LEVEL: "debug",
      WALDUR_DECISION_TOKEN: "fedcba9876543210",
      SIGNED_DECISIONS: "on",
      REMOVAL_GUARD_PERCENT: "0",
    });
    expect(config).toEqual({
      ...defaultConfig,
      waldurApiUrl: "https://waldur.example.org",
      waldurApiToken: "0123456789abcdef",
      adminToken: "a".repeat(24),
      secretKeys: ring,
      port: 80,
      publicUrl: "http://127.0.0.1:80",
      nightHours: { from: 0, to: 7 },
      timeZone: "Europe/Tallinn",
      logLevel: "debug",
      waldurDecisionToken: "fedcba9876543210",
      signedDecisions: true,
      removalGuardPercent: 0,
    } satisfies Config);
  });

  it.each([
    ["https://waldur.example.org/", "https://waldur.example.org"],
    ["HTTP://Waldur.Example.org:80", "http://waldur.example.org"],
    ["https://waldur.example.org/api/", "https://waldur.example.org"],
    ["https://example.org/waldur//", "https://example.org/waldur"],
    ["http://10.0.0.5:8000/waldur/api", "http://10.0.0.5:8000/waldur"],
  ])("takes %s as Waldur's address %s", (given, wanted) => {
    expect(readConfig({ ...waldur, WALDUR_API_URL: given }).waldurApiUrl).toBe(wanted);
  });

  it.each(["999.1.1.1", "1.2.3.4.5", ":::", "::ffff:1.2.3", "a b"])("refuses %s as the host, in our words", (given) => {
    expect(problemsOf({ HOST: given })).toEqual(["HOST: give a host name or an IP address, such as 0.0.0.0"]);
  });

  it.each([
    "waldur.example.org",
    "ftp://waldur.example.org",
    "https://user:hush@waldur.example.org",
    "https://waldur.example.org/?token=hush",
    "https://waldur.example.org/#top",
  ])("refuses %s as an address, and does not repeat it", (given) => {
    const [problem, ...others] = problemsOf({ ...waldur, WALDUR_API_URL: given });
    expect(problem).toMatch(/^WALDUR_API_URL: give an address like https:/);
    expect(problem).not.toContain("hush");
    expect(others).toEqual([]);
  });

  it.each([
    [{ HOST: "0.0.0.0" }, "http://localhost:8080"],
    [{ HOST: "::" }, "http://localhost:8080"],
    [{ HOST: "::1", PORT: "81" }, "http://[::1]:81"],
    [{ PUBLIC_URL: "https://calendar.example.org/" }, "https://calendar.example.org"],
  ])("makes of %j the public address %s", (env, wanted) => {
    expect(readConfig(env).publicUrl).toBe(wanted);
  });

  it("reports all problems at once, each with what to do", () => {
    const problems = problemsOf({
      WALDUR_API_URL: "nowhere",
      WALDUR_API_TOKEN: "Token abc",
      ADMIN_TOKEN: "short",
      PORT: "65536",
      SECRET_KEYS: "a,b:x",
      POLL_SECONDS: "-1",
      NIGHT_HOURS: "20-24",
      TIME_ZONE: "Tallinn",
      LOG_LEVEL: "loud",
    });
    expect(new Set(problems.map((line) => line.split(":")[0]))).toEqual(
      new Set([
        "ADMIN_TOKEN",
        "LOG_LEVEL",
        "NIGHT_HOURS",
        "POLL_SECONDS",
        "PORT",
        "SECRET_KEYS",
        "TIME_ZONE",
        "WALDUR_API_TOKEN",
        "WALDUR_API_URL",
      ]),
    );
    expect(problems).toHaveLength(9);
    expect(problems).toContain("PORT: give a whole number from 0 to 65535");
    expect(problems).toContain("LOG_LEVEL: give one of debug, info, warn, error");
    expect(problems.join()).toMatch(/SECRET_KEYS: key 1 .*; key 2 .*keygen makes one/);
  });

  it.each(["WALDUR_API_URL", "WALDUR_API_TOKEN"] as const)("wants the other one with %s", (name) => {
    const other = name === "WALDUR_API_URL" ? "WALDUR_API_TOKEN" : "WALDUR_API_URL";
    expect(problemsOf({ [name]: waldur[name] })).toEqual([expect.stringMatching(`^${other}: is missing; give the`)]);
  });

  it("refuses a value in quotation marks, which Docker and Kubernetes leave in what they read from a file", () => {
    const env = {
      WALDUR_API_URL: '"https://waldur.example.org"',
      WALDUR_API_TOKEN: '"0123456789abcdef"',
      DATA_DIR: "'/data'",
    };
    const names = ["WALDUR_API_URL", "WALDUR_API_TOKEN", "DATA_DIR"];
    expect(problemsOf(env)).toEqual(
      names.map((name) => `${name}: stands in quotation marks, which count as part of it here; give it without them`),
    );
    expect(problemsOf({ ...waldur, MAIL_FROM: '"Calendar, Waldur" <calendar@example.org>' })).toEqual([]);
  });

  it("tells beside a problem which name was misspelt", () => {
    const problems = problemsOf({ WALDUR_API_URL: waldur.WALDUR_API_URL, WALDUR_API_TOKNE: "hush-hush" });
    expect(problems).toContain("WALDUR_API_TOKNE: is no setting; did you mean WALDUR_API_TOKEN?");
    expect(problems.join()).not.toContain("hush-hush");
  });

  it("refuses a PUBLIC_URL with a path, under which no page would work", () => {
    expect(problemsOf({ PUBLIC_URL: "https://example.org/calendar/" })).toEqual([
      "PUBLIC_URL: give the address without a path: the service needs a host name, or a port, of its own",
    ]);
  });

  it("never repeats a value that does not fit", () => {
    fc.assert(
      fc.property(fc.constantFrom(...settings.map(({ env }) => env)), fc.string({ minLength: 6 }), (env, noise) => {
        const planted = `${noise} ${"hush".repeat(9)}\u0001`;
        for (const problem of problemsOf({ [env]: planted })) expect(problem).not.toContain("hush");
      }),
      { numRuns: 300 },
    );
    expect(problemsOf({ ADMIN_TOKEN: "hush hush" }).join()).not.toContain("hush");
  });
});

describe("findMisspelt", () => {
  it("takes nothing that Kubernetes tells of services for a misspelt setting", () => {
    const env = {
      WALDUR_CALENDAR_SERVICE_HOST: "10.0.0.1",
      WALDUR_CALENDAR_SERVICE_PORT: "80",
      WALDUR_CALENDAR_SERVICE_PORT_HTTP: "80",
      WALDUR_CALENDAR_PORT: "tcp://10.0.0.1:80",
      WALDUR_MASTERMIND_API_PORT_8080_TCP_ADDR: "10.0.0.2",
    };
    expect(readConfig(env).misspelt).toEqual([]);
    expect(wantsSample(env)).toBe(true);
  });

  it("knows near names and leaves other programs' alone", () => {
    expect(
      findMisspelt({ POLL_SECOND: "5", waldur_api_url: "x", HOME: "/", HOSTNAME: "x", PATH: "/", PORTS: "1" }),
    ).toEqual([
      "POLL_SECOND: is no setting; did you mean POLL_SECONDS?",
      "waldur_api_url: is no setting; did you mean WALDUR_API_URL?",
    ]);
    expect(readConfig({ POLL_SECOND: "5" }).misspelt).toEqual([
      "POLL_SECOND: is no setting; did you mean POLL_SECONDS?",
    ]);
    expect(findMisspelt({ ...waldur, WALDUR_API_VERSION: "8" })).toEqual([
      "WALDUR_API_VERSION: is no setting, and is ignored",
    ]);
  });
});

describe("wantsSample", () => {
  it("is so when nothing names a Waldur", () => {
    for (const env of [{}, { WALDUR_API_URL: " ", PORT: "9000" }, { WALDUR_THEME: "dark" }]) {
      expect(wantsSample(env)).toBe(true);
    }
    expect(wantsSample(waldur)).toBe(false);
    expect(wantsSample({ WALDUR_API_URL: waldur.WALDUR_API_URL })).toBe(false);
  });

  it.each([
    [
      { WALDUR_API_TOKEN: "hush-hush" },
      "WALDUR_API_URL: is missing; give the address of the Waldur that WALDUR_API_TOKEN is for",
    ],
    [
      { WALDUR_DECISION_TOKEN: "hush-hush" },
      "WALDUR_API_URL: is missing; give the address of the Waldur that WALDUR_DECISION_TOKEN is for",
    ],
    [{ WALDUR_API_URL: "", WALDUR_API_TOKEN: "hush-hush" }, "WALDUR_API_URL: is missing"],
    [{ WALDUR_API_ULR: "x" }, "WALDUR_API_ULR: is no setting; did you mean WALDUR_API_URL?"],
    [{ WALDR_API_URL: "x" }, "WALDR_API_URL: is no setting; did you mean WALDUR_API_URL?"],
    [{ waldur_api_url: "x" }, "waldur_api_url: is no setting; did you mean WALDUR_API_URL?"],
    [{ WALDUR_URL: "x" }, "WALDUR_URL: is no setting; did you mean WALDUR_API_URL?"],
    [{ WALDUR_TOKEN: "hush-hush" }, "WALDUR_TOKEN: is no setting; did you mean WALDUR_API_TOKEN?"],
  ])("never takes the sample for a Waldur that %j was to name", (env, problem) => {
    expect(() => wantsSample(env)).toThrow(problem);
    expect(() => wantsSample(env)).not.toThrow("hush-hush");
  });
});

describe("describeConfig", () => {
  it("tells what is set, and of a secret only that it is", () => {
    const config = readConfig({ ...waldur, SECRET_KEYS: ring, PORT: "9000", NIGHT_HOURS: "20-6" });
    const rows = new Map(describeConfig(config).map((row) => [row.name, row]));
    expect(rows.get("WALDUR_API_TOKEN")).toMatchObject({ value: "set", source: "set" });
    expect(rows.get("ADMIN_TOKEN")).toMatchObject({ value: "not set", source: "default" });
    expect(rows.get("SIGNED_DECISIONS")).toMatchObject({ value: "off", source: "default" });
    expect(rows.get("PORT")).toMatchObject({ value: "9000", source: "set" });
    expect(rows.get("NIGHT_HOURS")).toMatchObject({ value: "20-6", source: "default" });
    expect(rows.get("PUBLIC_URL")).toMatchObject({ value: "http://127.0.0.1:9000", source: "default" });
    for (const secret of [waldur.WALDUR_API_TOKEN, ring]) expect(JSON.stringify([...rows])).not.toContain(secret);
  });
});

describe("secretsOf", () => {
  it("gives each secret, keys without their ids", () => {
    const config = readConfig({
      ...waldur,
      SECRET_KEYS: `${ring},old:${"B".repeat(42)}A`,
      WALDUR_DECISION_TOKEN: "d".repeat(30),
      ADMIN_TOKEN: "c".repeat(30),
      MAIL_URL: "smtp://user:s%40nt@mail.example.org",
      MAIL_FROM: "calendar@example.org",
      MAIL_ANSWERS: "*@rsvp.example.org",
      MAIL_INBOX: "imaps://user:r%40ad@imap.example.org/INBOX",
    });
    expect(secretsOf(config)).toEqual([
      waldur.WALDUR_API_TOKEN,
      "d".repeat(30),
      "c".repeat(30),
      "s%40nt",
      "s@nt",
      "r%40ad",
      "r@ad",
      "A".repeat(43),
      `${"B".repeat(42)}A`,
    ]);
    expect(secretsOf(defaultConfig)).toEqual([]);
  });
});

describe("docs/configuration.md", () => {
  it("holds the table of settings as it is", () => {
    const page = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");
    const rows = page
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .map((line) =>
        line
          .slice(1, -1)
          .split("|")
          .map((cell) => cell.trim()),
      );
    const wanted = settings.map(({ env, byDefault, secret, help }) => [
      `\`${env}\``,
      secret ? "secret" : byDefault === null ? "" : `\`${byDefault}\``,
      help,
    ]);
    expect(rows).toEqual(wanted);
  });
});
