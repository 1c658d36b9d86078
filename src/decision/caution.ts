import { epochSeconds } from "../lib/clock.ts";
import type { Deps } from "../deps.ts";
import { overlapping } from "../calendar/period.ts";
import { type Beside, findBeside, livePeriods, type Located } from "./beside.ts";
import { bookingEnd } from "./rights.ts";

/** The overlaps and past times that a person should have seen before an accept. */
export interface Caution {
  /** Other bookings of the offering at the same time. */
  readonly overlaps: readonly Beside[];
  /** Its first period has begun; `over`: its last one has passed, and it cannot be decided any more. */
  readonly time: "ahead" | "begun" | "over";
}

/** Returns the caution about a booking, out of what was found beside it. */
export function cautionOf({ booking, slots }: Located, beside: readonly Beside[], nowAt: number): Caution {
  const periods = livePeriods(slots);
  const begun = periods.some(({ start }) => start <= nowAt);
  return {
    overlaps: overlapping(periods, beside),
    time: bookingEnd(booking) <= nowAt ? "over" : begun ? "begun" : "ahead",
  };
}

/** Returns true when one click may accept: nothing lies at the same time, and it is ahead. */
export function isClear({ overlaps, time }: Caution): boolean {
  return overlaps.length === 0 && time === "ahead";
}

/** Finds the caution about each of these bookings, by uuid, in one statement. */
export async function findCautions(
  deps: Pick<Deps, "sql" | "now">,
  located: readonly Located[],
): Promise<ReadonlyMap<string, Caution>> {
  const beside = await findBeside(deps.sql, located);
  const nowAt = epochSeconds(deps);
  return new Map(located.map((one) => [one.booking.uuid, cautionOf(one, beside.get(one.booking.uuid) ?? [], nowAt)]));
}
