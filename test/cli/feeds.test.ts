import { describe, expect, it } from "vitest";
import { answer, failed, feedJson, noSync, run, syncJson, uuid } from "./fake-api.ts";

const address = feedJson().address;
const loading = feedJson({
  state: "loading",
  address: null,
  webcal: null,
  freeBusy: null,
  source: { loaded: false, bookings: 0 },
});

describe("feeds add", () => {
  it("prints just the address, once the first load is done", async () => {
    const bookings = [300, 300, 600];
    let rounds = 0;
    const { exit, out, err, asked, slept } = await run(["feeds", "add", "--provider", uuid(1)], {
      "POST /feeds": () => answer(loading, 201),
      "POST /sync": () => answer(syncJson({ added: 300 }, false)),
      "GET /feeds/f1": () => {
        const count = bookings[rounds++];
        return answer(
          count === undefined ? feedJson() : { ...loading, source: { ...loading.source, bookings: count } },
        );
      },
    });
    expect([exit, out, err]).toEqual([0, `${address}\n`, ""]);
    expect(asked[0]).toMatchObject({ path: "/feeds", body: { source: { kind: "provider", uuid: uuid(1) } } });
    expect(asked.filter(({ path }) => path === "/sync").map(({ body }) => body)).toEqual(
      Array.from({ length: 4 }, () => ({ source: "s1" })),
    );
    expect(slept).toBe(1);
  });

  it("shows progress to a person on stderr, and takes it away", async () => {
    const { out, err } = await run(
      "feeds add --mine",
      {
        "POST /feeds": () => answer(loading, 201),
        "POST /sync": () => answer(syncJson()),
        "GET /feeds/f1": () => answer(feedJson()),
      },
      { isTerminal: true },
    );
    expect(out).toBe(`${address}\n`);
    expect(err).toBe("\r\u001b[Kloading Core Facility: 0 bookings\r\u001b[K");
  });

  it("sends every option as the API wants it", async () => {
    const { exit, asked } = await run(
      [
        "feeds",
        "add",
        "--offering",
        "AAAAAAAA-aaaa-aaaa-aaaa-aaaaaaaaaaaa",
        "--name",
        "Room, 2",
        "--detail",
        "busy",
        "--language",
        "et",
        "--zone",
        "Europe/Tallinn",
        "--alarm",
        "15",
        "--colour",
        "Teal",
        "--cancelled",
        "drop",
        "--decisions",
        "off",
        "--past-days",
        "0",
        "--future-days",
        "90",
        "--states",
        "OK, creating",
        "--offerings",
        `${uuid(1)},${uuid(2)}`,
        "--customers",
        uuid(3),
        "--projects",
        uuid(4),
        "--text",
        "laser",
        "--expires",
        "2030-01-31",
      ],
      { "POST /feeds": () => answer(feedJson(), 201) },
    );
    expect(exit).toBe(0);
    expect(asked).toMatchObject([{ method: "POST", path: "/feeds" }]);
    expect(asked[0]?.body).toEqual({
      source: { kind: "offering", uuid: "a".repeat(32) },
      name: "Room, 2",
      detail: "busy",
      language: "et",
      zone: "Europe/Tallinn",
      alarmMinutes: 15,
      colour: "teal",
      cancelled: "drop",
      decisions: "off",
      pastDays: 0,
      futureDays: 90,
      expiresAt: "2030-01-31T23:59:59Z",
      filter: {
        states: ["OK", "Creating"],
        offerings: [uuid(1), uuid(2)],
        customers: [uuid(3)],
        projects: [uuid(4)],
        text: "laser",
      },
    });
  });

  it("says on stderr when Waldur shows only a part or the feed is too large", async () => {
    const { exit, out, err } = await run("feeds add --mine", {
      "POST /feeds": () => answer(feedJson({ warning: "too many events", source: { partial: "only a part" } }), 201),
    });
    expect([exit, out, err]).toEqual([0, `${address}\n`, "only a part\nwarning: too many events\n"]);
  });

  it("gives up after three failures in a row: 4 when Waldur does not answer", async () => {
    const { exit, out, err, asked } = await run("feeds add --mine", {
      "POST /feeds": () => answer(loading, 201),
      "POST /sync": () => answer(syncJson({ failure: "Waldur does not answer" }, false)),
      "GET /feeds/f1": () => answer({ ...loading, source: { ...loading.source, failure: "waldur_unreachable" } }),
    });
    expect([exit, out]).toEqual([4, ""]);
    expect(err).toContain("feed f1 was created, but its first load fails: Waldur does not answer");
    expect(asked.filter(({ path }) => path === "/sync")).toHaveLength(3);
  });

  it("does not wait for ever for somebody else", async () => {
    const { exit, err, slept } = await run("feeds add --mine", {
      "POST /feeds": () => answer(loading, 201),
      "POST /sync": () => answer(noSync),
      "GET /feeds/f1": () => answer(loading),
    });
    expect(exit).toBe(1);
    expect(err).toContain("still loading; feeds show f1 will print its address");
    expect(slept).toBeGreaterThan(60);
  });

  it("with --json prints the feed", async () => {
    const { out } = await run("feeds add --mine --json", {
      "POST /feeds": () => answer(feedJson(), 201),
      "GET /feeds/f1": () => answer(feedJson()),
    });
    expect(JSON.parse(out)).toEqual(feedJson());
  });

  it("tells what the API refuses", async () => {
    const { exit, err } = await run("feeds add --mine --colour grellow", {
      "POST /feeds": () => failed(400, "bad_input", "colour: must be a colour name of CSS, such as teal"),
    });
    expect([exit, err]).toEqual([2, "waldur-calendar: colour: must be a colour name of CSS, such as teal.\n"]);
  });
});

describe("feeds list", () => {
  const routes = {
    "GET /feeds": () => answer({ feeds: [feedJson(), feedJson({ id: "f22", usedAt: null, usedBy: null })] }),
  };

  it("is a table without addresses", async () => {
    const { exit, out } = await run("feeds list", routes);
    expect(exit).toBe(0);
    expect(out).toBe(
      [
        "ID   STATE   SOURCE                  EVENTS  KB   LAST USED          BY           NAME",
        "f1   active  provider Core Facility  14      9.1  2030-01-02 03:00Z  Thunderbird  Microscopes",
        "f22  active  provider Core Facility  14      9.1  never                           Microscopes",
        "",
      ].join("\n"),
    );
  });

  it("with --json is what the API answers", async () => {
    expect(JSON.parse((await run("feeds list --json", routes)).out)).toEqual({
      feeds: [feedJson(), feedJson({ id: "f22", usedAt: null, usedBy: null })],
    });
  });
});

describe("feeds show", () => {
  it("tells the address and all that matters", async () => {
    const feed = feedJson({
      held: ["abc-1: no start"],
      source: {
        failure: "waldur_timeout",
        access: "lost",
        lost: "role",
        lostSince: "2027-01-04T09:00:00.000Z",
        held: "9 of 10 are gone",
      },
    });
    const { exit, out } = await run("feeds show f1", { "GET /feeds/f1": () => answer(feed) });
    expect(exit).toBe(0);
    const lines = out.split("\n").map((line) => line.split(/ {2,}/).join(": "));
    expect(lines).toEqual(
      expect.arrayContaining([
        `address: ${address}`,
        "bookings: 12",
        "failure: waldur_timeout",
        "lost: the role that shows it, since 2027-01-04 09:00Z",
        "removals: 9 of 10 are gone",
        "held back: abc-1: no start",
        "alarm: 15 minutes before",
        "window: 30 days back, 365 ahead",
        "only states: OK, Creating",
        "only text: laser",
        "expires: never",
        "last used: 2030-01-02 03:00Z by Thunderbird",
      ]),
    );
    expect(out).not.toContain("zone");
  });

  it("is 3 for a feed that is not there, whatever its id", async () => {
    const { exit, asked } = await run(["feeds", "show", "../x?y"]);
    expect([exit, asked[0]?.path]).toEqual([3, "/feeds/..%2Fx%3Fy"]);
  });
});

describe("feeds set", () => {
  it("sends only what is to change; empty takes back", async () => {
    const { exit, out, asked } = await run("feeds set f1 --alarm= --zone= --expires= --states= --text= --name New", {
      "PATCH /feeds/f1": () => answer(feedJson({ name: "New" })),
    });
    expect(exit).toBe(0);
    expect(asked[0]?.body).toEqual({
      name: "New",
      alarmMinutes: null,
      zone: null,
      expiresAt: null,
      filter: { states: [], text: "" },
    });
    expect(out).toMatch(/^name +New$/m);
  });
});

describe("feeds rotate", () => {
  it("prints the new address alone", async () => {
    const routes = { "POST /feeds/f1/rotate": () => answer(feedJson()) };
    expect(await run("feeds rotate f1", routes)).toMatchObject({ exit: 0, out: `${address}\n`, err: "" });
    expect(JSON.parse((await run("feeds rotate f1 --json", routes)).out)).toEqual(feedJson());
  });
});

describe("feeds revoke", () => {
  it.each([
    ["feeds revoke f1", "/feeds/f1"],
    ["feeds revoke f1 --now", "/feeds/f1?now=1"],
  ])("%s", async (line, path) => {
    const { exit, out, err, asked } = await run(line, {
      "DELETE /feeds/f1": () => answer(feedJson({ state: "ended" })),
    });
    expect([exit, out, err]).toEqual([0, "", "Feed f1 has ended.\n"]);
    expect(asked).toMatchObject([{ method: "DELETE", path }]);
  });
});
