import ICAL from "ical.js";

/** One event of a served calendar, read by a parser that is not ours. */
export interface ReadEvent {
  readonly uid: string;
  readonly summary: string;
  readonly description: string;
  readonly status: string;
  /** As written: `20270104T090000Z`. */
  readonly start: string;
  readonly end: string;
  readonly sequence: number;
  readonly stamp: string;
  readonly modified: string;
}

/** The events of a calendar by UID. Throws when a UID is there twice. */
export function readCalendar(text: string): Map<string, ReadEvent> {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const events = new Map<string, ReadEvent>();
  for (const component of calendar.getAllSubcomponents("vevent")) {
    const value = (name: string): string => String(component.getFirstPropertyValue(name) ?? "");
    const uid = value("uid");
    if (events.has(uid)) throw new Error(`${uid} is there twice`);
    events.set(uid, {
      uid,
      summary: value("summary"),
      description: value("description"),
      status: value("status"),
      start: value("dtstart"),
      end: value("dtend"),
      sequence: Number(value("sequence")),
      stamp: value("dtstamp"),
      modified: value("last-modified"),
    });
  }
  return events;
}
