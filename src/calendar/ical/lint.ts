import { unfoldLines } from "./content-line.ts";
import { lintCalendarProperties, lintEventProperties } from "./lint-properties.ts";

const encoder = new TextEncoder();
const ascii = /^[\x20-\x7E]*$/;
const forbidden = /[\p{Cc}\uFEFF\p{Noncharacter_Code_Point}]/u;

/**
 * Returns the faults of one VEVENT as it is stored; empty when there are none. Far stricter than RFC 5545: it lets
 * through only what this program means to write, since one malformed line empties the whole calendar in some clients.
 */
export function lintEvent(vevent: string): string[] {
  const faults: string[] = [];
  lintPhysicalLines(vevent, faults);
  const lines = unfoldLines(vevent);
  if (lines[0] !== "BEGIN:VEVENT") faults.push("does not begin with BEGIN:VEVENT");
  if (lines.at(-1) !== "END:VEVENT") faults.push("does not end with END:VEVENT");
  lintBody(lines.slice(1, -1), faults);
  return faults;
}

/** Returns the faults of a whole calendar as it is served; empty when there are none. Faults of an event name its UID. */
export function lintCalendar(text: string): string[] {
  const faults: string[] = [];
  lintPhysicalLines(text, faults);
  const lines = unfoldLines(text);
  if (lines[0] !== "BEGIN:VCALENDAR") faults.push("does not begin with BEGIN:VCALENDAR");
  if (lines.at(-1) !== "END:VCALENDAR") faults.push("does not end with END:VCALENDAR");
  const inner = lines.slice(1, -1);
  const first = inner.findIndex((line) => line.startsWith("BEGIN:"));
  const head = first < 0 ? inner : inner.slice(0, first);
  lintCalendarProperties(head, faults);
  if (first < 0) faults.push("holds no component");
  else lintComponents(inner.slice(first), faults);
  return faults;
}

function lintComponents(lines: readonly string[], faults: string[]): void {
  const uids = new Set<string>();
  // Where the days of a feed begin its zone says, which the linter does not know.
  const before = { days: "", times: "" };
  for (let at = 0; at < lines.length;) {
    const begin = lines[at] ?? "";
    const kind = begin.slice("BEGIN:".length);
    const length = lines.indexOf(`END:${kind}`, at) - at;
    if (!begin.startsWith("BEGIN:") || length < 0 || (kind !== "VEVENT" && kind !== "VTIMEZONE")) {
      faults.push(`no component of a feed: ${begin}`);
      return;
    }
    const body = lines.slice(at + 1, at + length);
    at += length + 1;
    if (kind !== "VEVENT") continue;
    const own: string[] = [];
    const { uid, start } = lintBody(body, own);
    faults.push(...own.map((fault) => `${uid}: ${fault}`));
    if (uids.has(uid)) faults.push(`${uid}: UID comes twice`);
    uids.add(uid);
    const place = `${start} ${uid}`;
    const form = /^\d{8}$/.test(start) ? "days" : "times";
    if (place < before[form]) faults.push(`${uid}: not in order of DTSTART and UID`);
    before[form] = place;
  }
}

/** Lints what stands between BEGIN:VEVENT and END:VEVENT. */
function lintBody(lines: readonly string[], faults: string[]): { uid: string; start: string } {
  const alarm = lines.indexOf("BEGIN:VALARM");
  if (alarm >= 0) lintAlarm(lines.slice(alarm), faults);
  return lintEventProperties(alarm < 0 ? lines : lines.slice(0, alarm), faults);
}

function lintAlarm(lines: readonly string[], faults: string[]): void {
  const shape = [
    /^BEGIN:VALARM$/,
    /^ACTION:DISPLAY$/,
    /^DESCRIPTION:./,
    /^TRIGGER:(-PT[1-9]\d{0,4}M|PT0M)$/,
    /^END:VALARM$/,
  ];
  const fits = lines.length === shape.length && shape.every((pattern, index) => pattern.test(lines[index] ?? ""));
  if (!fits) faults.push("VALARM is not ACTION, DESCRIPTION and TRIGGER at the end of the event");
}

/** Lints the lines as they are folded (RFC 5545 3.1). */
function lintPhysicalLines(text: string, faults: string[]): void {
  if (!text.endsWith("\r\n")) faults.push("does not end with CRLF");
  if (text.startsWith(" ")) faults.push("begins with a continuation line");
  const lines = text.split("\r\n");
  if (lines.at(-1) === "") lines.pop();
  for (const line of lines) {
    if (line === "" || line === " ") faults.push("an empty line");
    if (!ascii.test(line)) lintForeign(line, faults);
    else if (line.length > 75) faults.push(`a line of ${line.length} octets`);
  }
}

/** Lints a line that is not of printable ASCII alone. */
function lintForeign(line: string, faults: string[]): void {
  if (/[\r\n]/.test(line)) faults.push("a bare CR or LF");
  else if (forbidden.test(line)) faults.push("a control character, BOM or noncharacter");
  if (!line.isWellFormed()) faults.push("a line that is not whole UTF-8 characters");
  const octets = encoder.encode(line).length;
  if (octets > 75) faults.push(`a line of ${octets} octets`);
}
