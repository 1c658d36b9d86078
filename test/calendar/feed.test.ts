import fc from "fast-check";
import ICAL from "ical.js";
import { describe, expect, it } from "vitest";
import { unfold } from "../../src/calendar/ical/content-line.ts";
import {
  emptyEvent,
  endedCalendar,
  joinFeed,
  joinFeedBytes,
  noticeEvent,
  rendererVersion,
} from "../../src/calendar/feed.ts";
import { reviseEvent } from "../../src/calendar/ical/vevent.ts";
import { lintCalendar, lintEvent } from "../../src/calendar/ical/lint.ts";
import type { Language } from "../../src/calendar/profile.ts";
import { noticeReasons } from "../../src/calendar/words/calendar-words.ts";
import { localTime } from "../../src/calendar/window.ts";
import { anyProfile } from "./hostile.ts";
import { feedOf, known, nowAt, profile } from "./samples.ts";

describe("a feed's calendar", () => {
  it("tells name, colour and how often to come, in the order readers want", () => {
    const text = unfold(joinFeed(profile({ colour: "teal", zone: "Europe/Tallinn" }), []));
    expect(
      text
        .split("\r\n")
        .slice(0, 14)
        .map((line) => line.slice(0, 40)),
    ).toEqual([
      "BEGIN:VCALENDAR",
      "VERSION:2.0",
      `PRODID:-//waldur-calendar//feed ${rendererVersion}//EN`,
      "CALSCALE:GREGORIAN",
      "NAME:Confocal microscope",
      "X-WR-CALNAME:Confocal microscope",
      "DESCRIPTION:Bookings in Waldur. Changes ",
      "X-WR-CALDESC:Bookings in Waldur. Changes",
      "X-WR-TIMEZONE:Europe/Tallinn",
      "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
      "X-PUBLISHED-TTL:PT1H",
      "COLOR:teal",
      "X-APPLE-CALENDAR-COLOR:#008080",
      "BEGIN:VTIMEZONE",
    ]);
  });

  it("holds the given events as they are", () => {
    const text = feedOf([known()]);
    const vevent = /BEGIN:VEVENT[^]*END:VEVENT\r\n/.exec(text)?.[0] ?? "";
    expect(joinFeed(profile(), [vevent])).toBe(text);
  });

  it("is the same from bytes as from text", () => {
    const encoder = new TextEncoder();
    fc.assert(
      fc.property(anyProfile, fc.array(fc.string({ unit: "binary" })), (any, texts) => {
        const bytes = joinFeedBytes(any, encoder.encode(texts.join("")));
        expect(bytes).toEqual(
          encoder.encode(
            joinFeed(
              any,
              texts.filter((one) => one !== ""),
            ),
          ),
        );
      }),
      { numRuns: 100 },
    );
  });

  it("is never without a component, and never without a name", () => {
    fc.assert(
      fc.property(anyProfile, (any) => {
        const text = joinFeed(any, []);
        expect(lintCalendar(text)).toEqual([]);
        expect(new ICAL.Component(ICAL.parse(text)).getAllSubcomponents()).toHaveLength(1);
      }),
      { numRuns: 100 },
    );
  });
});

describe("the calendar of an address that ended", () => {
  it("has one event, on the day it ended, and always the same bytes", () => {
    fc.assert(
      fc.property(anyProfile, fc.integer({ min: 0, max: 4_000_000_000 }), (any, endedAt) => {
        const text = endedCalendar(any, endedAt);
        expect(lintCalendar(text)).toEqual([]);
        expect(endedCalendar({ ...any }, endedAt)).toBe(text);
        const [vevent, ...others] = new ICAL.Component(ICAL.parse(text)).getAllSubcomponents("vevent");
        expect(others).toEqual([]);
        const event = new ICAL.Event(vevent);
        const day = localTime(any.zone, endedAt).toISODate();
        expect([String(event.startDate), event.duration.toSeconds()]).toEqual([day, 86_400]);
      }),
      { numRuns: 100 },
    );
  });

  it("says so in the feed's language and takes nobody's time", () => {
    const text = endedCalendar(profile({ language: "et" }), nowAt);
    expect(text).toContain("SUMMARY:See kalender on lõppenud\r\n");
    expect(text).toContain("STATUS:CONFIRMED\r\nTRANSP:TRANSPARENT\r\nX-MICROSOFT-CDO-BUSYSTATUS:FREE\r\n");
  });
});

describe("notices", () => {
  const facts = { uid: "notice-1", sinceAt: nowAt - 50_000, untilAt: nowAt + 40_000, proofDays: 30, nowAt };

  it.each(noticeReasons)("%s: say since when and who must act, on this day", (reason) => {
    const event = noticeEvent(profile({ zone: "Europe/Tallinn" }), { ...facts, reason });
    expect(event.description).toContain("2026-11-23 00:06 (Europe/Tallinn)");
    expect(event.description).toMatch(
      /Whoever runs .* must|(?:owner of|operator of|Its owner|its owner) .*(?:must|gives|activates|signs in)/,
    );
    expect(event.start).toBeLessThanOrEqual(nowAt);
    expect(event.end).toBeGreaterThan(nowAt);
    expect(lintEvent(reviseEvent(event, null, nowAt).vevent)).toEqual([]);
  });

  it.each(["expired", "expired-cleared"] as const)("%s: names the days without a token that Waldur takes", (reason) => {
    const told = (proofDays: number, language: Language) =>
      noticeEvent(profile({ language }), { ...facts, proofDays, reason }).description;
    expect(told(30, "en")).toMatch(/for 30 days, so/);
    expect(told(1, "en")).toMatch(/for 1 day, so/);
    expect(told(30, "et")).toMatch(/võtnud 30 päeva, see/);
  });

  it("change once a day, not each minute", () => {
    const at = (later: number) => noticeEvent(profile(), { ...facts, nowAt: nowAt + later, reason: "token" });
    expect(at(60)).toEqual(at(0));
    expect(at(11 * 3600 + 3599)).toEqual(at(0));
    expect(at(12 * 3600).start).toBe(at(0).start + 86_400);
  });

  it("keep rising from one outage to the next, though each begins anew", () => {
    const first = reviseEvent(noticeEvent(profile(), { ...facts, reason: "token" }), null, nowAt);
    const later = { ...facts, sinceAt: nowAt + 900_000, nowAt: nowAt + 950_000 };
    const second = reviseEvent(noticeEvent(profile(), { ...later, reason: "token" }), null, later.nowAt);
    expect(second.revision.sequence).toBeGreaterThan(first.revision.sequence);
  });

  it("stand in a feed that would run empty", () => {
    const event = emptyEvent(profile(), { uid: "empty-1", nowAt });
    expect(event.summary).toBe("No bookings at present");
    expect(lintEvent(reviseEvent(event, null, nowAt).vevent)).toEqual([]);
  });
});
