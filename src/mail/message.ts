import { cleanLine } from "../calendar/text.ts";
import { AppError } from "../errors.ts";
import { isMailAddress, type Mailbox } from "../lib/mail-address.ts";

/** A mail before it is written out. */
export interface Mail {
  /** Without angle brackets: `id@domain`. */
  readonly messageId: string;
  readonly from: Mailbox;
  readonly replyTo?: Mailbox;
  readonly to: Mailbox;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Further header fields, such as List-Unsubscribe, by name. */
  readonly headers: Readonly<Record<string, string>>;
  /** Uuids of the bookings that it names: it goes to nobody who may not be told of one. */
  readonly bookings?: readonly string[];
  /** An iTIP message (RFC 5546). */
  readonly calendar?: { readonly method: "REQUEST" | "CANCEL"; readonly text: string };
}

interface Part {
  /** Header fields and the body, lines ended by CRLF. */
  readonly lines: readonly string[];
}

const lineOctets = 76;
/** RFC 5322 2.1.1. */
const longestLine = 998;

/**
 * Writes a mail out as a message of Internet mail (RFC 5322, 2045, 6047): 7-bit lines ended by CRLF, the same bytes for the
 * same mail. An alternative of plain text and HTML; a mail with an iTIP message has that in the alternative too, and a copy as
 * an attachment beside it, since some programs look at only one of them. `dateAt`: epoch seconds. Control characters of a field
 * are taken out, so that none begins another. Throws `bad_input` for what is no mail address, and for a field that is too long.
 */
export function composeMessage(mail: Mail, dateAt: number): string {
  const fields = [
    ...field("Message-ID", `<${plain(mail.messageId)}>`),
    ...field("Date", new Date(dateAt * 1000).toUTCString().replace("GMT", "+0000")),
    ...field("From", formatMailbox(mail.from)),
    ...(mail.replyTo === undefined ? [] : field("Reply-To", formatMailbox(mail.replyTo))),
    ...field("To", formatMailbox(mail.to)),
    ...field("Subject", encodeWords(cleanLine(mail.subject))),
    ...Object.entries(mail.headers).flatMap(([name, value]) => field(name, plain(value))),
    "MIME-Version: 1.0",
  ];
  const { calendar } = mail;
  const alternatives = [leaf("text/plain; charset=utf-8", mail.text), leaf("text/html; charset=utf-8", mail.html)];
  if (calendar === undefined) return join([...fields, ...multipart("alternative", alternatives).lines]);
  const invitation = leaf(`text/calendar; charset=utf-8; method=${calendar.method}`, calendar.text);
  const copy = leaf(
    'application/ics; charset=utf-8; name="invite.ics"',
    calendar.text,
    'attachment; filename="invite.ics"',
  );
  const whole = multipart("mixed", [multipart("alternative", [...alternatives, invitation]), copy]);
  return join([...fields, ...whole.lines]);
}

function join(lines: readonly string[]): string {
  return lines.map((line) => `${line}\r\n`).join("");
}

/** RFC 2046 5.1. A boundary begins as no line of base64 does. */
function multipart(kind: "mixed" | "alternative", parts: readonly Part[]): Part {
  const boundary = `=_${kind}`;
  return {
    lines: [
      `Content-Type: multipart/${kind}; boundary="${boundary}"`,
      "",
      ...parts.flatMap(({ lines }) => [`--${boundary}`, ...lines]),
      `--${boundary}--`,
    ],
  };
}

/** A text in UTF-8 as base64: no server on the way has a reason to change it. */
function leaf(type: string, text: string, disposition?: string): Part {
  const encoded = base64(text.replace(/\r\n|[\r\n]/g, "\r\n"));
  return {
    lines: [
      `Content-Type: ${type}`,
      "Content-Transfer-Encoding: base64",
      ...(disposition === undefined ? [] : [`Content-Disposition: ${disposition}`]),
      "",
      ...(encoded.match(new RegExp(`.{1,${lineOctets}}`, "g")) ?? []),
    ],
  };
}

function formatMailbox({ name, address }: Mailbox): string {
  if (!isMailAddress(address)) throw new AppError("bad_input", "there is no such mail address");
  const shown = cleanLine(name);
  if (shown === "") return address;
  const quoted = /^[\x20-\x7e]*$/.test(shown) && !shown.includes("=?") && shown.length <= 60;
  return `${quoted ? `"${shown.replace(/["\\]/g, "\\$&")}"` : encodeWords(shown)} <${address}>`;
}

/** Returns the lines of a field, folded at its blanks (RFC 5322 2.2.3). */
function field(name: string, value: string): string[] {
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(name)) throw new AppError("bad_input", "there is no such header field");
  const lines: string[] = [];
  let line = `${name}:`;
  for (const word of value.split(" ")) {
    if (line.length + 1 + word.length > lineOctets && line !== `${name}:`) {
      lines.push(line);
      line = "";
    }
    line += ` ${word}`;
  }
  lines.push(line);
  if (lines.some(({ length }) => length > longestLine))
    throw new AppError("bad_input", `the field ${name} is too long`);
  return lines;
}

/** Returns the value without what may not stand in a field. */
function plain(value: string): string {
  return value.replace(/[^\x20-\x7e]+/g, " ");
}

/** A quarter less than the 75 characters that an encoded word may have, since base64 makes four of three. */
const wordOctets = 42;

/** Returns a text as it may stand in a field: beyond ASCII, or where it looks like that, as encoded words (RFC 2047). */
function encodeWords(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes("=?") && !/\S{61}/.test(text)) return text;
  const words: string[] = [];
  let word = "";
  for (const character of text) {
    if (octets(word + character) > wordOctets) {
      words.push(word);
      word = "";
    }
    word += character;
  }
  return [...words, word].map((one) => `=?utf-8?B?${base64(one)}?=`).join(" ");
}

function octets(text: string): number {
  return new TextEncoder().encode(text).length;
}

function base64(text: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}
