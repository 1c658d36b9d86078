import { epochSeconds } from "../lib/clock.ts";
import { listSlotless, type SlotlessRow } from "../store/bookings/bookings.ts";
import type { Page } from "../waldur/client.ts";
import type { SlimBooking } from "../calendar/booking.ts";
import type { BookingQuery } from "../waldur/parameters.ts";
import { bookingFilter } from "../waldur/scope.ts";
import { type SourceRun, slimText, spendListing } from "./run.ts";

/** Seconds for which one that was accepted is asked for by name, until the first sweep after: sweeps find its slots too. */
const namedSeconds = 600;
const namedAtOnce = 5;

/** Returns true for one that no list of requests shows: it was accepted before its slots were written. */
function isAskedByName({ state, modifiedMicros }: SlotlessRow, nowAt: number): boolean {
  return state !== "Creating" && nowAt - modifiedMicros / 1e6 < namedSeconds;
}

/**
 * Returns the uuids of bookings without slots, other than those that are read anyway, that are to be read: Waldur writes slots
 * without telling. One list shows which of the requests have theirs; those that were accepted meanwhile, a few in turn.
 */
export async function listSlotted(run: SourceRun, other: ReadonlySet<string>): Promise<string[]> {
  const nowAt = epochSeconds(run.deps);
  const rows = (await listSlotless(run.deps.sql, run.source.id, nowAt)).filter(({ uuid }) => !other.has(uuid));
  const waiting = new Map(rows.filter(({ state }) => state === "Creating").map(({ uuid, slim }) => [uuid, slim]));
  const found: string[] = [];
  const filter: BookingQuery = { ...bookingFilter(run.source), state: ["Creating"] };
  for (let page: number | null = 1; page !== null && waiting.size > 0 && spendListing(run, page);) {
    const listed: Page<SlimBooking> = await run.client.slimBookings(filter, page);
    for (const row of listed.rows) {
      const slim = waiting.get(row.uuid);
      if (slim !== undefined && slim !== slimText(row)) found.push(row.uuid);
    }
    page = listed.next;
  }
  return [...found, ...chooseNamed(rows, nowAt)];
}

/** Returns the uuids of those among these bookings without slots that are asked for by name in this minute. */
export function chooseNamed(rows: readonly SlotlessRow[], nowAt: number): string[] {
  const named = new Set(rows.filter((row) => isAskedByName(row, nowAt)).map(({ uuid }) => uuid));
  return takeFewInTurn([...named], Math.floor(nowAt / 60));
}

function takeFewInTurn(uuids: readonly string[], turn: number): string[] {
  if (uuids.length <= namedAtOnce) return [...uuids];
  const from = (turn * namedAtOnce) % uuids.length;
  return [...uuids.slice(from), ...uuids.slice(0, from)].slice(0, namedAtOnce);
}
