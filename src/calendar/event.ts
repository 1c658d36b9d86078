import type { Booking } from "./booking.ts";
import type { FeedProfile } from "./profile.ts";

/** Whole days: the first, and the one after the last, each as `20261123` (RFC 5545 3.3.4). */
export interface Days {
  readonly first: string;
  readonly after: string;
}

/** One slot of one booking as a calendar event: pure data, no revision. */
export interface Event {
  readonly uid: string;
  /** The slot's number in its booking. */
  readonly n: number;
  /** Epoch seconds; `end` is always after `start`. */
  readonly start: number;
  readonly end: number;
  /** Set for an all-day event, which takes these days in whatever zone it is read. */
  readonly days: Days | null;
  /** Time at which the booking was made, epoch seconds; null when the feed must not show it. */
  readonly created: number | null;
  readonly summary: string;
  readonly description: string;
  readonly location: string;
  readonly geo: { readonly latitude: number; readonly longitude: number } | null;
  readonly categories: readonly string[];
  /** https or http URL of letters, digits and `._~/?=&%-` only, which every client turns into a link; "" for none. */
  readonly url: string;
  /** https URL of a picture (RFC 7986 5.10), spelt as `url`; "" for none. */
  readonly image: string;
  /** CSS3 colour name (RFC 7986 5.9); "" for none. */
  readonly colour: string;
  readonly status: "TENTATIVE" | "CONFIRMED" | "CANCELLED";
  /** True for a notice: it takes nobody's time, whatever its status. */
  readonly notice: boolean;
  /** Minutes before the start; null: no alarm. */
  readonly alarmMinutes: number | null;
}

/** The revision of an event: raised whenever the event renders differently. */
export interface Revision {
  /** RFC 5545 3.8.7.4; never falls, below 2^31. */
  readonly sequence: number;
  /** Epoch seconds: DTSTAMP and LAST-MODIFIED. */
  readonly stamp: number;
}

/** The facts about an offering that its own list gives. */
export interface OfferingFacts {
  readonly name: string;
  readonly latitude: number | null;
  readonly longitude: number | null;
  /** https URL of its picture at Waldur; absent without one. */
  readonly thumbnail?: string;
}

/** Everything that shapes the events of a booking besides the booking itself. */
export interface EventContext {
  readonly profile: FeedProfile;
  /** HomePort's address from Waldur's /api/configuration/, ending in a slash; null when unset. */
  readonly homeport: string | null;
  readonly offerings: ReadonlyMap<string, OfferingFacts>;
  /** Returns the UID of slot `n` of the booking (in busy feeds a keyed hash, made beforehand). */
  readonly uidOf: (bookingUuid: string, n: number) => string;
  /** Returns the address of the page on which a pending booking is decided; "" for none. */
  readonly decisionUrlOf: (bookingUuid: string) => string;
  /** Returns on whose side whoever reads the calendar stands: a provider's decide, on the requester's a request is withdrawn. */
  readonly sideOf: (booking: Booking) => "provider" | "requester";
  /** True when the data is made up, which every event then says loudly. */
  readonly sample: boolean;
}
