import { DateTime, IANAZone } from "luxon";
import type { FeedProfile } from "./profile.ts";

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
  const day = startOfDay(profile.zone, nowAt);
  return {
    dayAt: day.toUnixInteger(),
    fromAt: day.minus({ days: profile.pastDays }).toUnixInteger(),
    toAt: day.plus({ days: profile.futureDays + 1 }).toUnixInteger(),
  };
}

/** Returns the start and the end (exclusive) of the day of `nowAt` in the zone, epoch seconds. */
export function dayOf(zone: string | null, nowAt: number): { start: number; end: number } {
  const day = startOfDay(zone, nowAt);
  return { start: day.toUnixInteger(), end: day.plus({ days: 1 }).toUnixInteger() };
}

/** Returns true when some of the event (epoch seconds) lies in the window. */
export function inWindow(event: { readonly start: number; readonly end: number }, window: Window): boolean {
  return event.end > window.fromAt && event.start < window.toAt;
}

/** Returns the instant in the zone, or in UTC for an unknown zone and null, whatever the language of the machine. */
export function localTime(zone: string | null, at: number): DateTime {
  // luxon alone would take "local" for the zone of the machine.
  const own = IANAZone.create(zone ?? "UTC");
  return DateTime.fromSeconds(at, { locale: "en-US", numberingSystem: "latn", zone: own.isValid ? own : "utc" });
}

function startOfDay(zone: string | null, at: number): DateTime {
  return localTime(zone, at).startOf("day");
}
