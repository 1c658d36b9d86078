import {
  eachLine,
  fold,
  parseContentLine,
  readDate,
  readDateTime,
  unescapeText,
  unfoldLines,
} from "../calendar/ical/content-line.ts";
import { eventProperties, type Property } from "../calendar/ical/properties.ts";
import { fingerprint } from "../lib/fingerprint.ts";

/** The writer of an object: this installation's id and the target's. */
export interface Owner {
  readonly installation: string;
  readonly targetId: string;
}

/** The parts of an object in a calendar that the mirror needs. */
export interface ReadObject {
  readonly uid: string;
  /** The ownership marker; "" for none. */
  readonly marker: string;
  /** The fingerprint of what people notice. */
  readonly hash: string;
  /** SEQUENCE (RFC 5545 3.8.7.4); 0 without one. */
  readonly sequence: number;
  /** DTSTAMP, epoch seconds; 0 when it is no UTC date-time. */
  readonly stampAt: number;
  /** Epoch seconds, of a day its midnight in UTC; 0 when it is neither a day nor a UTC date-time. */
  readonly startAt: number;
  readonly endAt: number;
}

const markerName = "X-WALDUR-CALENDAR-TARGET";

/** Returns the UID of an event in a target's calendar, of `A-Za-z0-9-` only: some servers respell the rest in hrefs. */
export function objectUid(uid: string, targetId: string, generation: number): string {
  return `${uid.replace(/[^A-Za-z0-9-]/g, "-")}-${targetId}-${generation}`;
}

/** Returns the name of the object in its calendar; some servers accept no other. */
export function uidToName(uid: string): string {
  return `${uid}.ics`;
}

/** Returns true when a name could be one of ours in that target; only the marker inside proves it. */
export function isOurName(name: string, targetId: string): boolean {
  return new RegExp(`^[A-Za-z0-9-]+-${targetId}-[0-9]+\\.ics$`).test(name);
}

/** Returns the text that marks an object as written by this target. */
export function ownerMarker({ installation, targetId }: Owner): string {
  return `${installation}/${targetId}`;
}

/**
 * Returns the body of a PUT (RFC 4791 4.1): the stored VEVENT alone in a calendar without METHOD, under the UID it has in this
 * target, with the ownership marker. Its SEQUENCE is above `there`, that of the object
 * to be written over, where it would be below.
 */
export function writeObject(vevent: string, uid: string, owner: Owner, there = 0): string {
  let body = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//waldur-calendar//EN\r\n";
  let depth = 0;
  for (const line of unfoldLines(vevent)) {
    if (line.startsWith("BEGIN:")) depth += 1;
    if (depth === 1 && line.startsWith("UID:")) body += fold(`UID:${uid}`);
    else if (depth === 1 && line.startsWith("SEQUENCE:")) body += fold(raiseSequence(line, there));
    else {
      if (line === "END:VEVENT") body += fold(`${markerName}:${ownerMarker(owner)}`);
      body += fold(line);
    }
    if (line.startsWith("END:")) depth -= 1;
  }
  return `${body}END:VCALENDAR\r\n`;
}

const mostSequence = 2 ** 31 - 1;

function raiseSequence(line: string, there: number): string {
  const own = Number(line.slice("SEQUENCE:".length));
  return own >= there ? line : `SEQUENCE:${Math.min(there + 1, mostSequence)}`;
}

/** Reads back an object of a calendar; null when it holds no VEVENT with a UID. */
export function readObject(body: string): ReadObject | null {
  let first: ReadonlyMap<string, string> | null = null;
  let event = new Map<string, string>();
  const texts: string[] = [];
  const path: string[] = [];
  const endEvent = (): void => {
    if (first !== null) texts.push(comparedEvent(event));
  };
  for (const line of eachLine(body)) {
    const parsed = parseContentLine(line);
    if (parsed === null) continue;
    const { parameters, value } = parsed;
    const name = parsed.name.toUpperCase();
    if (name === "BEGIN") {
      path.push(value.toUpperCase());
      if (path.length !== 2 || path[1] !== "VEVENT") continue;
      endEvent();
      event = new Map();
      first ??= event;
    } else if (name === "END") path.pop();
    else if (path.length === 2 && path[1] === "VEVENT" && read.has(name)) {
      event.set(name, comparedText(name, parameters, value));
    }
  }
  endEvent();
  const uid = first?.get("UID") ?? "";
  if (first === null || uid === "") return null;
  return {
    uid,
    marker: first.get(markerName) ?? "",
    hash: fingerprint(texts.sort().join("\u0001")),
    sequence: Number(/^\d{1,10}$/.exec(first.get("SEQUENCE") ?? "")?.[0] ?? 0),
    stampAt: readDateTime(first.get("DTSTAMP") ?? "") ?? 0,
    startAt: readWhen(first.get("DTSTART") ?? ""),
    endAt: readWhen(first.get("DTEND") ?? ""),
  };
}

function readWhen(value: string): number {
  return readDateTime(value) ?? readDate(value) ?? 0;
}

/** Returns the fingerprint of an object as the calendar should have it; "" when it holds no VEVENT with a UID. */
export function hashObject(body: string): string {
  return readObject(body)?.hash ?? "";
}

/** Properties that we never write and that change an event. */
const foreign = ["DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"];

const table: readonly Property[] = eventProperties;
const alwaysMirrored = table.filter(({ mirrored }) => mirrored === "always").map(({ name }) => name);
const mirroredWherePresent = table.filter(({ mirrored }) => mirrored === "where-present").map(({ name }) => name);
const read = new Set([
  "UID",
  markerName,
  "SEQUENCE",
  "DTSTAMP",
  "DTSTART",
  "DTEND",
  ...alwaysMirrored,
  ...foreign,
  ...mirroredWherePresent,
]);

/**
 * Returns the text of one event for the fingerprint: all properties whose change a person would notice. The UID is left out: it says whose event it
 * is; so are additions, such as CLASS by servers, alarms and colours by people. The ledger keeps fingerprints, so it may not change for an event that
 * stays the same.
 */
function comparedEvent(event: ReadonlyMap<string, string>): string {
  return [
    ...[...alwaysMirrored, ...foreign].map((name) => event.get(name) ?? (name === "TRANSP" ? "OPAQUE" : "")),
    ...mirroredWherePresent.filter((name) => event.has(name)).map((name) => `${name}:${event.get(name)}`),
  ].join("\u0000");
}

/** Returns the value in the form that is compared: servers respell escapes, white space and case. */
function comparedText(name: string, parameters: string, value: string): string {
  const text = unescapeText(value).replace(/\s+/gu, " ").trim();
  if (name === "STATUS" || name === "TRANSP") return text.toUpperCase();
  const zone = /;TZID=[^;:]*/i.exec(parameters)?.[0] ?? "";
  return name === "DTSTART" || name === "DTEND" ? `${text}${zone}` : text;
}
