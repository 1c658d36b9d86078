import type { Booking, NumberedSlot, OrderState } from "../../calendar/booking.ts";
import { bookings } from "./bookings.ts";
import { readInt } from "../sql/row.ts";
import { type Sql, type SqlValue, type Statement, statement } from "../sql/port.ts";

/** A booking as it is written. */
export interface BookingWrite {
  readonly sourceId: string;
  readonly booking: Booking;
  readonly orderState: OrderState | null;
  readonly orderUuid: string | null;
  readonly slots: readonly NumberedSlot[];
  readonly slim: string;
  /** Absent while it stands. */
  readonly endedMicros?: number;
  readonly rev: number;
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
  orderUuid,
  slots,
  slim,
  endedMicros,
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
    orderUuid,
    endedMicros: endedMicros ?? null,
    slotless: booking.slots.length === 0 && !waits && (state === "Creating" || state === "OK"),
    firstStartAt: Math.min(...starts, Number.MAX_SAFE_INTEGER),
    lastStartAt: Math.max(...starts, 0),
    lastEndAt: Math.max(...ends, 0),
  });
}

/** Makes the statement that keeps orders learned from a walk, each under the rev given with it. */
export function writeOrders(
  sourceId: string,
  changes: readonly { uuid: string; orderState: OrderState; orderUuid: string; rev: number }[],
): Statement {
  return statement(
    `WITH change AS MATERIALIZED (
       SELECT value->>'$.uuid' AS uuid, value->>'$.orderState' AS state, value->>'$.orderUuid' AS made_by,
              CAST(value->>'$.rev' AS BIGINT) AS rev FROM json_each(?2))
     UPDATE bookings SET order_state = change.state, order_uuid = change.made_by, rev = change.rev FROM change
     WHERE source_id = ?1 AND bookings.uuid IN (SELECT uuid FROM change) AND bookings.uuid = change.uuid`,
    sourceId,
    JSON.stringify(changes),
  );
}

/** Makes the statement that marks rows as not seen by the sweep (`sweepId`), or as seen after all (null). */
export function markMissed(sourceId: string, uuids: readonly string[], sweepId: number | null): Statement {
  return statement(
    `UPDATE bookings INDEXED BY bookings_uuid SET missed_sweep = ?3
     WHERE source_id = ?1 AND uuid IN (SELECT value FROM json_each(?2)) AND missed_sweep IS NOT ?3`,
    sourceId,
    JSON.stringify(uuids),
    sweepId,
  );
}

/**
 * Makes the statement that marks bookings as gone from Waldur since `goneAt`, or below 0 as out of the account's sight since
 * then; each gets a rev of its own, counted up from `rev`.
 */
export function markVanished(sourceId: string, uuids: readonly string[], rev: number, goneAt: number): Statement {
  return statement(
    `WITH gone AS MATERIALIZED (SELECT value AS uuid, CAST(key AS BIGINT) AS position FROM json_each(?2))
     UPDATE bookings SET vanished_at = ?4, slotless = 0, missed_sweep = NULL, rev = ?3 + 1 + gone.position FROM gone
     WHERE source_id = ?1 AND bookings.uuid IN (SELECT uuid FROM gone) AND bookings.uuid = gone.uuid`,
    sourceId,
    JSON.stringify(uuids),
    rev,
    goneAt,
  );
}

/** Makes the statement that gives every booking of these offerings a new rev after `rev`, so that its events are rendered again. */
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

/** Returns the number of bookings of these offerings the source has: what `touchOfferings` will count up. */
export async function countOfOfferings(sql: Sql, sourceId: string, offeringUuids: readonly string[]): Promise<number> {
  const row = await sql.first(
    `SELECT count(*) AS found FROM bookings
     WHERE source_id = ?1 AND data->>'$.offeringUuid' IN (SELECT value FROM json_each(?2))`,
    sourceId,
    JSON.stringify(offeringUuids),
  );
  return row === null ? 0 : readInt(row, "found");
}
