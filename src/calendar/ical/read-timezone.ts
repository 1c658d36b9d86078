import { readDateTime } from "./content-line.ts";

/** A STANDARD or DAYLIGHT of a VTIMEZONE (RFC 5545 3.6.5), its values by name. */
export type Observance = ReadonlyMap<string, string>;

/**
 * Returns the seconds by which the clock of a zone with these observances is ahead of UTC when it shows a local time (epoch
 * seconds as if in UTC); null where they do not say, or by rules that no zone of today has.
 */
export function offsetIn(observances: readonly Observance[], local: number): number | null {
  const year = new Date(local * 1000).getUTCFullYear();
  let latest = Number.NEGATIVE_INFINITY;
  let offset: number | null = null;
  for (const one of observances) {
    for (const onset of [onsetOf(one, year - 1), onsetOf(one, year)]) {
      if (onset === null || onset > local || onset < latest) continue;
      latest = onset;
      offset = readOffset(one.get("TZOFFSETTO") ?? "");
    }
  }
  return offset;
}

const weekdays = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
const daySeconds = 86_400;

/** Returns the local time at which an observance begins in a year, or began once; null for neither. */
function onsetOf(observance: Observance, year: number): number | null {
  const start = readDateTime(`${observance.get("DTSTART")}Z`);
  const rule = observance.get("RRULE")?.toUpperCase();
  if (start === null || rule === undefined) return start;
  const part = (pattern: RegExp): number => Number(pattern.exec(rule)?.[1]);
  const [month, nth] = [part(/\bBYMONTH=(\d\d?)\b/), part(/\bBYDAY=([+-]?[1-5])[A-Z]/)];
  const weekday = weekdays.indexOf(/\bBYDAY=[+-]?\d([A-Z]{2})(?!,)/.exec(rule)?.[1] ?? "");
  if (!/\bFREQ=YEARLY\b/.test(rule) || Number.isNaN(month + nth) || weekday < 0) return null;
  // Counted from the first of the month, or back from the first of the next.
  const from = Date.UTC(year, nth > 0 ? month - 1 : month, 1) / 1000;
  const first = (weekday - new Date(from * 1000).getUTCDay() + 7) % 7;
  const day = from + (first + 7 * (nth > 0 ? nth - 1 : nth)) * daySeconds;
  // Outlook's rules begin in 1601.
  const onset = day + (start - Math.floor(start / daySeconds) * daySeconds);
  const until = readDateTime(/\bUNTIL=(\d{8}T\d{6}Z)/.exec(rule)?.[1] ?? "");
  return onset < start || (until !== null && onset > until + daySeconds) ? null : onset;
}

/** Reads a UTC-OFFSET (RFC 5545 3.3.14). */
function readOffset(value: string): number | null {
  const [, sign, hours, minutes, seconds = 0] = /^([+-])(\d\d)(\d\d)(\d\d)?$/.exec(value) ?? [];
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === undefined ? null : sign === "-" ? -size : size;
}
