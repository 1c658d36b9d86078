import type { BookingState } from "./booking.ts";

export const details = ["busy", "basic", "full"] as const;
/** How much a feed tells: `busy` only that time is taken; `basic` what and which state; `full` also who and why. */
export type Detail = (typeof details)[number];

export const languages = ["en", "et"] as const;
export type Language = (typeof languages)[number];

export const decisionModes = ["off", "sign-in", "signed"] as const;
/**
 * Whether pending events of a `full` feed have links to accept and reject. `sign-in`: the page asks who it is; `signed`:
 * whoever holds the link decides as the feed's account.
 */
export type DecisionMode = (typeof decisionModes)[number];

/** What can be done with a pending booking. */
export const actions = ["accept", "reject"] as const;
export type Action = (typeof actions)[number];

/** Which bookings of the source a feed holds. An absent list lets everything through; uuids are 32 lower-case hex. */
export interface FeedFilter {
  readonly states?: readonly BookingState[];
  readonly offerings?: readonly string[];
  readonly customers?: readonly string[];
  readonly projects?: readonly string[];
  /** Case-insensitive part of the booking's name, description, requester, customer or project. */
  readonly text?: string;
}

/** All that shapes the text of a feed besides the bookings themselves. */
export interface FeedProfile {
  readonly name: string;
  readonly detail: Detail;
  readonly language: Language;
  /** IANA zone whose local time the description tells as well; null: UTC only. */
  readonly zone: string | null;
  /** Minutes before the start; null: no alarm. */
  readonly alarmMinutes: number | null;
  /** CSS3 colour name, lower case; null: none. */
  readonly colour: string | null;
  /** What becomes of an event whose booking ended: a struck-out one for a while, or nothing. */
  readonly cancelled: "keep" | "drop";
  readonly decisions: DecisionMode;
  readonly pastDays: number;
  readonly futureDays: number;
  readonly filter: FeedFilter;
}
