import { type Answer, programs, rawReply } from "../reply/replies.ts";

const marked = (raw: string, ...fields: readonly string[]): string =>
  fields.map((field) => `${field}\r\n`).join("") + raw;
const outlook = (given: Answer): string => programs["Outlook on the web"]?.(given) ?? "";

/**
 * Replies of rooms and equipment, as what is known of them describes them: the domain and fields of programs that nobody sits at.
 * Texts are made up.
 */
export const rooms: Readonly<Record<string, (given: Answer) => string>> = {
  Exchange: (given) =>
    marked(outlook(given), "X-Auto-Response-Suppress: DR, OOF, AutoReply", "Auto-Submitted: auto-generated"),
  "Exchange, as a reply from the null sender": (given) => marked(outlook(given), "Auto-Submitted: auto-replied"),
  "Exchange, by a delegate in the room's name": (given) =>
    marked(
      outlook(given).replace("ATTENDEE;", 'ATTENDEE;SENT-BY="mailto:mari.tamm@example.edu";'),
      "Sender: mari.tamm@example.edu",
    ),
  Google: (given) =>
    marked(
      programs["Gmail"]?.(given).replaceAll("CUTYPE=INDIVIDUAL", "CUTYPE=RESOURCE") ?? "",
      "Auto-Submitted: auto-generated",
      "Sender: Google Calendar <calendar-notification@google.com>",
    ),
  SOGo: (given) =>
    rawReply(
      given,
      [
        "BEGIN:VCALENDAR",
        "METHOD:REPLY",
        "PRODID:-//Inverse inc./SOGo 5.8.0//EN",
        "VERSION:2.0",
        "BEGIN:VEVENT",
        `UID:${given.uid}`,
        `SEQUENCE:${given.sequence}`,
        `DTSTAMP:${given.stamp}`,
        "DTSTART:20270105T120000Z",
        "DTEND:20270105T140000Z",
        `ORGANIZER;CN="Bookings":mailto:${given.mailbox}`,
        `ATTENDEE;CN="Aurora";CUTYPE=RESOURCE;ROLE=REQ-PARTICIPANT;PARTSTAT=${given.partstat};RSVP=TRUE:mailto:${given.attendee}`,
        "END:VEVENT",
        "END:VCALENDAR",
        "",
      ].join("\r\n"),
    ),
};
