import type { Booking, NumberedSlot } from "../../../src/calendar/booking.ts";
import type { FeedProfile } from "../../../src/calendar/profile.ts";
import { addAccount } from "../../../src/store/accounts.ts";
import type { EventRow } from "../../../src/store/events.ts";
import { encodeRendered, type FeedRow, findFeed, insertFeed, writeRendered } from "../../../src/store/feeds.ts";
import { addSource } from "../../../src/store/sources.ts";
import { type Sql, type Statement, statement } from "../../../src/store/sql.ts";
import { type BookingWrite, writeBookings, encodeBooking } from "../../../src/store/write-bookings.ts";

/** 2026-01-01T00:00:00Z, when the rows of these tests were made. */
export const t = 1_767_225_600;

/** The uuid of booking number `n`. */
export function uuidOf(n: number): string {
  return n.toString(16).padStart(32, "0");
}

/** A slot from `start` to `end`, epoch seconds. */
export function slotOf(start: number, end: number, change: Partial<NumberedSlot> = {}): NumberedSlot {
  return { start, end, backendId: "", n: 1, real: true, gone: false, ...change };
}

/** Booking number `n`: made `n` seconds after `t`, of an hour that begins a day after that. */
export function bookingOf(n: number, change: Partial<Booking> = {}): Booking {
  return {
    uuid: uuidOf(n),
    name: `booking ${n}`,
    state: "OK",
    createdMicros: (t + n) * 1_000_000,
    modifiedMicros: (t + n) * 1_000_000 + 123_456,
    slots: [{ start: t + n + 86_400, end: t + n + 90_000, backendId: `slot-${n}` }],
    projectName: "project",
    description: "",
    schedules: [],
    offeringUuid: uuidOf(0xa),
    offeringName: "Microscope",
    providerUuid: uuidOf(0xb),
    providerName: "Institute",
    customerUuid: uuidOf(0xc),
    customerName: "Laboratory",
    projectUuid: uuidOf(0xd),
    requesterName: "A. Person",
    requesterUsername: "person",
    errorMessage: "",
    ...change,
  };
}

/** Returns what is written of a booking: its own slots numbered, rev 1, unless `change` says otherwise. */
export function writeOf(booking: Booking, change: Partial<BookingWrite> = {}): BookingWrite {
  const slots = booking.slots.map((slot, index) => ({ ...slot, n: index + 1, real: true, gone: false }));
  return { sourceId: "s", booking, orderState: null, slots, slim: `slim of ${booking.name}`, rev: 1, ...change };
}

/** Writes these bookings as a run does. */
export async function store(sql: Sql, sourceId: string, writes: readonly BookingWrite[]): Promise<void> {
  const own = writes.map((write) => encodeBooking({ ...write, sourceId }));
  await sql.batch([writeBookings(JSON.stringify(own))]);
}

export const profile: FeedProfile = {
  name: "Microscope",
  detail: "full",
  language: "en",
  zone: null,
  alarmMinutes: null,
  colour: null,
  cancelled: "keep",
  decisions: "sign-in",
  pastDays: 30,
  futureDays: 365,
  filter: { states: ["OK", "Creating"], text: "näidis 🔬" },
};

/** Empties the tables, then makes account `a` with the sources `s` and `other`. */
export async function startAnew(sql: Sql): Promise<void> {
  const tables = ["decisions", "attempts", "runs", "events", "addresses", "feeds", "bookings", "sources", "accounts"];
  await sql.batch(tables.map((table) => statement(`DELETE FROM ${table}`)));
  await addAccount(sql, "a", null, t);
  for (const id of ["s", "other"]) {
    const list = { accountId: "a", kind: "provider", scopeUuid: id, customerUuid: "", name: id, partial: "" } as const;
    await addSource(sql, { id, ...list }, t);
  }
}

/** Makes a feed of source `s` (or another) whose address has the hash `hash of <id>`. */
export async function makeFeed(sql: Sql, id: string, sourceId = "s", nowAt = t): Promise<void> {
  const sealed = { salt: `salt of ${id}`, secret: `secret of ${id}` };
  const feed = { id, sourceId, slug: "microscope", profile, ...sealed, epoch: "e1", links: "", expiresAt: null };
  await sql.batch(insertFeed(feed, `hash of ${id}`, nowAt));
}

/** The feed's row, which must be there. */
export async function feedOf(sql: Sql, id: string): Promise<FeedRow> {
  const feed = await findFeed(sql, id);
  if (feed === null) throw new Error(`there is no feed ${id}`);
  return feed;
}

/** The statement by which the run `writer` leaves feeds changed that it read as these. */
export function leaving(writer: string, ...changes: readonly [FeedRow, Partial<FeedRow>][]): Statement {
  const rows = changes.map(([before, change]) => encodeRendered(before, { ...before, ...change }));
  return writeRendered(writer, JSON.stringify(rows));
}

/** Events of a feed as JSON, to be written at its revision `rev`. */
export function eventsJson(feedId: string, rev: number, ...rows: readonly EventRow[]): string {
  return JSON.stringify(rows.map((row) => ({ feedId, rev, ...row })));
}
