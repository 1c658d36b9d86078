import { eachLine, parseContentLine, readDateTime, unescapeText } from "../../calendar/ical/content-line.ts";
import type { Action } from "../../calendar/profile.ts";
import { cleanMessage } from "../../calendar/foreign-text.ts";
import { normalAddress } from "./answer-address.ts";
import type { ReceivedMail } from "./read-mail.ts";

/** An answer of one attendee, as the calendar part has it. */
interface AttendeeAnswer {
  /** Compared as `normalAddress` makes it. */
  readonly address: string;
  /** In capitals; NEEDS-ACTION where it is not told (RFC 5545 3.2.12). */
  readonly partstat: string;
}

/** An iTIP object that answers an invitation (RFC 5546 3.2.3, 3.2.6, 3.2.7). */
export interface CalendarReply {
  readonly method: "REPLY" | "COUNTER" | "REFRESH";
  readonly uid: string;
  /** One; none where the program leaves it out, several where it lists all guests. */
  readonly attendees: readonly AttendeeAnswer[];
  readonly sequence: number;
  /** DTSTAMP, else the mail's Date, epoch seconds; null: neither is told. */
  readonly stampAt: number | null;
  /** The attendee wrote something. */
  readonly comment: string;
}

/** The decision that an answer is; none for any other. */
export const actionOf: ReadonlyMap<string, Action> = new Map([
  ["ACCEPTED", "accept"],
  ["DECLINED", "reject"],
]);

/** The reasons for which a mail is no reply. */
export type NoReply =
  | "tnef" // Outlook's own form (winmail.dat) alone
  | "no-calendar"
  | "other-method" // REQUEST, PUBLISH, CANCEL …
  | "malformed"; // no UID, or several

const methods = ["REPLY", "COUNTER", "REFRESH"] as const;
const calendarTypes = ["text/calendar", "application/ics"];
const tnefTypes = ["application/ms-tnef", "application/vnd.ms-tnef"];
/** Octets of a calendar part that are read; a reply has about two thousand. */
const mostOctets = 200_000;

/**
 * Returns the reply that a mail holds, or why it holds none. Of several calendar parts, as most programs send them, the first that
 * says a method counts; ORGANIZER is not looked at, since Exchange leaves it out.
 */
export function readReply(mail: Pick<ReceivedMail, "parts" | "sentAt">): CalendarReply | NoReply {
  const calendars = mail.parts.filter(({ mimeType, name }) => calendarTypes.includes(mimeType) || /\.ics$/i.test(name));
  if (calendars.length === 0) {
    const tnef = mail.parts.some(({ mimeType, name }) => tnefTypes.includes(mimeType) || /^winmail\.dat$/i.test(name));
    return tnef ? "tnef" : "no-calendar";
  }
  const read = calendars.map(({ text, method }) => readCalendarPart(text.slice(0, mostOctets), method, mail.sentAt));
  return read.find((one) => typeof one !== "string") ?? read[0] ?? "no-calendar";
}

function readCalendarPart(text: string, named: string, sentAt: number | null): CalendarReply | NoReply {
  const attendees: AttendeeAnswer[] = [];
  const uids = new Set<string>();
  const values = new Map<string, string>();
  /** The components around the line. */
  const within: string[] = [];
  for (const line of eachLine(text)) {
    // A line that a program broke wrongly is left out.
    const parsed = parseContentLine(line);
    if (parsed === null) continue;
    const name = parsed.name.toUpperCase();
    const value = parsed.value.trim();
    if (name === "BEGIN") within.push(value.toUpperCase());
    else if (name === "END") within.pop();
    else if (name === "METHOD" && within.at(-1) === "VCALENDAR") values.set(name, value.toUpperCase());
    // What stands in a VALARM or VTIMEZONE is not of the event.
    if (within.at(-1) !== "VEVENT") continue;
    if (name === "UID") uids.add(unescapeText(value));
    else if (name === "ATTENDEE") attendees.push(readAttendee(parsed.parameters, value));
    else if (!values.has(name)) values.set(name, value);
  }
  const method = methods.find((one) => one === (values.get("METHOD") ?? named.toUpperCase()));
  if (method === undefined) return "other-method";
  const [uid] = uids;
  if (uid === undefined || uids.size > 1) return "malformed";
  const sequence = values.get("SEQUENCE") ?? "";
  return {
    method,
    uid,
    attendees: uniqueAnswers(attendees),
    sequence: /^\d{1,10}$/.test(sequence) ? Number(sequence) : 0,
    stampAt: readDateTime(values.get("DTSTAMP") ?? "") ?? sentAt,
    comment: cleanMessage(unescapeText(values.get("COMMENT") ?? "")),
  };
}

function readAttendee(parameters: string, value: string): AttendeeAnswer {
  const given = readParameters(parameters);
  // EMAIL (RFC 7986 6.2) says the address where the value is another URI.
  const address = normalAddress(value) || normalAddress(given.get("EMAIL") ?? "");
  return { address, partstat: (given.get("PARTSTAT") ?? "NEEDS-ACTION").toUpperCase() };
}

/** Leaves out what stands there twice: an answer to several instances repeats its attendee. */
function uniqueAnswers(answers: readonly AttendeeAnswer[]): AttendeeAnswer[] {
  return [...new Map(answers.map((one) => [`${one.address} ${one.partstat}`, one])).values()];
}

/** Returns the parameters of a property (RFC 5545 3.2) by name in capitals, without their quotes. */
function readParameters(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(/;([A-Za-z0-9-]+)=("[^"]*"|[^";]*)/g);
  return new Map(Array.from(found, ([, name = "", value = ""]) => [name.toUpperCase(), value.replaceAll('"', "")]));
}
