import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import ICAL from "ical.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bookingEvents } from "../../src/calendar/booking-events.ts";
import type { Event } from "../../src/calendar/event.ts";
import { joinFeed, noticeEvent } from "../../src/calendar/feed.ts";
import { renderEvent } from "../../src/calendar/ical/vevent.ts";
import { lintCalendar, lintEvent } from "../../src/calendar/ical/lint.ts";
import { dayOf, wholeDays } from "../../src/calendar/window.ts";
import { installed } from "../installed.ts";
import { context, eventOf, known, nowAt, profile } from "./samples.ts";

const at = (iso: string) => Date.parse(iso) / 1000;

/** Zones from +14 to -11, some with half hours, and with a clock that changes at midnight. */
const zones = [
  "Pacific/Kiritimati",
  "Pacific/Auckland",
  "Asia/Kathmandu",
  "Africa/Cairo",
  "Europe/Tallinn",
  "UTC",
  "America/Havana",
  "America/Santiago",
  "Pacific/Pago_Pago",
];

/** Returns the event of a booking that takes that period in a feed of that zone. */
function eventFrom(zone: string | null, start: number, end: number, wanted = true): Event {
  const slots = [{ start, end, backendId: "x" }];
  return eventOf(known({ slots }), context({ zone, wholeDays: wanted }));
}

/** Returns the first second of a day in a zone. */
function startOf(zone: string, day: string): number {
  const noon = at(`${day}T12:00:00Z`);
  const around = [-86_400, 0, 86_400].map((shift) => dayOf(zone, noon + shift));
  const found = around.find((one) => wholeDays(zone, one)?.first === day.replaceAll("-", ""));
  if (found === undefined) throw new Error(`${day} is no day in ${zone}`);
  return found.start;
}

describe.each(zones)("whole days in %s", (zone) => {
  it.each([
    ["2027-03-14", "2027-03-15"],
    ["2026-12-31", "2027-01-01"],
    ["2027-03-20", "2027-04-10"],
    ["2026-10-24", "2026-11-02"],
  ])("from %s up to %s are read by ical.js on those days, whatever its zone", (first, after) => {
    const event = eventFrom(zone, startOf(zone, first), startOf(zone, after));
    const calendar = joinFeed(profile({ zone }), [renderEvent(event, { sequence: 0, stamp: nowAt })]);
    expect(lintCalendar(calendar)).toEqual([]);
    const [component] = new ICAL.Component(ICAL.parse(calendar)).getAllSubcomponents("vevent");
    const { startDate, endDate } = new ICAL.Event(component);
    expect([startDate.isDate, String(startDate), String(endDate)]).toEqual([true, first, after]);
  });

  it("a notice stands on the day that it is there", () => {
    const notice = noticeEvent(profile({ zone }), {
      uid: "notice",
      nowAt,
      sinceAt: nowAt - 9000,
      untilAt: null,
      proofDays: 30,
      reason: "failing",
    });
    const today = new Intl.DateTimeFormat("sv", { timeZone: zone }).format(nowAt * 1000).replaceAll("-", "");
    expect(notice.days?.first).toBe(today);
    expect(renderEvent(notice, { sequence: 0, stamp: nowAt })).toContain(`DTSTART;VALUE=DATE:${today}\r\n`);
  });
});

describe("what is no whole day", () => {
  const [start, end] = [at("2027-01-03T22:00:00Z"), at("2027-01-04T22:00:00Z")];

  it.each([
    ["a second short", "Europe/Tallinn", start, end - 1],
    ["a second later", "Europe/Tallinn", start + 1, end],
    ["24 hours in another zone", "Europe/Stockholm", start, end],
    [
      "24 hours, not up to midnight, where a day has 23",
      "Europe/Tallinn",
      at("2027-03-27T22:00:00Z"),
      at("2027-03-28T22:00:00Z"),
    ],
    ["a feed without a zone", null, at("2027-01-04T00:00:00Z"), at("2027-01-05T00:00:00Z")],
  ])("stays timed: %s", (_, zone, from, to) => {
    const event = eventFrom(zone, from, to);
    expect(event.days).toBe(null);
    expect(renderEvent(event, { sequence: 0, stamp: nowAt })).toMatch(/DTSTART:\d{8}T\d{6}Z\r\nDTEND:\d{8}T\d{6}Z/);
  });

  it("stays timed in a feed that did not ask, to the byte", () => {
    const before = bookingEvents(
      known({ slots: [{ start, end, backendId: "x" }] }),
      context({ zone: "Europe/Tallinn" }),
    );
    expect(before[0]?.days).toBe(null);
  });

  it("a date and a time together are refused by the linter", () => {
    const vevent = renderEvent(eventFrom("Europe/Tallinn", start, end), { sequence: 0, stamp: nowAt });
    const mixed = vevent.replace("DTEND;VALUE=DATE:20270105", "DTEND:20270105T000000Z");
    expect(lintEvent(mixed)).toEqual(["only one of DTSTART and DTEND is a date"]);
    expect(lintEvent(vevent.replace(";VALUE=DATE:20270104", ":20270104"))).toContain(
      "DTSTART has other parameters than it should",
    );
    expect(lintEvent(vevent.replace(":20270104", ":20270229"))).toContain("DTSTART has a value it must not have");
  });
});

const run = promisify(execFile);

describe.runIf(installed(["khal"], "apt-get install khal"))("khal", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
    await mkdir(join(folder, "calendar"));
    for (const zone of zones) {
      const event = { ...eventFrom(zone, startOf(zone, "2027-03-14"), startOf(zone, "2027-03-16")), summary: zone };
      const calendar = joinFeed(profile({ zone }), [renderEvent(event, { sequence: 0, stamp: nowAt })]);
      await writeFile(
        join(folder, "calendar", `${zone.replace("/", "-")}.ics`),
        calendar.replace(/^UID:/m, `UID:${zone.replace("/", "-")}`),
      );
    }
  });
  afterAll(async () => rm(folder, { recursive: true }));

  it.each(["Pacific/Kiritimati", "Pacific/Pago_Pago"])(
    "shows them on those two days when it stands in %s",
    async (zone) => {
      const config = join(folder, "khal.ini");
      await writeFile(
        config,
        [
          `[calendars]\n[[bookings]]\npath = ${folder}/calendar`,
          `[sqlite]\npath = ${folder}/${zone.replace("/", "-")}.db`,
          `[locale]\nlocal_timezone = ${zone}\ndefault_timezone = ${zone}`,
          "dateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\ndatetimeformat = %Y-%m-%d %H:%M\n",
        ].join("\n"),
      );
      const list = ["-c", config, "list", "--day-format", "{date-long}", "--format", "{title}", "2027-03-12", "7d"];
      const { stdout } = await run("khal", list, { env: { ...process.env, HOME: folder } });
      const sorted = zones.toSorted();
      const days = stdout
        .trim()
        .split(/^(?=2027-)/m)
        .map((day) => day.trim().split("\n"));
      expect(days.map(([day, ...titles]) => [day, titles.toSorted()])).toEqual([
        ["2027-03-14", sorted],
        ["2027-03-15", sorted],
      ]);
    },
  );
});
