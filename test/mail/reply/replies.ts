/** An answer as somebody gives it in their calendar program. */
export interface Answer {
  readonly uid: string;
  /** The address that the answer goes to: the ORGANIZER of the invitation. */
  readonly mailbox: string;
  readonly attendee: string;
  readonly partstat: string;
  readonly sequence: number;
  /** As in DTSTAMP. */
  readonly stamp: string;
}

export const answer: Answer = {
  uid: `${"a".repeat(32)}-${"b".repeat(26)}`,
  mailbox: `${"c".repeat(26)}@rsvp.example.org`,
  attendee: "mari.tamm@example.edu",
  partstat: "ACCEPTED",
  sequence: 0,
  stamp: "20270104T091500Z",
};

const base64 = (text: string): string =>
  (
    Buffer.from(text, "utf8")
      .toString("base64")
      .match(/.{1,76}/g) ?? []
  ).join("\r\n");
const quotedPrintable = (text: string): string =>
  Array.from(Buffer.from(text, "utf8"), (byte) =>
    byte === 0x0d || byte === 0x0a || (byte >= 0x20 && byte < 0x7f && byte !== 0x3d)
      ? String.fromCharCode(byte)
      : `=${byte.toString(16).toUpperCase().padStart(2, "0")}`,
  )
    .join("")
    .replace(/[^\r\n]{70}(?=[^\r\n])/g, (line) => `${line}=\r\n`)
    // A sequence must not be torn apart.
    .replace(/=(?:=\r\n)([0-9A-F]{2})/g, "=\r\n=$1")
    .replace(/(=[0-9A-F])=\r\n([0-9A-F])/g, "=\r\n$1$2");

const lines = (...parts: readonly (string | false)[]): string => parts.filter((part) => part !== false).join("\r\n");

interface Shape {
  readonly prodid: string;
  readonly method?: string | null;
  readonly organizer?: string | null;
  readonly attendees?: readonly string[];
  readonly times?: readonly string[];
  readonly extra?: readonly string[];
  readonly zone?: boolean;
}

/** An iTIP object with what programs differ in. */
function itip(given: Answer, shape: Shape): string {
  const attendees = shape.attendees ?? [`ATTENDEE;CN=Mari Tamm;PARTSTAT=${given.partstat}:mailto:${given.attendee}`];
  return lines(
    "BEGIN:VCALENDAR",
    shape.method !== null && `METHOD:${shape.method ?? "REPLY"}`,
    `PRODID:${shape.prodid}`,
    "VERSION:2.0",
    ...(shape.zone === true
      ? lines(
          "BEGIN:VTIMEZONE",
          "TZID:FLE Standard Time",
          "BEGIN:STANDARD",
          "DTSTART:16010101T040000",
          "TZOFFSETFROM:+0300",
          "TZOFFSETTO:+0200",
          "END:STANDARD",
          "END:VTIMEZONE",
        ).split("\r\n")
      : []),
    "BEGIN:VEVENT",
    ...attendees,
    `UID:${given.uid}`,
    ...(shape.organizer === null ? [] : [shape.organizer ?? `ORGANIZER;CN=Bookings:mailto:${given.mailbox}`]),
    ...(shape.times ?? ["DTSTART:20270105T120000Z", "DTEND:20270105T140000Z"]),
    `DTSTAMP:${given.stamp}`,
    `SEQUENCE:${given.sequence}`,
    "SUMMARY:Pending: Leaf stomata",
    ...(shape.extra ?? []),
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  );
}

const head = (given: Answer, ...more: readonly string[]): string =>
  lines(
    `From: Mari Tamm <${given.attendee}>`,
    `To: Bookings <${given.mailbox}>`,
    `Subject: Accepted: Leaf stomata`,
    `Message-ID: <${given.stamp}.${given.partstat}@mail.example.edu>`,
    "Date: Mon, 4 Jan 2027 09:15:03 +0000",
    "MIME-Version: 1.0",
    ...more,
  );

const part = (type: string, encoding: string, body: string, ...more: readonly string[]): string =>
  lines("--b1", `Content-Type: ${type}`, `Content-Transfer-Encoding: ${encoding}`, ...more, "", body);

const multipart = (kind: string, given: Answer, ...parts: readonly string[]): string =>
  lines(head(given, `Content-Type: multipart/${kind}; boundary="b1"`), "", ...parts, "--b1--", "");

/** MAPI properties alone: nothing in it is iCalendar. */
const tnef = base64("\u0078\u009f\u003e\u0022IPM.Schedule.Meeting.Resp.Pos");

const exchange = { prodid: "Microsoft Exchange Server 2010", organizer: null, zone: true } as const;
const windowsTimes = ["DTSTART;TZID=FLE Standard Time:20270105T140000", "DTEND;TZID=FLE Standard Time:20270105T160000"];
const microsoft = [
  "CLASS:PUBLIC",
  "PRIORITY:5",
  "TRANSP:OPAQUE",
  "X-MICROSOFT-CDO-APPT-SEQUENCE:0",
  "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
  "X-MICROSOFT-DISALLOW-COUNTER:TRUE",
];

/**
 * Replies as programs send them: their structure is what published samples and reports of them have, their texts are made up.
 */
export const programs: Readonly<Record<string, (given: Answer) => string>> = {
  "Outlook on the web": (given) =>
    multipart(
      "alternative",
      given,
      part("text/plain; charset=utf-8", "quoted-printable", ""),
      part(
        'text/calendar; charset="utf-8"; method=REPLY',
        "base64",
        base64(itip(given, { ...exchange, times: windowsTimes, extra: microsoft })),
      ),
    ),
  "Outlook on a phone, with a comment": (given) =>
    multipart(
      "alternative",
      given,
      part("text/html; charset=utf-8", "quoted-printable", "<p>J=C3=A4=C3=A4n hiljaks</p>"),
      part(
        'text/calendar; charset="utf-8"; method=REPLY',
        "quoted-printable",
        quotedPrintable(
          itip(given, {
            ...exchange,
            times: windowsTimes,
            extra: ["COMMENT;LANGUAGE=et-EE:Jään hiljaks\\, umbes 10 minutit\\n", ...microsoft],
          }),
        ),
      ),
    ),
  "Outlook on a desktop over IMAP": (given) =>
    multipart(
      "alternative",
      given,
      part("text/plain; charset=us-ascii", "7bit", ""),
      part(
        'text/calendar; method=REPLY; charset="utf-8"',
        "7bit",
        itip(given, {
          prodid: "-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN",
          attendees: [`ATTENDEE;PARTSTAT=${given.partstat}:MAILTO:${given.attendee.toUpperCase()}`],
          extra: ["X-MS-OLK-CONFTYPE:0", "X-MS-OLK-AUTOFILLLOCATION:FALSE"],
        }),
      ),
    ),
  "Exchange with an edge that names no attendee": (given) =>
    multipart(
      "alternative",
      given,
      part("text/calendar; charset=utf-8; method=REPLY", "base64", base64(itip(given, { ...exchange, attendees: [] }))),
    ),
  Gmail: (given) =>
    multipart(
      "mixed",
      given,
      lines(
        "--b1",
        'Content-Type: multipart/alternative; boundary="b2"',
        "",
        "--b2",
        "Content-Type: text/plain; charset=UTF-8; format=flowed; delsp=yes",
        "",
        "Mari Tamm has accepted this invitation.",
        "--b2",
        'Content-Type: text/calendar; charset="UTF-8"; method=REPLY',
        "Content-Transfer-Encoding: 7bit",
        "",
        itip(given, {
          prodid: "-//Google Inc//Google Calendar 70.9054//EN",
          attendees: [
            `ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=${given.partstat};CN=Mari Tamm;X-NUM-GUESTS=0`,
            ` :mailto:${given.attendee}`,
          ],
          extra: ["BEGIN:VALARM", "ACTION:DISPLAY", "UID:alarm-1", "TRIGGER:-P0DT0H10M0S", "END:VALARM"],
        }),
        "--b2--",
      ),
      part(
        "application/ics; name=invite.ics",
        "base64",
        base64(itip(given, { prodid: "-//Google Inc//Google Calendar 70.9054//EN" })),
      ),
    ),
  "Apple Mail": (given) =>
    multipart(
      "mixed",
      given,
      part("text/plain; charset=us-ascii", "7bit", "Mari Tamm accepted your invitation"),
      part(
        "text/calendar; charset=utf-8; method=REPLY; name=iCal-1.ics",
        "quoted-printable",
        quotedPrintable(
          itip(given, {
            prodid: "-//Apple Inc.//macOS 15.1//EN",
            attendees: [
              `ATTENDEE;CN="Tamm; Mari";CUTYPE=INDIVIDUAL;PARTSTAT=${given.partstat};EMAIL="${given.attendee}":mailto:${given.attendee}`,
            ],
          }),
        ),
        "Content-Disposition: attachment; filename=iCal-1.ics",
      ),
    ),
  "Yahoo, with the method in Content-Type alone": (given) =>
    multipart(
      "alternative",
      given,
      part("text/plain; charset=UTF-8", "7bit", "Accepted"),
      part(
        "text/calendar; charset=UTF-8; method=reply",
        "7bit",
        itip(given, { prodid: "//Yahoo//Calendar//EN", method: null }),
      ),
    ),
  "Zimbra, in a charset that it is not in": (given) =>
    multipart(
      "alternative",
      given,
      part("text/plain; charset=utf-8", "quoted-printable", "Yes, I will attend."),
      part(
        'text/calendar; charset=us-ascii; method=REPLY; name="meeting-reply.ics"',
        "8bit",
        itip(given, { prodid: "Zimbra-Calendar-Provider", extra: ["COMMENT:Tänan väga"] }),
      ),
    ),
  Nextcloud: (given) =>
    multipart(
      "mixed",
      given,
      part("text/plain; charset=utf-8", "7bit", "Mari Tamm accepted"),
      part(
        "text/calendar; method=REPLY; charset=UTF-8; name=event.ics",
        "base64",
        base64(itip(given, { prodid: "-//Sabre//Sabre VObject 4.5.6//EN", extra: ["REQUEST-STATUS:2.0;Success"] })),
        "Content-Disposition: attachment; filename=event.ics",
      ),
    ),
  Thunderbird: (given) =>
    multipart(
      "mixed",
      given,
      part("text/plain; charset=UTF-8", "7bit", "Mari Tamm has accepted your event invitation."),
      part(
        'application/ics; name="invite.ics"',
        "8bit",
        itip(given, { prodid: "-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN", zone: true, times: windowsTimes }),
        'Content-Disposition: attachment; filename="invite.ics"',
      ),
    ),
  // The next two as their programs sent them to this service.
  Evolution: (given) =>
    lines(
      head(
        given,
        'Content-Type: text/calendar; name="calendar.ics"; charset="utf-8"; METHOD="REPLY"',
        "Content-Transfer-Encoding: quoted-printable",
      ),
      "",
      quotedPrintable(
        itip(given, {
          prodid: "-//Ximian//NONSGML Evolution Calendar//EN",
          attendees: [
            `ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;RSVP=TRUE;CN=Mari Tamm;PARTSTAT=${given.partstat}`,
            ` :mailto:${given.attendee}`,
          ],
          extra: ["DESCRIPTION:Tänan\\, kõik sobib\\n", "STATUS:TENTATIVE", "TRANSP:OPAQUE", "COMMENT:"],
        }),
      ),
    ),
  "SOGo, which keeps our PRODID": (given) =>
    multipart(
      "mixed",
      given,
      part("text/html; charset=utf-8", "quoted-printable", "<html><body>Mari Tamm</body></html>", "Content-Length: 36"),
      part(
        'text/calendar; method=REPLY; charset="UTF-8"',
        "quoted-printable",
        quotedPrintable(
          itip(given, {
            prodid: "-//waldur-calendar//invitation//EN",
            attendees: [
              `ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=${given.partstat};CN=Mari Tamm;CUTYPE=INDIVIDUAL:mailto:${given.attendee}`,
            ],
            extra: ["STATUS:TENTATIVE", "TRANSP:TRANSPARENT", "X-MICROSOFT-DISALLOW-COUNTER:TRUE"],
          }),
        ),
        "Content-Class: urn:content-classes:calendarmessage",
      ),
    ),
  "a CalDAV server, without any multipart": (given) =>
    lines(
      head(given, "Content-Type: text/calendar; method=REPLY; charset=utf-8", "Content-Transfer-Encoding: 8bit"),
      "",
      itip(given, { prodid: "-//davical.org//NONSGML AWL Calendar//EN" }),
    ),
  "Notes, with a line folded wrongly": (given) =>
    lines(
      head(
        given,
        'Content-Type: text/calendar; method="REPLY"; charset="UTF-8"',
        "Content-Transfer-Encoding: quoted-printable",
      ),
      "",
      quotedPrintable(
        itip(given, {
          prodid: "-//Lotus Development Corporation//NONSGML Notes 9.0//EN_C",
          extra: ["X-LOTUS-NOTICE", "TYPE:A"],
        }),
      ),
    ),
};

/** Outlook's own form: the answer is in properties that are no iCalendar. */
export const tnefReply = (given: Answer): string =>
  multipart("mixed", given, part('application/ms-tnef; name="winmail.dat"', "base64", tnef));

/** A reply whose calendar part is this text, which is sent as it is. */
export const rawReply = (given: Answer, calendar: string, ...headers: readonly string[]): string =>
  lines(head(given, "Content-Type: text/calendar; method=REPLY; charset=utf-8", ...headers), "", calendar);

export { itip };
