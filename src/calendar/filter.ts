import type { KnownBooking } from "./booking.ts";
import type { FeedFilter } from "./profile.ts";

/**
 * Returns true when the booking passes the filter. The window of the feed is checked apart, for each event. `ended`: the
 * booking was shown and has ended, so that its state does not count. A text does, though a new name may leave it: whoever
 * changes the text of a feed wants the others gone.
 */
export function matchesFilter(known: KnownBooking, filter: FeedFilter, ended = false): boolean {
  const { booking } = known;
  if (!ended && filter.states !== undefined && !filter.states.includes(booking.state)) return false;
  if (filter.offerings !== undefined && !filter.offerings.includes(booking.offeringUuid)) return false;
  if (filter.customers !== undefined && !filter.customers.includes(booking.customerUuid)) return false;
  if (filter.projects !== undefined && !filter.projects.includes(booking.projectUuid)) return false;
  if (filter.requesters !== undefined && !filter.requesters.includes(booking.requesterUsername)) return false;
  const text = filter.text?.toLowerCase() ?? "";
  if (text === "") return true;
  const { name, description, requesterName, requesterUsername, customerName, projectName } = booking;
  return [name, description, requesterName, requesterUsername, customerName, projectName].some((candidate) =>
    candidate.toLowerCase().includes(text),
  );
}
