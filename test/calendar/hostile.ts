import fc from "fast-check";
import { type Booking, bookingStates, type KnownBooking, orderStates } from "../../src/calendar/booking.ts";
import { type FeedProfile, details, languages, stateMarks } from "../../src/calendar/profile.ts";
import { numberSlots } from "../../src/calendar/slots.ts";
import { booking, profile } from "./samples.ts";

const pieces = [
  "\r\nBEGIN:VEVENT\r\nSUMMARY:injected",
  "\nEND:VCALENDAR\n",
  "\\n,;:\"'\\",
  "\u0000\u0007\u001B\u007F\u0085",
  "\u2028\u2029\uFEFF\u200B\uFFFE",
  "\u202Eevil\u2066",
  "مرحبا بالعالم",
  "👩‍🔬🇪🇪e\u0301",
  "\uD800",
  "\uDC00x",
  "日本語の長い名前",
  "<b>x</b> https://example.org/?a=1,2;b",
  "   \t\t  ",
];

/** Text that anybody may send to Waldur: any UTF-16 units, injections, and lengths up to 10,000. */
export const hostile: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit)), maxLength: 200 }),
  fc
    .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: "binary", maxLength: 20 })), { maxLength: 12 })
    .map((all) => all.join("")),
  fc
    .tuple(fc.constantFrom(...pieces, "x", "ü", "👩‍🔬"), fc.nat({ max: 10_000 }))
    .map(([piece, length]) => piece.repeat(10_000).slice(0, length)),
);

const time = fc.oneof(
  fc.integer({ min: 1_795_000_000, max: 1_796_000_000 }),
  fc.integer({ min: -70_000_000_000, max: 300_000_000_000 }),
  fc.constantFrom(0, -1, 1_795_435_200, 253_402_300_799),
);
/** Midnights of Tallinn, of Kathmandu and of UTC. */
const midnight = fc
  .tuple(fc.integer({ min: -10, max: 3_000_000 }), fc.constantFrom(0, -7200, -10_800, -20_700))
  .map(([day, offset]) => day * 86_400 + offset);
const start = fc.oneof(time, midnight);
const periods = fc.array(fc.record({ start, end: start, backendId: fc.constantFrom("", "x", "y") }), {
  maxLength: 4,
});

const hostileBooking: fc.Arbitrary<Booking> = fc
  .record({
    name: hostile,
    description: hostile,
    offeringName: hostile,
    providerName: hostile,
    customerName: hostile,
    projectName: hostile,
    requesterName: hostile,
    requesterUsername: hostile,
    errorMessage: hostile,
    state: fc.constantFrom(...bookingStates),
    slots: periods,
    schedules: periods,
    createdMicros: fc.integer({ min: 0, max: 2_000_000_000_000_000 }),
  })
  .map((change) => booking(change));

/** Any booking in any state. */
export const hostileKnown: fc.Arbitrary<KnownBooking> = fc
  .record({
    booking: hostileBooking,
    orderState: fc.constantFrom(...orderStates, null),
    orderUuid: fc.constantFrom(null, "f".repeat(32)),
    vanished: fc.boolean(),
  })
  .map((known) => ({ ...known, slots: numberSlots([], known.booking) }));

/** Any profile an operator may give. */
export const anyProfile: fc.Arbitrary<FeedProfile> = fc
  .record({
    name: hostile,
    detail: fc.constantFrom(...details),
    language: fc.constantFrom(...languages),
    zone: fc.constantFrom(
      null,
      "Europe/Tallinn",
      "America/New_York",
      "Asia/Kathmandu",
      "Nowhere/Land",
      "local",
      "+03:00",
      "UTC+3:30",
    ),
    alarmMinutes: fc.constantFrom(null, 0, 15, 1440),
    colour: fc.constantFrom(null, "red", "rebeccapurple", "RED"),
    stateMark: fc.constantFrom(...stateMarks),
    wholeDays: fc.boolean(),
    offeringColours: fc.boolean(),
    chosenColours: fc.constantFrom({}, { ["a".repeat(32)]: "teal" }),
    offeringImages: fc.boolean(),
  })
  .map((change) => profile(change));
