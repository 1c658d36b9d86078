import * as v from "valibot";
import { bookingStates } from "../../../calendar/booking.ts";
import { time, textOrNull, wholeOrNull, list, describe } from "./shape.ts";

export const providers = v.object({
  providers: list(
    v.object({
      uuid: describe(v.string(), "The organisation's uuid, which its bookings name"),
      name: v.string(),
      own: describe(v.boolean(), "True when the account is its owner or manager"),
    }),
  ),
});

export type ProvidersJson = v.InferOutput<typeof providers>;

const booking = v.object({
  uuid: v.string(),
  name: v.string(),
  state: v.picklist(bookingStates),
  offering: v.string(),
  provider: v.string(),
  customer: v.string(),
  project: v.string(),
  requester: v.string(),
  slots: list(v.object({ start: time, end: time })),
});

export type BookingJson = v.InferOutput<typeof booking>;

export const bookings = v.object({
  bookings: list(booking),
  skipped: describe(list(v.object({ uuid: textOrNull, reason: v.string() })), "Bookings that do not fit"),
  rows: describe(
    v.nullable(list(v.record(v.string(), v.unknown()))),
    "With `field`, in place of bookings: these columns under Waldur's names",
  ),
  count: describe(wholeOrNull, "Bookings on all pages; null where only reading every page would tell"),
  next: describe(wholeOrNull, "Number of the page that follows"),
  notApplied: describe(
    list(v.string()),
    "Parameters that this Waldur ignores, also in the header X-Not-Applied; found out once a day, so that an upgrade of Waldur shows the day after",
  ),
});

export type BookingsJson = v.InferOutput<typeof bookings>;
