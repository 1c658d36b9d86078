import type { BookingState, KnownBooking, OrderState } from "./booking.ts";
import type { Event } from "./event.ts";

/** The status of a booking: its state and that of the order that made it, as one word that a person understands. */
const bookingStatuses = [
  "requested", // waiting, and it is not known for whom
  "awaiting-approval", // the customer's side has not approved yet; nobody can accept
  "awaiting-start", // approved, waits for the project or its start date
  "awaiting-order", // the provider approves the order in Waldur first; accept and reject answer 400
  "awaiting-provider", // the provider can accept or reject
  "confirmed",
  "updating",
  "cancelling", // still held until Waldur is done
  "cancelled", // accepted once, then terminated
  "rejected", // by the provider, or withdrawn by the requester: Waldur does not distinguish the two
  "refused", // the customer's side did not approve
  "failed", // the order failed before anybody accepted
  "faulty", // accepted, later marked as erred: still held
  "vanished", // Waldur does not have it any more
] as const;
export type BookingStatus = (typeof bookingStatuses)[number];

const requests: Readonly<Record<OrderState, BookingStatus>> = {
  "pending-consumer": "awaiting-approval",
  "pending-project": "awaiting-start",
  "pending-start-date": "awaiting-start",
  "pending-provider": "awaiting-order",
  executing: "awaiting-provider",
  // The order list is read before the booking: it already shows the decision.
  done: "confirmed",
  canceled: "rejected",
  rejected: "refused",
  erred: "failed",
};

/** Returns the status of a known booking. One proven to be gone from Waldur is `vanished`, whatever state it had. */
export function bookingStatus(
  known: Pick<KnownBooking, "orderState" | "vanished"> & { booking: { state: BookingState } },
): BookingStatus {
  if (known.vanished) return "vanished";
  const order = known.orderState;
  switch (known.booking.state) {
    case "Creating":
      return order === null ? "requested" : requests[order];
    case "OK":
      return "confirmed";
    case "Updating":
      return "updating";
    case "Terminating":
      return "cancelling";
    case "Erred":
      // While the order is unknown, the booking may have been accepted: its slot is not freed.
      return order === null || order === "done" ? "faulty" : "failed";
    case "Terminated":
      return statusOfEnd(order);
  }
}

/** Returns true when Waldur takes an accept or reject at this status, or may do so: the order of `requested` is not known. */
export function isDecidable(status: BookingStatus): boolean {
  return status === "awaiting-provider" || status === "requested";
}

/** Seconds after which a request whose order was not seen is taken to be one whose order is never shown. */
export const orderSeconds = 600;

/**
 * Returns true while the order of a new request may still be seen: it came between Waldur's two lists, and whether the provider or
 * somebody else has to act is told by the next. `nowAt`: epoch seconds.
 */
export function awaitsOrder(
  { orderState, booking }: Pick<KnownBooking, "orderState"> & { booking: { createdMicros: number } },
  nowAt: number,
): boolean {
  return orderState === null && booking.createdMicros / 1_000_000 > nowAt - orderSeconds;
}

function statusOfEnd(order: OrderState | null): BookingStatus {
  if (order === "canceled") return "rejected";
  if (order === "rejected") return "refused";
  if (order === "erred") return "failed";
  return "cancelled";
}

/** The STATUS (RFC 5545 3.8.1.11) of a booking's events. */
export const eventStatus: Readonly<Record<BookingStatus, Event["status"]>> = {
  requested: "TENTATIVE",
  "awaiting-approval": "TENTATIVE",
  "awaiting-start": "TENTATIVE",
  "awaiting-order": "TENTATIVE",
  "awaiting-provider": "TENTATIVE",
  confirmed: "CONFIRMED",
  updating: "CONFIRMED",
  cancelling: "CONFIRMED",
  cancelled: "CANCELLED",
  rejected: "CANCELLED",
  refused: "CANCELLED",
  failed: "CANCELLED",
  faulty: "CONFIRMED",
  vanished: "CANCELLED",
};
