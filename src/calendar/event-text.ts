import type { Booking, KnownBooking, NumberedSlot } from "./booking.ts";
import type { Event, EventContext } from "./event.ts";
import { cleanName, cleanPerson, cleanWords, quoteMessage } from "./foreign-text.ts";
import { actions, type Detail, type StateMark } from "./profile.ts";
import { bookingAddress, orderAddress } from "./homeport.ts";
import { type BookingStatus, bookingStatus, eventStatus, isDecidable } from "./status.ts";
import { cleanUrl, truncate } from "./text.ts";
import { localTime } from "./window.ts";
import type { CalendarWords } from "./words/calendar-words.ts";
import { calendarWords } from "./words/index.ts";

/** The facts that each level shows besides the time, tentative or not, and taken or free. Everything else is `full`. */
export const shownAt = {
  busy: { what: false, who: false },
  basic: { what: true, who: false },
  full: { what: true, who: true },
} as const satisfies Record<Detail, { what: boolean; who: boolean }>;

const longestError = 500;

/** The texts that all events of a booking share, with the data for the others. */
export interface BookingTexts {
  readonly booking: Booking;
  readonly status: BookingStatus;
  readonly context: EventContext;
  readonly words: CalendarWords;
  readonly name: string;
  readonly offering: string;
  /** The booking's page in HomePort; "" for none. */
  readonly url: string;
  /** The order's page there, while only that page can move it; else "". */
  readonly orderUrl: string;
}

/** Returns the texts of a booking, cleaned and cut to length. */
export function bookingTexts(known: KnownBooking, context: EventContext): BookingTexts {
  const { booking } = known;
  const status = bookingStatus(known);
  const facts = context.offerings.get(booking.offeringUuid);
  return {
    booking,
    status,
    context,
    words: calendarWords[context.profile.language],
    name: cleanName(booking.name),
    offering: cleanName(facts?.name ?? "") || cleanName(booking.offeringName),
    url: cleanUrl(bookingAddress(context.homeport, booking)),
    orderUrl: status === "awaiting-order" ? cleanUrl(orderAddress(context.homeport, known)) : "",
  };
}

/** Returns the SUMMARY of a slot's event. */
export function eventTitle(texts: BookingTexts, slot: NumberedSlot, shownStatus: Event["status"]): string {
  const { words, context, name, offering } = texts;
  const sample = context.sample ? words.sampleTitle : "";
  const shown = shownAt[context.profile.detail];
  const { stateMark } = context.profile;
  if (!shown.what) return sample + busyTitle(words, stateMark, shownStatus);
  const title = !shown.who || name === "" ? offering : offering === "" ? name : `${name} (${offering})`;
  const status = isLost(texts, slot) ? "cancelled" : texts.status;
  return sample + markTitle(title === "" ? words.booking : title, stateMark, words.mark[status], signs[status]);
}

/** The sign of each state, in every language. */
const signs: Readonly<Record<BookingStatus, string>> = {
  requested: "?",
  "awaiting-approval": "?",
  "awaiting-start": "?",
  "awaiting-order": "?",
  "awaiting-provider": "?",
  confirmed: "",
  updating: "",
  cancelling: "!",
  cancelled: "✗",
  rejected: "✗",
  refused: "✗",
  failed: "✗",
  faulty: "!",
  vanished: "✗",
};

function markTitle(title: string, how: StateMark, word: string, sign: string): string {
  if (word === "") return title;
  if (how === "word") return `${word}: ${title}`;
  return how === "sign" ? `${sign} ${title}` : `${title} – ${word}`;
}

/** Returns the title of a period of which nothing but the time is told. */
function busyTitle(words: CalendarWords, how: StateMark, status: Event["status"]): string {
  const { busy, mark } = words;
  if (how === "word" || status === "CONFIRMED") return busy[status];
  if (how === "behind" && status === "TENTATIVE") return busy.TENTATIVE;
  const as = status === "TENTATIVE" ? "requested" : "cancelled";
  return markTitle(busy.CONFIRMED, how, mark[as], signs[as]);
}

/**
 * Returns the DESCRIPTION of a slot's event, which takes `period` (epoch seconds) and is number `index` (from 0) of the
 * `count` slots that the booking still has. Down to the last of our links it has our words alone; names follow, which no
 * program takes for addresses, and last, quoted, the requester's message: nobody can imitate a link of ours above it.
 */
export function eventDescription(
  texts: BookingTexts,
  slot: NumberedSlot,
  period: { start: number; end: number },
  index: number,
  count: number,
): string {
  const { booking, context, words, status } = texts;
  const { labels } = words;
  const shown = shownAt[context.profile.detail];
  const line = (label: string, text: string) => (text === "" ? "" : `${label}: ${text}`);
  const unread = booking.unreadSlots?.length ?? 0;
  const own = [
    ...(shown.what ? [line(labels.state, isLost(texts, slot) ? words.removed : words.state[status])] : []),
    line(labels.time, localPeriod(context.profile.zone, period)),
    ...(shown.what && !slot.gone && count > 1 ? [words.part(index + 1, count)] : []),
    ...(shown.what && unread > 0 ? [words.unread(unread)] : []),
    ...(shown.what && slot.end < slot.start ? [words.backwards] : []),
    ...(shown.what && slot.end === slot.start ? [words.lengthless] : []),
  ];
  const names = [
    ...(shown.what ? [line(labels.offering, texts.offering)] : []),
    ...(shown.what ? [line(labels.provider, cleanName(booking.providerName))] : []),
    ...(shown.who ? [line(labels.requester, cleanPerson(booking.requesterName, booking.requesterUsername))] : []),
    ...(shown.who ? [line(labels.customer, cleanName(booking.customerName))] : []),
    ...(shown.who ? [line(labels.project, cleanName(booking.projectName))] : []),
    ...(shown.who ? [line(labels.error, truncate(cleanWords(booking.errorMessage), longestError))] : []),
  ];
  const blocks = [
    context.sample ? words.sample : "",
    joinTexts(own, "\n"),
    shown.who && !slot.gone ? decisionLinks(texts) : "",
    shown.what ? texts.url : "",
    joinTexts(names, "\n"),
    shown.who ? quoteMessage(words.message, booking.description) : "",
  ];
  return joinTexts(blocks, "\n\n");
}

function joinTexts(texts: readonly string[], separator: string): string {
  return texts.filter((text) => text !== "").join(separator);
}

/** Returns the LOCATION: the offering and its provider. */
export function eventPlace({ booking, offering }: BookingTexts): string {
  return joinTexts([offering, cleanName(booking.providerName)], ", ");
}

/** Returns true for a period that a living booking has lost: it is cancelled on its own. */
function isLost({ status }: BookingTexts, slot: NumberedSlot): boolean {
  return slot.gone && eventStatus[status] !== "CANCELLED";
}

/** Returns the links to decide on a booking that can be decided, or to its order where that comes first: each on its own line, so that every calendar program links it. */
function decisionLinks({ booking, context, status, words, orderUrl }: BookingTexts): string {
  if (orderUrl !== "") return `${words.order}:\n${orderUrl}`;
  if (!isDecidable(status)) return "";
  const page = cleanUrl(context.decisionUrlOf(booking.uuid));
  if (page === "") return "";
  if (context.sideOf(booking) === "requester") return `${words.decide.withdraw}:\n${page}`;
  return [
    ...actions.flatMap((action) => [`${words.decide[action]}:`, `${page}/${action}`]),
    `${words.decide.both}:`,
    page,
  ].join("\n");
}

/** Returns a period (epoch seconds) as the clocks of a zone show it: "2027-01-04 09:00 – 10:30 (EET)"; "" without a zone. */
export function localPeriod(zone: string | null, period: { start: number; end: number }): string {
  if (zone === null) return "";
  const start = localTime(zone, period.start);
  const end = localTime(zone, period.end);
  // Where the clock was changed in between, "03:30 – 03:30" may be an hour.
  const offset = start.offset === end.offset ? "" : " ZZ";
  const format = start.hasSame(end, "day") ? "HH:mm" : "yyyy-LL-dd HH:mm";
  return `${start.toFormat(`yyyy-LL-dd HH:mm${offset}`)} – ${end.toFormat(format + offset)} (${start.zoneName})`;
}
