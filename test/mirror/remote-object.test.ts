import fc from "fast-check";
import ICAL from "ical.js";
import { describe, expect, it } from "vitest";
import { hashObject, isOurName, objectUid, readObject, writeObject } from "../../src/mirror/remote-object.ts";
import { renderEvent } from "../../src/calendar/ical/vevent.ts";
import type { Event } from "../../src/calendar/event.ts";

const owner = { installation: "1122334455667788", targetId: "00112233aabbccdd" };
const event: Event = {
  uid: `${"a".repeat(32)}-1`,
  n: 1,
  start: Date.UTC(2027, 0, 4, 9) / 1000,
  end: Date.UTC(2027, 0, 4, 10) / 1000,
  created: null,
  summary: "Mikroskoop; laser, näidis 🔬",
  description:
    "Who: A. Person\nOpen: https://waldur.example.org/x\nAccept: https://calendar.example.org/a/abc_DEF-1.2~3\nend",
  location: "Room 1",
  geo: null,
  categories: ["a, b"],
  url: "https://waldur.example.org/x",
  days: null,
  image: "",
  colour: "",
  status: "CONFIRMED",
  notice: false,
  alarmMinutes: 15,
};
const vevent = renderEvent(event, { sequence: 3, stamp: event.start });
const uid = objectUid(event.uid, owner.targetId, 1);
const body = writeObject(vevent, uid, owner);

describe("an all-day event", () => {
  const days = { first: "20270104", after: "20270106" };
  const whole = writeObject(renderEvent({ ...event, days }, { sequence: 3, stamp: event.start }), uid, owner);

  it("is another one than at times, and is told where its days stand", () => {
    expect(hashObject(whole)).not.toBe(hashObject(body));
    const [startAt, endAt] = [Date.UTC(2027, 0, 4) / 1000, Date.UTC(2027, 0, 6) / 1000];
    expect(readObject(whole)).toMatchObject({ startAt, endAt });
  });

  it("stays the same when a server adds what it means, or drops or changes a colour and a picture", () => {
    const painted = { ...event, days, colour: "teal", image: "https://waldur.example.org/media/a.png" };
    const there = writeObject(renderEvent(painted, { sequence: 3, stamp: event.start }), uid, owner);
    expect(hashObject(there)).toBe(hashObject(whole));
    expect(hashObject(whole.replace("STATUS:", "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE\r\nSTATUS:"))).toBe(hashObject(whole));
  });
});

describe("the body of a PUT", () => {
  it("is one VEVENT in a calendar without METHOD, under its own UID, with the marker", () => {
    const calendar = new ICAL.Component(ICAL.parse(body));
    const events = calendar.getAllSubcomponents();
    expect(events.map(({ name }) => name)).toEqual(["vevent"]);
    expect(calendar.getFirstPropertyValue("method")).toBeNull();
    expect(calendar.getFirstPropertyValue("version")).toBe("2.0");
    const [only] = events;
    expect(only?.getFirstPropertyValue("uid")).toBe(uid);
    expect(only?.getFirstPropertyValue("x-waldur-calendar-target")).toBe("1122334455667788/00112233aabbccdd");
    expect(only?.getFirstPropertyValue("summary")).toBe(event.summary);
    expect(only?.getFirstSubcomponent("valarm")).not.toBeNull();
    expect(body.split("\r\n").every((line) => new TextEncoder().encode(line).length <= 75)).toBe(true);
  });

  it("has the description as it stands in the feed, links included", () => {
    const description = new ICAL.Component(ICAL.parse(body))
      .getFirstSubcomponent("vevent")
      ?.getFirstPropertyValue("description");
    expect(description).toBe(event.description);
  });

  it("has a UID of letters, digits and dashes, whatever the event's", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.nat(), (text, generation) => {
        const made = objectUid(text, owner.targetId, generation);
        expect(made).toMatch(/^[A-Za-z0-9-]+$/);
        expect(isOurName(`${made}.ics`, owner.targetId)).toBe(true);
      }),
    );
    expect(isOurName("mine.ics", owner.targetId)).toBe(false);
    expect(isOurName(`x-${owner.targetId}-1.ics`, "ffffffffffffffff")).toBe(false);
  });
});

describe("what is read back", () => {
  it("tells UID, marker and time", () => {
    const marker = "1122334455667788/00112233aabbccdd";
    expect(readObject(body)).toMatchObject({ uid, marker, startAt: event.start, endAt: event.end });
    expect(readObject("BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:x\r\nEND:VTODO\r\nEND:VCALENDAR\r\n")).toBeNull();
    expect(readObject("<html>")).toBeNull();
  });

  const same: readonly [string, (text: string) => string][] = [
    ["lines ended by LF alone", (text) => text.replaceAll("\r\n", "\n")],
    ["folded elsewhere", (text) => text.replaceAll("\r\n ", "").replace(/(DESCRIPTION:.{20})/, "$1\r\n\t")],
    [
      "properties in another order",
      (text) =>
        text
          .replace(/(SUMMARY:[^]*?\r\n)(?=[A-Z])/, "")
          .replace("DTSTART", `${/SUMMARY:[^]*?\r\n(?=[A-Z])/.exec(text)?.[0]}DTSTART`),
    ],
    ["CLASS added (SOGo)", (text) => text.replace("STATUS", "CLASS:PUBLIC\r\nSTATUS")],
    ["a category split at its comma (Cyrus)", (text) => text.replace(/CATEGORIES:.*/, "CATEGORIES:a\r\nCATEGORIES:b")],
    [
      "another sequence and stamp",
      (text) => text.replace(/SEQUENCE:3/, "SEQUENCE:9").replace(/DTSTAMP:\d+/, "DTSTAMP:20300101"),
    ],
    [
      "an alarm of the person's own",
      (text) =>
        text.replace(
          /BEGIN:VALARM[^]*END:VALARM\r\n/,
          "BEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n",
        ),
    ],
    ["the marker stripped", (text) => text.replace(/X-WALDUR-[^]*?\r\n(?=[A-Z])/, "")],
    [
      "a zone added",
      (text) => text.replace("BEGIN:VEVENT", "BEGIN:VTIMEZONE\r\nTZID:UTC\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT"),
    ],
    ["TRANSP left out where it is the default", (text) => text.replace("TRANSP:OPAQUE\r\n", "")],
  ];
  it.each(same)("means the same with %s", (_, change) => {
    expect(change(body)).not.toBe(body);
    expect(hashObject(change(body))).toBe(hashObject(body));
  });

  const other: readonly [string, (text: string) => string][] = [
    ["another time", (text) => text.replace("DTSTART:20270104T0900", "DTSTART:20270104T0930")],
    [
      "the same digits in another zone",
      (text) => text.replace(/DTSTART:(\d+T\d+)Z/, "DTSTART;TZID=Europe/Tallinn:$1Z"),
    ],
    ["another title", (text) => text.replace("Mikroskoop", "Minu")],
    ["another place", (text) => text.replace("Room 1", "Room 2")],
    ["a cancellation", (text) => text.replace("CONFIRMED", "CANCELLED")],
    ["a repetition", (text) => text.replace("STATUS", "RRULE:FREQ=DAILY\r\nSTATUS")],
    ["no description", (text) => text.replace(/DESCRIPTION:Who[^]*?\r\n(?=[A-Z])/, "")],
  ];
  it.each(other)("means something else with %s", (_, change) => {
    expect(change(body)).not.toBe(body);
    expect(hashObject(change(body))).not.toBe(hashObject(body));
  });
});

describe("the fingerprint", () => {
  const stored = (...lines: readonly string[]): string =>
    ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:a", ...lines, "END:VEVENT", "END:VCALENDAR", ""].join("\r\n");
  const times = ["DTSTART:20270104T090000Z", "DTEND:20270104T100000Z"];

  it("stays what it was, since the ledger keeps it", () => {
    const all = ["SUMMARY:a\\, b", "DESCRIPTION:c\\nd", "LOCATION:e", "URL:https://f.example/", "STATUS:TENTATIVE"];
    expect(hashObject(stored(...times, ...all, "TRANSP:TRANSPARENT", "RRULE:FREQ=DAILY"))).toBe(
      "194dd5420d32f707899fd8fe93dc",
    );
    expect(hashObject(stored(...times, "SUMMARY:a", "STATUS:CONFIRMED"))).toBe("0274c229fc56851c806804c4cfe1");
  });
});
