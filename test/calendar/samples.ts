import type { Booking, KnownBooking } from "../../src/calendar/booking.ts";
import type { Event, EventContext } from "../../src/calendar/event.ts";
import { bookingEvents } from "../../src/calendar/booking-events.ts";
import { joinFeed } from "../../src/calendar/feed.ts";
import { reviseEvent } from "../../src/calendar/ical/vevent.ts";
import type { FeedProfile } from "../../src/calendar/profile.ts";
import { numberSlots } from "../../src/calendar/slots.ts";

/** 2026-11-23T12:00:00Z */
export const nowAt = 1_795_435_200;
export const hour = 3600;

export const uuid = (digit: string): string => digit.repeat(32);

const thumbnail = "https://waldur.example.org/media/confocal.png";

const plain: Booking = {
  uuid: uuid("a"),
  name: "Leaf stomata, series 4",
  state: "Creating",
  createdMicros: (nowAt - 86_400) * 1_000_000 + 392_131,
  modifiedMicros: nowAt * 1_000_000,
  slots: [{ start: nowAt + 24 * hour, end: nowAt + 26 * hour, backendId: "booking_1" }],
  projectName: "Plant stress, 2026; phase III",
  description: "Two slides.\nPlease keep the stage warm.",
  schedules: [{ start: nowAt + 24 * hour, end: nowAt + 26 * hour, backendId: "" }],
  offeringUuid: uuid("b"),
  offeringName: "Confocal microscope",
  providerUuid: uuid("c"),
  providerName: "Nordic Imaging Centre",
  customerUuid: uuid("d"),
  customerName: "Tartu Institute of Biology",
  projectUuid: uuid("e"),
  requesterName: "Liis Saar",
  requesterUsername: "liis.saar",
  errorMessage: "",
};

const plainProfile: FeedProfile = {
  name: "Confocal microscope",
  detail: "full",
  language: "en",
  zone: null,
  alarmMinutes: null,
  colour: null,
  cancelled: "keep",
  stateMark: "word",
  wholeDays: false,
  offeringColours: false,
  chosenColours: {},
  offeringImages: false,
  decisions: "sign-in",
  pastDays: 30,
  futureDays: 365,
  filter: {},
};

export function booking(change: Partial<Booking> = {}): Booking {
  return { ...plain, ...change };
}

export function profile(change: Partial<FeedProfile> = {}): FeedProfile {
  return { ...plainProfile, ...change };
}

export function known(change: Partial<Booking> = {}, rest: Partial<KnownBooking> = {}): KnownBooking {
  const made = booking(change);
  const order = { orderState: "executing", orderUuid: uuid("f") } as const;
  return { booking: made, ...order, slots: numberSlots([], made), vanished: false, ...rest };
}

export function context(change: Partial<FeedProfile> = {}, rest: Partial<EventContext> = {}): EventContext {
  return {
    profile: profile(change),
    homeport: "https://portal.example.org/",
    offerings: new Map([[uuid("b"), { name: "Confocal microscope", latitude: 58.378, longitude: 26.714, thumbnail }]]),
    uidOf: (bookingUuid, n) => `${bookingUuid}-${n}`,
    decisionUrlOf: (bookingUuid) => `https://calendar.example/a/token.${bookingUuid}`,
    sideOf: () => "provider",
    sample: false,
    ...rest,
  };
}

/** Returns the event of a booking with one slot. */
export function eventOf(one: KnownBooking, around: EventContext = context()): Event {
  const [event] = bookingEvents(one, around);
  if (event === undefined) throw new Error("the booking has no event");
  return event;
}

/** Returns the calendar of these bookings when they are first seen, in the order of a feed. */
export function feedOf(bookings: readonly KnownBooking[], around: EventContext = context()): string {
  const events = bookings.flatMap((one) => bookingEvents(one, around));
  events.sort((a, b) => a.start - b.start || (a.uid < b.uid ? -1 : 1));
  return joinFeed(
    around.profile,
    events.map((event) => reviseEvent(event, null, nowAt).vevent),
  );
}
