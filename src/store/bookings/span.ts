import { type BookingRow, readStored, storedColumns } from "./bookings.ts";
import { type EventRow, events } from "../events.ts";
import { readText } from "../sql/row.ts";
import type { Sql } from "../sql/port.ts";

/** Days to show, and what of them. */
export interface Span {
  /** Epoch seconds: what lies partly in [`fromAt`, `toAt`). */
  readonly fromAt: number;
  readonly toAt: number;
  /** "" for all offerings. */
  readonly offeringUuid: string;
  /** True for those too that have ended: terminated, cancelled or gone. */
  readonly ended: boolean;
}

/** An event and the offering its booking is of, "" where that is not known. */
export type AgendaRow = EventRow & { readonly offeringUuid: string };

/** Returns at most `limit` events of a feed in these days, in order of start. */
export async function listAgenda(
  sql: Sql,
  { id, sourceId }: { id: string; sourceId: string },
  { fromAt, toAt, offeringUuid, ended }: Span,
  limit: number,
): Promise<AgendaRow[]> {
  const rows = await sql.all(
    `SELECT events.*, coalesce(bookings.data->>'$.offeringUuid', '') AS offering_uuid
     FROM events LEFT JOIN bookings ON bookings.source_id = ?2 AND bookings.uuid = events.booking_uuid
     WHERE events.feed_id = ?1 AND events.start_at < ?4 AND events.end_at > ?3
       AND (?5 = '' OR bookings.data->>'$.offeringUuid' = ?5) AND (?6 = 1 OR events.cancelled_at IS NULL)
     ORDER BY events.start_at, events.uid LIMIT ?7`,
    id,
    sourceId,
    fromAt,
    toAt,
    offeringUuid,
    Number(ended),
    limit,
  );
  return rows.map((row) => ({ ...events.read(row), offeringUuid: readText(row, "offering_uuid") }));
}

/**
 * Returns at most `limit` bookings of these sources that may have a period in these days, each once, in order of their first
 * start: of several sources' rows the newest. None that is out of its account's sight.
 */
export async function listBetween(
  sql: Sql,
  sourceIds: readonly string[],
  { fromAt, toAt, offeringUuid, ended }: Span,
  limit: number,
): Promise<BookingRow[]> {
  const rows = await sql.all(
    `SELECT * FROM (
       SELECT ${storedColumns("bookings")}, first_start_at, uuid,
         row_number() OVER (PARTITION BY uuid ORDER BY modified_micros DESC, source_id) AS place
       FROM bookings INDEXED BY bookings_end
       WHERE source_id IN (SELECT value FROM json_each(?1)) AND last_end_at > ?2 AND first_start_at < ?3
         AND (vanished_at IS NULL OR (?5 = 1 AND vanished_at > 0)) AND (?5 = 1 OR state != 'Terminated')
         AND (?4 = '' OR data->>'$.offeringUuid' = ?4)) AS seen
     WHERE place = 1 ORDER BY first_start_at, uuid LIMIT ?6`,
    JSON.stringify(sourceIds),
    fromAt,
    toAt,
    offeringUuid,
    Number(ended),
    limit,
  );
  return rows.map(readStored);
}
