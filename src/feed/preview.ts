import type { Event } from "../calendar/event.ts";
import { bookingEvents } from "../calendar/booking-events.ts";
import type { FeedProfile } from "../calendar/profile.ts";
import type { Deps } from "../deps.ts";
import { unstoredBooking, unstoredContext } from "./unstored.ts";
import type { Offering } from "../waldur/schema.ts";
import type { ActingAccount } from "../account/find-source.ts";
import { epochSeconds } from "../lib/clock.ts";
import { bookingFilter, belongs } from "../waldur/scope.ts";
import type { NewSource } from "../store/sources/sources.ts";
import { matchesFilter } from "../calendar/filter.ts";

/** Returns the offerings that a feed over the list can be narrowed to. */
export async function listOfferings(
  { client }: ActingAccount,
  source: Pick<NewSource, "kind" | "scopeUuid">,
): Promise<Offering[]> {
  return source.kind === "provider" ? client.offerings({ customerUuid: source.scopeUuid }) : [];
}

/** Returns the events that a new feed would show from now on, judged by its newest page of bookings; nothing is stored. */
export async function previewFeed(
  deps: Deps,
  { client }: ActingAccount,
  source: Pick<NewSource, "kind" | "scopeUuid">,
  profile: FeedProfile,
): Promise<Event[]> {
  const nowAt = epochSeconds(deps);
  const untilAt = nowAt + profile.futureDays * 86_400;
  const { rows } = await client.richBookings({ ...bookingFilter(source), o: ["-created"] }, 1);
  const context = unstoredContext(deps, profile);
  return rows
    .filter((booking) => belongs(booking, source))
    .map((booking) => unstoredBooking(booking, null))
    .filter((known) => matchesFilter(known, profile.filter))
    .flatMap((known) => bookingEvents(known, context))
    .filter(({ status, start, end }) => status !== "CANCELLED" && end > nowAt && start < untilAt)
    .toSorted((a, b) => a.start - b.start);
}
