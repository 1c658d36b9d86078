import { describe, expect, it } from "vitest";
import { defaultConfig, describeConfig } from "../../src/config/config.ts";
import { answer, failed, noSync, run, syncJson, uuid } from "./fake-api.ts";

/** A page in which all was applied, without columns of its own. */
const plainly = { rows: null, notApplied: [] };

function bookingJson(n: number, changes: object = {}) {
  return {
    uuid: uuid(n),
    name: `Booking ${n}`,
    state: "OK",
    offering: "Laser",
    provider: "Core Facility",
    customer: "Physics",
    project: "Optics",
    requester: "Ann",
    slots: [{ start: "2030-01-02T10:00:00.000Z", end: "2030-01-02T12:30:00.000Z" }],
    ...changes,
  };
}

describe("providers", () => {
  const body = {
    providers: [
      { uuid: uuid(1), name: "Core Facility", own: true },
      { uuid: uuid(2), name: "Other", own: false },
    ],
  };

  it("is a table, or JSON", async () => {
    const routes = { "GET /providers": () => answer(body) };
    expect((await run("providers", routes)).out).toBe(
      `UUID                              MANAGED  NAME\n${uuid(1)}  yes      Core Facility\n${uuid(2)}  no       Other\n`,
    );
    expect(JSON.parse((await run("providers --json", routes)).out)).toEqual(body);
  });
});

describe("bookings", () => {
  it("reads all pages into one table", async () => {
    const { exit, out, err, asked } = await run("bookings", {
      "GET /bookings": ({ path }) =>
        path === "/bookings"
          ? answer({
              bookings: [bookingJson(1)],
              skipped: [{ uuid: uuid(9), reason: "odd" }],
              count: 3,
              next: 2,
              ...plainly,
            })
          : answer({
              bookings: [
                bookingJson(2, { slots: [] }),
                bookingJson(3, {
                  name: "Evil\n\u001b[2Jname",
                  slots: [
                    { start: "2030-01-02T22:00:00Z", end: "2030-01-03T02:00:00Z" },
                    { start: "2030-01-04T22:00:00Z", end: "2030-01-04T23:00:00Z" },
                  ],
                }),
              ],
              skipped: [],
              count: 3,
              next: null,
              ...plainly,
            }),
    });
    expect([exit, err]).toEqual([0, "1 bookings cannot be read and are left out.\n"]);
    expect(asked.map(({ path }) => path)).toEqual(["/bookings", "/bookings?page=2"]);
    const when = out.split("\n").map((line) => line.split(/ {2,}/)[0]);
    expect(when).toEqual([
      "WHEN",
      "2030-01-02 10:00 – 12:30Z",
      "no slots",
      "2030-01-02 22:00 – 2030-01-03 02:00Z +1",
      "",
    ]);
    expect(out).toContain("Evil [2Jname");
  });

  it("hands Waldur's parameters over, repeated ones too", async () => {
    const { asked } = await run(
      [
        "bookings",
        "--state",
        "OK",
        "--state=Erred",
        "--page_size",
        "5",
        "--name-exact",
        "a&b",
        "--o",
        "-created",
        "--page",
        "7",
      ],
      { "GET /bookings": () => answer({ bookings: [], skipped: [], count: 40, next: 8, ...plainly }) },
    );
    expect(asked).toHaveLength(1);
    const query = new URLSearchParams(asked[0]?.path.split("?")[1]);
    query.sort();
    expect(query.toString()).toBe("name_exact=a%26b&o=-created&page=7&page_size=5&state=OK&state=Erred");
  });

  it("reads a provider's, and gives JSON of all pages", async () => {
    const provider = "11111111-1111-1111-1111-111111111111";
    const { out } = await run(`bookings --provider ${provider} --json`, {
      [`GET /providers/${uuid(1)}/bookings`]: ({ path }) =>
        path.includes("page=2")
          ? answer({ bookings: [bookingJson(2)], skipped: [], count: 2, next: null, ...plainly })
          : answer({ bookings: [{ ...bookingJson(1), extra: 1 }], skipped: [], count: 2, next: 2, ...plainly }),
    });
    expect(JSON.parse(out)).toEqual({
      bookings: [{ ...bookingJson(1), extra: 1 }, bookingJson(2)],
      count: 2,
      notApplied: [],
    });
  });

  it("names what Waldur ignored, with an exit code of its own, after the table", async () => {
    const page = { bookings: [bookingJson(1)], skipped: [], count: null, next: null, rows: null };
    const { exit, out, err } = await run("bookings --flavor_name m1 --image_name x", {
      "GET /bookings": () => answer({ ...page, notApplied: ["flavor_name", "image_name"] }),
    });
    expect([exit, err]).toEqual([
      5,
      "this Waldur ignores --flavor_name: not applied\nthis Waldur ignores --image_name: not applied\n",
    ]);
    expect(out).toContain("Booking 1");
  });

  it("shows the columns chosen, in the table and in JSON", async () => {
    const rows = [{ name: "A", plan_name: null, slots: [{ start: "2030" }] }];
    const page = { bookings: [], skipped: [], count: 1, next: null, rows, notApplied: ["field=plan_name"] };
    const routes = { "GET /bookings": () => answer(page) };
    const { exit, out, err, asked } = await run("bookings --field name,plan_name --field slots", routes);
    expect([exit, out, err]).toEqual([
      5,
      'NAME  PLAN_NAME  SLOTS\nA                [{"start":"2030"}]\n',
      "no booking of this Waldur has a column plan_name\n",
    ]);
    expect(new URLSearchParams(asked[0]?.path.split("?")[1]).getAll("field")).toEqual(["name,plan_name", "slots"]);
    expect(JSON.parse((await run("bookings --field name --json", routes)).out).bookings).toEqual(rows);
  });

  it("is 4 without Waldur, and no half a table", async () => {
    const { exit, out } = await run("bookings", {
      "GET /bookings": ({ path }) =>
        path === "/bookings"
          ? answer({ bookings: [bookingJson(1)], skipped: [], count: 2, next: 2, ...plainly })
          : failed(502, "waldur_unreachable", "Waldur does not answer"),
    });
    expect([exit, out]).toEqual([4, ""]);
  });
});

describe("export", () => {
  const text = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n";
  const calendar = () => new Response(text, { headers: { "Content-Type": "text/calendar" } });

  it.each([
    ["--feed f1", "GET /feeds/f1/calendar.ics"],
    [`--provider ${uuid(1)}`, `GET /providers/${uuid(1)}/calendar.ics`],
  ])("%s prints the calendar as it is", async (options, route) => {
    expect(await run(`export ${options}`, { [route]: calendar })).toMatchObject({ exit: 0, out: text, err: "" });
  });
});

describe("sync", () => {
  it("runs until all is done, and adds up", async () => {
    let rounds = 0;
    const { exit, out, asked } = await run("sync --allow-removals --source s1", {
      "POST /sync": () => answer(syncJson({ added: 300, removed: rounds }, ++rounds === 3)),
    });
    expect(exit).toBe(0);
    expect(asked.map(({ body }) => body)).toEqual(
      Array.from({ length: 3 }, () => ({ dryRun: false, allowRemovals: true, source: "s1" })),
    );
    expect(out.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["WHAT", "ADDED", "CHANGED", "REMOVED", "SKIPPED", "REQUESTS", "NAME"],
      ["source", "900", "0", "3", "0", "6", "Core Facility"],
      ["feed", "0", "0", "0", "Microscopes"],
      [""],
    ]);
  });

  it("asks once with --dry-run, also when not all was read", async () => {
    const { exit, asked } = await run("sync --dry-run --json", {
      "POST /sync": () => answer(syncJson({ added: 2 }, false)),
    });
    expect([exit, asked.length]).toEqual([0, 1]);
    expect(asked[0]?.body).toEqual({ dryRun: true, allowRemovals: false });
  });

  it.each([
    [{ failure: "the account lost its role" }, 1, "Core Facility: the account lost its role"],
    [{ failure: "waldur_timeout: no answer in 60 s" }, 4, "no answer in 60 s"],
    [{ held: "90 of 100 are gone" }, 1, "90 of 100 are gone; if that is right: sync --allow-removals"],
    [{ skipped: 2 }, 0, "2 bookings cannot be read"],
  ])("with %j", async (source, wanted, message) => {
    const { exit, err, asked } = await run("sync", { "POST /sync": () => answer(syncJson(source)) });
    expect([exit, asked.length]).toEqual([wanted, 1]);
    expect(err).toContain(message);
  });

  it("gives up when nothing moves", async () => {
    const { exit, err } = await run("sync", {
      "POST /sync": () => answer(noSync),
    });
    expect(exit).toBe(1);
    expect(err).toContain("another one may be at work");
  });
});

describe("check", () => {
  const waldur = {
    ok: true,
    code: null,
    url: "https://waldur.example.org",
    user: "ann",
    isStaff: true,
    canAccept: true,
    canReject: false,
    sees: { bookings: 12, providers: 2 },
    tokenLifetime: 3600,
    tokenExpiresAt: null,
    problems: [],
  };
  const settings = describeConfig({ ...defaultConfig, adminToken: "hush".repeat(8) });
  const keys = { ring: [], problems: [] };
  const mail = { on: true, queued: 2, failed: 1, reason: "550 no such user" };
  const webhooks = { queued: 3, failed: 2, reason: "chat.example answered 404" };
  const hook = "https://calendar.example/h/0123456789abcdef01234567";
  const routes = (changes: object) => ({
    "GET /check": () =>
      answer({ settings, waldur: { ...waldur, ...changes }, hook, sources: [], keys, mail, webhooks }),
  });

  it("prints every setting and what Waldur says", async () => {
    const { exit, out, err } = await run("check", routes({}));
    expect([exit, err]).toEqual([0, ""]);
    for (const { name, value } of settings) expect(out).toMatch(new RegExp(`^${name} +${value}  `, "m"));
    expect(out).toMatch(/^user +ann \(staff\)$/m);
    expect(out).toMatch(/^sees +bookings: 12, providers: 2$/m);
    expect(out).toMatch(/^may reject +no$/m);
    expect(out).toMatch(new RegExp(`^web hook +${hook}$`, "m"));
    expect(out).toMatch(/^token expires +3600 seconds after its last use$/m);
    expect(out).not.toContain("hush");
  });

  it.each([
    [{ problems: ["Rejecting needs staff."] }, 0],
    [{ ok: false, problems: ["Make a new token."] }, 1],
    [{ ok: false, code: "waldur_unreachable", problems: ["Check WALDUR_API_URL."] }, 4],
  ])("with %j", async (changes, wanted) => {
    const { exit, err } = await run("check", routes(changes));
    expect([exit, err]).toEqual([wanted, `${changes.problems[0]}\n`]);
  });

  it("tells what is wrong with sources, and fails for none of it", async () => {
    const sources = ["Imaging Centre: Many bookings vanished at once."];
    const { exit, err } = await run("check", {
      "GET /check": () => answer({ settings, waldur, hook: null, sources, keys, mail, webhooks }),
    });
    expect([exit, err]).toEqual([0, `${sources[0]}\n`]);
  });

  it("tells which key seals, which may go, and which is missing", async () => {
    const ring = [
      { id: "new", state: "first", sealed: 7 },
      { id: "old", state: "kept", sealed: 0 },
      { id: "gone", state: "missing", sealed: 2 },
    ];
    const lost = { ring, problems: ["The key gone is missing."] };
    const { out, err } = await run("check", {
      "GET /check": () => answer({ settings, waldur, hook: null, sources: [], keys: lost, mail, webhooks }),
    });
    expect(err).toBe("The key gone is missing.\n");
    expect(out).toMatch(/key new +seals; holds 7 stored secrets\n/);
    expect(out).toMatch(/key old +opens nothing any more and may go\n/);
    expect(out).toMatch(/key gone +is missing; holds 2 stored secrets\n/);
  });

  it("with --json prints what the API answers", async () => {
    expect(JSON.parse((await run("check --json", routes({}))).out)).toEqual({
      settings,
      waldur,
      hook,
      sources: [],
      keys,
      mail,
      webhooks,
    });
  });

  it("tells what waits and what was given up, and sends a test with what the server said", async () => {
    const all = await run("check", routes({}));
    expect(all.out).toMatch(/^mail +on, waiting: 2, given up this week: 1 \(550 no such user\)$/m);
    expect(all.out).toMatch(/^webhooks +waiting: 3, given up this week: 2 \(chat\.example answered 404\)$/m);
    const refused = { "POST /check/mail": () => answer({ result: "refused", answer: "550 no such user" }) };
    const { exit, out } = await run("check --mail liis@example.org", refused);
    expect(exit).toBe(1);
    expect(out).toMatch(/^mail +refused\nserver +550 no such user$/m);
  });
});
