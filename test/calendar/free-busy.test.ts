import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BusyPeriod, mergeBusy, renderFreeBusy } from "../../src/calendar/ical/free-busy.ts";

const period = fc
  .record({
    start: fc.integer({ min: 0, max: 60 }),
    length: fc.integer({ min: 0, max: 20 }),
    type: fc.constantFrom("BUSY", "BUSY-TENTATIVE"),
  })
  .map(({ start, length, type }): BusyPeriod => ({ start, end: start + length, type }));
const window = { fromAt: 10, toAt: 50 };

/** Returns the type of a moment by these periods, the busiest first. */
const at = (periods: readonly BusyPeriod[], moment: number): string => {
  const types = new Set(periods.filter(({ start, end }) => start <= moment && moment < end).map(({ type }) => type));
  return types.has("BUSY") ? "BUSY" : types.has("BUSY-TENTATIVE") ? "BUSY-TENTATIVE" : "FREE";
};

describe("free/busy times", () => {
  it("say of each moment in the window what the events say, BUSY over BUSY-TENTATIVE, and nothing outside it", () => {
    fc.assert(
      fc.property(fc.array(period, { maxLength: 12 }), (periods) => {
        const merged = mergeBusy(periods, window);
        for (let moment = 0; moment < 90; moment += 1) {
          const inside = moment >= window.fromAt && moment < window.toAt;
          expect(at(merged, moment)).toBe(inside ? at(periods, moment) : "FREE");
        }
      }),
    );
  });

  it("are in order, none empty, overlapping another or going on where one of the same type ends", () => {
    fc.assert(
      fc.property(fc.array(period, { maxLength: 12 }), (periods) => {
        const merged = mergeBusy(periods, window);
        for (const [index, one] of merged.entries()) {
          expect(one.end).toBeGreaterThan(one.start);
          const next = merged[index + 1];
          if (next === undefined) continue;
          expect(next.start).toBeGreaterThanOrEqual(one.end);
          if (next.start === one.end) expect(next.type).not.toBe(one.type);
        }
      }),
    );
  });

  it("are one VFREEBUSY in UTC, with CRLF", () => {
    const fromAt = Date.UTC(2027, 0, 4) / 1000;
    const text = renderFreeBusy(
      [
        { start: fromAt + 3600, end: fromAt + 7200, type: "BUSY-TENTATIVE" },
        { start: fromAt, end: fromAt + 3600, type: "BUSY" },
      ],
      { uid: "f-busy", stampAt: fromAt, fromAt, toAt: fromAt + 86_400 },
    );
    expect(text.split("\r\n")).toEqual([
      "BEGIN:VCALENDAR",
      "VERSION:2.0",
      "PRODID:-//waldur-calendar//free-busy//EN",
      "BEGIN:VFREEBUSY",
      "UID:f-busy",
      "DTSTAMP:20270104T000000Z",
      "DTSTART:20270104T000000Z",
      "DTEND:20270105T000000Z",
      "FREEBUSY;FBTYPE=BUSY:20270104T000000Z/20270104T010000Z",
      "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20270104T010000Z/20270104T020000Z",
      "END:VFREEBUSY",
      "END:VCALENDAR",
      "",
    ]);
  });
});
