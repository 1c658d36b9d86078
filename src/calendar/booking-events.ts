import type { Booking, KnownBooking, NumberedSlot } from "./booking.ts";
import type { Event, EventContext } from "./event.ts";
import { type BookingStatus, bookingStatus, eventStatus } from "./status.ts";
import { actions, type Detail, type FeedFilter } from "./profile.ts";
import { cleanBlock, cleanLine, cleanUrl, truncate } from "./text.ts";
import { localTime } from "./window.ts";
import { type CalendarWords, calendarWords } from "./words/index.ts";

/** What each level may tell besides time, tentative or not, and taken or free. All else is `full`. */
const shownAt = {
  busy: { what: false, who: false },
  basic: { what: true, who: false },
  full: { what: true, who: true },
} as const satisfies Record<Detail, { what: boolean; who: boolean }>;

const longestName = 150;
const longestDescription = 4000;
const longestError = 500;
/** What lies outside is cut off: no client is sure of times before 1970, DATE-TIME ends with 9999 (RFC 5545 3.3.5). */
const firstAt = 0;
const lastAt = 253_402_300_799;

/** All that one booking's events share. */
interface Subject {
  readonly booking: Booking;
  readonly meaning: BookingStatus;
  readonly context: EventContext;
  readonly words: CalendarWords;
  readonly name: string;
  readonly offering: string;
  readonly url: string;
}

/**
 * The events of a booking, one for each period it has or had, in order of number; the result depends on the arguments
 * alone, never on a clock. Events of a booking that ended, and of periods it has lost, are CANCELLED; whether one that
 * was never shown should be is for the caller to say.
 *
 * A period that ends before it starts is shown from the earlier to the later instant, one without length as one minute,
 * both with a word about it; what lies before 1970 or after 9999 is cut off; equal periods each have their event, as
 * Waldur holds both.
 */
export function bookingEvents(known: KnownBooking, context: EventContext): Event[] {
  const { booking } = known;
  const facts = context.offerings.get(booking.offeringUuid);
  const subject: Subject = {
    booking,
    meaning: bookingStatus(known),
    context,
    words: calendarWords[context.profile.language],
    name: truncate(cleanLine(booking.name), longestName),
    offering: truncate(cleanLine(facts?.name ?? "") || cleanLine(booking.offeringName), longestName),
    url: context.homeport === null ? "" : cleanUrl(`${context.homeport}resource-details/${booking.uuid}/`),
  };
  const live = known.slots.filter((slot) => !slot.gone).toSorted((a, b) => a.start - b.start || a.n - b.n);
  return known.slots.map((slot) => eventOf(subject, slot, live.indexOf(slot), live.length));
}

function eventOf(subject: Subject, slot: NumberedSlot, index: number, count: number): Event {
  const { booking, context } = subject;
  const { profile } = context;
  const shown = shownAt[profile.detail];
  const period = eventTimes(slot);
  const status = slot.gone ? "CANCELLED" : eventStatus[subject.meaning];
  const facts = context.offerings.get(booking.offeringUuid);
  const category = subject.offering.replace(/[,\s]+/g, " ").trim();
  return {
    uid: context.uidOf(booking.uuid, slot.n),
    n: slot.n,
    ...period,
    created: shown.what ? Math.floor(booking.createdMicros / 1_000_000) : null,
    summary: titleOf(subject, slot, status),
    description: descriptionOf(subject, slot, period, index, count),
    location: shown.what ? placeOf(subject) : "",
    geo: shown.what && facts !== undefined ? pointOf(facts.latitude, facts.longitude) : null,
    categories: shown.what && category !== "" ? [category] : [],
    url: shown.what ? subject.url : "",
    status,
    notice: false,
    alarmMinutes: status === "CANCELLED" ? null : profile.alarmMinutes,
  };
}

/** The time an event of this slot takes, epoch seconds: never backwards and never without length. */
export function eventTimes(slot: NumberedSlot): { start: number; end: number } {
  const start = within(Math.min(slot.start, slot.end), firstAt, lastAt - 60);
  const end = within(Math.max(slot.start, slot.end), firstAt, lastAt);
  return { start, end: end > start ? end : start + 60 };
}

function within(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

function titleOf(subject: Subject, slot: NumberedSlot, status: Event["status"]): string {
  const { words: texts, context, name, offering, meaning } = subject;
  const mark = context.sample ? texts.sampleTitle : "";
  const shown = shownAt[context.profile.detail];
  if (!shown.what) return mark + texts.busy[status];
  const title = !shown.who || name === "" ? offering : offering === "" ? name : `${name} (${offering})`;
  return mark + texts.prefix[reasonOf(meaning, slot)] + (title === "" ? texts.booking : title);
}

/** A period that a living booking has lost is cancelled on its own. */
function reasonOf(meaning: BookingStatus, slot: NumberedSlot): BookingStatus {
  return slot.gone && eventStatus[meaning] !== "CANCELLED" ? "cancelled" : meaning;
}

function descriptionOf(
  subject: Subject,
  slot: NumberedSlot,
  period: { start: number; end: number },
  index: number,
  count: number,
): string {
  const { booking, context, words: texts, meaning } = subject;
  const { labels } = texts;
  const shown = shownAt[context.profile.detail];
  const line = (label: string, text: string) => (text === "" ? "" : `${label}: ${text}`);
  const lost = slot.gone && eventStatus[meaning] !== "CANCELLED";
  const facts = [
    ...(shown.what ? [line(labels.state, lost ? texts.removed : texts.state[meaning])] : []),
    ...(shown.what ? [line(labels.offering, subject.offering)] : []),
    ...(shown.what ? [line(labels.provider, nameOf(booking.providerName))] : []),
    ...(shown.who ? [line(labels.requester, requesterOf(booking))] : []),
    ...(shown.who ? [line(labels.customer, nameOf(booking.customerName))] : []),
    ...(shown.who ? [line(labels.project, nameOf(booking.projectName))] : []),
    line(labels.time, localPeriod(context.profile.zone, period)),
    ...(shown.what && !slot.gone && count > 1 ? [texts.part(index + 1, count)] : []),
    ...(shown.what && slot.end < slot.start ? [texts.backwards] : []),
    ...(shown.what && slot.end === slot.start ? [texts.lengthless] : []),
    ...(shown.who ? [line(labels.error, truncate(cleanLine(booking.errorMessage), longestError))] : []),
  ].filter((text) => text !== "");
  const own = shown.who ? truncate(cleanBlock(booking.description), longestDescription) : "";
  const mark = context.sample ? texts.sample : "";
  const decision = shown.who && !slot.gone ? decisionOf(subject) : "";
  return [own, mark, facts.join("\n"), decision, shown.what ? subject.url : ""]
    .filter((text) => text !== "")
    .join("\n\n");
}

/** Where a pending booking is decided: each address alone on its line, which every calendar program makes a link of. */
function decisionOf({ booking, context, meaning, words: texts }: Subject): string {
  if (eventStatus[meaning] !== "TENTATIVE") return "";
  const page = cleanUrl(context.decisionUrlOf(booking.uuid));
  if (page === "") return "";
  return [
    ...actions.flatMap((action) => [`${texts.decide[action]}:`, `${page}/${action}`]),
    `${texts.decide.both}:`,
    page,
  ].join("\n");
}

function placeOf({ booking, offering }: Subject): string {
  return [offering, nameOf(booking.providerName)].filter((text) => text !== "").join(", ");
}

function requesterOf(booking: Booking): string {
  const name = nameOf(booking.requesterName);
  const username = nameOf(booking.requesterUsername);
  if (name === "" || username === "" || name === username) return name || username;
  return `${name} (${username})`;
}

function nameOf(text: string): string {
  return truncate(cleanLine(text), longestName);
}

function pointOf(latitude: number | null, longitude: number | null): Event["geo"] {
  if (latitude === null || longitude === null) return null;
  const inRange = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  // Waldur's form starts at 0, 0, where no laboratory stands.
  return inRange && (latitude !== 0 || longitude !== 0) ? { latitude, longitude } : null;
}

function localPeriod(zone: string | null, period: { start: number; end: number }): string {
  if (zone === null) return "";
  const start = localTime(zone, period.start);
  const end = localTime(zone, period.end);
  const format = start.hasSame(end, "day") ? "HH:mm" : "yyyy-LL-dd HH:mm";
  return `${start.toFormat("yyyy-LL-dd HH:mm")} – ${end.toFormat(format)} (${start.zoneName})`;
}

/** Whether the booking belongs in a feed with this filter; the window is asked apart, of each event. */
export function matchesFilter(known: KnownBooking, filter: FeedFilter): boolean {
  const { booking } = known;
  if (filter.states !== undefined && !filter.states.includes(booking.state)) return false;
  if (filter.offerings !== undefined && !filter.offerings.includes(booking.offeringUuid)) return false;
  if (filter.customers !== undefined && !filter.customers.includes(booking.customerUuid)) return false;
  if (filter.projects !== undefined && !filter.projects.includes(booking.projectUuid)) return false;
  const text = filter.text?.toLowerCase() ?? "";
  if (text === "") return true;
  const { name, description, requesterName, requesterUsername, customerName, projectName } = booking;
  return [name, description, requesterName, requesterUsername, customerName, projectName].some((candidate) =>
    candidate.toLowerCase().includes(text),
  );
}
