import { type Booking, type KnownBooking, type NumberedSlot, orderStates } from "../../calendar/booking.ts";
import { readInt, readText } from "../sql/row.ts";
import type { Sql, SqlRow } from "../sql/port.ts";
import { flag, int, json, oneOf, orNull, type RowOf, table, text } from "../sql/table.ts";

export const bookings = table("bookings", {
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
  orderUuid: orNull(text),
  /** Waldur may still write its slots without telling. */
  slotless: flag,
  firstStartAt: int,
  lastStartAt: int,
  lastEndAt: int,
  /** The sweep that did not see it; null while it is listed. */
  missedSweep: orNull(int),
  /** Its `modified` when it was first seen ended, which later saves do not move; null while it stands. */
  endedMicros: orNull(int),
  /** Since when it is known to be gone; 0: out of the account's sight, which tells nothing of the booking; null while it is listed. */
  vanishedAt: orNull(int),
});

const slimColumns = bookings.pick("uuid", "slim", "orderState", "missedSweep", "vanishedAt");
const wholeColumns = bookings.pick("data", "slots", "orderState", "orderUuid", "endedMicros", "vanishedAt", "rev");

/** Returns the SQL of the columns that `readLocated` takes, after this alias. */
export const storedColumns = (alias: string): string => wholeColumns.list(alias);

/** The part of a stored booking that a comparison with a slim listing needs. */
export type SlimRow = Omit<RowOf<typeof slimColumns>, "vanishedAt"> & { readonly vanished: boolean };

/** One booking as stored: all we know, and the source's rev at its last change. */
export interface BookingRow extends KnownBooking {
  readonly rev: number;
}

/** Returns stored bookings made after `after` and up to `to` (epoch microseconds; null: no end), as a sweep's page covers them. */
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

/** Returns the stored bookings of these uuids, slim. */
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

/** Returns the stored bookings of these uuids, slim, by source and uuid. */
export async function findSlimOfAll(sql: Sql, uuids: readonly string[]): Promise<Map<string, Map<string, SlimRow>>> {
  if (uuids.length === 0) return new Map();
  const rows = await sql.all(
    `SELECT source_id, ${slimColumns.list()} FROM bookings INDEXED BY bookings_uuid
     WHERE uuid IN (SELECT value FROM json_each(?1))`,
    JSON.stringify(uuids),
  );
  const groups = Map.groupBy(rows, (row) => readText(row, "source_id"));
  return new Map([...groups].map(([id, group]) => [id, bySlim(group)]));
}

/** Returns the stored bookings of these uuids, whole. */
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
  return new Map(rows.map(readStored).map((row) => [row.booking.uuid, row]));
}

/** A booking, and the source whose row it is. */
export interface LocatedRow extends BookingRow {
  readonly sourceId: string;
}

/** Returns the stored bookings of these uuids in these sources, by uuid; of several rows of one booking the last. */
export async function findLocated(
  sql: Sql,
  sourceIds: readonly string[],
  uuids: readonly string[],
): Promise<Map<string, LocatedRow>> {
  const rows = await sql.all(
    `SELECT source_id, ${wholeColumns.list()} FROM bookings INDEXED BY bookings_uuid
     WHERE uuid IN (SELECT value FROM json_each(?2)) AND source_id IN (SELECT value FROM json_each(?1))
     ORDER BY modified_micros, order_state NULLS FIRST, source_id`,
    JSON.stringify(sourceIds),
    JSON.stringify(uuids),
  );
  return new Map(rows.map(readLocated).map((row) => [row.booking.uuid, row]));
}

/** Returns the provider and the offering of each of these bookings that is stored anywhere, and whether it is still undecided, by uuid. */
export async function findProviders(
  sql: Sql,
  uuids: readonly string[],
): Promise<Map<string, Pick<Booking, "providerUuid" | "offeringUuid"> & { readonly open: boolean }>> {
  const rows = await sql.all(
    `SELECT uuid, state, data->>'$.providerUuid' AS provider, data->>'$.offeringUuid' AS offering
     FROM bookings INDEXED BY bookings_uuid WHERE uuid IN (SELECT value FROM json_each(?1)) ORDER BY modified_micros`,
    JSON.stringify(uuids),
  );
  return new Map(
    rows.map((row) => [
      readText(row, "uuid"),
      {
        providerUuid: readText(row, "provider"),
        offeringUuid: readText(row, "offering"),
        open: readText(row, "state") === "Creating",
      },
    ]),
  );
}

/** Returns what each source has stored of a booking, by source. */
export async function findInSources(sql: Sql, uuid: string): Promise<Map<string, BookingRow>> {
  const rows = await sql.all(
    `SELECT source_id, ${wholeColumns.list()} FROM bookings INDEXED BY bookings_uuid WHERE uuid = ?1`,
    uuid,
  );
  return new Map(rows.map((row) => [readText(row, "source_id"), readStored(row)]));
}

/** Returns bookings changed after `rev`, oldest change first: what a feed that stands at `rev` has to render. */
export async function listChanged(sql: Sql, sourceId: string, rev: number, limit: number): Promise<BookingRow[]> {
  const rows = await sql.all(
    `SELECT ${wholeColumns.list()} FROM bookings
     WHERE source_id = ?1 AND rev > ?2 ORDER BY rev LIMIT ?3`,
    sourceId,
    rev,
    limit,
  );
  return rows.map(readStored);
}

/** Returns the uuids of bookings changed after `rev`. */
export async function listChangedUuids(sql: Sql, sourceId: string, rev: number): Promise<string[]> {
  const rows = await sql.all("SELECT uuid FROM bookings WHERE source_id = ?1 AND rev > ?2", sourceId, rev);
  return rows.map((row) => readText(row, "uuid"));
}

// Without statistics the engine takes any prefix of the primary key for selective and would walk the whole source:
// where that was seen, INDEXED BY names the index.

/** The days that a window leaves and those that it comes to, epoch seconds. */
export interface WindowMove {
  /** The end of what it showed, and of what it shows now. */
  readonly shown: readonly [before: number, after: number];
  /** The start of its day, and of its day now. */
  readonly today: readonly [before: number, after: number];
}

/**
 * Returns what a moving window changes, by uuid after `afterUuid`: bookings with a slot that may start where it begins to
 * show, and requests whose last slot ended on a day that is over now.
 */
export async function listMoved(
  sql: Sql,
  sourceId: string,
  { shown, today }: WindowMove,
  afterUuid: string,
  limit: number,
): Promise<BookingRow[]> {
  const rows = await sql.all(
    `SELECT ${wholeColumns.list()} FROM bookings INDEXED BY bookings_uuid WHERE source_id = ?1 AND uuid IN (
       SELECT uuid FROM bookings INDEXED BY bookings_window
       WHERE source_id = ?1 AND last_start_at >= ?2 AND first_start_at < ?3 AND uuid > ?4
       UNION SELECT uuid FROM bookings INDEXED BY bookings_pending
       WHERE source_id = ?1 AND last_end_at > ?6 AND last_end_at <= ?7 AND state = 'Creating' AND vanished_at IS NULL
         AND uuid > ?4
       ORDER BY uuid LIMIT ?5)
     ORDER BY uuid`,
    sourceId,
    ...shown,
    afterUuid,
    limit,
    ...today,
  );
  return rows.map(readStored);
}

const slotlessColumns = bookings.pick("uuid", "state", "slim", "modifiedMicros");

/** A booking whose slots Waldur may still write without telling, and that is not over. */
export type SlotlessRow = RowOf<typeof slotlessColumns>;

/** Returns those of one source, by uuid. */
export async function listSlotless(sql: Sql, sourceId: string, nowAt: number): Promise<SlotlessRow[]> {
  const rows = await sql.all(
    `SELECT ${slotlessColumns.list()} FROM bookings
     WHERE source_id = ?1 AND slotless = 1 AND last_end_at > ?2 ORDER BY uuid LIMIT 1000`,
    sourceId,
    nowAt,
  );
  return rows.map(slotlessColumns.read);
}

/** Returns those of these sources, by source. */
export async function listSlotlessOfAll(
  sql: Sql,
  sourceIds: readonly string[],
  nowAt: number,
): Promise<Map<string, SlotlessRow[]>> {
  const rows = await sql.all(
    `SELECT source_id, ${slotlessColumns.list()} FROM bookings INDEXED BY bookings_slotless
     WHERE source_id IN (SELECT value FROM json_each(?1)) AND slotless = 1 AND last_end_at > ?2 LIMIT 10000`,
    JSON.stringify(sourceIds),
    nowAt,
  );
  const groups = Map.groupBy(rows, (row) => readText(row, "source_id"));
  return new Map([...groups].map(([id, group]) => [id, group.map(slotlessColumns.read)]));
}

/** Returns uuids that the sweep `sweepId` did not see and that still count as listed. */
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

/** Counts the bookings of the source, and those that wait for an answer, in index entries: not for each minute. */
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

/** Returns true when any booking of the source waits for a decision and is not over. */
export async function hasPending(sql: Sql, sourceId: string, nowAt: number): Promise<boolean> {
  const row = await sql.first(
    `SELECT 1 AS found FROM bookings
     WHERE source_id = ?1 AND last_end_at > ?2 AND state = 'Creating' AND vanished_at IS NULL LIMIT 1`,
    sourceId,
    nowAt,
  );
  return row !== null;
}

/** Returns the ids of those of these sources of which a booking waits for a decision and is not over. */
export async function listPendingSources(sql: Sql, sourceIds: readonly string[], nowAt: number): Promise<Set<string>> {
  const rows = await sql.all(
    `SELECT value AS id FROM json_each(?1) WHERE EXISTS (
       SELECT 1 FROM bookings INDEXED BY bookings_pending
       WHERE source_id = value AND last_end_at > ?2 AND state = 'Creating' AND vanished_at IS NULL)`,
    JSON.stringify(sourceIds),
    nowAt,
  );
  return new Set(rows.map((row) => readText(row, "id")));
}

function bySlim(rows: readonly SqlRow[]): Map<string, SlimRow> {
  const found = new Map<string, SlimRow>();
  for (const row of rows) {
    const { uuid, slim, orderState, missedSweep, vanishedAt } = slimColumns.read(row);
    found.set(uuid, { uuid, slim, orderState, missedSweep, vanished: vanishedAt !== null });
  }
  return found;
}

/** Reads a row of `storedColumns` and the id of its source. */
export function readLocated(row: SqlRow): LocatedRow {
  return { ...readStored(row), sourceId: readText(row, "source_id") };
}

/** Reads a row of `storedColumns`. */
export function readStored(row: SqlRow): BookingRow {
  const { data: booking, endedMicros, vanishedAt, ...rest } = wholeColumns.read(row);
  const ended = endedMicros === null ? {} : { endedMicros };
  return {
    booking,
    ...rest,
    ...ended,
    vanished: vanishedAt !== null,
    ...(vanishedAt !== null && vanishedAt <= 0 && { unseen: true }),
  };
}
