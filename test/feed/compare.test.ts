import { describe, expect, it } from "vitest";
import type { KnownBooking } from "../../src/calendar/booking.ts";
import type { FeedProfile } from "../../src/calendar/profile.ts";
import { compareFeed, type EventChanges } from "../../src/feed/compare.ts";
import { emptyStep, type FeedStep } from "../../src/feed/plan.ts";
import type { EventRow } from "../../src/store/events.ts";
import { context, hour, known, nowAt, profile, uuid } from "../calendar/samples.ts";
import { feedRow, sourceRow } from "../rows.ts";

const day = 24 * hour;
const uid = `${uuid("a")}-1`;

/** A feed as its subscriber sees it: rows by UID, and a clock that each comparison moves on by an hour. */
function watchFeed(own: Partial<FeedProfile> = {}) {
  let rows: EventRow[] = [];
  let clock = nowAt;
  const compare = (bookings: readonly KnownBooking[], change: Partial<FeedStep> = {}): EventChanges => {
    const feed = feedRow("f", { profile: profile(own), eventCount: rows.length });
    const step = { ...emptyStep({ feed, now: feed }, sourceRow("s"), clock), bookings, ...change };
    const changes = compareFeed(step, rows, context(own), { nowAt: clock, buriedBefore: clock - 30 * day });
    const out = new Set([...changes.drop, ...changes.write.map(({ row }) => row)].map((row) => row.uid));
    rows = [...rows.filter((row) => !out.has(row.uid)), ...changes.write.map(({ row }) => row)];
    clock += hour;
    return changes;
  };
  return {
    compare,
    wait: (seconds: number) => void (clock += seconds),
    now: () => clock,
    row: (): EventRow => {
      const [row] = rows;
      if (row === undefined || rows.length > 1) throw new Error(`the feed has ${rows.length} events`);
      return row;
    },
    rows: () => rows,
    uids: () => rows.map((row) => row.uid).toSorted(),
  };
}

/** Returns the booking as it ended a minute before `at`, epoch seconds. */
const terminated = (at: number): KnownBooking => known({ state: "Terminated", modifiedMicros: (at - 60) * 1_000_000 });

describe("a feed compared with its bookings", () => {
  it("gains an event for a booking it did not have", () => {
    const feed = watchFeed();
    const { write, drop, rendered, faults } = feed.compare([known()]);
    expect([write.length, write[0]?.old, drop, rendered, faults]).toEqual([1, undefined, [], 1, []]);
    expect(feed.row()).toMatchObject({ uid, bookingUuid: uuid("a"), stampAt: nowAt, cancelledAt: null });
  });

  it("keeps the bytes of an unchanged booking, however late it is compared", () => {
    const feed = watchFeed();
    feed.compare([known()]);
    feed.wait(3 * day);
    expect(feed.compare([known()])).toEqual({ write: [], drop: [], rendered: 1, faults: [] });
  });

  it("raises SEQUENCE, DTSTAMP and LAST-MODIFIED of a changed booking", () => {
    const feed = watchFeed();
    feed.compare([known()]);
    const before = feed.row();
    const changedAt = feed.now();
    const { write } = feed.compare([known({ state: "OK" })]);
    expect(write.map(({ old }) => old)).toEqual([before]);
    const after = feed.row();
    expect(after).toMatchObject({ uid, stampAt: changedAt });
    expect(after.sequence).toBeGreaterThan(before.sequence);
    expect(after.vevent).toContain(`SEQUENCE:${after.sequence}\r\n`);
    const stamp = new Date(changedAt * 1000).toISOString().replace(/[-:]|\.\d+/g, "");
    expect(after.vevent).toContain(`DTSTAMP:${stamp}\r\n`);
    expect(after.vevent).toContain(`LAST-MODIFIED:${stamp}\r\n`);
  });

  it("loses the slot that left its window, and the booking that its filter leaves out", () => {
    const feed = watchFeed({ filter: { states: ["Creating"] } });
    feed.compare([known(), known({ uuid: uuid("f") })]);
    const late = { start: nowAt + 400 * day, end: nowAt + 400 * day + hour, backendId: "booking_1" };
    expect(feed.compare([known({ slots: [late], schedules: [] })]).drop.map((row) => row.uid)).toEqual([uid]);
    expect(feed.uids()).toEqual([`${uuid("f")}-1`]);
    feed.compare([known()]);
    expect(feed.compare([known({ uuid: uuid("f"), state: "OK" })]).drop).toHaveLength(1);
    expect(feed.uids()).toEqual([uid]);
  });

  it("touches no event of a booking that the step is not about", () => {
    const feed = watchFeed();
    feed.compare([known(), known({ uuid: uuid("f") })]);
    expect(feed.compare([known({ uuid: uuid("f"), state: "OK" })]).drop).toEqual([]);
    expect(feed.uids()).toEqual([uid, `${uuid("f")}-1`]);
  });

  describe("with a booking that ended", () => {
    it("keeps a tombstone of what it showed, though the filter wants no ended bookings, until it is buried", () => {
      const feed = watchFeed({ filter: { states: ["OK", "Creating"] } });
      feed.compare([known(), known({ uuid: uuid("f") })]);
      const endedAt = feed.now();
      const ended = terminated(endedAt);
      feed.compare([ended]);
      const after = feed.compare([ended]);
      expect([after.write, after.drop]).toEqual([[], []]);
      feed.compare([known({ uuid: uuid("f"), state: "OK" })]);
      expect(feed.uids()).toEqual([uid, `${uuid("f")}-1`]);
      feed.wait(30 * day);
      const [buried] = feed.compare([ended]).drop;
      expect(buried).toMatchObject({ uid, cancelledAt: endedAt });
      expect(buried?.vevent).toContain("STATUS:CANCELLED\r\n");
    });

    it("drops it where cancelled bookings are not wanted, and shows no tombstone of what nobody saw", () => {
      const dropping = watchFeed({ cancelled: "drop" });
      dropping.compare([known(), known({ uuid: uuid("f") })]);
      dropping.compare([terminated(dropping.now())]);
      expect(dropping.uids()).toEqual([`${uuid("f")}-1`]);
      const fresh = watchFeed();
      const old = known({ state: "Terminated", modifiedMicros: (nowAt - 31 * day) * 1_000_000 });
      expect(fresh.compare([old]).write).toEqual([]);
    });
  });

  describe("that would run empty", () => {
    it("has a cancelled entry that says so, until there is a booking again", () => {
      const feed = watchFeed({ cancelled: "drop" });
      feed.compare([known()]);
      feed.compare([terminated(feed.now())]);
      expect(feed.row()).toMatchObject({ uid: "empty-f", bookingUuid: "" });
      feed.compare([known({ uuid: uuid("f") })]);
      expect(feed.uids()).toEqual([`${uuid("f")}-1`]);
    });

    it("keeps the newest of the events that are only too old", () => {
      const feed = watchFeed();
      feed.compare([known()]);
      feed.compare([known({ uuid: uuid("f") })]);
      const [older, newer] = [uuid("a"), uuid("f")].map((one) => `${one}-1`);
      const rows = feed.rows();
      expect(feed.compare([], { drop: rows, aged: true }).drop.map((row) => row.uid)).toEqual([older]);
      expect(feed.uids()).toEqual([newer]);
    });

    it("stays empty when it never had an event", () => {
      expect(watchFeed().compare([])).toEqual({ write: [], drop: [], rendered: 0, faults: [] });
    });
  });

  it("gains the notice of an outage, which changes with its day, and goes with the outage", () => {
    const feed = watchFeed();
    feed.compare([known()]);
    const notice = { reason: "unreachable", sinceAt: nowAt - day, untilAt: null, proofDays: 30 } as const;
    expect(feed.compare([], { notice }).write).toHaveLength(1);
    expect(feed.uids()).toEqual([uid, "notice-f"]);
    expect(feed.compare([], { notice: "none" }).drop).toHaveLength(1);
    expect(feed.uids()).toEqual([uid]);
  });
});
