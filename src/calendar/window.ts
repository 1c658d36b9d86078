import { DateTime, IANAZone } from "luxon";
import type { FeedProfile } from "./profile.ts";

/** Which time a feed tells of, epoch seconds: what ends after `fromAt` and starts before `toAt`. */
export interface Window {
  /** Start of the day it belongs to; it moves when this does. */
  readonly dayAt: number;
  readonly fromAt: number;
  readonly toAt: number;
}

/**
 * The window of a feed on the day of `nowAt` (epoch seconds) in the feed's zone, UTC without one: `pastDays` whole days
 * before that day, the day itself, `futureDays` whole days after it. Constant for the whole day.
 */
export function windowOf(profile: Pick<FeedProfile, "zone" | "pastDays" | "futureDays">, nowAt: number): Window {
  const day = startOfDay(profile.zone, nowAt);
  return {
    dayAt: day.toUnixInteger(),
    fromAt: day.minus({ days: profile.pastDays }).toUnixInteger(),
    toAt: day.plus({ days: profile.futureDays + 1 }).toUnixInteger(),
  };
}

/** The first and last second (exclusive) of the day of `nowAt` in the zone, epoch seconds. */
export function dayOf(zone: string | null, nowAt: number): { start: number; end: number } {
  const day = startOfDay(zone, nowAt);
  return { start: day.toUnixInteger(), end: day.plus({ days: 1 }).toUnixInteger() };
}

/** Whether some of the event (epoch seconds) lies in the window. */
export function inWindow(event: { readonly start: number; readonly end: number }, window: Window): boolean {
  return event.end > window.fromAt && event.start < window.toAt;
}

/** The instant in the zone, in a form that no machine's language changes; in UTC for a zone that is unknown or null. */
export function localTime(zone: string | null, at: number): DateTime {
  // Made by hand: luxon would take "local" for the zone of the machine.
  const own = IANAZone.create(zone ?? "UTC");
  return DateTime.fromSeconds(at, { locale: "en-US", numberingSystem: "latn", zone: own.isValid ? own : "utc" });
}

function startOfDay(zone: string | null, at: number): DateTime {
  return localTime(zone, at).startOf("day");
}
