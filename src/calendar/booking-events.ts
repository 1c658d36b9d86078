import type { KnownBooking, NumberedSlot } from "./booking.ts";
import type { Event, EventContext } from "./event.ts";
import { type BookingTexts, bookingTexts, eventDescription, eventPlace, eventTitle, shownAt } from "./event-text.ts";
import { offeringColour } from "./colours.ts";
import { eventStatus } from "./status.ts";
import { wholeDays } from "./window.ts";

/** Times outside are cut off: no client is sure of times before 1970, DATE-TIME ends with 9999 (RFC 5545 3.3.5). */
const firstAt = 0;
const lastAt = 253_402_300_799;

/**
 * Returns the events of a booking, one for each period it has or had, in order of number. They depend on the arguments
 * alone, never on a clock. Events of a booking that has ended, and of periods it has lost, are CANCELLED; the caller
 * leaves out those that were never shown.
 *
 * A period that ends before it starts is shown from the earlier to the later instant, one without length as one minute;
 * both descriptions say so. Times before 1970 and after 9999 are cut off. Equal periods each have their event, as Waldur
 * holds both.
 */
export function bookingEvents(known: KnownBooking, context: EventContext): Event[] {
  const texts = bookingTexts(known, context);
  const live = known.slots.filter((slot) => !slot.gone).toSorted((a, b) => a.start - b.start || a.n - b.n);
  return known.slots.map((slot) => slotEvent(texts, slot, live.indexOf(slot), live.length));
}

function slotEvent(texts: BookingTexts, slot: NumberedSlot, index: number, count: number): Event {
  const { booking, context } = texts;
  const { profile } = context;
  const shown = shownAt[profile.detail];
  const period = eventTimes(slot);
  const status = slot.gone ? "CANCELLED" : eventStatus[texts.status];
  const facts = context.offerings.get(booking.offeringUuid);
  const category = texts.offering.replace(/[,\s]+/g, " ").trim();
  return {
    uid: context.uidOf(booking.uuid, slot.n),
    n: slot.n,
    ...period,
    days: profile.wholeDays && profile.zone !== null ? wholeDays(profile.zone, period) : null,
    created: shown.what ? Math.floor(booking.createdMicros / 1_000_000) : null,
    summary: eventTitle(texts, slot, status),
    description: eventDescription(texts, slot, period, index, count),
    location: shown.what ? eventPlace(texts) : "",
    geo: shown.what && facts !== undefined ? readPoint(facts.latitude, facts.longitude) : null,
    categories: shown.what && category !== "" ? [category] : [],
    url: shown.what ? texts.url : "",
    image: shown.what && profile.offeringImages ? (facts?.thumbnail ?? "") : "",
    colour: shown.what ? offeringColour(profile, booking.offeringUuid) : "",
    status,
    notice: false,
    alarmMinutes: status === "CANCELLED" ? null : profile.alarmMinutes,
  };
}

/** Returns the time that an event of this slot takes, epoch seconds: never backwards and never without length. */
export function eventTimes(slot: NumberedSlot): { start: number; end: number } {
  const start = clamp(Math.min(slot.start, slot.end), firstAt, lastAt - 60);
  const end = clamp(Math.max(slot.start, slot.end), firstAt, lastAt);
  return { start, end: end > start ? end : start + 60 };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

function readPoint(latitude: number | null, longitude: number | null): Event["geo"] {
  if (latitude === null || longitude === null) return null;
  const inRange = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  // Waldur's form starts at 0, 0, where no laboratory stands.
  return inRange && (latitude !== 0 || longitude !== 0) ? { latitude, longitude } : null;
}
