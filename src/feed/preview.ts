import type { Event } from "../calendar/event.ts";
import { bookingEvents } from "../calendar/booking-events.ts";
import type { FeedProfile } from "../calendar/profile.ts";
import { numberSlots } from "../calendar/slots.ts";
import type { Deps } from "../deps.ts";
import type { Offering } from "../waldur/schema.ts";
import type { ActingAccount } from "../account/find-source.ts";
import { epochSeconds } from "../clock.ts";
import { bookingFilter, belongs } from "../waldur/scope.ts";
import type { NewSource } from "../store/sources.ts";
import { matchesFilter } from "../calendar/filter.ts";

/** The offerings whose bookings a list holds: what a feed over it can be narrowed to. */
export async function listOfferings(
  { client }: ActingAccount,
  source: Pick<NewSource, "kind" | "scopeUuid">,
): Promise<Offering[]> {
  return source.kind === "provider" ? client.offerings({ customerUuid: source.scopeUuid }) : [];
}

/** What a feed that is not made yet would show from now on, as far as the newest page of its bookings tells; nothing is stored. */
export async function previewFeed(
  deps: Deps,
  { client }: ActingAccount,
  source: Pick<NewSource, "kind" | "scopeUuid">,
  profile: FeedProfile,
): Promise<Event[]> {
  const nowAt = epochSeconds(deps);
  const untilAt = nowAt + profile.futureDays * 86_400;
  const { rows } = await client.richBookings({ ...bookingFilter(source), o: ["-created"] }, 1);
  const context = {
    profile,
    homeport: null,
    offerings: new Map(),
    uidOf: (uuid: string, n: number) => `${uuid}-${n}`,
    decisionUrlOf: () => "",
    sample: deps.sample,
  };
  return rows
    .filter((booking) => belongs(booking, source))
    .map((booking) => ({ booking, orderState: null, slots: numberSlots([], booking), vanished: false }))
    .filter((known) => matchesFilter(known, profile.filter))
    .flatMap((known) => bookingEvents(known, context))
    .filter(({ status, start, end }) => status !== "CANCELLED" && end > nowAt && start < untilAt)
    .toSorted((a, b) => a.start - b.start);
}
