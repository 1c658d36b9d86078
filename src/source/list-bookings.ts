import type { Slot } from "../calendar/booking.ts";
import { parseQuery } from "../waldur/parameters.ts";
import type { ActingAccount } from "../account/find-source.ts";

/** Returns one page of the bookings that Waldur shows the account; `query` holds Waldur's own parameters, and `page`. */
export async function listBookings(
  { client }: ActingAccount,
  { page = "1", ...query }: Record<string, string | string[]>,
) {
  const asked = parseQuery(query);
  const { rows, count, next, skipped } = await client.richBookings(asked, Number(page));
  return {
    bookings: rows.map((booking) => ({
      uuid: booking.uuid,
      name: booking.name,
      state: booking.state,
      offering: booking.offeringName,
      provider: booking.providerName,
      customer: booking.customerName,
      project: booking.projectName,
      requester: booking.requesterName || booking.requesterUsername,
      slots: (booking.slots.length > 0 ? booking.slots : booking.schedules).map(slotJson),
    })),
    skipped,
    count,
    next,
  };
}

function slotJson({ start, end }: Slot) {
  return { start: new Date(start * 1000).toISOString(), end: new Date(end * 1000).toISOString() };
}
