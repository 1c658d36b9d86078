import type { NumberedSlot } from "../calendar/booking.ts";
import { eventTimes } from "../calendar/booking-events.ts";
import { joinPeriods, overlapping, type Period } from "../calendar/period.ts";
import { bookingStatus, eventStatus } from "../calendar/status.ts";
import type { Sql } from "../store/sql/port.ts";
import { type BesideQuestion, listBeside } from "../store/bookings/beside.ts";
import type { LocatedRow } from "../store/bookings/bookings.ts";

/** A period of another booking of the same offering. */
export interface Beside extends Period {
  readonly uuid: string;
  readonly name: string;
  /** It is asked for too; false: it is taken. */
  readonly pending: boolean;
}

/** A booking in one of the lists that hold it. */
export type Located = Pick<LocatedRow, "booking" | "slots" | "sourceId">;

/** Periods of a booking that are asked about one by one; what is left over, as one. */
const mostPeriods = 50;

/**
 * Finds the bookings of the same offering around each of these, in one statement: in the periods it has, and in `around` (its
 * day, for instance). Returns for each uuid the periods in question of those that stand or wait, in order of time.
 */
export async function findBeside(
  sql: Sql,
  located: readonly Located[],
  around: (one: Located) => readonly Period[] = () => [],
): Promise<ReadonlyMap<string, readonly Beside[]>> {
  const asked = new Map(
    located.map((one) => [one.booking.uuid, joinPeriods([...livePeriods(one.slots), ...around(one)], mostPeriods)]),
  );
  const questions = located.flatMap(({ booking: { uuid, offeringUuid }, sourceId }): BesideQuestion[] =>
    (asked.get(uuid) ?? []).map(({ start, end }) => ({ uuid, sourceId, offeringUuid, fromAt: start, toAt: end })),
  );
  const found = await listBeside(sql, questions);
  return new Map(
    [...asked].map(([uuid, periods]) => [
      uuid,
      (found.get(uuid) ?? [])
        .flatMap((other): Beside[] => {
          const status = eventStatus[bookingStatus({ ...other, vanished: false, booking: other })];
          if (status === "CANCELLED") return [];
          const { name } = other;
          const pending = status === "TENTATIVE";
          return overlapping(periods, livePeriods(other.slots)).map((one) => ({
            ...one,
            uuid: other.uuid,
            name,
            pending,
          }));
        })
        .toSorted((a, b) => a.start - b.start),
    ]),
  );
}

/** Returns the periods that a booking has, as its events show them, in order of time. */
export function livePeriods(slots: readonly NumberedSlot[]): Period[] {
  return slots
    .filter(({ gone }) => !gone)
    .map(eventTimes)
    .toSorted((a, b) => a.start - b.start || a.end - b.end);
}
