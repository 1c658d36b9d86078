import { describe, expect, it } from "vitest";
import { dayOf, inWindow, windowOf } from "../../src/calendar/window.ts";

const at = (iso: string) => Date.parse(iso) / 1000;
const days = { zone: null, pastDays: 1, futureDays: 2 };

describe("the window of a feed", () => {
  it("is whole days around today, in UTC without a zone", () => {
    expect(windowOf(days, at("2026-11-23T12:34:56Z"))).toEqual({
      dayAt: at("2026-11-23T00:00:00Z"),
      fromAt: at("2026-11-22T00:00:00Z"),
      toAt: at("2026-11-26T00:00:00Z"),
    });
  });

  it("moves once a day, at midnight of the feed's zone", () => {
    const own = { ...days, zone: "Europe/Tallinn" };
    const evening = windowOf(own, at("2026-11-23T21:59:59Z"));
    expect(evening).toEqual(windowOf(own, at("2026-11-22T22:00:00Z")));
    expect(windowOf(own, at("2026-11-23T22:00:00Z")).dayAt).toBe(evening.dayAt + 86_400);
  });

  it("has days of 23 and 25 hours where the clocks change", () => {
    const own = { zone: "Europe/Tallinn", pastDays: 0, futureDays: 0 };
    const length = (iso: string) => windowOf(own, at(iso)).toAt - windowOf(own, at(iso)).fromAt;
    expect(length("2026-03-29T12:00:00Z")).toBe(23 * 3600);
    expect(length("2026-10-25T12:00:00Z")).toBe(25 * 3600);
  });

  it.each([
    ["America/Santiago", "2026-09-06T04:00:00Z", 23],
    ["America/Santiago", "2026-04-04T03:00:00Z", 25],
    ["Africa/Cairo", "2026-04-23T22:00:00Z", 23],
    ["Asia/Beirut", "2026-03-28T22:00:00Z", 23],
    ["Atlantic/Azores", "2026-03-29T01:00:00Z", 23],
    ["Atlantic/Azores", "2026-10-25T00:00:00Z", 25],
    ["America/Havana", "2026-03-08T05:00:00Z", 23],
    ["America/Havana", "2026-11-01T04:00:00Z", 25],
  ])("has whole days in %s, whose clock changes at midnight, from %s", (zone, start, hours) => {
    const startAt = at(start);
    const endAt = startAt + hours * 3600;
    const own = { zone, pastDays: 1, futureDays: 1 };
    for (const now of [startAt, startAt + 1800, startAt + 5400, startAt + 43_200, endAt - 1]) {
      expect(dayOf(zone, now)).toEqual({ start: startAt, end: endAt });
      expect(windowOf(own, now)).toEqual({ dayAt: startAt, fromAt: startAt - 86_400, toAt: endAt + 86_400 });
    }
    expect(dayOf(zone, startAt - 1)).toEqual({ start: startAt - 86_400, end: startAt });
    expect(dayOf(zone, endAt)).toEqual({ start: endAt, end: endAt + 86_400 });
  });

  it("has days without gaps and overlaps all year in every zone", () => {
    for (const zone of Intl.supportedValuesOf("timeZone").filter((_, index) => index % 9 === 0)) {
      let day = dayOf(zone, at("2026-01-01T12:00:00Z"));
      for (let count = 0; count < 366; count += 1) {
        const next = dayOf(zone, day.end);
        expect([zone, next.start]).toEqual([zone, day.end]);
        expect((day.end - day.start) / 3600).toBeGreaterThanOrEqual(23);
        expect((day.end - day.start) / 3600).toBeLessThanOrEqual(25);
        day = next;
      }
    }
  });

  it.each(["Nowhere/Land", "", "local", "system"])("falls back to UTC for the zone %j, which nobody knows", (zone) => {
    const machine = process.env.TZ;
    process.env.TZ = "Asia/Tokyo";
    const now = at("2026-11-23T23:30:00Z");
    expect(windowOf({ ...days, zone }, now)).toEqual(windowOf(days, now));
    if (machine === undefined) delete process.env.TZ;
    else process.env.TZ = machine;
  });

  it("holds what ends after its beginning and starts before its end", () => {
    const window = windowOf(days, at("2026-11-23T12:00:00Z"));
    const holds = (start: string, end: string) => inWindow({ start: at(start), end: at(end) }, window);
    expect(holds("2026-11-21T23:00:00Z", "2026-11-22T00:00:01Z")).toBe(true);
    expect(holds("2026-11-21T23:00:00Z", "2026-11-22T00:00:00Z")).toBe(false);
    expect(holds("2026-11-25T23:59:59Z", "2026-11-27T00:00:00Z")).toBe(true);
    expect(holds("2026-11-26T00:00:00Z", "2026-11-27T00:00:00Z")).toBe(false);
  });
});
