import fc from "fast-check";
import ICAL from "ical.js";
import { describe, expect, it } from "vitest";
import type { Event } from "../../../src/calendar/event.ts";
import { bookingEvents } from "../../../src/calendar/booking-events.ts";
import { joinFeed } from "../../../src/calendar/feed.ts";
import { renderEvent, reviseEvent } from "../../../src/calendar/ical/vevent.ts";
import { lintCalendar, lintEvent } from "../../../src/calendar/ical/lint.ts";
import { anyProfile, hostileKnown } from "../hostile.ts";
import { context, eventOf, known, nowAt } from "../samples.ts";

/** Returns the events that ical.js, an independent reader, finds in a calendar. */
function read(calendar: string) {
  return new ICAL.Component(ICAL.parse(calendar)).getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    const value = (name: string) => component.getFirstPropertyValue(name);
    return {
      uid: event.uid,
      start: event.startDate.toString(),
      end: event.endDate.toString(),
      summary: event.summary,
      description: event.description ?? "",
      location: event.location ?? "",
      categories: component.getFirstProperty("categories")?.getValues() ?? [],
      url: value("url") ?? "",
      image: value("image") ?? "",
      colour: value("color") ?? "",
      status: value("status"),
      geo: value("geo"),
      sequence: event.sequence,
      alarms: component.getAllSubcomponents("valarm").length,
      stamp: String(value("dtstamp")),
    };
  });
}

function expectation(event: Event, sequence: number) {
  const [start, end] = [event.start, event.end].map((at) => new Date(at * 1000).toISOString().replace(".000", ""));
  const isoDay = (day: string) => day.replace(/(....)(..)(..)/, "$1-$2-$3");
  const when =
    event.days === null ? { start, end } : { start: isoDay(event.days.first), end: isoDay(event.days.after) };
  const { uid, summary, description, location, categories, url, image, colour, status } = event;
  const geo = event.geo === null ? null : [event.geo.latitude, event.geo.longitude];
  const alarms = event.alarmMinutes === null ? 0 : 1;
  const texts = { summary, description, location, categories, url, image, colour };
  return { uid, ...when, ...texts, status, geo, sequence, alarms };
}

describe("any booking as a calendar", () => {
  it("passes the linter and is read back to the same data", () => {
    fc.assert(
      fc.property(hostileKnown, anyProfile, (one, profile) => {
        const events = bookingEvents(one, context(profile));
        events.sort((a, b) => a.start - b.start || (a.uid < b.uid ? -1 : 1));
        const made = events.map((event) => reviseEvent(event, null, nowAt));
        const calendar = joinFeed(
          profile,
          made.map(({ vevent }) => vevent),
        );
        expect(lintCalendar(calendar)).toEqual([]);
        expect(read(calendar)).toMatchObject(
          events.map((event, index) => expectation(event, made[index]?.revision.sequence ?? -1)),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("has the same bytes when nothing changed, whenever it is rendered", () => {
    fc.assert(
      fc.property(hostileKnown, anyProfile, fc.nat(), (one, profile, later) => {
        for (const event of bookingEvents(one, context(profile))) {
          const first = reviseEvent(event, null, nowAt);
          const stored = { vevent: first.vevent, sequence: first.revision.sequence, stampAt: first.revision.stamp };
          const [again] = bookingEvents(structuredClone(one), context(profile)).filter(({ n }) => n === event.n);
          expect(reviseEvent(again ?? event, stored, nowAt + later)).toEqual({ ...first, changed: false });
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe("revisions", () => {
  const event = eventOf(known());
  const renamed = { ...event, summary: "Another title" };
  const stored = (sequence: number, stampAt: number) => ({
    vevent: renderEvent(event, { sequence, stamp: stampAt }),
    sequence,
    stampAt,
  });

  it("begin at the seconds since the booking was made", () => {
    expect(reviseEvent(event, null, nowAt)).toMatchObject({
      revision: { sequence: 86_400, stamp: nowAt },
      changed: true,
    });
  });

  it("raise SEQUENCE, DTSTAMP and LAST-MODIFIED together when the text changes", () => {
    const { vevent, revision, changed } = reviseEvent(renamed, stored(86_400, nowAt), nowAt + 60);
    expect(changed).toBe(true);
    expect(revision).toEqual({ sequence: 86_460, stamp: nowAt + 60 });
    expect(vevent).toContain("DTSTAMP:20261123T120100Z\r\n");
    expect(vevent).toContain("LAST-MODIFIED:20261123T120100Z\r\n");
    expect(vevent).toContain("SEQUENCE:86460\r\n");
  });

  it("rise twice in one second, and when the clock goes back", () => {
    expect(reviseEvent(renamed, stored(86_400, nowAt), nowAt).revision).toEqual({ sequence: 86_401, stamp: nowAt + 1 });
    expect(reviseEvent(renamed, stored(86_400, nowAt), nowAt - 500).revision).toEqual({
      sequence: 86_401,
      stamp: nowAt + 1,
    });
  });

  it("are higher than before when the database was lost in between", () => {
    const before = reviseEvent(renamed, stored(86_400, nowAt), nowAt + 60).revision;
    const after = reviseEvent(event, null, nowAt + 3600).revision;
    expect(after.sequence).toBeGreaterThan(before.sequence);
    expect(after.stamp).toBeGreaterThan(before.stamp);
  });

  it("stay below 2^31 and never below zero", () => {
    const most = 2 ** 31 - 1;
    expect(reviseEvent(renamed, stored(most, nowAt), nowAt).revision.sequence).toBe(most);
    expect(reviseEvent({ ...event, created: nowAt + 99 }, null, nowAt).revision.sequence).toBe(0);
    expect(reviseEvent({ ...event, created: -10_000_000_000 }, null, nowAt).revision.sequence).toBe(most);
  });

  it("never fall over any history, and each history ends on the event's own text", () => {
    const step = fc.tuple(fc.constantFrom("a", "b", "c"), fc.integer({ min: -100, max: 100 }));
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        let row: { vevent: string; sequence: number; stampAt: number } | null = null;
        let title = "";
        let at = nowAt;
        for (const [summary, seconds] of steps) {
          at += seconds;
          const wanted: Event = { ...event, summary };
          const made: ReturnType<typeof reviseEvent> = reviseEvent(wanted, row, at);
          expect(made.changed).toBe(summary !== title);
          expect(lintEvent(made.vevent)).toEqual([]);
          expect(made.vevent).toContain(`SUMMARY:${summary}\r\n`);
          if (row !== null && made.changed) {
            expect(made.revision.sequence).toBeGreaterThan(row.sequence);
            expect(made.revision.stamp).toBeGreaterThan(row.stampAt);
          }
          row = { vevent: made.vevent, sequence: made.revision.sequence, stampAt: made.revision.stamp };
          title = summary;
        }
      }),
      { numRuns: 100 },
    );
  });
});
