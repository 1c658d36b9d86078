import PostalMime, { type Address, addressParser, type Email } from "postal-mime";
import { plainAddress } from "../../lib/mail-address.ts";
import { normalAddress } from "./answer-address.ts";

/** A mail as it came in: bytes, and what the envelope says where there is one. */
export interface RawMail {
  readonly raw: Uint8Array;
  /** MAIL FROM; "" for the null sender of bounces; null: not known. */
  readonly sender: string | null;
  /** RCPT TO; none where only the headers tell. */
  readonly recipients: readonly string[];
}

/** A part of a mail that is neither its text nor its HTML. */
interface MailPart {
  /** In small letters. */
  readonly mimeType: string;
  /** File name; "" without. */
  readonly name: string;
  /** `method` parameter of a calendar part; "" without. */
  readonly method: string;
  /** Decoded, as UTF-8. */
  readonly text: string;
}

/**
 * The kind of author of a mail. `generated`: a program, perhaps in a person's name, as calendars send what is pressed in them;
 * `replied`: a program by itself, such as an absence note. What no person wrote is never answered, unless it is an approver's reply.
 */
type MailNature = "person" | "generated" | "replied" | "bounce" | "list";

/** A mail, read. Recipients as `normalAddress` makes them. */
export interface ReceivedMail {
  /** The one author, as `plainAddress` makes it; null where there is none, or where there are several addresses or fields. */
  readonly from: string | null;
  readonly recipients: readonly string[];
  readonly messageId: string;
  /** Epoch seconds; null: not told. */
  readonly sentAt: number | null;
  readonly nature: MailNature;
  /** Name in small letters, with a blank behind it where one stands before the colon, and unfolded value, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly parts: readonly MailPart[];
}

/** Octets of a mail that is read at all; answers of calendar programs have about ten thousand. */
export const mostMailOctets = 1_000_000;
/** Those of its headers, whose addresses are read in a time that grows with the square, and how deep its parts lie. */
const bounds = { maxHeadersSize: 65_536, maxNestingDepth: 20, forceRfc822Attachments: true };
const mostRecipients = 50;
/** A quoted string (RFC 5322 3.2.4), or a comment without another in it. */
const shownForm = /"(?:[^"\\]|\\.)*"|\((?:[^()\\]|\\.)*\)/g;
const recipientFields = ["delivered-to", "x-original-to", "envelope-to", "to", "cc"];

/** Reads a mail. Null for one that is too large, or that is no mail. Never throws. */
export async function readMail({ raw, sender, recipients }: RawMail): Promise<ReceivedMail | null> {
  if (raw.length > mostMailOctets) return null;
  let email: Email;
  try {
    email = await PostalMime.parse(raw, bounds);
  } catch {
    return null;
  }
  const headers = email.headers.map(({ key, value }, n) => {
    const blank = /^[^:\s]*\s/.test(email.headerLines[n]?.line ?? "");
    return [blank ? `${key} ` : key, value] as const;
  });
  const named = recipientFields.flatMap((field) => valuesOf(headers, field)).flatMap((value) => addressesIn(value));
  const sentAt = Date.parse(email.date ?? "");
  return {
    from: authorOf(email),
    recipients: [...new Set((recipients.length > 0 ? recipients : named).map(normalAddress))].slice(0, mostRecipients),
    messageId: email.messageId ?? "",
    sentAt: Number.isNaN(sentAt) ? null : Math.floor(sentAt / 1000),
    nature: natureOf(headers, sender),
    headers,
    parts: email.attachments.map(({ mimeType, filename, method, content }) => ({
      mimeType: mimeType.toLowerCase(),
      name: filename ?? "",
      method: method ?? "",
      text: typeof content === "string" ? content : new TextDecoder().decode(content),
    })),
  };
}

/** Returns the values of all header fields of that name, in order. */
export function valuesOf(headers: ReceivedMail["headers"], name: string): string[] {
  return headers.filter(([key]) => key.replace(/ $/, "") === name).map(([, value]) => value);
}

/** Several authors or fields are legal or not; in either case it is not known whom a verdict is about. */
function authorOf({ headers, from }: Email): string | null {
  const [field, ...others] = headers.filter(({ key }) => key === "from");
  const author = plainAddress(from?.address ?? "");
  if (field === undefined || others.length > 0 || author === "") return null;
  // Programs and servers choose in different ways among what looks like an address, outside what is only shown.
  const bare = field.value.replace(shownForm, " ");
  const alike = bare.match(/[^ \t,:;<>]*@[^ \t,:;<>]*/g) ?? [];
  const one = /["()\\]/.test(bare)
    ? []
    : new Set([...alike, ...addressesIn(field.value)].map((address) => address.toLowerCase()));
  return [...one].join() === author ? author : null;
}

/** Returns the addresses in a header's value, in order, as they stand there. */
function addressesIn(value: string): string[] {
  const flat = (address: Address): string[] =>
    address.group === undefined ? [address.address ?? ""] : address.group.flatMap(flat);
  return addressParser(value).flatMap(flat);
}

/**
 * Returns what a mail is by its headers: RFC 3834 (Auto-Submitted), RFC 3464 (reports) and RFC 2919 (lists), and those that
 * programs used before or use besides.
 */
function natureOf(headers: ReceivedMail["headers"], sender: string | null): MailNature {
  const value = (name: string): string => (valuesOf(headers, name)[0] ?? "").trim().toLowerCase();
  if (/^multipart\/report\b/.test(value("content-type"))) return "bounce";
  const precedence = value("precedence");
  if (value("list-id") !== "" || value("list-post") !== "" || /^(?:bulk|junk|list)\b/.test(precedence)) return "list";
  const submitted = value("auto-submitted").replace(/[\s;(].*$/s, "");
  const marked = ["x-autoreply", "x-autorespond", "x-autoresponder"].some((name) => value(name) !== "");
  if (sender === "" || submitted === "auto-replied" || marked || /^auto_reply\b/.test(precedence)) return "replied";
  return submitted === "" || submitted === "no" ? "person" : "generated";
}
