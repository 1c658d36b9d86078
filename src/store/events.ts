import type { BusyPeriod } from "../calendar/ical/free-busy.ts";
import { readInt, readText } from "./sql/row.ts";
import { type Joined, type Sql, type Statement, statement } from "./sql/port.ts";
import { int, orNull, type RowOf, table, text } from "./sql/table.ts";

const columns = {
  uid: text,
  bookingUuid: text,
  sequence: int,
  stampAt: int,
  startAt: int,
  endAt: int,
  /** Since when it is a tombstone; null while it lives. */
  cancelledAt: orNull(int),
  vevent: text,
};
export const events = table("events", columns);

/** One rendered event of a feed. */
export type EventRow = RowOf<typeof events>;

/** Returns the VEVENTs of a feed in the order they are served. Rejects with `store_failed` when one is not whole. */
export async function joinVevents(sql: Sql, feedId: string): Promise<Joined> {
  // Compared as bytes: the end of a text is found only by way of all its characters. And with literals: what is put
  // together in SQL is put together for each row.
  return sql.join(
    `SELECT CASE WHEN substr(CAST(vevent AS BLOB), 1, 14) = ${blob("BEGIN:VEVENT\r\n")}
         AND substr(CAST(vevent AS BLOB), -14) = ${blob("\r\nEND:VEVENT\r\n")}
       THEN vevent END AS text
     FROM events WHERE feed_id = ?1 ORDER BY start_at, uid`,
    feedId,
  );
}

/**
 * Returns the times that a feed's events take (TRANSP:OPAQUE) within [`fromAt`, `toAt`), epoch seconds, those of pending
 * bookings as BUSY-TENTATIVE. No text of others can begin a content line, so the lines are searched as they stand.
 */
export async function listBusy(sql: Sql, feedId: string, fromAt: number, toAt: number): Promise<BusyPeriod[]> {
  const rows = await sql.all(
    `SELECT start_at, end_at, instr(vevent, ?4) > 0 AS tentative FROM events
     WHERE feed_id = ?1 AND end_at > ?2 AND start_at < ?3 AND instr(vevent, ?5) > 0`,
    feedId,
    fromAt,
    toAt,
    "\r\nSTATUS:TENTATIVE\r\n",
    "\r\nTRANSP:OPAQUE\r\n",
  );
  return rows.map((row) => ({
    start: readInt(row, "start_at"),
    end: readInt(row, "end_at"),
    type: readInt(row, "tentative") === 1 ? "BUSY-TENTATIVE" : "BUSY",
  }));
}

/** Makes a literal of SQL for the bytes of that ASCII. */
function blob(ascii: string): string {
  return `X'${Array.from(ascii, (letter) => letter.charCodeAt(0).toString(16).padStart(2, "0")).join("")}'`;
}

/**
 * Returns the rows of these bookings in these feeds, by feed; of feeds without any nothing. The index is named because the engine,
 * without statistics, would walk the whole feed.
 */
export async function findEvents(
  sql: Sql,
  feedIds: readonly string[],
  bookingUuids: readonly string[],
): Promise<Map<string, EventRow[]>> {
  const rows = await sql.all(
    `SELECT * FROM events INDEXED BY events_booking
     WHERE feed_id IN (SELECT value FROM json_each(?1)) AND booking_uuid IN (SELECT value FROM json_each(?2))`,
    JSON.stringify(feedIds),
    JSON.stringify(bookingUuids),
  );
  const byFeed = Map.groupBy(rows, (row) => readText(row, "feed_id"));
  return new Map([...byFeed].map(([feedId, own]) => [feedId, own.map(events.read)]));
}

/** Returns rows of bookings to drop for their age: outside [`fromAt`, `toAt`), or tombstones since before `cancelledBefore`. */
export async function listStale(
  sql: Sql,
  feedId: string,
  fromAt: number,
  toAt: number,
  cancelledBefore: number,
): Promise<EventRow[]> {
  const rows = await sql.all(
    `SELECT * FROM events WHERE feed_id = ?1 AND booking_uuid != ''
       AND (end_at <= ?2 OR start_at >= ?3 OR cancelled_at < ?4) ORDER BY rev DESC, uid`,
    feedId,
    fromAt,
    toAt,
    cancelledBefore,
  );
  return rows.map(events.read);
}

const written = table("events", {
  feedId: text,
  /** The feed's, at the event's last change. */
  rev: int,
  ...columns,
});

const writeSql = written.upsert(
  ["feedId", "uid"],
  "?2",
  "(SELECT writer FROM feeds WHERE feeds.id = value->>'$.feedId') = ?1",
);

/** Makes the statement that writes events (JSON array of `EventRow` with `feedId` and `rev`), of each feed only where the batch's run holds it. */
export function writeEvents(writer: string, json: string): Statement {
  return statement(writeSql, writer, json);
}

/** Makes the statement that removes events (JSON array of `feedId` and `uid`), of each feed only where the batch's run holds it. */
export function deleteEvents(writer: string, json: string): Statement {
  return statement(
    `DELETE FROM events WHERE (feed_id, uid) IN (
       SELECT value->>'$.feedId', value->>'$.uid' FROM json_each(?2)
       WHERE (SELECT writer FROM feeds WHERE feeds.id = value->>'$.feedId') = ?1)`,
    writer,
    json,
  );
}

/** Makes the statement that removes every event of a feed. */
export function clearEvents(feedId: string): Statement {
  return statement("DELETE FROM events WHERE feed_id = ?1", feedId);
}
