import type { Booking, KnownBooking } from "./booking.ts";

/** Returns the address of a booking in HomePort, whose own ends in a slash; "" where that is not known. */
export function bookingAddress(homeport: string | null, { uuid }: Pick<Booking, "uuid">): string {
  return homeport === null ? "" : `${homeport}resource-details/${uuid}/`;
}

/** Returns the address of the page on which somebody finds their own API token; "" where that is not known. */
export function tokenAddress(homeport: string | null): string {
  return homeport === null ? "" : `${homeport}profile/api-key/`;
}

/** Returns the address of the order behind a booking in HomePort; the booking's own page where the order is not known. */
export function orderAddress(homeport: string | null, known: Pick<KnownBooking, "orderUuid" | "booking">): string {
  if (known.orderUuid === null) return bookingAddress(homeport, known.booking);
  return homeport === null ? "" : `${homeport}marketplace-order-details/${known.orderUuid}/`;
}
