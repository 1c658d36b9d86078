import { type ContentLine, lintCalendarProperties, lintEventProperties } from "./lint-values.ts";

const encoder = new TextEncoder();
const tame = /^[\x20-\x7E]*$/;
const untold = /[\p{Cc}\uFEFF\p{Noncharacter_Code_Point}]/u;

/**
 * What is wrong with one VEVENT text, as it is stored; empty when nothing is. Far stricter than RFC 5545: it lets through
 * only what this program means to write, since one malformed line empties the whole calendar in some clients.
 */
export function lintEvent(vevent: string): string[] {
  const faults: string[] = [];
  const lines = unfold(vevent, faults);
  if (lines[0] !== "BEGIN:VEVENT") faults.push("does not begin with BEGIN:VEVENT");
  if (lines.at(-1) !== "END:VEVENT") faults.push("does not end with END:VEVENT");
  lintBody(lines.slice(1, -1), faults);
  return faults;
}

/** What is wrong with a whole calendar as it is served; empty when nothing is. Faults of an event name its UID. */
export function lintCalendar(text: string): string[] {
  const faults: string[] = [];
  const lines = unfold(text, faults);
  if (lines[0] !== "BEGIN:VCALENDAR") faults.push("does not begin with BEGIN:VCALENDAR");
  if (lines.at(-1) !== "END:VCALENDAR") faults.push("does not end with END:VCALENDAR");
  const inner = lines.slice(1, -1);
  const first = inner.findIndex((line) => line.startsWith("BEGIN:"));
  const head = first < 0 ? inner : inner.slice(0, first);
  lintCalendarProperties(head.map(parse), faults);
  if (first < 0) faults.push("holds no component");
  else lintComponents(inner.slice(first), faults);
  return faults;
}

function lintComponents(lines: readonly string[], faults: string[]): void {
  const uids = new Set<string>();
  let before = "";
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
    if (place < before) faults.push(`${uid}: not in order of DTSTART and UID`);
    before = place;
  }
}

/** Lints what stands between BEGIN:VEVENT and END:VEVENT. */
function lintBody(lines: readonly string[], faults: string[]): { uid: string; start: string } {
  const alarm = lines.indexOf("BEGIN:VALARM");
  const properties = (alarm < 0 ? lines : lines.slice(0, alarm)).map(parse);
  if (alarm >= 0) lintAlarm(lines.slice(alarm), faults);
  return lintEventProperties(properties, faults);
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

function parse(line: string): ContentLine {
  const [, name = `no colon in ${line}`, parameters = "", value = ""] =
    /^([A-Z-]+)((?:;[^:]*)?):(.*)$/su.exec(line) ?? [];
  return { name, parameters, value };
}

/** Checks the physical lines and puts them together (RFC 5545 3.1). */
function unfold(text: string, faults: string[]): string[] {
  if (!text.endsWith("\r\n")) faults.push("does not end with CRLF");
  const physical = text.split("\r\n");
  if (physical.at(-1) === "") physical.pop();
  const lines: string[] = [];
  for (const line of physical) {
    if (line === "" || line === " ") faults.push("an empty line");
    if (!tame.test(line)) lintForeign(line, faults);
    else if (line.length > 75) faults.push(`a line of ${line.length} octets`);
    if (!line.startsWith(" ")) lines.push(line);
    else if (lines.length === 0) faults.push("begins with a continuation line");
    else lines[lines.length - 1] += line.slice(1);
  }
  return lines;
}

function lintForeign(line: string, faults: string[]): void {
  if (/[\r\n]/.test(line)) faults.push("a bare CR or LF");
  else if (untold.test(line)) faults.push("a control character, BOM or noncharacter");
  if (!line.isWellFormed()) faults.push("a line that is not whole UTF-8 characters");
  const octets = encoder.encode(line).length;
  if (octets > 75) faults.push(`a line of ${octets} octets`);
}
