import {
  type Booking,
  type KnownBooking,
  type NumberedSlot,
  type OrderState,
  orderStates,
} from "../calendar/booking.ts";
import { readInt, readText } from "./row.ts";
import { type Sql, type SqlRow, type SqlValue, type Statement, statement } from "./sql.ts";
import { flag, int, json, oneOf, orNull, type RowOf, table, text } from "./table.ts";

const bookings = table("bookings", {
  sourceId: text,
  uuid: text,
  /** The source's, at the booking's last change. */
  rev: int,
  createdMicros: int,
  modifiedMicros: int,
  state: text,
  /** Fingerprint of the slim columns. */
  slim: text,
  data: json<Booking>(),
  slots: json<readonly NumberedSlot[]>(),
  orderState: orNull(oneOf(orderStates, null)),
  /** Waldur may still write its slots without telling. */
  slotless: flag,
  firstStartAt: int,
  lastStartAt: int,
  lastEndAt: int,
  /** The sweep that did not see it; null while it is listed. */
  missedSweep: orNull(int),
  vanishedAt: orNull(int),
});

const slimColumns = bookings.pick("uuid", "slim", "orderState", "missedSweep", "vanishedAt");
const wholeColumns = bookings.pick("data", "slots", "orderState", "vanishedAt", "rev");

/** What a comparison with a slim listing needs of a stored booking. */
export type SlimRow = Omit<RowOf<typeof slimColumns>, "vanishedAt"> & { readonly vanished: boolean };

/** One booking as stored: all we know, and the source's rev at its last change. */
export interface BookingRow extends KnownBooking {
  readonly rev: number;
}

/** What is written of a booking. */
export interface BookingWrite {
  readonly sourceId: string;
  readonly booking: Booking;
  readonly orderState: OrderState | null;
  readonly slots: readonly NumberedSlot[];
  readonly slim: string;
  readonly rev: number;
}

/** Stored bookings made after `after` and up to `to` (epoch microseconds; null: no end), as a sweep's page covers them. */
export async function listSlimBetween(
  sql: Sql,
  sourceId: string,
  after: number,
  to: number | null,
): Promise<Map<string, SlimRow>> {
  const rows = await sql.all(
    `SELECT ${slimColumns.list()} FROM bookings WHERE source_id = ?1 AND created_micros > ?2 AND created_micros <= ?3`,
    sourceId,
    after,
    to ?? Number.MAX_SAFE_INTEGER,
  );
  return bySlim(rows);
}

/** The stored ones among these uuids. */
export async function findSlim(sql: Sql, sourceId: string, uuids: readonly string[]): Promise<Map<string, SlimRow>> {
  if (uuids.length === 0) return new Map();
  const rows = await sql.all(
    `SELECT ${slimColumns.list()} FROM bookings INDEXED BY bookings_uuid
     WHERE source_id = ?1 AND uuid IN (SELECT value FROM json_each(?2))`,
    sourceId,
    JSON.stringify(uuids),
  );
  return bySlim(rows);
}

/** The stored ones among these uuids, whole. */
export async function findBookings(
  sql: Sql,
  sourceId: string,
  uuids: readonly string[],
): Promise<Map<string, BookingRow>> {
  if (uuids.length === 0) return new Map();
  const rows = await sql.all(
    `SELECT ${wholeColumns.list()} FROM bookings
     WHERE source_id = ?1 AND uuid IN (SELECT value FROM json_each(?2))`,
    sourceId,
    JSON.stringify(uuids),
  );
  return new Map(rows.map(readBooking).map((row) => [row.booking.uuid, row]));
}

/** What each source has stored of a booking, by source. */
export async function findInSources(sql: Sql, uuid: string): Promise<Map<string, BookingRow>> {
  const rows = await sql.all(
    `SELECT source_id, ${wholeColumns.list()} FROM bookings INDEXED BY bookings_uuid WHERE uuid = ?1`,
    uuid,
  );
  return new Map(rows.map((row) => [readText(row, "source_id"), readBooking(row)]));
}

/** Bookings changed after `rev`, oldest change first: what a feed that stands at `rev` has to render. */
export async function listChanged(sql: Sql, sourceId: string, rev: number, limit: number): Promise<BookingRow[]> {
  const rows = await sql.all(
    `SELECT ${wholeColumns.list()} FROM bookings
     WHERE source_id = ?1 AND rev > ?2 ORDER BY rev LIMIT ?3`,
    sourceId,
    rev,
    limit,
  );
  return rows.map(readBooking);
}

/** Bookings of an offering with a period that may overlap [fromAt, toAt), other than this one, in order of time. */
export async function listBeside(
  sql: Sql,
  sourceId: string,
  { uuid, offeringUuid }: { uuid: string; offeringUuid: string },
  fromAt: number,
  toAt: number,
): Promise<BookingRow[]> {
  const rows = await sql.all(
    `SELECT ${wholeColumns.list()} FROM bookings INDEXED BY bookings_end
     WHERE source_id = ?1 AND last_end_at > ?4 AND first_start_at < ?5 AND vanished_at IS NULL
       AND data->>'$.offeringUuid' = ?3 AND uuid != ?2 ORDER BY first_start_at, uuid LIMIT 100`,
    sourceId,
    uuid,
    offeringUuid,
    fromAt,
    toAt,
  );
  return rows.map(readBooking);
}

// Without statistics the engine takes any prefix of the primary key for selective and would walk the whole source:
// where that was seen, INDEXED BY names the index.

/** Bookings with a slot that may start in [from, to), by uuid after `afterUuid`: what a moving window takes in. */
export async function listStarting(
  sql: Sql,
  sourceId: string,
  fromAt: number,
  toAt: number,
  afterUuid: string,
  limit: number,
): Promise<BookingRow[]> {
  const rows = await sql.all(
    `SELECT ${wholeColumns.list()} FROM bookings INDEXED BY bookings_window
     WHERE source_id = ?1 AND last_start_at >= ?2 AND first_start_at < ?3 AND uuid > ?4 ORDER BY uuid LIMIT ?5`,
    sourceId,
    fromAt,
    toAt,
    afterUuid,
    limit,
  );
  return rows.map(readBooking);
}

/** Uuids of bookings whose slots Waldur may still write without telling, and that are not over. */
export async function listSlotless(sql: Sql, sourceId: string, nowAt: number): Promise<string[]> {
  const rows = await sql.all(
    `SELECT uuid FROM bookings WHERE source_id = ?1 AND slotless = 1 AND last_end_at > ?2 ORDER BY uuid LIMIT 1000`,
    sourceId,
    nowAt,
  );
  return rows.map((row) => readText(row, "uuid"));
}

/** Uuids that the sweep `sweepId` did not see and that still count as listed. */
export async function listMissed(sql: Sql, sourceId: string, sweepId: number): Promise<string[]> {
  const rows = await sql.all(
    `SELECT uuid FROM bookings INDEXED BY bookings_missed
     WHERE source_id = ?1 AND missed_sweep = ?2 AND vanished_at IS NULL ORDER BY uuid`,
    sourceId,
    sweepId,
  );
  return rows.map((row) => readText(row, "uuid"));
}

export interface BookingCounts {
  /** Those Waldur still lists. */
  readonly listed: number;
  /** Those that wait for a decision and are not over. */
  readonly pending: number;
}

/** How many bookings the source has, and how many wait for an answer. Counts index entries: not for each minute. */
export async function countBookings(sql: Sql, sourceId: string, nowAt: number): Promise<BookingCounts> {
  const row = await sql.first(
    `SELECT
       (SELECT count(*) FROM bookings WHERE source_id = ?1)
         - (SELECT count(*) FROM bookings INDEXED BY bookings_vanished
            WHERE source_id = ?1 AND vanished_at IS NOT NULL) AS listed,
       (SELECT count(*) FROM bookings
        WHERE source_id = ?1 AND last_end_at > ?2 AND state = 'Creating' AND vanished_at IS NULL) AS pending`,
    sourceId,
    nowAt,
  );
  return row === null
    ? { listed: 0, pending: 0 }
    : { listed: readInt(row, "listed"), pending: readInt(row, "pending") };
}

/** Bookings of the source that wait for a decision and are not over, by their first start. */
export async function listPending(sql: Sql, sourceId: string, nowAt: number, limit: number): Promise<BookingRow[]> {
  const rows = await sql.all(
    `SELECT ${wholeColumns.list()} FROM bookings INDEXED BY bookings_pending
     WHERE source_id = ?1 AND last_end_at > ?2 AND state = 'Creating' AND vanished_at IS NULL
     ORDER BY first_start_at, uuid LIMIT ?3`,
    sourceId,
    nowAt,
    limit,
  );
  return rows.map(readBooking);
}

/** Whether any booking of the source waits for a decision and is not over. */
export async function hasPending(sql: Sql, sourceId: string, nowAt: number): Promise<boolean> {
  const row = await sql.first(
    `SELECT 1 AS found FROM bookings
     WHERE source_id = ?1 AND last_end_at > ?2 AND state = 'Creating' AND vanished_at IS NULL LIMIT 1`,
    sourceId,
    nowAt,
  );
  return row !== null;
}

const writeSql = bookings.upsert(["sourceId", "uuid"], "?1");

/** Makes the statement that writes bookings (JSON array of what `encodeBooking` makes), new or changed; they count as listed again. */
export function writeBookings(json: string): Statement {
  return statement(writeSql, json);
}

/** Makes one element of the JSON that `writeBookings` takes. */
export function encodeBooking({
  sourceId,
  booking,
  orderState,
  slots,
  slim,
  rev,
}: BookingWrite): Record<string, SqlValue> {
  const { uuid, state, createdMicros, modifiedMicros } = booking;
  const periods = slots.filter((slot) => !slot.gone);
  const starts = periods.map((slot) => Math.min(slot.start, slot.end));
  const ends = periods.map((slot) => Math.max(slot.start, slot.end));
  const waits = orderState?.startsWith("pending") ?? false;
  return bookings.encode({
    sourceId,
    uuid,
    rev,
    createdMicros,
    modifiedMicros,
    state,
    slim,
    data: booking,
    slots,
    orderState,
    slotless: booking.slots.length === 0 && !waits && (state === "Creating" || state === "OK"),
    firstStartAt: Math.min(...starts, Number.MAX_SAFE_INTEGER),
    lastStartAt: Math.max(...starts, 0),
    lastEndAt: Math.max(...ends, 0),
  });
}

/** The statement that keeps order states learned from a walk, each under the rev given with it. */
export function writeOrderStates(
  sourceId: string,
  changes: readonly { uuid: string; orderState: OrderState; rev: number }[],
): Statement {
  return statement(
    `WITH change AS MATERIALIZED (
       SELECT value->>'$.uuid' AS uuid, value->>'$.orderState' AS state, value->>'$.rev' AS rev FROM json_each(?2))
     UPDATE bookings SET order_state = change.state, rev = change.rev FROM change
     WHERE source_id = ?1 AND bookings.uuid IN (SELECT uuid FROM change) AND bookings.uuid = change.uuid`,
    sourceId,
    JSON.stringify(changes),
  );
}

/** The statement that marks rows as not seen by the sweep (`sweepId`), or as seen after all (null). */
export function markMissed(sourceId: string, uuids: readonly string[], sweepId: number | null): Statement {
  return statement(
    `UPDATE bookings INDEXED BY bookings_uuid SET missed_sweep = ?3
     WHERE source_id = ?1 AND uuid IN (SELECT value FROM json_each(?2)) AND missed_sweep IS NOT ?3`,
    sourceId,
    JSON.stringify(uuids),
    sweepId,
  );
}

/** The statement that marks bookings as gone from Waldur; each gets a rev of its own, counted up from `rev`. */
export function markVanished(sourceId: string, uuids: readonly string[], rev: number, nowAt: number): Statement {
  return statement(
    `WITH gone AS MATERIALIZED (SELECT value AS uuid, key AS position FROM json_each(?2))
     UPDATE bookings SET vanished_at = ?4, slotless = 0, missed_sweep = NULL, rev = ?3 + 1 + gone.position FROM gone
     WHERE source_id = ?1 AND bookings.uuid IN (SELECT uuid FROM gone) AND bookings.uuid = gone.uuid`,
    sourceId,
    JSON.stringify(uuids),
    rev,
    nowAt,
  );
}

/** The statement that gives every booking of these offerings a new rev after `rev`, so that its events are rendered again. */
export function touchOfferings(sourceId: string, offeringUuids: readonly string[], rev: number): Statement {
  return statement(
    `UPDATE bookings SET rev = ?3 + touched.position
     FROM (SELECT uuid, row_number() OVER (ORDER BY rev) AS position FROM bookings
           WHERE source_id = ?1 AND data->>'$.offeringUuid' IN (SELECT value FROM json_each(?2))) AS touched
     WHERE bookings.source_id = ?1 AND bookings.uuid = touched.uuid`,
    sourceId,
    JSON.stringify(offeringUuids),
    rev,
  );
}

/** How many bookings of these offerings the source has: what `touchOfferings` will count up. */
export async function countOfOfferings(sql: Sql, sourceId: string, offeringUuids: readonly string[]): Promise<number> {
  const row = await sql.first(
    `SELECT count(*) AS found FROM bookings
     WHERE source_id = ?1 AND data->>'$.offeringUuid' IN (SELECT value FROM json_each(?2))`,
    sourceId,
    JSON.stringify(offeringUuids),
  );
  return row === null ? 0 : readInt(row, "found");
}

function bySlim(rows: readonly SqlRow[]): Map<string, SlimRow> {
  const found = new Map<string, SlimRow>();
  for (const row of rows) {
    const { uuid, slim, orderState, missedSweep, vanishedAt } = slimColumns.read(row);
    found.set(uuid, { uuid, slim, orderState, missedSweep, vanished: vanishedAt !== null });
  }
  return found;
}

function readBooking(row: SqlRow): BookingRow {
  const { data: booking, slots, orderState, vanishedAt, rev } = wholeColumns.read(row);
  return { booking, slots, orderState, vanished: vanishedAt !== null, rev };
}
