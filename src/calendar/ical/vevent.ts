import { ICalCalendar, ICalEvent } from "ical-generator";
import { fold } from "./content-line.ts";
import type { Event, Revision } from "../event.ts";
import { profileBounds } from "../profile.ts";
import { type EventPropertyName, eventProperties, statusTriples, writeProperties } from "./properties.ts";
import { cleanBlock, cleanLine, cleanUrl } from "../text.ts";

/** RFC 5545 INTEGER goes up to 2^31 - 1 (3.3.8). */
const mostSequence = 2_147_483_647;
/** SEQUENCE counts from 2026-01-01 when the time at which the event was made is not known. */
const undatedAt = 1_767_225_600;

/** Has neither zone nor name, with which ical-generator writes broken dates and raw text. It holds no events. */
const calendar = new ICalCalendar();

/**
 * Returns the VEVENT (RFC 5545 3.6.1) of an event at a revision, from `BEGIN:VEVENT` to the CRLF after `END:VEVENT`,
 * folded. Whatever text the event has, the result is well-formed: everything is cleaned here once more.
 */
export function renderEvent(event: Event, revision: Revision): string {
  const values = propertyValues(event, revision);
  const alarm = renderAlarm(event.alarmMinutes, values.SUMMARY);
  return `BEGIN:VEVENT\r\n${writeProperties(eventProperties, values)}${alarm}END:VEVENT\r\n`;
}

/** Maps an event to the value of each property, escaped; "" for a property that it lacks. */
function propertyValues(event: Event, revision: Revision): Record<EventPropertyName, string> {
  const { geo } = event;
  const generated = generate(event, revision);
  const value = (name: EventPropertyName): string => generated.get(name) ?? "";
  const [status, transparency, busyStatus] = statusTriples[event.notice ? "notice" : event.status];
  return {
    UID: value("UID"),
    DTSTAMP: value("DTSTAMP"),
    CREATED: value("CREATED"),
    "LAST-MODIFIED": value("LAST-MODIFIED"),
    SEQUENCE: value("SEQUENCE"),
    DTSTART: event.days?.first ?? value("DTSTART"),
    DTEND: event.days?.after ?? value("DTEND"),
    SUMMARY: value("SUMMARY"),
    DESCRIPTION: value("DESCRIPTION"),
    LOCATION: value("LOCATION"),
    GEO: geo === null ? "" : `${formatDegrees(geo.latitude)};${formatDegrees(geo.longitude)}`,
    CATEGORIES: value("CATEGORIES"),
    // ical-generator escapes it as TEXT, which breaks links.
    URL: cleanUrl(event.url),
    IMAGE: cleanUrl(event.image),
    COLOR: event.colour,
    STATUS: status,
    TRANSP: transparency,
    "X-MICROSOFT-CDO-BUSYSTATUS": busyStatus,
  };
}

/** Returns the properties that ical-generator writes well, by name; it has another order and folds at other places. */
function generate(event: Event, revision: Revision): ReadonlyMap<string, string> {
  const stamp = toDate(revision.stamp);
  const categories = event.categories.map((name) => cleanLine(name.replaceAll(",", " "))).filter((name) => name !== "");
  const written = new ICalEvent(
    {
      id: event.uid.replace(/[^A-Za-z0-9.-]/g, "-"),
      sequence: revision.sequence,
      stamp,
      lastModified: stamp,
      created: event.created === null ? null : toDate(event.created),
      start: toDate(event.start),
      end: toDate(event.end),
      summary: cleanLine(event.summary),
      description: cleanBlock(event.description) || null,
      location: cleanLine(event.location) || null,
      categories: categories.map((name) => ({ name })),
    },
    calendar,
  );
  const values = new Map<string, string>();
  for (const line of written.toString().split("\r\n")) {
    const colon = line.indexOf(":");
    values.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return values;
}

/**
 * Returns the event as it must be stored now (`nowAt`, epoch seconds). When it renders as before, that is the previous
 * bytes and revision; else the revision is higher in SEQUENCE and stamp than the previous one, and than any that a lost
 * database may have given: SEQUENCE is at least the seconds from the booking's creation to now.
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

/** Writes the VALARM (RFC 5545 3.6.6); ical-generator writes it before other properties, where it may not stand. */
function renderAlarm(alarmMinutes: number | null, summary: string): string {
  if (alarmMinutes === null) return "";
  const minutes = Math.min(Math.max(Math.trunc(alarmMinutes), 0), profileBounds.alarmMinutes.most);
  const trigger = minutes === 0 ? "PT0M" : `-PT${minutes}M`;
  return `BEGIN:VALARM\r\nACTION:DISPLAY\r\n${fold(`DESCRIPTION:${summary}`)}TRIGGER:${trigger}\r\nEND:VALARM\r\n`;
}

function toDate(at: number): Date {
  return new Date(at * 1000);
}

/** RFC 5545 3.8.1.6: six decimal places, never an exponent. */
function formatDegrees(value: number): string {
  return value.toFixed(6);
}
