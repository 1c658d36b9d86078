import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ReadResult, CalendarPort, WriteOutcome } from "../../../src/caldav/port.ts";
import { countsSeconds } from "../../../src/mirror/pull.ts";
import type { Opened, Target } from "./targets.ts";

/** The text of an event as it is pushed. */
export function eventText(uid: string, summary = "Booking", sequence = 0): string {
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//waldur-calendar//contract//EN",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    `SEQUENCE:${sequence}`,
    "DTSTAMP:20270104T090000Z",
    "DTSTART:20270110T090000Z",
    "DTEND:20270110T100000Z",
    `SUMMARY:${summary}`,
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}

export function valueOf<T>(answer: ReadResult<T>): T {
  if ("failure" in answer) throw new Error(`failed: ${JSON.stringify(answer.failure)}`);
  return answer.value;
}

export function doneOf(outcome: WriteOutcome): { href: string; etag: string | null } {
  if ("failure" in outcome) throw new Error(`failed: ${JSON.stringify(outcome.failure)}`);
  return outcome;
}

/** The kind of a failure; "done" for none. */
export function kindOf(outcome: WriteOutcome | ReadResult<unknown>): string {
  return "failure" in outcome ? outcome.failure.kind : "done";
}

let serial = 0;
const newUid = (): string => `wc-${Date.now().toString(36)}-${(serial += 1)}`;

/** Tests what every CalDAV server must do for us through the port, with the differences known. */
export function describeContract({ name, expected, open }: Target): void {
  describe(name, () => {
    let opened: Opened;
    let home: string;
    let url: string;
    let port: CalendarPort;

    beforeAll(async () => {
      opened = await open();
      const discovery = await opened.bench.discover(opened.account.start);
      if (!("found" in discovery)) throw new Error(JSON.stringify(discovery));
      [home = ""] = discovery.found.homes;
    });
    afterAll(async () => {
      await opened.close();
    });
    beforeEach(async () => {
      ({ url } = valueOf(await opened.bench.makeCalendar(home, "Bookings & <more>")));
      port = opened.bench.port(url);
    });

    /** The ETag as a program must know it before it changes something. */
    const etagOf = async (href: string): Promise<string> => valueOf(await port.look(href))?.etag ?? "";
    /** A change shows only after the second of the last one, where the tags count those. */
    const secondOver = async (): Promise<void> => {
      if (expected.countsSeconds) await opened.pass();
    };
    const put = async (uid = newUid()) => doneOf(await port.create(`${uid}.ics`, eventText(uid)));

    it("finds the home and the calendars behind an address, and makes one that can be written to", async () => {
      const discovery = await opened.bench.discover(opened.account.start);
      const calendars = "found" in discovery ? discovery.found.calendars : [];
      expect(calendars.find((one) => one.url === url)).toMatchObject({ name: expected.name, notWritable: null });
      expect(valueOf(await port.list())).toEqual([]);
    });

    it("is taken away again while nothing is in it, and only then", async () => {
      const uid = newUid();
      const { href } = await put(uid);
      expect(await opened.bench.removeCalendar(url)).toBe(false);
      expect(valueOf(await port.list()).map((one) => one.href)).toEqual([href]);
      doneOf(await port.remove(href, await etagOf(href)));
      expect(await opened.bench.removeCalendar(url)).toBe(true);
      expect(kindOf(await port.list())).toBe("missing");
    });

    it("is found by the calendar's own address too", async () => {
      const discovery = await opened.bench.discover(url);
      expect("found" in discovery && discovery.found.calendars.some((one) => one.url === url)).toBe(true);
    });

    it("shows its profile to the probe, which leaves nothing behind", async () => {
      expect(valueOf(await opened.bench.probe(url))).toMatchObject(expected.profile);
      expect(valueOf(await port.list())).toEqual([]);
    });

    it("creates an object under its name, once", async () => {
      const uid = newUid();
      const { href, etag } = doneOf(await port.create(`${uid}.ics`, eventText(uid)));
      expect(href.endsWith(`/${uid}.ics`)).toBe(true);
      const seen = valueOf(await port.look(href));
      if (expected.profile.tellsEtag) expect(etag).toBe(seen?.etag);
      else expect(etag).toBe(null);
      const again = await port.create(`${uid}.ics`, eventText(uid, "Other"));
      expect(kindOf(again)).toBe(expected.profile.honoursIfNoneMatch ? "exists" : "done");
      const [object] = valueOf(await port.read([href])).values();
      expect(object?.body.includes("SUMMARY:Other")).toBe(!expected.profile.honoursIfNoneMatch);
    });

    it("tells when a UID is at another href", async () => {
      const uid = newUid();
      const { href } = await put(uid);
      const outcome = await port.create(`${newUid()}.ics`, eventText(uid));
      expect(kindOf(outcome)).toBe(expected.uidTaken ?? "done");
      expect(valueOf(await port.findUid(uid))).toSatisfy((found) => found === href || expected.uidTaken === null);
      expect(valueOf(await port.findUid(`${uid}-none`))).toBe(null);
      expect(valueOf(await port.findUid(uid.slice(0, -1)))).toBe(null);
    });

    it("updates only what is as it was last seen", async () => {
      const uid = newUid();
      const { href } = await put(uid);
      const first = await etagOf(href);
      doneOf(await port.update(href, first, eventText(uid, "Second", 1)));
      expect(await etagOf(href)).not.toBe(first);
      expect(kindOf(await port.update(href, first, eventText(uid, "Third", 2)))).toBe("changed");
      expect(valueOf(await port.read([href])).get(href)?.body).toContain("SUMMARY:Second");
      const gone = newUid();
      const missing = await port.update(href.replace(uid, gone), first, eventText(gone));
      expect(kindOf(missing)).toBe(expected.updateCreates ? "done" : "changed");
    });

    it("removes only what is as it was last seen, and what is gone is gone", async () => {
      const { href } = await put();
      const outcome = await port.remove(href, '"no-such-etag"');
      expect(kindOf(outcome)).toBe(expected.profile.honoursIfMatchOnDelete ? "changed" : "done");
      if (expected.profile.honoursIfMatchOnDelete) doneOf(await port.remove(href, await etagOf(href)));
      expect(valueOf(await port.look(href))).toBe(null);
      // sabre answers 412 to a conditional DELETE of nothing; then a look tells.
      expect(["done", "changed"]).toContain(kindOf(await port.remove(href, '"no-such-etag"')));
      expect(valueOf(await port.list())).toEqual([]);
    });

    it("lists every object with the ETag that the object itself has", async () => {
      const made = [await put(), await put(), await put()];
      const listed = valueOf(await port.list());
      expect(listed.map(({ href }) => href).toSorted()).toEqual(made.map(({ href }) => href).toSorted());
      for (const { href, etag } of listed) expect(etag).toBe(await etagOf(href));
    });

    it("reads more objects than one report may ask for, with an answer for each", async () => {
      const uids = Array.from({ length: 53 }, newUid);
      const hrefs: string[] = [];
      for (const uid of uids) hrefs.push((await put(uid)).href);
      const missing = hrefs.map((href) => href.replace(/wc-/, "none-")).slice(0, 2);
      const answers = valueOf(await port.read([...missing, ...hrefs]));
      expect(answers.size).toBe(55);
      expect(missing.map((href) => answers.get(href))).toEqual([null, null]);
      for (const [at, href] of hrefs.entries()) expect(answers.get(href)?.body).toContain(`UID:${uids[at] ?? ""}`);
      expect(valueOf(await port.read([]))).toEqual(new Map());
    });

    it("takes writes side by side, or says that another is under way", async () => {
      const uids = Array.from({ length: 8 }, newUid);
      const outcomes = await Promise.all(uids.map(async (uid) => port.create(`${uid}.ics`, eventText(uid))));
      const kinds = outcomes.map(kindOf);
      const done = kinds.filter((kind) => kind === "done").length;
      expect(kinds.filter((kind) => kind !== "done" && !(kind === "locked" && expected.oneAtATime))).toEqual([]);
      expect(done).toBeGreaterThan(0);
      expect(valueOf(await port.list())).toHaveLength(done);
    });

    it("shows by its state whether anything changed", async () => {
      await put();
      const before = valueOf(await port.state());
      expect(valueOf(await port.state())).toEqual(before);
      await secondOver();
      await put();
      const after = valueOf(await port.state());
      expect(after).not.toEqual(before);
      await put();
      const next = valueOf(await port.state());
      if (!expected.countsSeconds) expect(next).not.toEqual(after);
      else {
        // The second change within the second is hidden, and the mirror knows such a tag by itself.
        expect(next).toEqual(after);
        expect(countsSeconds(next.syncToken ?? next.ctag, opened.nowAt())).toBe(true);
      }
    });

    it("tells what changed since a token", async () => {
      const kept = await put();
      const removed = await put();
      const { syncToken } = valueOf(await port.state());
      if (expected.profile.changeFeed !== "sync-token") {
        expect(syncToken).toBe(null);
        return;
      }
      await secondOver();
      const made = await put();
      doneOf(await port.remove(removed.href, await etagOf(removed.href)));
      const changes = valueOf(await port.changes(syncToken ?? ""));
      if (changes === "token-lost") throw new Error("the token was lost");
      expect(changes.changed.map(({ href }) => href)).toContain(made.href);
      expect(changes.removed).toContain(removed.href);
      expect(changes.changed.map(({ href }) => href)).not.toContain(removed.href);
      expect(changes.removed).not.toContain(kept.href);
      const { etag } = changes.changed.find(({ href }) => href === made.href) ?? {};
      expect(etag).toBe(await etagOf(made.href));
      const next = valueOf(await port.changes(changes.token));
      expect(
        next === "token-lost" ? next : next.changed.filter(({ href }) => href !== kept.href && href !== made.href),
      ).toEqual([]);
    });

    it("tells or shows that it does not know a token", async () => {
      const made = await put();
      const answer = valueOf(await port.changes("data:,never-given"));
      if (expected.lostToken === "token-lost") expect(answer).toBe("token-lost");
      else if (expected.lostToken === "silent") expect(answer).toMatchObject({ changed: [], removed: [] });
      else expect(answer === "token-lost" ? [] : answer.changed.map(({ href }) => href)).toContain(made.href);
    });

    it("does not take what is no calendar", async () => {
      const name = `${newUid()}.ics`;
      expect(kindOf(await port.create(name, "this is no calendar"))).toBe(expected.garbage);
      expect(valueOf(await port.list())).toEqual([]);
    });

    it("is missing when the calendar is gone", async () => {
      const gone = opened.bench.port(url.replace(/\/$/, "-gone/"));
      const uid = newUid();
      expect(kindOf(await gone.create(`${uid}.ics`, eventText(uid)))).toBe("missing");
      expect(kindOf(await gone.state())).toBe("missing");
      expect(kindOf(await gone.list())).toBe("missing");
    });

    it("names what other programs wrote, whatever they called it", async () => {
      const uid = newUid();
      const name = "odd%20name%20%C3%A9%40home.ics";
      await opened.raw("PUT", url + name, eventText(uid, "Foreign"));
      const [listed] = valueOf(await port.list());
      const href = listed?.href ?? "";
      expect(decodeURIComponent(href)).toBe(decodeURIComponent(new URL(url).pathname + name));
      const object = valueOf(await port.read([href])).get(href);
      expect(object?.body).toContain("SUMMARY:Foreign");
      expect(object?.etag).toBe(listed?.etag);
      expect(valueOf(await port.look(href))?.etag).toBe(listed?.etag);
    });

    it("sends no request for an href outside the calendar", async () => {
      for (const href of [
        "/",
        new URL(url).pathname,
        `${new URL(url).pathname}a/b.ics`,
        "https://elsewhere.example/x.ics",
      ]) {
        expect(kindOf(await port.remove(href, "*"))).toBe("blocked");
        expect(kindOf(await port.update(href, "*", ""))).toBe("blocked");
        expect(kindOf(await port.look(href))).toBe("blocked");
      }
    });

    it("lets nobody in with a wrong password", async () => {
      const stranger = opened.stranger?.port(url);
      const outcomes = [
        await stranger?.state(),
        await stranger?.list(),
        await stranger?.create("x.ics", eventText("x")),
      ];
      const kinds = outcomes.map((outcome) => (outcome === undefined ? "unauthorized" : kindOf(outcome)));
      expect(kinds).toEqual(["unauthorized", "unauthorized", "unauthorized"]);
      const discovery = (await opened.stranger?.discover(opened.account.start)) ?? {
        failure: { kind: "unauthorized" },
      };
      expect(discovery).toMatchObject({ failure: { kind: "unauthorized" } });
    });

    it("never gets a write without condition", () => {
      expect(opened.unconditional).toEqual([]);
    });
  });
}
