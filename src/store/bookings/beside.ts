import { bookingStates, type NumberedSlot, orderStates } from "../../calendar/booking.ts";
import type { Sql } from "../sql/port.ts";
import { json, oneOf, orNull, type RowOf, table, text } from "../sql/table.ts";

/** A time, epoch seconds, at which the bookings beside one are wanted. */
export interface BesideQuestion {
  /** The booking, which is not beside itself. */
  readonly uuid: string;
  readonly sourceId: string;
  readonly offeringUuid: string;
  readonly fromAt: number;
  readonly toAt: number;
}

const columns = table("beside", {
  /** The bookings that were asked about, some of them more than once. */
  asked: json<readonly string[]>(),
  uuid: text,
  name: text,
  state: oneOf(bookingStates, "OK"),
  orderState: orNull(oneOf(orderStates, null)),
  slots: json<readonly NumberedSlot[]>(),
});

/** A booking of the same offering. */
export type BesideRow = Omit<RowOf<typeof columns>, "asked">;

/** Most rows for one question, where nothing else is said. */
const mostRows = 100;

/** Lengths of bookings, rounded up, seconds: a day, eight days, three months, any. Those of `bookings_near`. */
const lengths = [86_400, 691_200, 8_035_200];
const anyLength = Number.MAX_SAFE_INTEGER;
const length = "last_end_at - first_start_at";
const roundedLength = `CASE ${lengths.map((most) => `WHEN ${length} <= ${most} THEN ${most}`).join(" ")} ELSE ${anyLength} END`;
const roundedLengths = [...lengths, anyLength].map((most) => `(${most})`).join(", ");

/**
 * Returns the bookings that stand or wait in the same list and offering with a period that may lie in [fromAt, toAt), by the
 * booking that was asked about; each once, in order of time. Of each length it walks what starts at most that long before.
 */
export async function listBeside(
  sql: Sql,
  questions: readonly BesideQuestion[],
  most = mostRows,
): Promise<Map<string, BesideRow[]>> {
  const found = new Map<string, Map<string, BesideRow>>();
  if (questions.length === 0) return new Map();
  const rows = await sql.all(
    `WITH question AS MATERIALIZED (
       SELECT value->>'$.uuid' AS asked, value->>'$.sourceId' AS source, value->>'$.offeringUuid' AS offering,
         CAST(value->>'$.fromAt' AS BIGINT) AS from_at, CAST(value->>'$.toAt' AS BIGINT) AS to_at FROM json_each(?1)),
     rounded(most) AS (VALUES ${roundedLengths}),
     numbered AS MATERIALIZED (
       SELECT asked, source_id, uuid, first_start_at,
         row_number() OVER (PARTITION BY asked, from_at, to_at ORDER BY first_start_at, uuid) AS number
       FROM question CROSS JOIN rounded CROSS JOIN bookings INDEXED BY bookings_near
         ON source_id = source AND data->>'$.offeringUuid' = offering AND ${roundedLength} = most
           AND first_start_at > from_at - most AND first_start_at < to_at AND last_end_at > from_at
       WHERE vanished_at IS NULL AND state != 'Terminated' AND uuid != asked),
     near AS MATERIALIZED (
       SELECT source_id, uuid, first_start_at, json_group_array(asked) AS asked FROM numbered
       WHERE number <= ?2 GROUP BY source_id, uuid, first_start_at)
     SELECT asked, bookings.uuid, data->>'$.name' AS name, state, order_state, slots
     FROM near JOIN bookings INDEXED BY bookings_uuid
       ON bookings.uuid = near.uuid AND bookings.source_id = near.source_id
     ORDER BY near.first_start_at, bookings.uuid`,
    JSON.stringify(questions),
    most,
  );
  for (const row of rows) {
    const { asked, ...other } = columns.read(row);
    for (const one of asked) {
      const own = found.get(one) ?? new Map<string, BesideRow>();
      found.set(one, own.set(other.uuid, other));
    }
  }
  return new Map([...found].map(([asked, own]) => [asked, [...own.values()]]));
}
