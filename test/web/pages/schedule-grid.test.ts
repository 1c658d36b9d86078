import { describe, expect, it } from "vitest";
import type { KnownBooking } from "../../../src/calendar/booking.ts";
import { bookingItems, type ScheduleItem } from "../../../src/web/pages/schedule/items.ts";
import { gridJson } from "../../../src/web/pages/schedule/json.ts";
import {
  type ScheduleDefaults,
  type ScheduleView,
  readQuery,
  spanOf,
  stepOf,
  writeDate,
  writeQuery,
} from "../../../src/web/pages/schedule/query.ts";
import { zonedTimes } from "../../../src/text/times.ts";
import { bookingOf, slotOf, t, uuidOf } from "../../rows.ts";

const at = (text: string): number => Date.parse(text) / 1000;
const defaults: ScheduleDefaults = { zone: "Europe/Tallinn", state: "live" };
/** A Wednesday. */
const nowAt = at("2027-03-24T10:00:00Z");

function ask(view: ScheduleView, text = "", more: Partial<ScheduleDefaults> = {}) {
  const parameters = new URLSearchParams(text);
  return readQuery(view, (name) => parameters.get(name) ?? undefined, { ...defaults, ...more }, nowAt);
}

describe("the address of a page of events", () => {
  it.each([
    ["agenda", "", "2027-03-24", "2027-04-07", "2027-03-10"],
    ["day", "", "2027-03-24", "2027-03-25", "2027-03-23"],
    ["week", "", "2027-03-22", "2027-03-29", "2027-03-15"],
    ["week", "date=2027-03-28", "2027-03-22", "2027-03-29", "2027-03-15"],
    ["month", "", "2027-03-01", "2027-04-01", "2027-02-01"],
    ["month", "date=2024-02-29", "2024-02-01", "2024-03-01", "2024-01-01"],
    ["offerings-day", "date=2026-12-31", "2026-12-31", "2027-01-01", "2026-12-30"],
    ["offerings-week", "date=2027-01-01", "2026-12-28", "2027-01-04", "2026-12-21"],
    ["day", "date=2027-02-30", "2027-03-24", "2027-03-25", "2027-03-23"],
  ] as const)("%s with %j is of these days", (view, text, first, after, earlier) => {
    const query = ask(view, text);
    expect([query.first, query.after, stepOf(query, "earlier"), stepOf(query, "later")].map(writeDate)).toEqual([
      first,
      after,
      earlier,
      after,
    ]);
  });

  it("begins and ends days in the zone, also when they have 23 hours", () => {
    const { fromAt, toAt } = spanOf(ask("day", "date=2027-03-28"));
    expect([fromAt, toAt]).toEqual([at("2027-03-27T22:00:00Z"), at("2027-03-28T21:00:00Z")]);
  });

  it("says what differs from what holds anyway, and is read back as the same", () => {
    expect(writeQuery(ask("week"), defaults, null)).toBe("");
    const text = `date=2027-03-22&offering=${uuidOf(7)}&state=pending&zone=Asia%2FTokyo&skip=40`;
    const query = ask("week", text);
    expect(writeQuery(query, defaults, query.first)).toBe(`?${text}`);
    expect(ask("week", writeQuery(query, defaults, query.first).slice(1))).toEqual(query);
  });

  it.each(["offering=x", "state=open", "zone=Nowhere", "skip=-1", "state=__proto__", "skip=99999"])(
    "takes %j as not given",
    (text) => {
      expect(ask("week", text)).toEqual(ask("week"));
    },
  );

  it("asks for what has ended only where that is to be shown", () => {
    const ended = (text: string): boolean => spanOf(ask("week", text)).ended;
    expect(["", "state=pending", "state=all", "state=cancelled"].map(ended)).toEqual([false, false, true, true]);
  });
});

/** A booking of these hours of a day, with its name. */
function known(n: number, name: string, hours: readonly [number, number][], change: Partial<KnownBooking> = {}) {
  const slots = hours.map(([from, to], index) => slotOf(t + from * 3600, t + to * 3600, { n: index + 1 }));
  return {
    booking: bookingOf(n, { name, ...change.booking }),
    orderState: null,
    orderUuid: null,
    slots,
    vanished: false,
    rev: 1,
    ...change,
  };
}

describe("the events of bookings", () => {
  const day = { fromAt: t, toAt: t + 86_400 };
  const items = (...rows: ReturnType<typeof known>[]): ScheduleItem[] => bookingItems(rows, day, () => "", "en");

  it("are those slots that lie in the days, in order, whatever order their bookings have", () => {
    const found = items(
      known(1, "long", [
        [23, 25],
        [-2, 1],
        [30, 31],
      ]),
      known(2, "short", [[5, 6]]),
    );
    expect(found.map(({ title, id }) => [title, id.slice(-2)])).toEqual([
      ["long", "-2"],
      ["short", "-1"],
      ["long", "-1"],
    ]);
  });

  it("have the state of their booking; a slot that it lost is cancelled", () => {
    const booking = bookingOf(1, { state: "Creating" });
    const lost = [slotOf(t, t + 60), slotOf(t + 60, t + 120, { n: 2, gone: true })];
    expect(items(known(1, "", [], { booking, slots: lost })).map(({ status }) => status)).toEqual([
      "TENTATIVE",
      "CANCELLED",
    ]);
    expect(items(known(1, "", [[1, 2]])).map(({ status, title }) => [status, title])).toEqual([
      ["CONFIRMED", "Booking"],
    ]);
    expect(items(known(1, "a", [[1, 2]], { vanished: true })).map(({ status }) => status)).toEqual(["CANCELLED"]);
  });

  it("tell what they overlap: of the same offering, never what was cancelled, nor what only touches", () => {
    const ended = known(6, "ended", [[2, 9]], { booking: bookingOf(6, { name: "ended", state: "Terminated" }) });
    const elsewhere = bookingOf(5, { name: "elsewhere", offeringUuid: uuidOf(9) });
    const found = items(
      known(1, "one", [[2, 4]]),
      known(2, "two", [[3, 6]]),
      known(3, "three", [[5, 7]]),
      known(4, "after", [[7, 8]]),
      known(5, "elsewhere", [[2, 9]], { booking: elsewhere }),
      ended,
    );
    expect(Object.fromEntries(found.map(({ title, overlaps }) => [title, overlaps]))).toEqual({
      one: ["two"],
      two: ["one", "three"],
      three: ["two"],
      after: [],
      elsewhere: [],
      ended: [],
    });
  });

  it("do not overlap other periods of their own booking", () => {
    const found = items(
      known(1, "twice", [
        [2, 4],
        [3, 5],
      ]),
      known(2, "between", [[3, 4]]),
    );
    expect(found.map(({ title, overlaps }) => [title, overlaps])).toEqual([
      ["twice", ["between"]],
      ["twice", ["between"]],
      ["between", ["twice", "twice"]],
    ]);
  });

  it("of a name or a person that Waldur lacks have the next best, and no address is one", () => {
    const booking = bookingOf(1, {
      name: "see https://evil.example now",
      requesterName: "",
      requesterUsername: "liis",
    });
    const [found] = items(known(1, "", [[1, 2]], { booking }));
    expect([found?.title, found?.who, found?.place]).toEqual(["see https: //evil. example now", "liis", "Microscope"]);
  });
});

describe("what the script draws", () => {
  const item = (start: string, end: string, change: Partial<ScheduleItem> = {}): ScheduleItem => ({
    id: "a",
    bookingUuid: uuidOf(1),
    offeringUuid: uuidOf(2),
    title: "Cells",
    place: "Microscope",
    who: "Liis",
    description: "",
    status: "CONFIRMED",
    start: at(start),
    end: at(end),
    overlaps: [],
    ...change,
  });
  const draw = (one: ScheduleItem, zone = "Europe/Tallinn", language: "en" | "et" = "en") => {
    const query = ask("week", "date=2027-03-24", { zone });
    const loaded = { feed: null, query, items: [one], offerings: [], nowAt };
    const { events, ...grid } = gridJson(loaded, zonedTimes(zone, language), language);
    const [event] = events;
    if (event === undefined) throw new Error("nothing is drawn");
    return { ...grid, event };
  };

  it("is told the clock of the zone, and the days in the reader's language", () => {
    const { now, offset, days } = draw(item("2027-03-24T07:00:00Z", "2027-03-24T09:00:00Z"));
    expect([now, offset]).toEqual(["2027-03-24T12:00:00", "+02:00"]);
    expect(Object.entries(days)).toHaveLength(7);
    expect(days["2027-03-28"]).toBe("Sun 28 Mar");
    expect(draw(item("2027-03-24T07:00:00Z", "2027-03-24T09:00:00Z"), "UTC", "et").days["2027-03-28"]).toMatch(
      /^P 28\./,
    );
  });

  it("has times as they stand on the clock, and words for all that only looks would tell", () => {
    const { event } = draw(item("2027-03-24T06:00:00Z", "2027-03-24T08:00:00Z", { overlaps: ["One", "Two"] }));
    expect([event.start, event.end, event.allDay]).toEqual(["2027-03-24T08:00:00", "2027-03-24T10:00:00", false]);
    expect(event.text).toMatchObject({ day: "Wed 24 Mar 2027", when: "08:00–10:00", mark: "overlaps" });
    expect(event.text.more).toBe("confirmed, Overlaps with One, Two");
    expect(event.classes).toEqual(["confirmed", "past", "overlapping"]);
  });

  it("takes whole days of the zone as such, also one of 23 hours, and names them", () => {
    const { event } = draw(item("2027-03-27T22:00:00Z", "2027-03-28T21:00:00Z"));
    expect([event.allDay, event.text.when, event.text.day]).toEqual([true, "", "Sun 28 Mar 2027"]);
    const two = draw(item("2027-03-24T22:00:00Z", "2027-03-26T22:00:00Z")).event;
    expect([two.allDay, two.text.day]).toEqual([true, "Thu 25 Mar 2027 – Fri 26 Mar 2027"]);
    expect(draw(item("2027-03-27T22:00:00Z", "2027-03-28T21:00:00Z"), "UTC").event.allDay).toBe(false);
  });

  it("gives an event its length where the clock goes back within it", () => {
    // 03:30 in summer to 03:30 in winter.
    const { event } = draw(item("2027-10-31T00:30:00Z", "2027-10-31T01:30:00Z"));
    expect([event.start, event.end]).toEqual(["2027-10-31T03:30:00", "2027-10-31T04:30:00"]);
  });

  it("leads nowhere where there is no page", () => {
    expect(draw(item("2027-03-24T06:00:00Z", "2027-03-24T08:00:00Z", { bookingUuid: "" })).event.url).toBe("");
  });
});
