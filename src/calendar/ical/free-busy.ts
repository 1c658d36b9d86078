import type { Window } from "../window.ts";
import { fold } from "./content-line.ts";

/** The values of FBTYPE (RFC 5545 3.2.9) that bookings have, the stronger first. */
type BusyType = "BUSY" | "BUSY-TENTATIVE";

/** A time that is taken, epoch seconds, `end` exclusive. */
export interface BusyPeriod {
  readonly start: number;
  readonly end: number;
  readonly type: BusyType;
}

/**
 * Returns the periods within [`fromAt`, `toAt`) (epoch seconds) in ascending order, none of which touches another of its type
 * or overlaps one of the other: BUSY wins over BUSY-TENTATIVE, as RFC 5546 3.3 has the busiest of what overlaps.
 */
export function mergeBusy(
  periods: readonly BusyPeriod[],
  { fromAt, toAt }: Pick<Window, "fromAt" | "toAt">,
): BusyPeriod[] {
  const edges = periods
    .map(({ start, end, type }) => ({ start: Math.max(start, fromAt), end: Math.min(end, toAt), type }))
    .filter(({ start, end }) => start < end)
    .flatMap(({ start, end, type }) => [
      { at: start, type, step: 1 },
      { at: end, type, step: -1 },
    ])
    .toSorted((a, b) => a.at - b.at);
  const open = { BUSY: 0, "BUSY-TENTATIVE": 0 };
  const merged: BusyPeriod[] = [];
  for (const [index, { at, type, step }] of edges.entries()) {
    open[type] += step;
    const end = edges[index + 1]?.at ?? at;
    const now = open.BUSY > 0 ? "BUSY" : open["BUSY-TENTATIVE"] > 0 ? "BUSY-TENTATIVE" : null;
    if (now === null || end === at) continue;
    const last = merged.at(-1);
    if (last?.end === at && last.type === now) merged[merged.length - 1] = { ...last, end };
    else merged.push({ start: at, end, type: now });
  }
  return merged;
}

/**
 * Returns a calendar with one VFREEBUSY (RFC 5545 3.6.4) that publishes which of [`fromAt`, `toAt`) is taken; what it does not
 * name is free. Takes epoch seconds; `uid` may have letters, digits, points and hyphens.
 */
export function renderFreeBusy(
  periods: readonly BusyPeriod[],
  { uid, stampAt, fromAt, toAt }: Pick<Window, "fromAt" | "toAt"> & { readonly uid: string; readonly stampAt: number },
): string {
  const lines = mergeBusy(periods, { fromAt, toAt }).map(
    ({ start, end, type }) => `FREEBUSY;FBTYPE=${type}:${dateTime(start)}/${dateTime(end)}`,
  );
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//waldur-calendar//free-busy//EN",
    "BEGIN:VFREEBUSY",
    `UID:${uid}`,
    `DTSTAMP:${dateTime(stampAt)}`,
    `DTSTART:${dateTime(fromAt)}`,
    `DTEND:${dateTime(toAt)}`,
    ...lines,
    "END:VFREEBUSY",
    "END:VCALENDAR",
  ]
    .map(fold)
    .join("");
}

/** Returns epoch seconds as a DATE-TIME in UTC (RFC 5545 3.3.5, form 2). */
function dateTime(at: number): string {
  return new Date(at * 1000).toISOString().replaceAll(/[-:]|\.\d+/g, "");
}
