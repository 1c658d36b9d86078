import { int, intOrNull, text } from "./row.ts";
import { type Joined, type Sql, type SqlRow, type Statement, statement } from "./sql.ts";

/** One rendered event of a feed. */
export interface EventRow {
  readonly uid: string;
  readonly bookingUuid: string;
  readonly sequence: number;
  readonly stampAt: number;
  readonly startAt: number;
  readonly endAt: number;
  /** Since when it is a tombstone; null while it lives. */
  readonly cancelledAt: number | null;
  readonly vevent: string;
}

/** The VEVENTs of a feed in the order in which they are served. Rejects with `store_failed` when one is not whole. */
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

/** A literal of SQL for the bytes of that ASCII. */
function blob(ascii: string): string {
  return `X'${Array.from(ascii, (letter) => letter.charCodeAt(0).toString(16).padStart(2, "0")).join("")}'`;
}

/** An event and the offering its booking is of, "" where that is not known. */
export type AgendaRow = EventRow & { readonly offeringUuid: string };

/** At most `limit` events of a feed that lie partly in [`fromAt`, `toAt`), in order of start. */
export async function listAgenda(
  sql: Sql,
  { id, sourceId }: { id: string; sourceId: string },
  fromAt: number,
  toAt: number,
  limit: number,
): Promise<AgendaRow[]> {
  const rows = await sql.all(
    `SELECT events.*, coalesce(bookings.data->>'$.offeringUuid', '') AS offering_uuid
     FROM events LEFT JOIN bookings ON bookings.source_id = ?2 AND bookings.uuid = events.booking_uuid
     WHERE events.feed_id = ?1 AND events.start_at < ?4 AND events.end_at > ?3
     ORDER BY events.start_at, events.uid LIMIT ?5`,
    id,
    sourceId,
    fromAt,
    toAt,
    limit,
  );
  return rows.map((row) => ({ ...readEvent(row), offeringUuid: text(row, "offering_uuid") }));
}

/**
 * The rows of these bookings in these feeds, by feed; of feeds without any nothing. The index is named because the engine,
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
  const byFeed = Map.groupBy(rows, (row) => text(row, "feed_id"));
  return new Map([...byFeed].map(([feedId, own]) => [feedId, own.map(readEvent)]));
}

/** Rows of bookings to drop for their age: outside [`fromAt`, `toAt`), or tombstones since before `cancelledBefore`. */
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
  return rows.map(readEvent);
}

/** An event of a feed as it is written at the feed's revision `rev`. */
export interface EventWrite extends EventRow {
  readonly feedId: string;
  readonly rev: number;
}

/** The statement that writes events (JSON array of `EventWrite`), of each feed only where the batch's run holds it. */
export function writeEvents(writer: string, json: string): Statement {
  return statement(
    `INSERT INTO events (feed_id, uid, booking_uuid, rev, sequence, stamp_at, start_at, end_at, cancelled_at, vevent)
     SELECT value->>'$.feedId', value->>'$.uid', value->>'$.bookingUuid', value->>'$.rev', value->>'$.sequence',
       value->>'$.stampAt', value->>'$.startAt', value->>'$.endAt', value->>'$.cancelledAt', value->>'$.vevent'
     FROM json_each(?2) WHERE (SELECT writer FROM feeds WHERE feeds.id = value->>'$.feedId') = ?1
     ON CONFLICT (feed_id, uid) DO UPDATE SET booking_uuid = excluded.booking_uuid, rev = excluded.rev,
       sequence = excluded.sequence, stamp_at = excluded.stamp_at, start_at = excluded.start_at,
       end_at = excluded.end_at, cancelled_at = excluded.cancelled_at, vevent = excluded.vevent`,
    writer,
    json,
  );
}

/** The statement that removes events (JSON array of `feedId` and `uid`), of each feed only where the batch's run holds it. */
export function deleteEvents(writer: string, json: string): Statement {
  return statement(
    `DELETE FROM events WHERE (feed_id, uid) IN (
       SELECT value->>'$.feedId', value->>'$.uid' FROM json_each(?2)
       WHERE (SELECT writer FROM feeds WHERE feeds.id = value->>'$.feedId') = ?1)`,
    writer,
    json,
  );
}

/** The statement that removes every event of a feed. */
export function clearEvents(feedId: string): Statement {
  return statement("DELETE FROM events WHERE feed_id = ?1", feedId);
}

function readEvent(row: SqlRow): EventRow {
  return {
    uid: text(row, "uid"),
    bookingUuid: text(row, "booking_uuid"),
    sequence: int(row, "sequence"),
    stampAt: int(row, "stamp_at"),
    startAt: int(row, "start_at"),
    endAt: int(row, "end_at"),
    cancelledAt: intOrNull(row, "cancelled_at"),
    vevent: text(row, "vevent"),
  };
}
