import { findZone } from "../zone.ts";
import type { Window } from "../window.ts";
import { fold } from "./content-line.ts";

const daySeconds = 86_400;

/** A change of a zone's clock at `at` (epoch seconds); offsets in minutes. */
interface Change {
  readonly at: number;
  readonly before: number;
  readonly after: number;
}

/**
 * Returns a calendar with the VTIMEZONE (RFC 5545 3.6.5) of an IANA zone, as its clock goes in [`fromAt`, `toAt`) (epoch
 * seconds): each change of the clock by itself, so that it needs no rule.
 */
export function renderTimezone(name: string, { fromAt, toAt }: Pick<Window, "fromAt" | "toAt">): string {
  const changes = listChanges(name, fromAt, toAt);
  const begun = offsetAt(name, fromAt);
  // Before a clock goes forward it shows standard time.
  const first = changes[0] !== undefined && changes[0].after < begun ? "DAYLIGHT" : "STANDARD";
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//waldur-calendar//time zone//EN",
    "BEGIN:VTIMEZONE",
    `TZID:${name}`,
    ...observance(first, { at: fromAt, before: begun, after: begun }),
    ...changes.flatMap((change) => observance(change.after > change.before ? "DAYLIGHT" : "STANDARD", change)),
    "END:VTIMEZONE",
    "END:VCALENDAR",
  ];
  return lines.map(fold).join("");
}

function observance(kind: "STANDARD" | "DAYLIGHT", { at, before, after }: Change): string[] {
  const local = new Date((at + before * 60) * 1000).toISOString().replaceAll(/[-:]|\.\d+Z/g, "");
  return [
    `BEGIN:${kind}`,
    `DTSTART:${local}`,
    `TZOFFSETFROM:${formatOffset(before)}`,
    `TZOFFSETTO:${formatOffset(after)}`,
    `END:${kind}`,
  ];
}

/** Returns the changes of a zone's clock, found day by day: no zone has two within one. */
function listChanges(name: string, fromAt: number, toAt: number): Change[] {
  const changes: Change[] = [];
  for (let day = fromAt; day < toAt; day += daySeconds) {
    const next = Math.min(day + daySeconds, toAt);
    const [before, after] = [offsetAt(name, day), offsetAt(name, next)];
    if (before === after) continue;
    let [low, high] = [day, next];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offsetAt(name, middle) === before) low = middle;
      else high = middle;
    }
    changes.push({ at: high, before, after });
  }
  return changes;
}

/** Returns the minutes by which a zone's clock is ahead of UTC. */
function offsetAt(name: string, at: number): number {
  return findZone(name).offset(at * 1000);
}

function formatOffset(minutes: number): string {
  const size = Math.abs(Math.round(minutes));
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}${two(size % 60)}`;
}
