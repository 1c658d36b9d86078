import { Hono } from "hono";
import { readRetryAfter } from "../../src/lib/backoff.ts";
import { pickDigestChallenge, readAuthSchemes } from "../../src/caldav/auth/digest.ts";
import { responseFailure } from "../../src/caldav/failure.ts";
import { hrefName, hrefPath, memberPath, parentPath } from "../../src/caldav/hrefs.ts";
import { isCollection, memberEtag, readMultistatus } from "../../src/caldav/multistatus.ts";
import { discoveryStart, findPreset } from "../../src/caldav/presets.ts";
import { readVevent } from "../../src/calendar/ical/read-vevent.ts";
import { relink } from "../../src/calendar/ical/relink.ts";
import { cleanMessage, cleanPerson } from "../../src/calendar/foreign-text.ts";
import { cleanUrl } from "../../src/calendar/text.ts";
import { AppError } from "../../src/errors.ts";
import { parseJson } from "../../src/lib/json.ts";
import { redact } from "../../src/log.ts";
import { readObject } from "../../src/mirror/remote-object.ts";
import { parseIp } from "../../src/security/ip.ts";
import { readPage } from "../../src/waldur/pages.ts";
import { readBooking, readUser } from "../../src/waldur/schema.ts";
import { preferredLanguage } from "../../src/web/request/accept-language.ts";
import { matchConditions } from "../../src/web/feed/conditional.ts";
import { cookieIn } from "../../src/web/session/cookies.ts";
import type { Env } from "../../src/web/env.ts";
import { asksForGzip } from "../../src/web/feed/gzip.ts";
import { FeedsFirstRouter } from "../../src/web/feed/router.ts";
import { requestPath } from "../../src/web/request/path.ts";
import { clientName } from "../../src/web/request/user-agent.ts";

/** A function of the program that reads what somebody else wrote. */
export interface Reader {
  readonly name: string;
  /** One piece of what such texts usually hold; repeated, with `begin` and `end` around it, it is plain text. */
  readonly plain: string;
  readonly begin?: string;
  readonly end?: string;
  /** The bits that hostile texts are made of. */
  readonly bits: readonly string[];
  /** The most characters that reach it. */
  readonly longest: number;
  readonly read: (text: string) => unknown;
}

const header = 16_384;
const body = 1024 * 1024;
const collection = new URL("https://dav.example.org/cal/one/");
const validators = { tags: ["tag"], modifiedAt: 0 } as const;

const response = `<d:response><d:href>/cal/one/0123456789abcdef-target-1.ics</d:href><d:propstat><d:prop><d:getetag>"0123456789abcdef"</d:getetag><c:calendar-data>BEGIN:VCALENDAR
SUMMARY:Microscope &amp; more
END:VCALENDAR
</c:calendar-data></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>
`;
const multistatus = `<?xml version="1.0"?><d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">`;
const booking = JSON.stringify({
  uuid: "a".repeat(32),
  name: "Measuring of samples",
  state: "OK",
  created: "2030-01-02T03:04:05.678901Z",
  modified: "2030-01-02T03:04:05.678901Z",
  slots: [{ start: "2030-01-02T03:00:00Z", end: "2030-01-02T04:00:00Z" }],
  description: "Some words about the samples.",
  offering_uuid: "b".repeat(32),
  offering_name: "Microscope",
  customer_uuid: "c".repeat(32),
});

const addresses = new Hono<Env>({ router: new FeedsFirstRouter(), getPath: requestPath })
  .get("/f/:file", (c) => c.text(c.req.param("file")))
  .get("/calendars/:one", (c) => c.text(c.req.param("one")))
  .get("/one/*", (c) => c.text(c.req.query("a") ?? ""))
  .get("/", (c) => c.json(c.req.queries()));

/** Every reader of foreign bytes. */
export const readers: readonly Reader[] = [
  {
    name: "multistatus",
    plain: response,
    begin: multistatus,
    end: "</d:multistatus>",
    bits: [
      ..."<>/\"'=&; \n\r\taxé",
      "<a>",
      "</a>",
      "<a/>",
      '<a b="">',
      ' b=""',
      ' xmlns=""',
      ' xmlns:a=""',
      "<!--",
      "-->",
      "<![CDATA[",
      "]]>",
      "<?",
      "?>",
      "&amp;",
      "&#1;",
      "&#x10ffff;",
      "<!DOCTYPE a [",
      "<d:response>",
      "</d:response>",
      "<d:href>",
      "</d:href>",
      "/cal/one/",
      "%41",
      "%ff",
      "%cc%95",
      "\u0315\u0300",
      "../",
      "https://",
      "aaaaaaaaaaaaaaaa",
      // As dense as is still allowed.
      "<a/>".padEnd(18),
      '<a b="0123456789"/>'.padEnd(36),
      "<d:response/>".padEnd(18),
      "<d:response></d:response>".padEnd(64),
      "<??>x",
    ],
    longest: 10 * body,
    read: (text) =>
      readMultistatus(text)?.members.every((member) => [
        memberPath(collection, member.href),
        memberEtag(member),
        isCollection(member),
      ]),
  },
  {
    name: "href",
    plain: "/calendars/people/somebody/0123456789abcdef.ics",
    bits: [
      ..."/%.#?:@ aé",
      "%2f",
      "%41",
      "%ff",
      "%e2%82%ac",
      "%cc%95%cc%80",
      "\u0315\u0300",
      "../",
      "xn--",
      "https://",
    ],
    longest: body,
    read: (text) => [hrefName(text), parentPath(text), hrefPath(text, collection), memberPath(collection, text)],
  },
  {
    name: "refusal of a calendar server",
    plain: "<p>This object cannot be written because of its size.</p>\n",
    bits: [
      ..."<>/ \nau",
      "uid ",
      "already",
      "<style>",
      "</style>",
      "<script",
      "<title>",
      "<error>",
      "quota",
      "HTTP/1.1 ",
    ],
    longest: 65_536,
    read: (text) =>
      responseFailure("update", { url: "", status: 409, headers: new Headers(), text, withheld: false }, 0),
  },
  {
    name: "object of a calendar",
    plain: "DESCRIPTION:Some words about the samples and the time\\, in a line of usual length.\r\n",
    begin: "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n",
    end: "END:VEVENT\r\nEND:VCALENDAR\r\n",
    bits: [
      ...':;"=\\, \n\r\taé',
      "\r\n ",
      "\\n",
      "\\\\",
      "BEGIN:VEVENT\n",
      "END:VEVENT\n",
      "BEGIN:VALARM\n",
      "UID:1\n",
      "DTSTART;TZID=",
      "X:1\n",
      "\nSUMMARY:",
      "RRULE:",
      "BEGIN:VEVENT\nEND:VEVENT\n",
      "\u2028",
      "\u0000",
    ],
    longest: 10 * body,
    read: readObject,
  },
  {
    name: "stored event",
    plain: "DESCRIPTION:https://calendar.example.org/a/page and some words in a line of usual length.\r\n",
    bits: [
      // No bare line break: our renderer escapes those of others.
      ..."/:.\\a ",
      "http://",
      "https://",
      "/a/d",
      "/a/d1.",
      "\r\n ",
      "\\n",
      "SUMMARY:",
      "a".repeat(22),
      "0".repeat(32),
    ],
    longest: 65_536,
    read: async (text) => [readVevent(text), await relink(text, async () => "https://calendar.example.org/")],
  },
  {
    name: "words of a requester",
    plain: "Some words about the samples, as people write them.\n",
    bits: [..."\n\r\t a\u200D\u0301\u202E\uFEFF\u2800\uD800é", "https://", "a.b", "://", "@", "👩‍🔬", "\u2028"],
    longest: 20_000,
    read: (text) => [cleanMessage(text), cleanPerson(text, text), cleanUrl(text)],
  },
  {
    name: "list of Waldur",
    plain: `${booking},`,
    begin: "[",
    end: `${booking}]`,
    bits: [
      ...'[]{}",:0 \\a',
      "[]",
      "{}",
      "[],",
      "{},",
      '"a":',
      '"a":{',
      '""',
      "0,",
      "1e9,",
      '"ab",',
      "\\n",
      "\\u0000",
      "null",
      '{"uuid":"',
      '"permissions":[',
      '"slots":[{}],',
      `${booking},`,
      '{"a":0},',
    ],
    longest: 16 * body,
    read: async (text) => {
      const list = parseJson(text);
      readUser(list, 0);
      const headers = new Headers({ "X-Result-Count": "1", Link: "" });
      return readPage(async () => ({ headers, body: list }), 1, readBooking);
    },
  },
  {
    name: "Link",
    plain: `<https://waldur.example.org/api/booking-resources/?page=2&page_size=300>; rel="first", `,
    bits: [..."<>?;,=&% ", "rel=", '"next"', "page=2", "<?", ">;", "a"],
    longest: header,
    read: async (text) => {
      const headers = new Headers({ "X-Result-Count": "0", Link: text });
      return readPage(async () => ({ headers, body: [] }), 1, readBooking);
    },
  },
  {
    name: "WWW-Authenticate",
    plain: `Digest realm="calendars of people", nonce="0123456789abcdef", algorithm=MD5, qop="auth", `,
    bits: [...'"\\,= a', "Digest ", "Basic ", 'a="', 'realm="', "qop=auth", "nonce=1", '\\"'],
    longest: header,
    read: (text) => pickDigestChallenge(readAuthSchemes(text)),
  },
  {
    name: "text of the log",
    plain: "GET /feeds/one answered 200 to a browser. ",
    bits: [
      ...":=/@.-_ \"'\r\na",
      "eyJ",
      "-eyJ",
      "token",
      "Token ",
      "passw",
      "password=",
      "authorization",
      "cookie:",
      "://",
      "/f/",
      "%2ff%2f",
      "w_",
      "basic ",
      "secret",
      "api_key=",
      "signature",
    ],
    longest: body,
    read: (text) => redact(text, ["a known secret"]),
  },
  {
    name: "User-Agent",
    plain: "Mozilla/5.0 (X11; Linux x86_64) of some kind ",
    bits: [..."/;. ()a", "mozilla/", "firefox", "google", "mac os x", "microsoft", "kio/", "icalendar/"],
    longest: header,
    read: clientName,
  },
  {
    name: "Accept-Language and Accept-Encoding",
    plain: "et-EE;q=0.9, en-GB;q=0.8, gzip;q=0.5, br, ",
    bits: [..."-,;=.* a", "q=0.5", "et", "gzip", "q=", ",,", ";;"],
    longest: header,
    read: (text) => [preferredLanguage(text), asksForGzip(text)],
  },
  {
    name: "If-None-Match and If-Modified-Since",
    plain: `W/"0123456789abcdef-1", "0123456789abcdef-2", `,
    bits: [...'",*W/ :a1', 'W/"', '""', "Sun, ", "GMT", "Jan", "\u00ff"],
    longest: header,
    read: (text) => [
      matchConditions(new Headers({ "If-None-Match": text }), validators),
      matchConditions(new Headers({ "If-Modified-Since": text }), validators),
      readRetryAfter(text, 0),
    ],
  },
  {
    name: "Cookie",
    plain: "session=0123456789abcdef; form=fedcba9876543210; ",
    bits: [...';="% a\t', "session=", "%41", "%ff", "__Host-session=", ";;"],
    longest: header,
    read: (text) => [cookieIn(text, "session"), cookieIn(text, "form")],
  },
  {
    name: "address of a request",
    plain: "calendars/0123456789abcdef/",
    bits: [..."/%&=?+;. a#", "%41", "%ff", "%ffa", "%e2%82%ac", "%2f", "../", "/f/", "/one/", "?a=", "&a="],
    longest: header,
    read: async (text) => addresses.request(`http://calendar.example.org/${text}`),
  },
  {
    name: "address that a person types",
    plain: "calendar.example.org/people/somebody",
    bits: [..."/:@.[]%# a1", "http://", "https://", "xn--", "::", "é", "\uD800", "a@b.example"],
    longest: 65_536,
    // A longer URL is refused before its host is looked at.
    read: (text) => [findPreset(text), discoveryStart({ text, username: text }, null), parseIp(text.slice(0, 2000))],
  },
];

/** Returns plain text for the reader, of about so many characters. */
export function plainText({ plain, begin = "", end = "" }: Reader, length: number): string {
  return flat(begin + plain.repeat(Math.max(1, Math.round((length - begin.length - end.length) / plain.length))) + end);
}

/** Returns the text as it comes from outside: in one piece, where joining leaves it in many. */
export function flat(text: string): string {
  return JSON.parse(JSON.stringify(text));
}

/** Reads a text; a refusal in the program's own words is an answer too. */
export async function readForeign(reader: Reader, text: string): Promise<void> {
  try {
    await reader.read(text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
}
