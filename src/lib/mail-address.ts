import { cleanLine } from "../calendar/text.ts";

/** A mailbox: a name to show, "" for none, and its address. */
export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

const longestAddress = 254;
/** RFC 5321 4.1.2 without quoted local parts, address literals and letters beyond ASCII (RFC 6531). */
const form =
  /^(?=.{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** Returns true for a mail address (RFC 5321 4.1.2) that can stand in a header and an envelope as it is. */
export function isMailAddress(text: string): boolean {
  return text.length <= longestAddress && form.test(text);
}

/** Returns an address in small letters, without blanks around it; "" for what is none. */
export function plainAddress(text: string): string {
  const address = text.trim();
  return isMailAddress(address) ? address.toLowerCase() : "";
}

/** Returns the mailbox of `liis@example.org` or `Liis Saar <liis@example.org>`; null for anything else. */
export function readMailbox(text: string): Mailbox | null {
  const [, name = "", address = text.trim()] = /^([^<>]*)<([^<>]*)>$/.exec(text.trim()) ?? [];
  return isMailAddress(address) ? { name: cleanLine(name.replace(/^\s*"(.*)"\s*$/, "$1")), address } : null;
}

/** Returns the domain of an address, in lower case. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}
