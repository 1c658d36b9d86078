import { environmentAccount } from "../../src/store/accounts/accounts.ts";
import { describe, expect, it } from "vitest";
import { insertTarget } from "../../src/store/targets.ts";
import { openCalendar } from "../../src/mirror/connect/connect.ts";
import { meterRequests } from "../../src/mirror/request-meter.ts";
import { findLinked } from "../../src/decision/linked.ts";
import { push } from "../../src/mirror/push.ts";
import { addTarget, getTarget, syncTarget } from "../../src/mirror/commands.ts";
import { workerBudgets } from "../../src/workers/budgets.ts";
import { makeCaldav } from "../dav-server/server.ts";
import { type Fault, lostAnswer, status, throttled } from "../dav-server/faults.ts";
import type { Quirks } from "../dav-server/quirks.ts";
import { makeWorld } from "../world.ts";
import { connectFeed, loadFeed, serverUser } from "./connected.ts";
import { setColumns } from "../rows.ts";

const summaries = (bodies: Iterable<string>): string[] =>
  [...bodies].map((body) => /SUMMARY:(.*)/.exec(body.replaceAll(/\r?\n /g, ""))?.[1]?.trim() ?? "").sort();

describe("a target", () => {
  it("is connected by address, user and password, and shows what the feed shows", async () => {
    const { world, caldav, api, id, feedId } = await connectFeed();
    const feed = await world.calendar(await world.address(await world.feed(feedId)));
    const shown = summaries(feed.split("BEGIN:VEVENT").slice(1));
    expect(shown.length).toBeGreaterThan(5);
    expect(summaries(caldav.bodies().values())).toEqual(shown);
    expect(caldav.unconditional).toEqual([]);
    const { json } = await api("GET", `/targets/${id}`);
    expect(json).toMatchObject({ state: "on", events: shown.length, failure: null, stopped: null, edits: "mirror" });
    expect(JSON.stringify(json)).not.toContain("s3cret");
    expect(JSON.stringify(await world.deps.sql.all("SELECT * FROM targets"))).not.toContain("s3cret");
  });

  it.each(["sign-in", "signed"] as const)(
    "has links that ask who it is, of a feed whose own are %s",
    async (decisions) => {
      const { world, caldav, feedId } = await connectFeed({}, {}, { detail: "full", decisions });
      const tokens = (text: string) =>
        new Set(Array.from(text.replaceAll(/\r\n /g, "").matchAll(/\/a\/([\w.-]+)/g), ([, token = ""]) => token));
      const pushed = tokens([...caldav.bodies().values()].join(""));
      const own = tokens(await world.calendar(await world.address(await world.feed(feedId))));
      expect(own.size).toBeGreaterThan(0);
      expect([...own].every((token) => token.startsWith(decisions === "signed" ? "d" : "s"))).toBe(true);
      expect(pushed.size).toBe(own.size);
      for (const token of pushed) {
        expect(token).toMatch(/^s/);
        expect((await findLinked(world.deps, token))?.kind).toBe("sign-in");
      }
    },
  );

  it("follows a change of a booking at the next run", async () => {
    const { world, caldav, id, api } = await connectFeed();
    world.wait(60);
    await world.tick();
    caldav.taken();
    const [booking] = world.sample.bookings.filter(
      ({ offering, state, slots }) =>
        offering.customer.uuid === world.sample.providerUuid && state === "OK" && slots.length > 0,
    );
    if (booking === undefined) throw new Error("the sample has no accepted booking");
    world.sample.terminate(booking.uuid);
    world.wait(60);
    await world.tick();
    const changed = caldav.taken().filter((line) => line.startsWith("PUT"));
    expect(changed.length).toBe(booking.slots.length);
    expect(changed.every((line) => line.includes(booking.uuid))).toBe(true);
    expect((await api("GET", `/targets/${id}`)).json).toMatchObject({ state: "on", failure: null });
  });

  it("costs nothing while nothing happens: at most one request in fifteen minutes", async () => {
    const { world, caldav } = await connectFeed();
    world.wait(60);
    await world.tick();
    caldav.taken();
    let asked = 0;
    for (let minute = 0; minute < 60; minute += 1) {
      world.wait(60);
      await world.tick();
      asked += caldav.taken().length;
    }
    expect(asked).toBeLessThanOrEqual(4);
  });

  it("that is ended leaves its events, and taken up again it writes none of them twice", async () => {
    const { caldav, api, id, feedId } = await connectFeed();
    const before = caldav.bodies();
    expect((await api("DELETE", `/targets/${id}`)).status).toBe(400);
    expect((await api("DELETE", `/targets/${id}?events=leave`)).json).toMatchObject({ state: "removed" });
    const again = await api("POST", "/targets", { feed: feedId, url: caldav.calendarUrl(), ...serverUser });
    expect(again.json).toMatchObject({ id });
    expect((await api("GET", `/targets/${id}`)).json).toMatchObject({ events: before.size, restores: 0 });
    expect(caldav.bodies()).toEqual(before);
  });

  it("that is ended with its events takes them away and nothing else", async () => {
    const { world, caldav, api, id } = await connectFeed();
    caldav.put("mine.ics", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:mine\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
    await api("DELETE", `/targets/${id}?events=remove`);
    await world.tick();
    expect([...caldav.bodies().keys()]).toEqual(["mine.ics"]);
    expect((await api("GET", "/targets")).json).toEqual({ targets: [] });
  });

  it("that is ended with its events keeps its ledger while the listing is of another place", async () => {
    const { world, caldav, api, id } = await connectFeed();
    const before = caldav.bodies();
    const elsewhere: Fault = async (apply) => {
      const text = await (await apply()).text();
      return new Response(text.replaceAll("/dav/calendars/", "/caldav/"), { status: 207 });
    };
    caldav.script(elsewhere, "PROPFIND", 1000);
    await api("DELETE", `/targets/${id}?events=remove`);
    await world.tick();
    const { json } = await api("GET", `/targets/${id}`);
    expect(json).toMatchObject({ state: "removing", events: before.size, failure: expect.stringContaining("listing") });
    expect(caldav.bodies()).toEqual(before);
    caldav.heal();
    world.wait(3600);
    await world.tick();
    expect(caldav.bodies().size).toBe(0);
    expect((await api("GET", "/targets")).json).toEqual({ targets: [] });
  });

  it("that is ended with its events says which of them are left, and tries again when it is told to", async () => {
    const { world, caldav, api, id } = await connectFeed();
    const bad = [...caldav.bodies().keys()].slice(0, 2);
    caldav.script(
      status(400, {}, "not this one"),
      ({ method, path }) => method === "DELETE" && bad.some((name) => path.endsWith(name)),
      1000,
    );
    await api("DELETE", `/targets/${id}?events=remove`);
    for (let run = 0; run < 6; run += 1) {
      await world.tick();
      world.wait(6 * 3600 + 60);
    }
    expect([...caldav.bodies().keys()].toSorted()).toEqual(bad.toSorted());
    const { json } = await api("GET", `/targets/${id}`);
    expect(json).toMatchObject({ state: "stopped", events: 2, stopped: expect.stringContaining("2 of its events") });
    expect(json.stopped).toContain("not this one");
    caldav.heal();
    await api("DELETE", `/targets/${id}?events=remove`);
    await world.tick();
    expect(caldav.bodies().size).toBe(0);
    expect((await api("GET", "/targets")).json).toEqual({ targets: [] });
  });

  it("stops when its feed is revoked, and asks what becomes of its events", async () => {
    const { world, caldav, api, id, feedId } = await connectFeed();
    const before = caldav.bodies();
    await api("DELETE", `/feeds/${feedId}`);
    world.wait(60);
    await world.tick();
    expect(caldav.bodies()).toEqual(before);
    const { json } = await api("GET", `/targets/${id}`);
    expect(json).toMatchObject({ state: "stopped" });
    expect(json.stopped).toContain("feed has ended");
    expect((await api("POST", `/targets/${id}/resume`)).status).toBe(409);
    await api("DELETE", `/targets/${id}?events=remove`);
    await world.tick();
    expect(caldav.bodies().size).toBe(0);
  });

  it("stops at a refused password, asks nothing more, and goes on with a new one", async () => {
    const { world, caldav, api, id } = await connectFeed();
    caldav.script(status(401), () => true, 1000);
    world.wait(1000);
    await world.tick();
    expect((await api("GET", `/targets/${id}`)).json).toMatchObject({ state: "stopped" });
    caldav.taken();
    for (let minute = 0; minute < 30; minute += 1) {
      world.wait(60);
      await world.tick();
    }
    expect(caldav.taken()).toEqual([]);
    expect((await api("POST", `/targets/${id}/credentials`, serverUser)).status).toBe(400);
    caldav.heal();
    expect((await api("POST", `/targets/${id}/credentials`, serverUser)).json).toMatchObject({
      state: "on",
      stopped: null,
    });
  });

  it("is paused and resumed", async () => {
    const { world, caldav, api, id } = await connectFeed();
    expect((await api("POST", `/targets/${id}/pause`)).json).toMatchObject({ state: "paused" });
    caldav.taken();
    world.wait(5000);
    await world.tick();
    expect(caldav.taken()).toEqual([]);
    expect((await api("POST", `/targets/${id}/sync`, {})).status).toBe(409);
    expect((await api("POST", `/targets/${id}/resume`)).json).toMatchObject({ state: "on" });
    await world.tick();
    expect(caldav.taken().length).toBeGreaterThan(0);
  });

  it("tells its plan without writing", async () => {
    const { caldav, api, id } = await connectFeed();
    const name = [...caldav.bodies().keys()][0] ?? "";
    caldav.drop(name);
    caldav.taken();
    const { json } = await api("POST", `/targets/${id}/sync`, { dryRun: true });
    expect(json.planned).toMatchObject([{ verb: "create" }]);
    expect(caldav.taken().some((line) => /^(PUT|DELETE)/.test(line))).toBe(false);
    expect((await api("POST", `/targets/${id}/sync`, {})).json).toMatchObject({ created: 1, restored: 1 });
  });
});

describe("connecting", () => {
  it.each([
    ["a wrong password", { password: "wrong" }, "refused this user name and password"],
    ["no password", { password: undefined }, "username and password"],
    ["Outlook", { url: "someone@outlook.com" }, "no CalDAV"],
    ["Proton", { preset: "proton", url: "" }, "no CalDAV"],
    ["an address inside", { url: "http://127.0.0.1/dav/" }, "forbid this address"],
    ["a calendar that is not there", { calendar: "Holidays" }, "there are: Work"],
    ["a preset that is not there", { preset: "lotus" }, "there is no preset lotus"],
  ])("with %s says what to do and stores nothing", async (_, asked, message) => {
    const { caldav, api, feedId } = await loadFeed();
    const { status: code, json } = await api("POST", "/targets", {
      feed: feedId,
      url: caldav.home,
      ...serverUser,
      ...asked,
    });
    expect(code).toBe(400);
    expect(json.error.message).toContain(message);
    expect((await api("GET", "/targets")).json).toEqual({ targets: [] });
  });

  it("goes by the address, not by the mail address that is the user's name there", async () => {
    const { caldav, api } = await loadFeed();
    const asked = { url: caldav.home, username: "someone@outlook.com", password: "x" };
    const { json } = await api("POST", "/targets/calendars", asked);
    expect(json.error.message).toContain("refused this user name and password");
  });

  it.each([
    ["with a slash", ""],
    ["without a slash", "/"],
  ])("takes the calendar whose own address is given, %s, where there are several", async (_, end) => {
    const { caldav, api, feedId } = await loadFeed();
    caldav.addCalendar("private");
    const asked = { feed: feedId, url: caldav.calendarUrl().replace(/\/$/, end === "" ? "/" : ""), ...serverUser };
    expect((await api("POST", "/targets", asked)).json).toMatchObject({ name: "Work", state: "on" });
    expect((await api("POST", "/targets", { ...asked, url: caldav.home })).json.error.message).toContain(
      "name a calendar, or create one",
    );
    const calendar = caldav.calendarUrl("private").replace(/\/$/, end === "" ? "/" : "");
    expect((await api("POST", "/targets", { ...asked, calendar })).json).toMatchObject({ name: "private" });
  });

  it("has the name of a calendar that was made where the server ignores it", async () => {
    const { caldav, api, feedId } = await loadFeed({ namesMade: false });
    const asked = { feed: feedId, url: caldav.home, create: "Bookings", ...serverUser };
    expect((await api("POST", "/targets", asked)).json).toMatchObject({ name: "Bookings", state: "on" });
  });

  it("leaves no calendar behind that was made and cannot be used", async () => {
    const { caldav, api, feedId } = await loadFeed({ ignoresIfMatch: true });
    const asked = { feed: feedId, url: caldav.home, create: "Bookings", ...serverUser };
    expect((await api("POST", "/targets", asked)).json.error.message).toContain("overwrites events");
    const { json } = await api("POST", "/targets/calendars", { url: caldav.home, ...serverUser });
    expect(json.calendars).toMatchObject([{ name: "Work" }]);
    expect(json.calendars).toHaveLength(1);
    expect(caldav.unconditional).toEqual([]);
  });

  it.each([405, 403, 501])("says what to do when the server lets no calendar be made (%i)", async (code) => {
    const { caldav, api, feedId } = await loadFeed();
    caldav.script(status(code, {}, ""), "MKCOL", 2);
    const asked = { feed: feedId, url: caldav.home, create: "Bookings", ...serverUser };
    const { status: answered, json } = await api("POST", "/targets", asked);
    expect([answered, json.error.message]).toEqual([400, expect.stringContaining("make one there, and give its name")]);
  });

  it("lists the calendars and makes one", async () => {
    const { caldav, api, feedId } = await loadFeed();
    const listed = await api("POST", "/targets/calendars", { url: caldav.home, ...serverUser });
    expect(listed.json).toMatchObject({ calendars: [{ name: "Work", notWritable: null }], canCreate: true });
    const made = await api("POST", "/targets", { feed: feedId, url: caldav.home, create: "Bookings", ...serverUser });
    expect(made.json).toMatchObject({ name: "Bookings", state: "on" });
  });
});

describe("a server in the manner of others", () => {
  it.each<[string, Partial<Quirks>]>([
    ["names http behind TLS", { hrefs: "http" }],
    ["names a host inside, and collections without a slash", { hrefs: "inside", bareCollections: true }],
    ["doubles slashes", { hrefs: "doubled" }],
    ["writes dot segments", { hrefs: "dotted" }],
    ["escapes letters", { hrefs: "escaped" }],
    ["lets a share be changed", { privileges: ["read", "write-content"] }],
    ["lets a share be added to", { privileges: ["read", "bind"] }],
    ["tells no privileges", { privileges: null }],
    ["answers in Latin-1", { latin: true }],
  ])("that %s is connected from its home, and mirrored once and wholly", async (_, quirks) => {
    const { world, caldav, api, id } = await connectFeed(quirks, { url: "https://caldav.example.org/" });
    const { json } = await api("GET", `/targets/${id}`);
    expect(json).toMatchObject({ state: "on", failure: null, events: caldav.bodies().size });
    expect(json.events).toBeGreaterThan(5);
    const [name = ""] = caldav.bodies().keys();
    const before = caldav.bodies();
    caldav.drop(name);
    caldav.taken();
    for (let run = 0; run < 3; run += 1) {
      world.wait(1000);
      await world.tick();
    }
    expect(caldav.taken().filter((line) => /^(PUT|DELETE)/.test(line))).toHaveLength(1);
    expect(caldav.bodies()).toEqual(before);
    await api("DELETE", `/targets/${id}?events=remove`);
    await world.tick();
    expect(caldav.bodies().size).toBe(0);
    expect(caldav.unconditional).toEqual([]);
  });
});

describe("a server that fails on the way", () => {
  it.each<[string, Partial<Quirks>]>([
    ["a faithful one", {}],
    [
      "one that ignores conditions of creation and deletion, as SOGo",
      { ignoresIfNoneMatch: true, ignoresIfMatchOnDelete: true },
    ],
    ["one that answers failures with 207", { failsPutWith207: true }],
    ["one that tells no ETag", { putEtag: "absent" }],
    ["one whose proxy changes ETags", { putEtag: "gzip" }],
  ])("%s: answers get lost, requests are throttled, and in the end every event is there once", async (_, quirks) => {
    const made = await loadFeed(quirks);
    const put = (n: number) => (request: { method: string }) => request.method === "PUT" && (n += 1) % 3 === 0;
    const added = await made.api("POST", "/targets", {
      feed: made.feedId,
      url: made.caldav.calendarUrl(),
      ...serverUser,
    });
    const full = made.caldav.bodies().size;
    for (const name of [...made.caldav.bodies().keys()].slice(0, 8)) made.caldav.drop(name);
    made.caldav.script(lostAnswer, put(0), 3);
    made.caldav.script(throttled(503, "1"), put(1), 2);
    for (let run = 0; run < 6; run += 1) {
      made.world.wait(1000);
      await made.world.tick();
    }
    made.caldav.heal();
    await made.api("POST", `/targets/${added.json.id}/sync`, {});
    expect(made.caldav.bodies().size).toBe(full);
    expect(made.caldav.unconditional).toEqual([]);
    made.world.wait(1000);
    made.caldav.taken();
    await made.world.tick();
    expect(made.caldav.taken().filter((line) => /^(PUT|DELETE)/.test(line))).toEqual([]);
  });
});

describe("limits", () => {
  it("a run on Workers keeps to its statements and requests, and the calendar is whole after some of them", async () => {
    const caldav = makeCaldav({ origin: "https://caldav.example.org" });
    const budget = workerBudgets.free;
    const world = await makeWorld({
      bookings: 150,
      outside: caldav.fetch,
      budget,
      config: { nightHours: { from: 0, to: 0 } },
    });
    const feed = await world.addFeed({ pastDays: 3650, futureDays: 3650 });
    for (let run = 0; run < 30; run += 1) {
      world.wait(60);
      await world.tick();
    }
    const asked = { feedId: feed.id, text: caldav.calendarUrl(), preset: null, calendar: null, create: null };
    const credentials = { kind: "password", ...serverUser } as const;
    const made = await addTarget(world.deps, environmentAccount, {
      ...asked,
      credentials,
      edits: "mirror",
      cancelled: "keep",
    });
    caldav.taken();
    const { eventCount } = await world.feed(feed.id);
    expect(eventCount).toBeGreaterThan(100);
    let runs = 0;
    for (; caldav.bodies().size < eventCount; runs += 1) {
      expect(runs).toBeLessThan(30);
      world.wait(60);
      world.counts.statements = 0;
      await world.tick();
      expect(world.counts.statements).toBeLessThanOrEqual(40);
      expect(caldav.taken().length).toBeLessThanOrEqual(30);
    }
    expect((await getTarget(world.deps, made.id)).failures).toBe(0);
  });

  it("what a provider bears in a minute is not exceeded", async () => {
    const { world, caldav, id } = await connectFeed();
    await setColumns(world.deps.sql, "targets", { per_minute: 10 });
    for (const name of caldav.bodies().keys()) caldav.drop(name);
    caldav.taken();
    world.wait(900);
    world.wait(60 - ((world.deps.now() / 1000) % 60));
    for (let run = 0; run < 12; run += 1) {
      // Runs also begin at once after a change.
      for (let again = 0; again < 3; again += 1) {
        world.wait(10);
        await setColumns(world.deps.sql, "targets", { due_at: 0 });
        await world.tick();
      }
      expect(caldav.taken().length).toBeLessThanOrEqual(10);
      world.wait(30);
    }
    await setColumns(world.deps.sql, "targets", { per_minute: 3 });
    await expect(syncTarget(world.deps, await getTarget(world.deps, id), {})).rejects.toThrow("try again in a minute");
    expect((await getTarget(world.deps, id)).restores).toBeGreaterThan(0);
  });

  it("a host where three accounts were refused is let alone for a while", async () => {
    const { world, caldav, id } = await connectFeed();
    const first = await getTarget(world.deps, id);
    for (const other of ["bob", "carol", "erin"]) {
      await world.deps.sql.batch([insertTarget({ ...first, id: other, account: `caldav.example.org ${other}` }, 1)]);
    }
    const refused = { stop_code: "credentials", state: "stopped", stopped_at: world.deps.now() / 1000 };
    for (const other of ["bob", "carol"]) await setColumns(world.deps.sql, "targets", refused, other);
    caldav.script(status(401), () => true, 1000);
    world.wait(1000);
    const port = await openCalendar(world.deps, first);
    await push(meterRequests(world.deps), await getTarget(world.deps, id), await world.feed(first.feedId), port);
    const erin = await getTarget(world.deps, "erin");
    expect(erin.state).toBe("on");
    expect(erin.dueAt - world.deps.now() / 1000).toBeGreaterThanOrEqual(900);
  });
});
