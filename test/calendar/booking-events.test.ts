import { describe, expect, it } from "vitest";
import { bookingEvents } from "../../src/calendar/booking-events.ts";
import { numberSlots } from "../../src/calendar/slots.ts";
import { booking, context, eventOf, hour, known, nowAt, uuid } from "./samples.ts";
import { matchesFilter } from "../../src/calendar/filter.ts";
import { colours, palette } from "../../src/calendar/colours.ts";

const two = [
  { start: nowAt, end: nowAt + hour, backendId: "x" },
  { start: nowAt + 2 * hour, end: nowAt + 3 * hour, backendId: "y" },
];

describe("the events of a booking", () => {
  it("tells everything in full, our facts and links first, the requester's own words last", () => {
    const event = eventOf(known());
    expect(event.summary).toBe("Pending: Leaf stomata, series 4 (Confocal microscope)");
    expect(event.description.split("\n")).toEqual([
      "State: Requested, waits for the provider to accept or reject",
      "",
      "Accept:",
      `https://calendar.example/a/token.${uuid("a")}/accept`,
      "Reject:",
      `https://calendar.example/a/token.${uuid("a")}/reject`,
      "Look closer and decide:",
      `https://calendar.example/a/token.${uuid("a")}`,
      "",
      `https://portal.example.org/resource-details/${uuid("a")}/`,
      "",
      "Offering: Confocal microscope",
      "Provider: Nordic Imaging Centre",
      "Requested by: Liis Saar (liis.saar)",
      "Customer: Tartu Institute of Biology",
      "Project: Plant stress, 2026; phase III",
      "",
      "----------",
      "Message from the requester:",
      "> Two slides.",
      "> Please keep the stage warm.",
    ]);
    expect(event).toMatchObject({
      uid: `${uuid("a")}-1`,
      start: nowAt + 24 * hour,
      end: nowAt + 26 * hour,
      created: nowAt - 86_400,
      location: "Confocal microscope, Nordic Imaging Centre",
      geo: { latitude: 58.378, longitude: 26.714 },
      url: `https://portal.example.org/resource-details/${uuid("a")}/`,
    });
  });

  it("speaks Estonian", () => {
    const event = eventOf(known(), context({ language: "et" }));
    expect(event.summary).toBe("Ootel: Leaf stomata, series 4 (Confocal microscope)");
    expect(event.description).toContain("Olek: Taotletud, ootab teenusepakkuja otsust");
  });

  it("takes the offering's present name, and its name alone for a booking without one", () => {
    const offerings = new Map([[uuid("b"), { name: "Confocal II, blue", latitude: null, longitude: null }]]);
    const event = eventOf(known({ name: " \u200B" }), context({}, { offerings }));
    expect(event.summary).toBe("Pending: Confocal II, blue");
    expect(event.categories).toEqual(["Confocal II blue"]);
    expect(event.geo).toBeNull();
  });

  it("never has an empty title", () => {
    const nameless = known({ name: "", offeringName: "\u0007" }, { orderState: "done" });
    const event = eventOf(
      { ...nameless, booking: { ...nameless.booking, state: "OK" } },
      context({}, { offerings: new Map() }),
    );
    expect(event.summary).toBe("Booking");
  });

  it("counts the parts of a booking that has several, in order of time", () => {
    const events = bookingEvents(known({ slots: two }), context());
    expect(events.map(({ description }) => /Part.*/.exec(description)?.[0])).toEqual(["Part 1 of 2", "Part 2 of 2"]);
    expect(eventOf(known()).description).not.toContain("Part");
  });

  it("strikes out the period that a living booking has lost, and only that one", () => {
    const before = numberSlots([], booking({ state: "OK", slots: two }));
    const now = booking({ state: "OK", slots: two.slice(1) });
    const events = bookingEvents(
      known(now, { orderState: "done", slots: numberSlots(before, now) }),
      context({ alarmMinutes: 10 }),
    );
    expect(events.map(({ n, status, alarmMinutes }) => [n, status, alarmMinutes])).toEqual([
      [1, "CANCELLED", null],
      [2, "CONFIRMED", 10],
    ]);
    expect(events[0]?.summary).toMatch(/^Cancelled: /);
    expect(events[0]?.description).toContain("This period was removed from the booking");
    expect(events[1]?.description).not.toContain("Part");
  });

  it("shows a period that ends before it starts between the two, and says so", () => {
    const event = eventOf(known({ slots: [{ start: nowAt + hour, end: nowAt, backendId: "x" }] }));
    expect([event.start, event.end]).toEqual([nowAt, nowAt + hour]);
    expect(event.description).toContain("the end of this period before its start");
  });

  it("shows a period without length as one minute, and says so", () => {
    const event = eventOf(known({ slots: [{ start: nowAt, end: nowAt, backendId: "x" }] }));
    expect([event.start, event.end]).toEqual([nowAt, nowAt + 60]);
    expect(event.description).toContain("has no length in Waldur");
  });

  it("shows each of two equal periods", () => {
    const slots = [two[0], two[0]].flatMap((slot, index) => (slot ? [{ ...slot, backendId: `${index}` }] : []));
    const events = bookingEvents(known({ slots }), context());
    expect(new Set(events.map(({ uid }) => uid)).size).toBe(2);
  });

  it("also tells the time in the feed's zone, over the end of summer time too", () => {
    const night = { start: Date.UTC(2026, 9, 24, 22) / 1000, end: Date.UTC(2026, 9, 25, 2) / 1000, backendId: "x" };
    const event = eventOf(known({ slots: [night] }), context({ zone: "Europe/Tallinn" }));
    expect(event.description).toContain("Local time: 2026-10-25 01:00 +03:00 – 04:00 +02:00 (Europe/Tallinn)");
    const late = eventOf(
      known({ slots: [{ ...night, end: night.end + 86_400 }] }),
      context({ zone: "Europe/Tallinn" }),
    );
    expect(late.description).toContain(
      "Local time: 2026-10-25 01:00 +03:00 – 2026-10-26 04:00 +02:00 (Europe/Tallinn)",
    );
    const hour = { ...night, start: night.start + 9000, end: night.start + 12_600 };
    const twice = eventOf(known({ slots: [hour] }), context({ zone: "Europe/Tallinn" }));
    expect(twice.description).toContain("Local time: 2026-10-25 03:30 +03:00 – 03:30 +02:00 (Europe/Tallinn)");
    const day = { ...night, start: night.end, end: night.end + 86_400 };
    const plain = eventOf(known({ slots: [day] }), context({ zone: "Europe/Tallinn" }));
    expect(plain.description).toContain("Local time: 2026-10-25 04:00 – 2026-10-26 04:00 (Europe/Tallinn)");
  });

  it("gives each offering one colour for ever, and its picture, where the feed asks and tells what is booked", () => {
    const asked = { offeringColours: true, offeringImages: true };
    const colourOf = (offeringUuid: string) => eventOf(known({ offeringUuid }), context(asked)).colour;
    const uuids = Array.from({ length: palette.length }, (_, index) => index.toString(16).padStart(32, "0"));
    expect(uuids.map(colourOf)).toEqual([...palette]);
    expect(palette.filter((name) => !colours.has(name))).toEqual([]);
    const look = (change: object) => {
      const { colour, image } = eventOf(known(), context(change));
      return [colour, image];
    };
    expect(look(asked)).toEqual(["teal", "https://waldur.example.org/media/confocal.png"]);
    expect(look({})).toEqual(["", ""]);
    const chosen = { chosenColours: { [known().booking.offeringUuid]: "crimson" } };
    expect(look(chosen)).toEqual(["crimson", ""]);
    expect(look({ ...asked, ...chosen })[0]).toBe("crimson");
    expect(look({ ...chosen, detail: "busy" })).toEqual(["", ""]);
    expect(look({ ...asked, detail: "busy" })).toEqual(["", ""]);
  });

  it.each([
    [
      "sign",
      "full",
      ["? Leaf stomata, series 4 (Confocal microscope)", "✗ Leaf stomata, series 4 (Confocal microscope)"],
    ],
    ["sign", "busy", ["? Busy", "✗ Busy"]],
    ["behind", "basic", ["Confocal microscope – Pending", "Confocal microscope – Cancelled"]],
    ["behind", "busy", ["Busy (tentative)", "Busy – Cancelled"]],
    ["word", "busy", ["Busy (tentative)", "Cancelled: Busy"]],
  ] as const)("tells the state by a %s in a %s feed", (stateMark, detail, wanted) => {
    const titles = (["Creating", "Terminated"] as const).map(
      (state) => eventOf(known({ state }), context({ stateMark, detail })).summary,
    );
    expect(titles).toEqual(wanted.map((title) => title));
    expect(eventOf(known({ state: "OK" }), context({ stateMark, detail })).summary).not.toMatch(/[?✗–:]/);
  });

  it("tells Waldur's error in full", () => {
    const erred = known({ state: "Erred", errorMessage: "Laser\nbroken" }, { orderState: "done" });
    expect(eventOf(erred).description).toContain("Error: Laser broken");
    expect(eventOf(erred).summary).toMatch(/^Error: /);
  });

  it.each(["busy", "basic", "full"] as const)("marks sample data loudly at level %s", (detail) => {
    const event = eventOf(known(), context({ detail }, { sample: true }));
    expect(event.summary).toMatch(/^\[SAMPLE\] /);
    expect(event.description).toContain("SAMPLE DATA");
  });

  it("leaves the link out when HomePort's address is unknown or not one", () => {
    for (const homeport of [null, "javascript:alert(1)//"]) {
      const event = eventOf(known(), context({}, { homeport }));
      expect(event.url).toBe("");
      expect(event.description).not.toContain("resource-details");
    }
  });
});

describe("the filter of a feed", () => {
  it.each([
    [{}, true],
    [{ states: ["OK"] }, false],
    [{ states: ["OK", "Creating"] }, true],
    [{ states: [] }, false],
    [{ offerings: [uuid("b")] }, true],
    [{ offerings: [uuid("c")] }, false],
    [{ customers: [uuid("d")] }, true],
    [{ customers: [uuid("b")] }, false],
    [{ projects: [uuid("e")] }, true],
    [{ projects: [uuid("b")] }, false],
    [{ text: "STOMATA" }, true],
    [{ text: "liis.s" }, true],
    [{ text: "warm" }, true],
    [{ text: "Plant stress" }, true],
    [{ text: "institute" }, true],
    [{ text: "confocal" }, false],
    [{ text: "" }, true],
    [{ states: ["Creating"], text: "nothing of it" }, false],
  ] as const)("%j: %s", (filter, wanted) => {
    expect(matchesFilter(known(), filter)).toBe(wanted);
  });
});
