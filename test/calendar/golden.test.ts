import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { bookingStates, orderStates } from "../../src/calendar/booking.ts";
import { bookingEvents } from "../../src/calendar/booking-events.ts";
import { emptyEvent, endedCalendar, joinFeed, noticeEvent, rendererVersion } from "../../src/calendar/feed.ts";
import { reviseEvent } from "../../src/calendar/ical/vevent.ts";
import { lintCalendar } from "../../src/calendar/ical/lint.ts";
import { type FeedProfile, details, languages, stateMarks } from "../../src/calendar/profile.ts";
import { calendarProperties, eventProperties } from "../../src/calendar/ical/properties.ts";
import { context, known, nowAt, profile } from "./samples.ts";

const folder = new URL("../golden/", import.meta.url);

/** Compares with the file, or writes it: `UPDATE_GOLDEN=1 npx vitest run test/calendar/golden.test.ts`. */
function expectGolden(name: string, text: string): void {
  const file = new URL(`${name}.ics`, folder);
  if (process.env.UPDATE_GOLDEN === "1") {
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, text);
  }
  expect(lintCalendar(text)).toEqual([]);
  expect(existsSync(file) ? readFileSync(file, "utf8") : "no such file").toBe(text);
}

/** One event for each order state, its UID naming it. */
function calendarOf(state: (typeof bookingStates)[number], change: Partial<FeedProfile>): string {
  const vevents = [...orderStates, "unknown" as const].toSorted().flatMap((orderState) => {
    const one = known(
      { state, errorMessage: state === "Erred" ? "The stage does not answer" : "" },
      { orderState: orderState === "unknown" ? null : orderState },
    );
    const around = context(change, { uidOf: () => `${state.toLowerCase()}-${orderState}` });
    return bookingEvents(one, around).map((event) => reviseEvent(event, null, nowAt).vevent);
  });
  return joinFeed(profile(change), vevents);
}

describe("golden files: each state with each order state", () => {
  for (const detail of details) {
    it.each(bookingStates)(`%s, ${detail}`, (state) => {
      expectGolden(`${state.toLowerCase()}-${detail}`, calendarOf(state, { detail }));
    });
  }

  it.each(bookingStates)("%s, in Estonian with zone, colour and alarm", (state) => {
    const change = { language: "et", zone: "Europe/Tallinn", colour: "teal", alarmMinutes: 15 } as const;
    expectGolden(`${state.toLowerCase()}-et`, calendarOf(state, change));
  });

  it.each(stateMarks)("whole days, colours and pictures of offerings, the state by a %s", (stateMark) => {
    const change = {
      stateMark,
      wholeDays: true,
      offeringColours: true,
      offeringImages: true,
      zone: "Europe/Tallinn",
    } as const;
    const midnight = Date.UTC(2027, 2, 27, 22) / 1000;
    // The clock goes forward on 28 March, so that one day has 23 hours.
    const slots = [
      { start: midnight, end: midnight + 23 * 3600, backendId: "a" },
      { start: midnight - 86_400, end: midnight + 86_400 + 23 * 3600, backendId: "b" },
      { start: midnight + 1800, end: midnight + 23 * 3600, backendId: "c" },
    ];
    const made = (["Creating", "OK", "Erred", "Terminating", "Terminated"] as const).flatMap((state) => {
      const around = context(change, { uidOf: (_, n) => `${state.toLowerCase()}-${n}` });
      return bookingEvents(
        known({ state, slots }, { orderState: state === "Creating" ? "executing" : "done" }),
        around,
      );
    });
    const sorted = made.toSorted((a, b) => a.start - b.start || (a.uid < b.uid ? -1 : 1));
    expectGolden(
      `look-${stateMark}`,
      joinFeed(
        profile(change),
        sorted.map((event) => reviseEvent(event, null, nowAt).vevent),
      ),
    );
  });

  it("words that imitate ours", () => {
    const forged = {
      name: "Accept: https://evil.example/a",
      description: " \u200B\nAccept:\nhttps://evil.example/a/accept\u2028<b>Reject</b>:\r\n\r\n\r\n  www.evil.example",
      requesterUsername: "liis.saar@example.org",
      customerName: "www.evil.example",
      projectName: "evil.example/a\\nReject: <!--",
      providerName: "192.0.2.7",
    };
    const [event] = bookingEvents(known(forged), context());
    expectGolden("forged", joinFeed(profile(), event === undefined ? [] : [reviseEvent(event, null, nowAt).vevent]));
  });

  it.each(languages)("notices of what was lost, %s", (language) => {
    const own = profile({ language, zone: "Europe/Tallinn" });
    const reasons = ["inactive", "inactive-cleared", "part", "role", "role-cleared"] as const;
    const events = reasons.map((reason) =>
      noticeEvent(own, {
        uid: `notice-${reason}`,
        sinceAt: nowAt - 50_000,
        untilAt: nowAt + 36_400,
        proofDays: 30,
        nowAt,
        reason,
      }),
    );
    const vevents = events.map((event) => reviseEvent(event, null, nowAt).vevent);
    expectGolden(`notices-lost-${language}`, joinFeed(own, vevents));
  });

  it.each(languages)("notices, %s", (language) => {
    const own = profile({ language, zone: "Europe/Tallinn" });
    const notices = (["failing", "suspended", "token", "unreachable"] as const).map((reason) =>
      noticeEvent(own, {
        uid: `notice-${reason}`,
        sinceAt: nowAt - 50_000,
        untilAt: null,
        proofDays: 30,
        nowAt,
        reason,
      }),
    );
    const events = [emptyEvent(own, { uid: "empty", nowAt }), ...notices];
    expectGolden(
      `notices-${language}`,
      joinFeed(
        own,
        events.map((event) => reviseEvent(event, null, nowAt).vevent),
      ),
    );
    expectGolden(`ended-${language}`, endedCalendar(own, nowAt));
  });

  it("nothing yet", () => {
    expectGolden("nothing", joinFeed(profile(), []));
  });
});

describe("the golden files together", () => {
  const recordFile = new URL("renderer.json", folder);
  const recordSchema = v.object({
    rendererVersion: v.number(),
    properties: v.array(v.string()),
    goldens: v.record(v.string(), v.string()),
  });
  // Read when the tests run: by then the goldens above have been written.
  const listNames = (): string[] => readdirSync(folder).filter((name) => name.endsWith(".ics"));
  const read = (name: string): string => readFileSync(new URL(name, folder), "utf8");

  it("change only with the version of the renderer", () => {
    // The version stands in each of them.
    const hashOf = (text: string): string =>
      createHash("sha256")
        .update(text.replace(/^PRODID:.*$/m, ""))
        .digest("hex")
        .slice(0, 16);
    const goldens = Object.fromEntries(
      listNames()
        .toSorted()
        .map((name) => [name, hashOf(read(name))]),
    );
    const recorded = v.parse(recordSchema, JSON.parse(readFileSync(recordFile, "utf8")));
    const changed = Object.keys(recorded.goldens).filter((name) => goldens[name] !== recorded.goldens[name]);
    // A new property may show in a new golden alone, and is missing in stored feeds until they are rendered again.
    const properties = [...calendarProperties, ...eventProperties].map(({ name }) => name);
    if (rendererVersion === recorded.rendererVersion) {
      const advice = "feeds would keep their old bytes: raise rendererVersion in src/calendar/feed.ts, then update";
      expect(changed, advice).toEqual([]);
      expect(properties, advice).toEqual(recorded.properties);
    }
    const now = { rendererVersion, properties, goldens };
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(recordFile, `${JSON.stringify(now, null, 2)}\n`);
    const advice = "run it with UPDATE_GOLDEN=1, and look at the difference";
    expect(JSON.parse(readFileSync(recordFile, "utf8")), advice).toEqual(now);
  });

  it("show every property", () => {
    const text = listNames().map(read).join("");
    const missing = [...eventProperties, ...calendarProperties].filter(
      ({ name }) => !new RegExp(`^${name}[;:]`, "m").test(text),
    );
    const advice = "a golden whose booking has it is missing";
    expect(
      missing.map(({ name }) => name),
      advice,
    ).toEqual([]);
  });
});
