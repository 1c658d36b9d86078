import type { KnownBooking } from "./booking.ts";
import type { FeedProfile } from "./profile.ts";

/** One slot of one booking as a calendar event: pure data, no revision. */
export interface Event {
  readonly uid: string;
  /** The slot's number in its booking. */
  readonly n: number;
  /** Epoch seconds; `end` is always after `start`. */
  readonly start: number;
  readonly end: number;
  /** When the booking was made, epoch seconds; null where that must not be told. */
  readonly created: number | null;
  readonly summary: string;
  readonly description: string;
  readonly location: string;
  readonly geo: { readonly latitude: number; readonly longitude: number } | null;
  readonly categories: readonly string[];
  /** https or http URL of letters, digits and `._~/?=&%-` only, which every client makes a link of; "" for none. */
  readonly url: string;
  readonly status: "TENTATIVE" | "CONFIRMED" | "CANCELLED";
  /** A notice: it takes nobody's time, whatever its status. */
  readonly notice: boolean;
  readonly alarmMinutes: number | null;
}

/** When an event was last rendered differently, and how often. */
export interface Revision {
  /** RFC 5545 3.8.7.4; never falls, below 2^31. */
  readonly sequence: number;
  /** Epoch seconds: DTSTAMP and LAST-MODIFIED. */
  readonly stamp: number;
}

/** What an offering's own list tells of it. */
export interface OfferingFacts {
  readonly name: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
}

/** What `eventsOf` needs besides the booking. */
export interface EventContext {
  readonly profile: FeedProfile;
  /** HomePort's address from Waldur's /api/configuration/, ending in a slash; null when unset. */
  readonly homeport: string | null;
  readonly offerings: ReadonlyMap<string, OfferingFacts>;
  /** UID of slot `n` of the booking (in busy feeds a keyed hash, made beforehand). */
  readonly uidOf: (bookingUuid: string, n: number) => string;
  /** Address of the page on which a pending booking is decided; "" for none. */
  readonly decisionUrlOf: (bookingUuid: string) => string;
  /** Shown loudly in every event: the data is made up. */
  readonly sample: boolean;
}

export type { KnownBooking };
