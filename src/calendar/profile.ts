import type { BookingState } from "./booking.ts";

export const details = ["busy", "basic", "full"] as const;
/** The level of detail of a feed: `busy` shows taken time; `basic` also the offering and state; `full` also who and why. */
export type Detail = (typeof details)[number];

export const languages = ["en", "et"] as const;
export type Language = (typeof languages)[number];

export const decisionModes = ["off", "sign-in", "signed"] as const;
/**
 * The links to accept and reject in pending events of a `full` feed. `off`: none; `sign-in`: their page asks the visitor
 * to sign in; `signed`: whoever holds the link decides as the feed's account.
 */
export type DecisionMode = (typeof decisionModes)[number];

/** The decisions on a pending booking. */
export const actions = ["accept", "reject"] as const;
export type Action = (typeof actions)[number];

export const stateMarks = ["word", "sign", "behind"] as const;
/** The way in which a title tells the state: by a word before the name, by a sign before it ("? ", "✗ "), or by the word behind it. */
export type StateMark = (typeof stateMarks)[number];

/** The bookings of the source that a feed holds. An absent list lets all through; uuids are 32 lower-case hex digits. */
export interface FeedFilter {
  readonly states?: readonly BookingState[];
  readonly offerings?: readonly string[];
  readonly customers?: readonly string[];
  readonly projects?: readonly string[];
  /** Usernames in Waldur. */
  readonly requesters?: readonly string[];
  /** Case-insensitive part of the booking's name, description, requester, customer or project. */
  readonly text?: string;
}

/** The least and the most of each number of a profile. */
export const profileBounds = {
  /** Four weeks. */
  alarmMinutes: { least: 0, most: 40_320 },
  pastDays: { least: 0, most: 3650 },
  futureDays: { least: 1, most: 3650 },
} as const;

/** All that shapes the text of a feed besides the bookings themselves. */
export interface FeedProfile {
  readonly name: string;
  readonly detail: Detail;
  readonly language: Language;
  /** IANA zone whose local time the description adds; null: none. */
  readonly zone: string | null;
  /** Minutes before the start; null: no alarm. */
  readonly alarmMinutes: number | null;
  /** CSS3 colour name, lower case; null: none. */
  readonly colour: string | null;
  /** The fate of an event whose booking ended: kept for a while, struck out, or dropped at once. */
  readonly cancelled: "keep" | "drop";
  readonly stateMark: StateMark;
  /** Periods of whole days of the zone are all-day events; without a zone none are. */
  readonly wholeDays: boolean;
  /** Each offering has a colour of its own (RFC 7986 5.9). */
  readonly offeringColours: boolean;
  /** Colours that were chosen for single offerings, by uuid (32 hex digits): CSS3 names, lower case. */
  readonly chosenColours: Readonly<Record<string, string>>;
  /** Events carry the picture of their offering (RFC 7986 5.10). */
  readonly offeringImages: boolean;
  readonly decisions: DecisionMode;
  readonly pastDays: number;
  readonly futureDays: number;
  readonly filter: FeedFilter;
}
