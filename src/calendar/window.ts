import { DateTime } from "luxon";
import type { Days } from "./event.ts";
import type { FeedProfile } from "./profile.ts";
import { overlaps } from "./period.ts";
import { findZone } from "./zone.ts";

/** The time that a feed shows, epoch seconds: events that end after `fromAt` and start before `toAt`. */
export interface Window {
  /** Start of the day that the window belongs to; the window moves with it. */
  readonly dayAt: number;
  readonly fromAt: number;
  readonly toAt: number;
}

/**
 * Returns the window of a feed on the day of `nowAt` (epoch seconds) in the feed's zone, UTC without one: `pastDays` whole
 * days before that day, the day itself, `futureDays` whole days after it. The same all day long.
 */
export function windowOf(profile: Pick<FeedProfile, "zone" | "pastDays" | "futureDays">, nowAt: number): Window {
  const { zone, pastDays, futureDays } = profile;
  const today = localDate(zone, nowAt);
  return {
    dayAt: startOfDate(zone, today),
    fromAt: startOfDate(zone, today.minus({ days: pastDays })),
    toAt: startOfDate(zone, today.plus({ days: futureDays + 1 })),
  };
}

/** Returns the start and the end (exclusive) of the day of `nowAt` in the zone, epoch seconds. */
export function dayOf(zone: string | null, nowAt: number): { start: number; end: number } {
  const today = localDate(zone, nowAt);
  return { start: startOfDate(zone, today), end: startOfDate(zone, today.plus({ days: 1 })) };
}

/**
 * Returns the days that a period (epoch seconds) fills in the zone from their first to their last second, however long
 * those days are; null for one that begins or ends within a day.
 */
export function wholeDays(zone: string | null, { start, end }: { start: number; end: number }): Days | null {
  const [first, after] = [localDate(zone, start), localDate(zone, end)];
  // The year after 9999 has no date (RFC 5545 3.3.4).
  if (first >= after || after.year > 9999) return null;
  if (startOfDate(zone, first) !== start || startOfDate(zone, after) !== end) return null;
  return { first: first.toFormat("yyyyLLdd"), after: after.toFormat("yyyyLLdd") };
}

/** Returns true when some of the event (epoch seconds) lies in the window. */
export function inWindow(event: { readonly start: number; readonly end: number }, window: Window): boolean {
  return overlaps(event, { start: window.fromAt, end: window.toAt });
}

/** Returns the instant in the zone, or in UTC for an unknown zone and null, whatever the language of the machine. */
export function localTime(zone: string | null, at: number): DateTime {
  return DateTime.fromSeconds(at, { locale: "en-US", numberingSystem: "latn", zone: findZone(zone ?? "UTC") });
}

/** Returns the date in the zone at that instant (epoch seconds), as midnight UTC: there, every day has 24 hours. */
export function localDate(zone: string | null, at: number): DateTime {
  const { year, month, day } = localTime(zone, at);
  return DateTime.utc(year, month, day, { locale: "en-US", numberingSystem: "latn" });
}

/**
 * Returns the first second of a date (midnight UTC) in the zone, epoch seconds. Where the clock goes forward at midnight,
 * the day starts at one; where it goes back to midnight, at the first of the two.
 */
export function startOfDate(zone: string | null, date: DateTime): number {
  const midnight = date.toUnixInteger();
  const clock = (at: number): number => at + localTime(zone, at).offset * 60;
  const noon = midnight - localTime(zone, midnight).offset * 60 + 43_200;
  let [before, from] = [noon - 86_400, noon];
  const start = midnight - (clock(before) - before);
  if (clock(before) - before === clock(from) - from) return start;
  // The clock changes in between.
  while (from - before > 1) {
    const middle = Math.floor((before + from) / 2);
    if (clock(middle) < midnight) before = middle;
    else from = middle;
  }
  return from;
}
