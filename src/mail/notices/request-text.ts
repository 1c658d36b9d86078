import { cleanName, cleanPerson } from "../../calendar/foreign-text.ts";
import { isolate } from "../../calendar/text.ts";
import { calendarWords } from "../../calendar/words/index.ts";
import { livePeriods } from "../../decision/beside.ts";
import type { Deps } from "../../deps.ts";
import type { LocatedRow } from "../../store/bookings/bookings.ts";
import { texts } from "../../text/index.ts";
import { zonedTimes } from "../../text/times.ts";
import type { Person } from "../people.ts";
import type { MailContent } from "../write.tsx";
import { type Notice, noticeBooking, type NoticeItem } from "./notice.ts";

/** Periods of one booking that are named. */
const mostPeriods = 10;

/** The reader of a mail, with their language and zone. */
export type Reader = Pick<Person, "language" | "zone">;

/** Returns the page on which a booking is looked at and answered, after signing in. */
export function bookingPage({ config }: Pick<Deps, "config">, bookingUuid: string): string {
  return `${config.publicUrl}/bookings/${bookingUuid}`;
}

/** Returns the name of the offering of a booking, for a subject. */
export function offeringOf({ booking }: Pick<LocatedRow, "booking">, { language }: Reader): string {
  return isolate(cleanName(booking.offeringName)) || calendarWords[language].booking;
}

/** Returns what is said of a booking to somebody who stands for its provider, or made it: all that its page shows but the message. */
function bookingFacts({ booking, slots }: LocatedRow, { language, zone }: Reader): string[] {
  const { labels, booking: nameless } = calendarWords[language];
  const times = zonedTimes(zone, language);
  const periods = livePeriods(slots);
  const line = (label: string, text: string): string[] => (text === "" ? [] : [`${label}: ${text}`]);
  return [
    isolate(cleanName(booking.name)) || nameless,
    ...line(labels.offering, isolate(cleanName(booking.offeringName))),
    ...periods
      .slice(0, mostPeriods)
      .map(({ start, end }) => `${labels.time}: ${times.span(start, end)} (${times.zone})`),
    ...(periods.length > mostPeriods ? [texts[language].notices.mail.more(periods.length - mostPeriods)] : []),
    ...line(labels.requester, isolate(cleanPerson(booking.requesterName, booking.requesterUsername))),
    ...line(labels.customer, isolate(cleanName(booking.customerName))),
    ...line(labels.project, isolate(cleanName(booking.projectName))),
  ];
}

/** The requester's own words, for the end of a mail. */
function quoteOf({ booking }: Pick<LocatedRow, "booking">, { language }: Reader): MailContent["quote"] {
  return booking.description === "" ? null : { heading: calendarWords[language].message, text: booking.description };
}

/** Returns the item of a booking in a list of several: its name, offering and first time. */
export function bookingItem(deps: Pick<Deps, "config">, row: LocatedRow, reader: Reader, label: string): NoticeItem {
  const { facts, ...item } = wholeItem(deps, row, reader, label);
  return { ...item, facts: facts.slice(0, 4) };
}

/** Returns the item of a booking of which all is told. */
export function wholeItem(deps: Pick<Deps, "config">, row: LocatedRow, reader: Reader, label: string): NoticeItem {
  const link = { label, url: bookingPage(deps, row.booking.uuid) };
  return { facts: bookingFacts(row, reader), link, booking: noticeBooking(row) };
}

/** Returns what is said of one request to somebody who may decide it. */
export function requestContent(
  deps: Pick<Deps, "config">,
  row: LocatedRow,
  reader: Reader,
  kind: "request" | "reminder",
): Notice {
  const words = texts[reader.language].notices.mail;
  const offering = offeringOf(row, reader);
  return {
    event: requestEvents[kind],
    subject: kind === "request" ? words.request(offering) : words.reminder(offering),
    intro: kind === "request" ? words.requestText : words.reminderText,
    items: [wholeItem(deps, row, reader, words.open)],
    more: "",
    links: [],
    quote: quoteOf(row, reader),
  };
}

const requestEvents = { request: "request.new", reminder: "request.reminder" } as const;

/** Returns what is said of `count` requests, of which it names these. */
export function requestsContent(
  deps: Pick<Deps, "config">,
  rows: readonly LocatedRow[],
  count: number,
  reader: Reader,
  kind: "request" | "reminder",
): Notice {
  const words = texts[reader.language].notices.mail;
  return {
    event: requestEvents[kind],
    subject: kind === "request" ? words.requests(count) : words.reminders(count),
    intro: kind === "request" ? words.requestsText(count) : words.remindersText(count),
    items: rows.map((row) => bookingItem(deps, row, reader, words.open)),
    more: count > rows.length ? words.more(count - rows.length) : "",
    links: [{ label: words.all, url: `${deps.config.publicUrl}/` }],
    quote: null,
  };
}
