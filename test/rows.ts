import type { Booking, NumberedSlot } from "../src/calendar/booking.ts";
import { addAccount } from "../src/store/accounts/accounts.ts";
import { chunkRows } from "../src/store/sql/bulk.ts";
import { deleteEvents, type EventRow, writeEvents } from "../src/store/events.ts";
import {
  changeFeed,
  encodeRendered,
  type FeedChange,
  type FeedRow,
  findFeed,
  insertFeed,
  writeRendered,
} from "../src/store/feeds.ts";
import { type LeaseKind, leaseName, leaseSeconds } from "../src/store/leases.ts";
import { addSource, type SourceRow } from "../src/store/sources/sources.ts";
import { type Sql, type SqlRow, type SqlValue, type Statement, statement } from "../src/store/sql/port.ts";
import type { NewTarget } from "../src/store/targets.ts";
import { type BookingWrite, writeBookings, encodeBooking } from "../src/store/bookings/write-bookings.ts";
import { profile as profileWith } from "./calendar/samples.ts";

/** 2026-01-01T00:00:00Z, when the rows of these tests were made. */
export const t = 1_767_225_600;

/** Returns the uuid of booking number `n`. */
export function uuidOf(n: number): string {
  return n.toString(16).padStart(32, "0");
}

/** Returns a slot from `start` to `end`, epoch seconds. */
export function slotOf(start: number, end: number, change: Partial<NumberedSlot> = {}): NumberedSlot {
  return { start, end, backendId: "", n: 1, real: true, gone: false, ...change };
}

/** Returns booking number `n`: made `n` seconds after `t`, of an hour that begins a day after that. */
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
  return {
    sourceId: "s",
    booking,
    orderState: null,
    orderUuid: null,
    slots,
    slim: `slim of ${booking.name}`,
    rev: 1,
    ...change,
  };
}

/** Writes these bookings as a run does. */
export async function store(sql: Sql, sourceId: string, writes: readonly BookingWrite[]): Promise<void> {
  const own = writes.map((write) => encodeBooking({ ...write, sourceId }));
  await sql.batch([writeBookings(JSON.stringify(own))]);
}

export const profile = profileWith({ name: "Microscope", filter: { states: ["OK", "Creating"], text: "näidis 🔬" } });

/** Returns a loaded source of account `a` over a provider's list, as it stands between two runs. */
export function sourceRow(id: string, change: Partial<SourceRow> = {}): SourceRow {
  return {
    id,
    accountId: "a",
    kind: "provider",
    scopeUuid: id,
    customerUuid: "",
    name: id,
    partial: "",
    createdAt: t,
    dueAt: t,
    rev: 1,
    loadedAt: t,
    freshAt: t,
    failingSinceAt: null,
    failure: "",
    ordersMicros: 0,
    bookingsMicros: 0,
    ordersPage: null,
    changesCount: 0,
    sweepMicros: 0,
    sweepRich: false,
    ordersNextMicros: 0,
    sweepId: 0,
    sweepPage: null,
    sweepCount: 0,
    sweepAfterMicros: 0,
    sweptAt: 0,
    sweepWanted: false,
    offerings: "{}",
    offeringsAt: null,
    held: "",
    skipped: 0,
    ...change,
  };
}

/** Returns an active feed of source `s`, without events. */
export function feedRow(id: string, change: Partial<FeedRow> = {}): FeedRow {
  return {
    id,
    sourceId: "s",
    accountId: "a",
    slug: "microscope",
    profile,
    salt: `v1.old.salt of ${id}`,
    secret: `v1.old.secret of ${id}`,
    epoch: "e1",
    links: "",
    linksBy: "",
    rev: 1,
    revisedAt: t,
    state: "active",
    renderedRev: 1,
    renderer: 0,
    windowAt: t,
    windowUuid: "",
    noticeAt: 0,
    notice: "",
    eventCount: 0,
    byteCount: 0,
    held: [],
    buried: {},
    createdAt: t,
    expiresAt: null,
    usedAt: null,
    usedBy: "",
    lost: "",
    lostAt: null,
    ...change,
  };
}

/** Returns an event of an hour that begins at `t`. */
export function eventRow(uid: string, change: Partial<EventRow> = {}): EventRow {
  return {
    uid,
    bookingUuid: uuidOf(1),
    sequence: 1,
    stampAt: t,
    startAt: t,
    endAt: (change.startAt ?? t) + 3600,
    cancelledAt: null,
    vevent: `BEGIN:VEVENT\r\nUID:${uid}\r\nEND:VEVENT\r\n`,
    ...change,
  };
}

/** Returns a new target of the feed `f`. */
export function newTarget(id: string, change: Partial<NewTarget> = {}): NewTarget {
  return {
    id,
    feedId: "f",
    name: "Töö",
    calendarUrl: "https://dav.example/work/",
    host: "dav.example",
    account: "dav.example alice",
    credentials: `v1.old.sealed of ${id}`,
    profile: "{}",
    perMinute: null,
    edits: "mirror",
    cancelled: "keep",
    ...change,
  };
}

const tables =
  "meta leases ledger targets decisions attempts runs events addresses feeds bookings readers sources accounts".split(
    " ",
  );

/** Empties the tables, then makes account `a` with the sources `s` and `other`. */
export async function startAnew(sql: Sql): Promise<void> {
  await sql.batch(tables.map((table) => statement(`DELETE FROM ${table}`)));
  await addAccount(sql, "a", null, t);
  for (const id of ["s", "other"]) {
    const list = { accountId: "a", kind: "provider", scopeUuid: id, customerUuid: "", name: id, partial: "" } as const;
    await addSource(sql, { id, ...list }, t);
  }
}

/** Makes a loading feed of source `s` whose address has the hash `hash of <id>`; `change` overrides the columns. */
export async function makeFeed(
  sql: Sql,
  id: string,
  change: Partial<Pick<FeedRow, "sourceId" | "accountId" | "profile">> = {},
  nowAt = t,
  hash = `hash of ${id}`,
): Promise<void> {
  const { sourceId, accountId, slug, profile, salt, secret, epoch, links, expiresAt } = feedRow(id, change);
  await sql.batch(
    insertFeed({ id, sourceId, accountId, slug, profile, salt, secret, epoch, links, expiresAt }, hash, nowAt),
  );
}

/** Gives a feed these events at its revision `change.rev`, drops those with the UIDs in `gone`, and sets its columns. */
export async function placeEvents(
  sql: Sql,
  feedId: string,
  change: FeedChange & { readonly rev: number },
  rows: readonly EventRow[],
  gone: readonly string[] = [],
): Promise<void> {
  const own = rows.map((row) => ({ feedId, rev: change.rev, ...row }));
  const moved = changeFeed(feedId, change);
  await sql.batch([
    ...(moved === null ? [] : [moved]),
    deleteEvents("", JSON.stringify(gone.map((uid) => ({ feedId, uid })))),
    ...chunkRows(own).chunks.map((json) => writeEvents("", json)),
  ]);
}

/** Returns a `sleep` that ends when nobody decides on a booking: on a clock that stands, whoever waits for another gives way. */
export function untilDecided(sql: Sql, bookingUuid: string): () => Promise<void> {
  const name = leaseName("booking", bookingUuid);
  return async () => {
    do await new Promise(setImmediate);
    while ((await sql.first("SELECT holder FROM leases WHERE name = ?1", name)) !== null);
  };
}

/** Makes the statement that adds a row of these columns. */
export function insertRow(table: string, columns: SqlRow): Statement {
  const places = Object.keys(columns).map((_, index) => `?${index + 1}`);
  const names = Object.keys(columns).join(", ");
  return statement(`INSERT INTO ${table} (${names}) VALUES (${places.join(", ")})`, ...Object.values(columns));
}

/** Sets these columns in every row of a table, or in the row of that id. */
export async function setColumns(sql: Sql, table: string, columns: SqlRow, id?: string): Promise<void> {
  const sets = Object.keys(columns).map((column, index) => `${column} = ?${index + 1}`);
  const values: SqlValue[] = Object.values(columns);
  if (id !== undefined) values.push(id);
  const where = id === undefined ? "" : ` WHERE id = ?${values.length}`;
  await sql.run(`UPDATE ${table} SET ${sets.join(", ")}${where}`, ...values);
}

/** Has another run hold a lease from `nowAt` (epoch seconds) on. */
export async function holdLease(
  sql: Sql,
  kind: LeaseKind,
  id: string,
  nowAt: number,
  seconds = leaseSeconds,
): Promise<void> {
  await sql.batch([
    insertRow("leases", { name: leaseName(kind, id), holder: "another run", until_at: nowAt + seconds }),
  ]);
}

/** Returns the feed's row, which must be there. */
export async function feedOf(sql: Sql, id: string): Promise<FeedRow> {
  const feed = await findFeed(sql, id);
  if (feed === null) throw new Error(`there is no feed ${id}`);
  return feed;
}

/** Makes the statement with which the run `writer` changes feeds that it read as these. */
export function leaving(writer: string, ...changes: readonly [FeedRow, Partial<FeedRow>][]): Statement {
  const rows = changes.map(([before, change]) => encodeRendered(before, { ...before, ...change }));
  return writeRendered(writer, JSON.stringify(rows));
}

/** Returns the JSON that `writeEvents` takes: events of a feed at its revision `rev`. */
export function eventsJson(feedId: string, rev: number, ...rows: readonly EventRow[]): string {
  return JSON.stringify(rows.map((row) => ({ feedId, rev, ...row })));
}
