import { findZone, readZone } from "../zone.ts";
import { type ContentLine, eachLine, parseContentLine, readDate, readDateTime } from "./content-line.ts";
import { type Observance, offsetIn } from "./read-timezone.ts";

/** The part of an event that an answer may not change, and the answer. */
export interface EventAnswer {
  readonly uid: string;
  /** Epoch seconds, or a DATE: equal texts mean the same moment. */
  readonly start: string;
  readonly end: string;
  /** SEQUENCE (RFC 5546 2.1.4) as it was sent; "0" without. */
  readonly sequence: string;
  /** PARTSTAT (RFC 5545 3.2.12) in upper case of the one attendee with an own address; null where no attendee has one. */
  readonly partstat: string | null;
}

/** Properties by which an event takes place at more than one time, or stands for one time of another (RFC 5545 3.8.4, 3.8.5). */
const repeating = new Set(["RRULE", "RDATE", "EXRULE", "EXDATE", "RECURRENCE-ID"]);
const deepest = 8;

/**
 * Reads a calendar with one event as a calendar program sends it back (RFC 4791 4.1), and the answer in it of whoever has one
 * of the `own` addresses (calendar user addresses in lower case). All else in it is read over, in time that grows with its
 * length alone. Returns null for what is no such calendar: more or other components than one VEVENT and time zones, an
 * event without UID or start, or one that repeats, one of its properties twice, own attendees that differ in address or
 * come twice.
 */
export function readAnswer(text: string, own: readonly string[]): EventAnswer | null {
  const found = new Map<string, ContentLine>();
  const answers: string[] = [];
  const open: string[] = [];
  const zones = new Map<string, Map<string, string>[]>();
  let observances: Map<string, string>[] = [];
  let [calendars, events] = [0, 0];
  for (const line of eachLine(text)) {
    // A line that a program broke wrongly, or whose name no RFC knows (X-ENTOURAGE_UUID), is left out.
    const parsed = parseContentLine(line);
    if (parsed === null) continue;
    const name = parsed.name.toUpperCase();
    const value = parsed.value.trim().toUpperCase();
    if (name === "BEGIN") {
      if (open.length === 0) {
        if (value !== "VCALENDAR" || (calendars += 1) > 1) return null;
      } else if (open.length === 1) {
        if (value !== "VEVENT" && value !== "VTIMEZONE") return null;
        if (value === "VEVENT" && (events += 1) > 1) return null;
      }
      if (open.push(value) > deepest) return null;
      if (open.length === 2) observances = [];
      else if (open.length === 3 && open[1] === "VTIMEZONE") observances.push(new Map());
    } else if (name === "END") {
      if (open.pop() !== value) return null;
    } else if (open.length === 0) {
      return null;
    } else if (open[1] === "VTIMEZONE") {
      if (name === "TZID" && open.length === 2) zones.set(parsed.value, observances);
      else if (open.length === 3) observances.at(-1)?.set(name, parsed.value);
    } else if (open.length === 2 && open[1] === "VEVENT") {
      if (repeating.has(name)) return null;
      if (name === "ATTENDEE") {
        const parameters = readParameters(parsed.parameters);
        if (parameters === null) return null;
        if (!isOwn(parsed.value, parameters, own)) continue;
        answers.push((parameters.get("PARTSTAT") ?? "NEEDS-ACTION").toUpperCase());
      } else if (kept.has(name)) {
        if (found.has(name)) return null;
        found.set(name, parsed);
      }
    }
  }
  const uid = found.get("UID")?.value ?? "";
  const times = readTimes(found, zones);
  if (open.length > 0 || events !== 1 || uid === "" || times === null || answers.length > 1) return null;
  const sequence = found.get("SEQUENCE")?.value.trim() ?? "0";
  return { uid, ...times, sequence, partstat: answers[0] ?? null };
}

const kept = new Set(["UID", "SEQUENCE", "DTSTART", "DTEND", "DURATION"]);

/** Returns true for an attendee that stands for one of these addresses, by its value or its EMAIL parameter (RFC 7986 6.2). */
function isOwn(value: string, parameters: ReadonlyMap<string, string>, own: readonly string[]): boolean {
  const email = parameters.get("EMAIL");
  return own.includes(plain(value)) || (email !== undefined && own.includes(`mailto:${plain(email)}`));
}

function plain(address: string): string {
  return address.trim().toLowerCase().replaceAll("%40", "@");
}

/** Returns the parameters of a property by name, without quotes; null when one comes twice or is not well-formed (RFC 5545 3.2). */
function readParameters(text: string): ReadonlyMap<string, string> | null {
  const parameters = new Map<string, string>();
  const pattern = /;([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)/y;
  for (let at = 0; at < text.length; at = pattern.lastIndex) {
    pattern.lastIndex = at;
    const [, name = "", value = ""] = pattern.exec(text) ?? [];
    const key = name.toUpperCase();
    if (key === "" || parameters.has(key)) return null;
    parameters.set(key, value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value);
  }
  return parameters;
}

/** Zones as the body itself describes them, by TZID. */
type Zones = ReadonlyMap<string, readonly Observance[]>;

function readTimes(found: ReadonlyMap<string, ContentLine>, zones: Zones): Pick<EventAnswer, "start" | "end"> | null {
  const [from, until, duration] = [found.get("DTSTART"), found.get("DTEND"), found.get("DURATION")];
  const start = from === undefined ? null : readMoment(from, zones);
  if (start === null || (until !== undefined && duration !== undefined)) return null;
  if (until !== undefined) {
    const end = readMoment(until, zones);
    return end === null || end.isDay !== start.isDay ? null : { start: spell(start), end: spell(end) };
  }
  const length = duration === undefined ? (start.isDay ? daySeconds : 0) : readDuration(duration.value);
  if (length === null || (start.isDay && length % daySeconds !== 0)) return null;
  return { start: spell(start), end: spell({ ...start, at: start.at + length }) };
}

const daySeconds = 86_400;

/** A day is its midnight in UTC. */
interface Moment {
  readonly at: number;
  readonly isDay: boolean;
}

function spell({ at, isDay }: Moment): string {
  return isDay ? new Date(at * 1000).toISOString().slice(0, 10) : String(at);
}

/**
 * Reads a DATE, a DATE-TIME in UTC or in an IANA zone, or in another that the body describes, as Outlook's are; null for any
 * other, as for a time of nowhere.
 */
function readMoment({ parameters: written, value }: ContentLine, zones: Zones): Moment | null {
  const parameters = readParameters(written);
  if (parameters === null) return null;
  const day = readDate(value);
  if (day !== null) return { at: day, isDay: true };
  if ((parameters.get("VALUE") ?? "DATE-TIME").toUpperCase() !== "DATE-TIME") return null;
  const at = readDateTime(value);
  if (at !== null) return { at, isDay: false };
  const local = readDateTime(`${value}Z`);
  const tzid = parameters.get("TZID") ?? "";
  const zone = zoneOf(tzid);
  if (local === null) return null;
  if (zone !== null) return { at: instantOf(zone, local), isDay: false };
  const offset = offsetIn(zones.get(tzid) ?? [], local);
  return offset === null ? null : { at: local - offset, isDay: false };
}

/** Returns the IANA zone that a TZID names, alone or behind a prefix (RFC 7808 leaves it open which); null for none. */
function zoneOf(tzid: string): string | null {
  const parts = tzid.slice(-100).split("/");
  for (let from = 0; from < parts.length; from += 1) {
    const zone = readZone(parts.slice(from).join("/"));
    if (zone !== null) return zone;
  }
  return null;
}

/** Returns the first instant at which the clock of the zone shows that local time, both epoch seconds. */
function instantOf(name: string, local: number): number {
  const zone = findZone(name);
  const offset = (at: number): number => zone.offset(at * 1000) * 60;
  const early = local - offset(local - daySeconds);
  return early + offset(early) === local ? early : local - offset(local + daySeconds);
}

/** Returns the seconds of a DURATION (RFC 5545 3.3.6) that is not negative; null for any other text. */
function readDuration(value: string): number | null {
  const [, weeks, days, hours, minutes, seconds] =
    /^\+?P(?:(\d{1,4})W|(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?)$/i.exec(value) ?? [];
  const parts = [weeks, days, hours, minutes, seconds];
  if (parts.every((part) => part === undefined)) return null;
  const units = [7 * daySeconds, daySeconds, 3600, 60, 1];
  return parts.reduce((sum, part, index) => sum + Number(part ?? 0) * (units[index] ?? 0), 0);
}
