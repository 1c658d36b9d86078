import { describe, expect, it } from "vitest";
import { joinFeed } from "../../../src/calendar/feed.ts";
import { lintCalendar, lintEvent } from "../../../src/calendar/ical/lint.ts";
import { context, feedOf, known, profile, uuid } from "../samples.ts";

const around = context({ alarmMinutes: 15, colour: "teal", zone: "Europe/Tallinn" });
const feed = feedOf([known({ name: "Ünïcode", uuid: uuid("a") }), known({ uuid: uuid("9") })], around);
const event = `BEGIN:VEVENT\r\n${feed.split("BEGIN:VEVENT\r\n")[1] ?? ""}`;

/** The line of this property, folded lines and all. */
const lineOf = (name: string) => new RegExp(`^${name}[;:].*\\r\\n(?: .*\\r\\n)*`, "m");
const set = (name: string, line: string) => (text: string) =>
  text.replace(lineOf(name), line === "" ? "" : `${line}\r\n`);
const drop = (name: string) => set(name, "");
const twice = (name: string) => (text: string) => text.replace(lineOf(name), (line) => line + line);
const swap = (first: string, second: string) => (text: string) => {
  const line = lineOf(first).exec(text)?.[0] ?? "";
  return text.replace(line, "").replace(lineOf(second), (other) => other + line);
};

describe("the linter lets through", () => {
  it("what is in order", () => {
    expect(lintCalendar(feed)).toEqual([]);
    expect(lintEvent(event)).toEqual([]);
    expect(lintCalendar(joinFeed(profile(), []))).toEqual([]);
  });
});

describe("the linter finds in an event", () => {
  const required = ["UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "STATUS", "TRANSP"];
  const single = [...required, "CREATED", "DESCRIPTION", "LOCATION", "GEO", "CATEGORIES", "URL"];

  it.each([...required, "X-MICROSOFT-CDO-BUSYSTATUS"])("a missing %s", (name) => {
    expect(lintEvent(drop(name)(event))).toContain(`${name} is missing`);
  });

  it.each(single)("a second %s", (name) => {
    expect(lintEvent(twice(name)(event))).toContain(`${name} comes twice`);
  });

  it.each([
    ["LF alone", (text: string) => text.replace("\r\n", "\n"), "a bare CR or LF"],
    ["CR alone", set("SUMMARY", "SUMMARY:a\rb"), "a bare CR or LF"],
    ["no CRLF at the end", (text: string) => text.slice(0, -2), "does not end with CRLF"],
    ["an empty line", (text: string) => text.replace("\r\n", "\r\n\r\n"), "an empty line"],
    ["a line of 76 octets", set("SUMMARY", `SUMMARY:${"x".repeat(68)}`), "a line of 76 octets"],
    ["76 octets in fewer characters", set("SUMMARY", `SUMMARY:${"ü".repeat(34)}`), "a line of 76 octets"],
    ["half a character", set("SUMMARY", "SUMMARY:\uD83D\r\n \uDC4D"), "a line that is not whole UTF-8 characters"],
    ["a control character", set("SUMMARY", "SUMMARY:a\u0007"), "a control character, BOM or noncharacter"],
    ["NEL", set("SUMMARY", "SUMMARY:a\u0085"), "a control character, BOM or noncharacter"],
    ["a BOM", set("SUMMARY", "SUMMARY:\uFEFFa"), "a control character, BOM or noncharacter"],
    [
      "another beginning",
      (text: string) => text.replace("BEGIN:VEVENT", "BEGIN:VTODO"),
      "does not begin with BEGIN:VEVENT",
    ],
    ["no end", (text: string) => text.replace("END:VEVENT\r\n", ""), "does not end with END:VEVENT"],
    ["a fold before anything", (text: string) => ` ${text}`, "begins with a continuation line"],
    ["an unknown property", set("STATUS", "CLASS:PRIVATE"), "not a property of ours: CLASS"],
    [
      "an injected line",
      set("LOCATION", "LOCATION:a\r\nATTENDEE:mailto:x@example.com"),
      "not a property of ours: ATTENDEE",
    ],
    ["a line without colon", set("LOCATION", "LOCATION"), "not a property of ours: no colon in LOCATION"],
    ["a property of Object", set("LOCATION", "constructor:1"), "not a property of ours: constructor"],
    ["properties out of order", swap("UID", "DTSTAMP"), "UID is out of order"],
    [
      "a parameter",
      set("DTSTART", "DTSTART;TZID=Europe/Tallinn:20261124T140000"),
      "DTSTART has other parameters than it should",
    ],
    ["a floating time", set("DTSTART", "DTSTART:20261124T120000"), "DTSTART has a value it must not have"],
    ["a day that is none", set("DTSTART", "DTSTART:20260230T120000Z"), "DTSTART has a value it must not have"],
    ["an hour that is none", set("DTEND", "DTEND:20261124T240000Z"), "DTEND has a value it must not have"],
    ["no length", set("DTEND", "DTEND:20261124T120000Z"), "DTEND is not after DTSTART"],
    ["an end before the start", set("DTEND", "DTEND:20261124T110000Z"), "DTEND is not after DTSTART"],
    ["two revision times", set("LAST-MODIFIED", "LAST-MODIFIED:20261123T120001Z"), "DTSTAMP and LAST-MODIFIED differ"],
    ["a UID with a slash", set("UID", "UID:a/b"), "UID has a value it must not have"],
    ["a UID with an address", set("UID", "UID:liis@example.org"), "UID has a value it must not have"],
    [
      "a UID of 129 characters",
      set("UID", `UID:${"a".repeat(70)}\r\n ${"a".repeat(59)}`),
      "UID has a value it must not have",
    ],
    ["SEQUENCE 2^31", set("SEQUENCE", "SEQUENCE:2147483648"), "SEQUENCE has a value it must not have"],
    ["SEQUENCE below zero", set("SEQUENCE", "SEQUENCE:-1"), "SEQUENCE has a value it must not have"],
    ["an empty title", set("SUMMARY", "SUMMARY:"), "SUMMARY has a value it must not have"],
    ["a bare comma in text", set("DESCRIPTION", "DESCRIPTION:a,b"), "DESCRIPTION has a value it must not have"],
    ["a bare semicolon in text", set("LOCATION", "LOCATION:a;b"), "LOCATION has a value it must not have"],
    ["an escape that is none", set("SUMMARY", "SUMMARY:a\\tb"), "SUMMARY has a value it must not have"],
    ["a comma inside a category", set("CATEGORIES", "CATEGORIES:a\\,b"), "CATEGORIES has a value it must not have"],
    ["a URL with a comma", set("URL", "URL:https://a.example/?x=1\\,2"), "URL has a value it must not have"],
    ["a URL that is a script", set("URL", "URL:javascript:alert"), "URL has a value it must not have"],
    ["a place off the earth", set("GEO", "GEO:91.0;10.0"), "GEO has a value it must not have"],
    ["a place with an exponent", set("GEO", "GEO:1e-7;10.0"), "GEO has a value it must not have"],
    ["a status of no meaning", set("STATUS", "STATUS:DELETED"), "STATUS has a value it must not have"],
    [
      "a triple that disagrees",
      set("TRANSP", "TRANSP:TRANSPARENT"),
      "STATUS, TRANSP and busy status do not agree: TENTATIVE TRANSPARENT TENTATIVE",
    ],
    [
      "an alarm before a property",
      (text: string) => swap("STATUS", "TRIGGER")(text).replace("END:VALARM\r\n", ""),
      "VALARM is not ACTION, DESCRIPTION and TRIGGER at the end of the event",
    ],
    [
      "an alarm that sends mail",
      set("ACTION", "ACTION:EMAIL"),
      "VALARM is not ACTION, DESCRIPTION and TRIGGER at the end of the event",
    ],
  ])("%s", (_name, mutate, fault) => {
    expect(mutate(event)).not.toBe(event);
    expect(lintEvent(mutate(event))).toContain(fault);
    expect(lintCalendar(feed.replace(event, () => mutate(event)))).not.toEqual([]);
  });
});

describe("the linter finds in a calendar", () => {
  const calendar = ["VERSION", "PRODID", "CALSCALE", "NAME", "X-WR-CALNAME", "REFRESH-INTERVAL", "X-PUBLISHED-TTL"];
  it.each(calendar)("a missing %s", (name) => {
    expect(lintCalendar(drop(name)(feed))).toContain(`${name} is missing`);
  });

  it.each([
    ["a blank before it", (text: string) => ` ${text}`, "begins with a continuation line"],
    ["a BOM before it", (text: string) => `\uFEFF${text}`, "does not begin with BEGIN:VCALENDAR"],
    ["half of it", (text: string) => text.slice(0, text.length / 2), "does not end with END:VCALENDAR"],
    ["something after it", (text: string) => `${text}X\r\n`, "does not end with END:VCALENDAR"],
    ["nothing", () => "", "does not end with CRLF"],
    [
      "METHOD",
      (text: string) => text.replace("CALSCALE", "METHOD:PUBLISH\r\nCALSCALE"),
      "not a property of ours: METHOD",
    ],
    ["two names", set("NAME", "NAME:other"), "NAME and X-WR-CALNAME differ"],
    ["two descriptions", set("X-WR-CALDESC", "X-WR-CALDESC:other"), "DESCRIPTION and X-WR-CALDESC differ"],
    ["one colour of two", drop("COLOR"), "only one of the two colours"],
    [
      "a colour that is none",
      set("X-APPLE-CALENDAR-COLOR", "X-APPLE-CALENDAR-COLOR:red"),
      "X-APPLE-CALENDAR-COLOR has a value it must not have",
    ],
    [
      "a refresh without its type",
      set("REFRESH-INTERVAL", "REFRESH-INTERVAL:PT1H"),
      "REFRESH-INTERVAL has other parameters than it should",
    ],
    ["properties out of order", swap("NAME", "X-WR-CALNAME"), "NAME is out of order"],
    ["no component", (text: string) => text.replace(/BEGIN:VEVENT[^]*END:VEVENT\r\n/, ""), "holds no component"],
    ["another component", (text: string) => text.replaceAll("VEVENT", "VTODO"), "no component of a feed: BEGIN:VTODO"],
    [
      "a component that does not end",
      (text: string) => text.replaceAll("END:VEVENT\r\n", ""),
      "no component of a feed: BEGIN:VEVENT",
    ],
    [
      "a UID twice",
      (text: string) => text.replace(`UID:${uuid("a")}`, `UID:${uuid("9")}`),
      `${uuid("9")}-1: UID comes twice`,
    ],
    [
      "events out of order",
      (text: string) => text.replace(`UID:${uuid("9")}`, `UID:${uuid("f")}`),
      `${uuid("a")}-1: not in order of DTSTART and UID`,
    ],
    [
      "a fault in its second event",
      (text: string) => text.replace(`UID:${uuid("a")}`, `UID:${uuid("a")}/`),
      `${uuid("a")}/-1: UID has a value it must not have`,
    ],
  ])("%s", (_name, mutate, fault) => {
    expect(lintCalendar(mutate(feed))).toContain(fault);
  });

  it("no fault in 5,000 good events", () => {
    const many = Array.from({ length: 5000 }, (_, index) => known({ uuid: index.toString(16).padStart(32, "0") }));
    expect(lintCalendar(feedOf(many))).toEqual([]);
  });
});
