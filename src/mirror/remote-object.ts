import { fold } from "../calendar/text.ts";

/** Who wrote an object: this installation's id and the target's. */
export interface Owner {
  readonly installation: string;
  readonly targetId: string;
}

/** What an object in a calendar tells of itself. */
export interface ReadObject {
  readonly uid: string;
  /** The ownership marker; "" for none. */
  readonly marker: string;
  /** Fingerprint of what the event means to a person; see `fingerprint`. */
  readonly hash: string;
  /** Epoch seconds; 0 where they are no UTC date-time. */
  readonly startAt: number;
  readonly endAt: number;
}

const markerName = "X-WALDUR-CALENDAR-TARGET";

/** The UID an event has in a target's calendar, of `A-Za-z0-9-` only: some servers respell anything else in hrefs. */
export function objectUid(uid: string, targetId: string, generation: number): string {
  return `${uid.replace(/[^A-Za-z0-9-]/g, "-")}-${targetId}-${generation}`;
}

/** The name of an object in its calendar: some servers take no other. */
export function uidToName(uid: string): string {
  return `${uid}.ics`;
}

/** Whether a name could be one of ours in that target; only the marker inside proves it. */
export function isOurName(name: string, targetId: string): boolean {
  return new RegExp(`^[A-Za-z0-9-]+-${targetId}-[0-9]+\\.ics$`).test(name);
}

/** The text that marks an object as written by this target. */
export function ownerMarker({ installation, targetId }: Owner): string {
  return `${installation}/${targetId}`;
}

/**
 * The body of a PUT (RFC 4791 4.1): the stored VEVENT alone in a calendar without METHOD, under the UID it has in this
 * target, with the ownership marker.
 */
export function writeObject(vevent: string, uid: string, owner: Owner): string {
  let body = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//waldur-calendar//EN\r\n";
  let depth = 0;
  for (const line of unfold(vevent)) {
    if (line.startsWith("BEGIN:")) depth += 1;
    if (depth === 1 && line.startsWith("UID:")) body += fold(`UID:${uid}`);
    else {
      if (line === "END:VEVENT") body += fold(`${markerName}:${ownerMarker(owner)}`);
      body += fold(line);
    }
    if (line.startsWith("END:")) depth -= 1;
  }
  return `${body}END:VCALENDAR\r\n`;
}

/** Reads back an object of a calendar; null when it holds no VEVENT with a UID. */
export function readObject(body: string): ReadObject | null {
  const events: Map<string, string>[] = [];
  const path: string[] = [];
  for (const line of unfold(body)) {
    const { name, parameters, value } = parse(line);
    if (name === "BEGIN") {
      path.push(value.toUpperCase());
      if (path.length === 2 && path[1] === "VEVENT") events.push(new Map());
    } else if (name === "END") path.pop();
    else if (path.length === 2 && path[1] === "VEVENT") events.at(-1)?.set(name, meaningOf(name, parameters, value));
  }
  const [first] = events;
  const uid = first?.get("UID") ?? "";
  if (first === undefined || uid === "") return null;
  return {
    uid,
    marker: first.get(markerName) ?? "",
    hash: fingerprint(events),
    startAt: timeOf(first.get("DTSTART")),
    endAt: timeOf(first.get("DTEND")),
  };
}

/** The fingerprint of a stored VEVENT as the calendar should have it. */
export function hashObject(body: string): string {
  return readObject(body)?.hash ?? "";
}

/**
 * What makes an event another one to a person. The UID tells whose it is, not what it is. Left out is what servers are seen to change (CATEGORIES lose a comma,
 * CLASS is added), what every push changes (SEQUENCE, stamps), and what people may add (alarms, colours).
 */
const meaningful = ["DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "LOCATION", "URL", "STATUS", "TRANSP"];
/** Never written by us: one of them makes something else of the event. */
const foreign = ["DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"];

function fingerprint(events: readonly Map<string, string>[]): string {
  const texts = events.map((event) =>
    [...meaningful, ...foreign].map((name) => event.get(name) ?? (name === "TRANSP" ? "OPAQUE" : "")).join("\u0000"),
  );
  return digest(texts.sort().join("\u0001"));
}

function meaningOf(name: string, parameters: string, value: string): string {
  const text = value
    .replace(/\\([\\;,nN])/g, (_, mark: string) => (mark === "n" || mark === "N" ? " " : mark))
    .replace(/\s+/gu, " ")
    .trim();
  if (name === "STATUS" || name === "TRANSP") return text.toUpperCase();
  const zone = /;TZID=[^;:]*/i.exec(parameters)?.[0] ?? "";
  return name === "DTSTART" || name === "DTEND" ? `${text}${zone}` : text;
}

function timeOf(value: string | undefined): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(value ?? "")?.map(Number) ?? [];
  if (year === undefined || month === undefined) return 0;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

function parse(line: string): { name: string; parameters: string; value: string } {
  const [, name = "", parameters = "", value = ""] =
    /^([A-Za-z0-9-]+)((?:;(?:"[^"]*"|[^":])*)?):(.*)$/su.exec(line) ?? [];
  return { name: name.toUpperCase(), parameters, value };
}

/** Logical lines (RFC 5545 3.1), whatever ends them: some servers give back bare LF. */
function unfold(text: string): string[] {
  return text
    .replace(/\r?\n[ \t]/g, "")
    .split(/\r?\n/)
    .filter((line) => line !== "");
}

/** 106 bits, the same on every machine; nobody gains by making two texts meet. */
function digest(text: string): string {
  return mix(text, 0x9e3779b9) + mix(text, 0x85ebca6b);
}

/** cyrb53 (public domain): 53 bits of a text, 14 hex digits. */
function mix(text: string, seed: number): string {
  let a = 0xdeadbeef ^ seed;
  let b = 0x41c6ce57 ^ seed;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 2_654_435_761);
    b = Math.imul(b ^ unit, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return (4_294_967_296 * (2_097_151 & b) + (a >>> 0)).toString(16).padStart(14, "0");
}
