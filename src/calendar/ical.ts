import { ICalCalendar, ICalEvent, ICalEventBusyStatus, ICalEventStatus, ICalEventTransparency } from "ical-generator";
import type { Event, Revision } from "./event.ts";
import { cleanBlock, cleanLine, cleanUrl, escapeText, fold } from "./text.ts";

/** STATUS (RFC 5545 3.8.1.11), TRANSP (3.8.2.7) and X-MICROSOFT-CDO-BUSYSTATUS always go together. */
const triples = {
  TENTATIVE: [ICalEventStatus.TENTATIVE, ICalEventTransparency.OPAQUE, ICalEventBusyStatus.TENTATIVE],
  CONFIRMED: [ICalEventStatus.CONFIRMED, ICalEventTransparency.OPAQUE, ICalEventBusyStatus.BUSY],
  CANCELLED: [ICalEventStatus.CANCELLED, ICalEventTransparency.TRANSPARENT, ICalEventBusyStatus.FREE],
  notice: [ICalEventStatus.CONFIRMED, ICalEventTransparency.TRANSPARENT, ICalEventBusyStatus.FREE],
} as const;

/** The order in which properties are written; ical-generator has another one. */
const order = [
  "UID",
  "DTSTAMP",
  "CREATED",
  "LAST-MODIFIED",
  "SEQUENCE",
  "DTSTART",
  "DTEND",
  "SUMMARY",
  "DESCRIPTION",
  "LOCATION",
  "GEO",
  "CATEGORIES",
  "URL",
  "STATUS",
  "TRANSP",
  "X-MICROSOFT-CDO-BUSYSTATUS",
] as const;

/** RFC 5545 INTEGER goes up to 2^31 - 1 (3.3.8). */
const mostSequence = 2_147_483_647;
/** SEQUENCE counts from here when an event does not tell when it was made: 2026-01-01. */
const undatedAt = 1_767_225_600;
const longestAlarm = 40_320;

/** Needs no zone and no name: with them ical-generator writes broken dates and raw text. It holds no events. */
const calendar = new ICalCalendar();

/**
 * The VEVENT (RFC 5545 3.6.1) of an event at a revision, from `BEGIN:VEVENT` to the CRLF after `END:VEVENT`, folded.
 * Whatever text the event has, what comes out is well-formed: everything is cleaned here once more.
 */
export function renderEvent(event: Event, revision: Revision): string {
  const [status, transparency, busystatus] = triples[event.notice ? "notice" : event.status];
  const summary = cleanLine(event.summary);
  const stamp = date(revision.stamp);
  const categories = event.categories.map((name) => cleanLine(name.replaceAll(",", " "))).filter((name) => name !== "");
  const written = new ICalEvent(
    {
      id: event.uid.replace(/[^A-Za-z0-9.-]/g, "-"),
      sequence: revision.sequence,
      stamp,
      lastModified: stamp,
      created: event.created === null ? null : date(event.created),
      start: date(event.start),
      end: date(event.end),
      summary,
      description: cleanBlock(event.description) || null,
      location: cleanLine(event.location) || null,
      categories: categories.map((name) => ({ name })),
      status,
      transparency,
      busystatus,
    },
    calendar,
  );
  const lines = new Map<string, string>();
  for (const line of written.toString().split("\r\n").slice(1, -2)) lines.set(line.slice(0, line.indexOf(":")), line);
  if (event.geo !== null) lines.set("GEO", `GEO:${degrees(event.geo.latitude)};${degrees(event.geo.longitude)}`);
  const url = cleanUrl(event.url);
  if (url !== "") lines.set("URL", `URL:${url}`);
  let text = "BEGIN:VEVENT\r\n";
  for (const name of order) {
    const line = lines.get(name);
    if (line !== undefined) text += fold(line);
  }
  return `${text}${alarmOf(event, summary)}END:VEVENT\r\n`;
}

/**
 * The event as it must be stored now (`nowAt`, epoch seconds). When it renders as before, the previous bytes and revision;
 * else a revision that is higher in SEQUENCE and stamp than the previous one, and than any that a lost database may have
 * given: SEQUENCE is at least the seconds from the booking's creation to now.
 */
export function reviseEvent(
  event: Event,
  previous: { readonly vevent: string; readonly sequence: number; readonly stampAt: number } | null,
  nowAt: number,
): { vevent: string; revision: Revision; changed: boolean } {
  if (previous !== null) {
    const revision = { sequence: previous.sequence, stamp: previous.stampAt };
    if (renderEvent(event, revision) === previous.vevent) return { vevent: previous.vevent, revision, changed: false };
  }
  const age = Math.max(0, nowAt - (event.created ?? undatedAt));
  const sequence = previous === null ? age : Math.max(previous.sequence + 1, age);
  const revision: Revision = {
    sequence: Math.min(sequence, mostSequence),
    stamp: previous === null ? nowAt : Math.max(previous.stampAt + 1, nowAt),
  };
  return { vevent: renderEvent(event, revision), revision, changed: true };
}

/** ical-generator writes alarms before other properties, where RFC 5545 3.6.1 does not let them stand. */
function alarmOf(event: Event, summary: string): string {
  if (event.alarmMinutes === null) return "";
  const minutes = Math.min(Math.max(Math.trunc(event.alarmMinutes), 0), longestAlarm);
  const trigger = minutes === 0 ? "PT0M" : `-PT${minutes}M`;
  const description = fold(`DESCRIPTION:${escapeText(summary)}`);
  return `BEGIN:VALARM\r\nACTION:DISPLAY\r\n${description}TRIGGER:${trigger}\r\nEND:VALARM\r\n`;
}

function date(at: number): Date {
  return new Date(at * 1000);
}

/** RFC 5545 3.8.1.6: six decimal places, never an exponent. */
function degrees(value: number): string {
  return value.toFixed(6);
}
