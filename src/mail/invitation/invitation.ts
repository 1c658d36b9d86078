import { bookingEvents, eventTimes } from "../../calendar/booking-events.ts";
import type { KnownBooking } from "../../calendar/booking.ts";
import type { Event, EventContext } from "../../calendar/event.ts";
import { localPeriod } from "../../calendar/event-text.ts";
import { breakMessage } from "../../calendar/foreign-text.ts";
import { escapeText, fold } from "../../calendar/ical/content-line.ts";
import { cleanBlock, cleanLine, cleanUrl } from "../../calendar/text.ts";
import type { Period } from "../../calendar/period.ts";
import { calendarWords } from "../../calendar/words/index.ts";

/** The part of a booking that an invitation shows: times in epoch seconds, texts cleaned. */
export interface InvitedEvent {
  readonly start: number;
  readonly end: number;
  /** All of the booking, in order of time; the event is at the first. */
  readonly periods: readonly Period[];
  readonly status: Event["status"];
  readonly summary: string;
  /** Stands above the description: how to answer, with the address of the page; "" where nothing waits for an answer. */
  readonly how: string;
  readonly description: string;
  readonly location: string;
  readonly url: string;
}

/** Everything else that one mail of an invitation says. */
export interface InvitationMail {
  readonly method: "REQUEST" | "CANCEL";
  readonly uid: string;
  /** RFC 5545 3.8.7.4. */
  readonly sequence: number;
  /** Epoch seconds: DTSTAMP. */
  readonly stampAt: number;
  readonly organizer: { readonly address: string; readonly name: string };
  readonly attendee: { readonly address: string; readonly name: string };
  /** The attendee is a room or equipment: the event takes its time, and always asks. */
  readonly resource: boolean;
}

/** Periods that a description lists. */
const mostPeriods = 50;

/**
 * Returns the event of an invitation to a booking: its first period, with all periods in the text where there are several, since one
 * answer decides on them all. Null for a booking without a period.
 */
export function invitedEvent(known: KnownBooking, context: EventContext): InvitedEvent | null {
  const periods = known.slots
    .filter(({ gone }) => !gone)
    .map((slot) => ({ ...eventTimes(slot), n: slot.n }))
    .toSorted((a, b) => a.start - b.start || a.end - b.end || a.n - b.n);
  const [first] = periods;
  const event = bookingEvents(known, context).find(({ n }) => n === first?.n);
  if (event === undefined) return null;
  const { start, end, status, location } = event;
  const { profile } = context;
  const words = calendarWords[profile.language];
  const lines = periods.slice(0, mostPeriods).map((period) => localPeriod(profile.zone ?? "UTC", period));
  if (periods.length > mostPeriods) lines.push("…");
  const all = periods.length > 1 ? `${words.periods(periods.length)}:\n${lines.join("\n")}\n\n` : "";
  return {
    start,
    end,
    periods,
    status,
    summary: cleanLine(event.summary),
    how: "",
    description: cleanBlock(all + breakMessage(event.description)),
    location: cleanLine(location),
    url: cleanUrl(event.url),
  };
}

/**
 * Returns an invitation or its cancellation as an iTIP object (RFC 5546 3.2.2 and 3.2.5): one VEVENT, one ATTENDEE, folded, with
 * CRLF. It takes no person's time: whoever decides is not who comes. What is confirmed asks a person for no answer, and a
 * cancellation says nothing of the one that was given. Both addresses have passed `isMailAddress`.
 */
export function renderInvitation(event: InvitedEvent, mail: InvitationMail): string {
  const { method, organizer, attendee, resource } = mail;
  const cancelled = method === "CANCEL";
  const asks = !cancelled && (resource || event.status === "TENTATIVE");
  const kind = resource ? "RESOURCE" : "INDIVIDUAL";
  const busy = resource ? "BUSY" : "FREE";
  // A tentative event would leave the room free for others.
  const status = cancelled ? "CANCELLED" : resource ? "CONFIRMED" : event.status;
  const answer = asks ? "PARTSTAT=NEEDS-ACTION;RSVP=TRUE" : `${cancelled ? "" : "PARTSTAT=ACCEPTED;"}RSVP=FALSE`;
  const optional = (name: string, value: string): string[] => (value === "" ? [] : [`${name}:${value}`]);
  const lines = [
    "BEGIN:VCALENDAR",
    "PRODID:-//waldur-calendar//invitation//EN",
    "VERSION:2.0",
    "CALSCALE:GREGORIAN",
    `METHOD:${method}`,
    "BEGIN:VEVENT",
    `UID:${mail.uid}`,
    `DTSTAMP:${dateTime(mail.stampAt)}`,
    `SEQUENCE:${mail.sequence}`,
    `DTSTART:${dateTime(event.start)}`,
    `DTEND:${dateTime(event.end)}`,
    `SUMMARY:${escapeText(event.summary)}`,
    ...optional("DESCRIPTION", escapeText(event.description)),
    ...optional("LOCATION", escapeText(event.location)),
    ...optional("URL", event.url),
    `ORGANIZER;CN=${quoted(organizer.name)}:${mailto(organizer.address)}`,
    `ATTENDEE;CUTYPE=${kind};ROLE=REQ-PARTICIPANT;${answer};CN=${quoted(attendee.name)}:${mailto(attendee.address)}`,
    `STATUS:${status}`,
    `TRANSP:${resource ? "OPAQUE" : "TRANSPARENT"}`,
    `X-MICROSOFT-CDO-BUSYSTATUS:${busy}`,
    `X-MICROSOFT-CDO-INTENDEDSTATUS:${busy}`,
    // Nobody could take the time that a COUNTER (RFC 5546 3.2.7) proposes.
    "X-MICROSOFT-DISALLOW-COUNTER:TRUE",
    "END:VEVENT",
    "END:VCALENDAR",
  ];
  return lines.map(fold).join("");
}

/** Returns a DATE-TIME in UTC (RFC 5545 3.3.5, form 2). */
function dateTime(at: number): string {
  return `${new Date(at * 1000).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

/** Returns a quoted parameter value (RFC 5545 3.2), which has no way to write a double quote. */
function quoted(name: string): string {
  return `"${cleanLine(name).replaceAll('"', "'")}"`;
}

/** Returns the mailto URI (RFC 6068) of a checked address; `+` stays, since clients compare it with what was typed. */
function mailto(address: string): string {
  return `mailto:${address.replaceAll(/[^A-Za-z0-9.@!$'*+=_~-]/g, (character) => encodeURIComponent(character))}`;
}
