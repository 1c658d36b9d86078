import type { Booking, KnownBooking } from "../calendar/booking.ts";
import type { EventContext } from "../calendar/event.ts";
import type { FeedProfile } from "../calendar/profile.ts";
import { numberSlots } from "../calendar/slots.ts";
import type { Deps } from "../deps.ts";
import type { Order } from "../waldur/schema.ts";

/** Returns a booking that Waldur lists as if it were stored for the first time. */
export function unstoredBooking(booking: Booking, order: Pick<Order, "uuid" | "state"> | null): KnownBooking {
  return {
    booking,
    orderState: order?.state ?? null,
    orderUuid: order?.uuid ?? null,
    slots: numberSlots([], booking),
    vanished: false,
  };
}

/** Returns the context for events that no feed holds: without decision links, with UIDs that anybody can work out. */
export function unstoredContext({ sample }: Pick<Deps, "sample">, profile: FeedProfile): EventContext {
  const uidOf = (uuid: string, n: number): string => `${uuid}-${n}`;
  return {
    profile,
    homeport: null,
    offerings: new Map(),
    uidOf,
    decisionUrlOf: () => "",
    sideOf: () => "provider",
    sample,
  };
}
