import { readHomeport } from "../account/site.ts";
import { orderAddress } from "../calendar/homeport.ts";
import { type BookingStatus, bookingStatus } from "../calendar/status.ts";
import type { Deps } from "../deps.ts";
import { findInSources } from "../store/bookings/bookings.ts";

/** The reason for which nobody can accept or reject a booking yet. */
export interface DecisionWait {
  /** As stored; null: the booking is not stored. */
  readonly status: BookingStatus | null;
  /** The page of the order that has to move first; "" where its address is not known. */
  readonly order: string;
}

/** Finds whose move it is at a booking for which Waldur takes no decision yet. Throws `store_failed`. */
export async function findWait(deps: Deps, bookingUuid: string): Promise<DecisionWait> {
  const [known] = (await findInSources(deps.sql, bookingUuid)).values();
  if (known === undefined) return { status: null, order: "" };
  return { status: bookingStatus(known), order: orderAddress(await readHomeport(deps), known) };
}
