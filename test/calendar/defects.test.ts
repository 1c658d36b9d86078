import { afterEach, describe, expect, it } from "vitest";
import { unfold } from "../../src/calendar/ical/content-line.ts";
import type { Event } from "../../src/calendar/event.ts";
import { joinFeed } from "../../src/calendar/feed.ts";
import { renderEvent } from "../../src/calendar/ical/vevent.ts";
import { lintCalendar, lintEvent } from "../../src/calendar/ical/lint.ts";
import { context, eventOf, feedOf, hour, known, nowAt, profile } from "./samples.ts";

const revision = { sequence: 7, stamp: nowAt };
const render = (change: Partial<Event>) => renderEvent({ ...eventOf(known()), ...change }, revision);

describe("defects of ical-generator that must not reach a feed", () => {
  const zone = process.env.TZ;
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  it("1: the calendar's name is written raw", () => {
    const calendar = joinFeed(profile({ name: "a\r\nX-EVIL:1,2;3\\4" }), []);
    expect(calendar).toContain("\r\nNAME:a X-EVIL:1\\,2\\;3\\\\4\r\nX-WR-CALNAME:a X-EVIL:1\\,2\\;3\\\\4\r\n");
    expect(lintCalendar(calendar)).toEqual([]);
  });

  it("2: the UID is written raw", () => {
    const vevent = render({ uid: "a\r\nX-EVIL:1" });
    expect(vevent).toContain("UID:a--X-EVIL-1\r\n");
    expect(lintEvent(vevent)).toEqual([]);
  });

  it("3: with a zone, dates lose their Z or become floating", () => {
    const calendar = feedOf([known()], context({ zone: "America/New_York" }));
    expect(calendar.match(/^(DTSTAMP|CREATED|LAST-MODIFIED|DTSTART|DTEND):\d{8}T\d{6}Z$/gm)).toHaveLength(5);
    expect(calendar).not.toContain("TZID");
  });

  it("4: dates depend on the zone of the process", () => {
    const texts = ["UTC", "Europe/Tallinn", "America/New_York"].map((name) => {
      process.env.TZ = name;
      return feedOf([known()], context({ zone: "Asia/Tokyo" }));
    });
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toContain("DTSTART:20261124T120000Z\r\n");
  });

  it("5: URLs are escaped like text, which breaks them", () => {
    const vevent = unfold(render({ url: "https://portal.example.org/?x=1,2;y=3" }));
    expect(vevent).toContain("\r\nURL:https://portal.example.org/?x=1%2C2%3By=3\r\n");
  });

  it("6: alarms stand before properties, X- properties of the calendar after its events", () => {
    const calendar = feedOf([known()], context({ alarmMinutes: 15, colour: "red" }));
    expect(calendar).toMatch(
      /X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE\r\nBEGIN:VALARM\r\n[^]*END:VALARM\r\nEND:VEVENT\r\n/,
    );
    expect(calendar.lastIndexOf("\r\nX-APPLE-CALENDAR-COLOR:")).toBeLessThan(calendar.indexOf("BEGIN:VEVENT"));
  });

  it("7: the last line has no CRLF", () => {
    expect(feedOf([known()]).endsWith("\r\nEND:VCALENDAR\r\n")).toBe(true);
  });

  it("8: control characters pass", () => {
    const wild = "a\u0000b\u0007c\u001Bd\u007Fe\u0085f\u2028g\u202Eh";
    const vevent = render({ summary: wild, description: wild, location: wild, categories: [wild] });
    expect(vevent.replaceAll("\r\n", "")).not.toMatch(/[\p{Cc}\u2028\u202E]/u);
    expect(vevent).toContain("SUMMARY:abcde f gh\r\n");
  });

  it("9: UID and DTSTAMP are made up where none are given", () => {
    expect(render({})).toBe(render({}));
    expect(render({})).toContain("DTSTAMP:20261123T120000Z\r\n");
  });

  it("10: an end that is not after its start is written so, or swapped without a word", () => {
    for (const length of [0, -hour]) {
      const event = eventOf(known({ slots: [{ start: nowAt, end: nowAt + length, backendId: "x" }] }));
      const vevent = renderEvent(event, revision);
      expect(lintEvent(vevent)).toEqual([]);
      expect(unfold(vevent)).toMatch(/DESCRIPTION:.*(no length in Waldur|before its start)/);
    }
  });
});
