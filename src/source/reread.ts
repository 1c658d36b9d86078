import type { Booking } from "../calendar/booking.ts";
import { AppError } from "../errors.ts";
import type { BookingQuery } from "../waldur/parameters.ts";
import { noteSkipped, saveBookings, type SourceRun, spendPage, spendRequest, type ToldOrder } from "./run.ts";

/** Most bookings of a page that are read one by one: about what the page costs Waldur with all columns. */
export const singly = 20;

/**
 * Reads a page of the list again with all columns and stores those of these bookings that it holds. Resolves to the others:
 * all of them when they are few, or when no page may be read.
 */
export async function rereadPage(
  run: SourceRun,
  filter: BookingQuery,
  page: number,
  uuids: readonly string[],
  orders: ReadonlyMap<string, ToldOrder> = new Map(),
): Promise<readonly string[]> {
  if (uuids.length <= singly || !spendPage(run)) return uuids;
  const wanted = new Set(uuids);
  const listed = await run.client.richBookings(filter, page);
  const rows = listed.rows.filter(({ uuid }) => wanted.has(uuid));
  await saveBookings(run, rows, orders);
  for (const { uuid } of rows) wanted.delete(uuid);
  return [...wanted];
}

/**
 * Reads these bookings one by one, rich, and stores them; as many as the budget allows.
 * Resolves to the uuids it did not come to and those Waldur does not show (404).
 */
export async function rereadBookings(
  run: SourceRun,
  uuids: readonly string[],
  orders: ReadonlyMap<string, ToldOrder>,
): Promise<{ left: readonly string[]; absent: readonly string[] }> {
  const found: Booking[] = [];
  const absent: string[] = [];
  let done = 0;
  for (const uuid of uuids) {
    if (!spendRequest(run)) break;
    done += 1;
    try {
      const answer = await run.client.booking(uuid);
      if ("skipped" in answer) noteSkipped(run, [{ uuid, reason: answer.skipped }]);
      else found.push(answer);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "waldur_not_found") throw error;
      absent.push(uuid);
    }
  }
  await saveBookings(run, found, orders);
  return { left: uuids.slice(done), absent };
}
