import { expect, it } from "vitest";
import { unfoldLines } from "../../src/calendar/ical/content-line.ts";
import { renderTimezone } from "../../src/calendar/ical/timezone.ts";

const at = (text: string): number => Date.parse(text) / 1000;

it("writes each change of the clock as it shows before it", () => {
  const lines = unfoldLines(
    renderTimezone("Europe/Tallinn", { fromAt: at("2027-01-01T00:00Z"), toAt: at("2028-01-01T00:00Z") }),
  );
  expect(lines.slice(3, -1)).toEqual([
    "BEGIN:VTIMEZONE",
    "TZID:Europe/Tallinn",
    "BEGIN:STANDARD",
    "DTSTART:20270101T020000",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0200",
    "END:STANDARD",
    "BEGIN:DAYLIGHT",
    "DTSTART:20270328T030000",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0300",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "DTSTART:20271031T040000",
    "TZOFFSETFROM:+0300",
    "TZOFFSETTO:+0200",
    "END:STANDARD",
    "END:VTIMEZONE",
  ]);
});

it.each([
  ["UTC", 1],
  ["Asia/Kolkata", 1],
  ["America/St_Johns", 3],
] as const)("has one part for each time of %s: %i", (zone, parts) => {
  const text = renderTimezone(zone, { fromAt: at("2027-06-01T00:00Z"), toAt: at("2028-06-01T00:00Z") });
  expect(text.match(/BEGIN:(?:STANDARD|DAYLIGHT)/g)).toHaveLength(parts);
  if (zone === "America/St_Johns") expect(text).toContain("TZOFFSETTO:-0330");
  if (zone === "Asia/Kolkata") expect(text).toContain("TZOFFSETTO:+0530");
});
