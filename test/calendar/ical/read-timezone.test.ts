import fc from "fast-check";
import { expect, it } from "vitest";
import { type Observance, offsetIn } from "../../../src/calendar/ical/read-timezone.ts";
import { findZone } from "../../../src/calendar/zone.ts";

const observance = (start: string, rule: string, offset: string): Observance =>
  new Map([["DTSTART", start], ...(rule === "" ? [] : [["RRULE", rule] as const]), ["TZOFFSETTO", offset]]);

/** Zones as Windows and Outlook describe them, by the name that the IANA gives them. */
const zones: Readonly<Record<string, readonly Observance[]>> = {
  "Europe/Tallinn": [
    observance("16011028T040000", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10", "+0200"),
    observance("16010325T030000", "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "+0300"),
  ],
  "America/New_York": [
    observance("20070311T020000", "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", "-0400"),
    observance("20071104T020000", "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU", "-0500"),
  ],
  "Australia/Sydney": [
    observance("19700405T030000", "FREQ=YEARLY;BYDAY=+1SU;BYMONTH=4", "+1000"),
    observance("19701004T020000", "FREQ=YEARLY;BYDAY=+1SU;BYMONTH=10", "+1100"),
  ],
  "Asia/Kathmandu": [observance("19700101T000000", "", "+0545")],
  "Africa/Lagos": [
    observance("19700101T000000", "FREQ=YEARLY;UNTIL=19991231T000000Z;BYDAY=1SU;BYMONTH=1", "+0300"),
    observance("20000101T000000", "", "+0100"),
  ],
};

it("tells the offset of each local time as the IANA's database does", () => {
  const moment = fc.integer({ min: Date.UTC(2026, 0, 2) / 1000, max: Date.UTC(2037, 11, 30) / 1000 });
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(zones)), moment, (name, at) => {
      const zone = findZone(name);
      const offset = zone.offset(at * 1000) * 60;
      // A time that the clock shows twice is the first of them.
      fc.pre(zone.offset((at - 3600) * 1000) * 60 === offset);
      expect(offsetIn(zones[name] ?? [], at + offset)).toBe(offset);
    }),
    { numRuns: 3000 },
  );
});

it("tells the hours around a change of the clock", () => {
  const at = (text: string): number | null => offsetIn(zones["Europe/Tallinn"] ?? [], Date.parse(`${text}Z`) / 1000);
  expect(at("2027-03-28T02:59:59")).toBe(7200);
  expect(at("2027-03-28T04:00:00")).toBe(10_800);
  expect(at("2027-10-31T02:59:59")).toBe(10_800);
  expect(at("2027-10-31T04:00:00")).toBe(7200);
});

it.each([
  ["nothing", []],
  ["no offset", [observance("19700101T000000", "", "two")]],
  ["a start that is none", [observance("1970", "", "+0200")]],
  ["another rule", [observance("19700101T000000", "FREQ=MONTHLY;BYDAY=1SU;BYMONTH=1", "+0200")]],
  ["a rule of several days", [observance("19700101T000000", "FREQ=YEARLY;BYDAY=1SU,2SU;BYMONTH=1", "+0200")]],
  ["a beginning in the future", [observance("20990101T000000", "", "+0200")]],
] as const)("tells none of %s", (_, observances) => {
  expect(offsetIn(observances, Date.UTC(2027, 5, 1) / 1000)).toBeNull();
});
