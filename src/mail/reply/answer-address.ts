import { senderMailbox } from "../../config/sender.ts";
import type { Deps } from "../../deps.ts";
import { isMailAddress, type Mailbox } from "../../lib/mail-address.ts";
import { encodeBase32 } from "../../security/base32.ts";
import { hmac } from "../../security/hash.ts";
import type { KeyRing } from "../../security/keys.ts";
import { hashSecret, sameText } from "../../security/secret.ts";

/** The person who is asked, and the key that makes the address for the answers: with the key the address is retired. */
export interface Approver {
  /** As in `InvitationRow`: a person, or a resource mailbox and the number of a period. */
  readonly attendee: string;
  readonly keyId: string;
}

/** The approver and the booking of an invitation, by which it is called. */
export interface Invited extends Approver {
  readonly bookingUuid: string;
}

/** 128 of HMAC-SHA-256's bits: 26 characters of base32. */
const keptBytes = 16;
const uidForm = /^([0-9a-f]{32})-([a-z2-7]{26})$/;
const longestAddress = 254;

/**
 * Returns the address to which this approver's answers go, the same for ever under the same key. `pattern` is MAIL_ANSWERS, such
 * as `*@rsvp.example.org`, whose `*` becomes 26 letters and digits: no `+`, which Outlook loses, and nothing that is another
 * mailbox in small letters. Null when the ring has no such key.
 */
export async function answerAddress(keys: KeyRing, pattern: string, approver: Approver): Promise<string | null> {
  const token = await sign(keys, approver.keyId, ["answers", askedId(approver)]);
  return token === null ? null : pattern.replace("*", token);
}

/** By key ring, and within by what they are made of. */
const hashes = new WeakMap<KeyRing, Map<string, string>>();

/**
 * Returns the hash under which an approver's address for answers is looked up, as `hashSecret` makes it; null when the ring has no
 * such key. It is made once, for a stranger may ask for address after address.
 */
export async function answerHash(keys: KeyRing, pattern: string, approver: Approver): Promise<string | null> {
  const made = hashes.get(keys) ?? new Map<string, string>();
  hashes.set(keys, made);
  const name = JSON.stringify([pattern, approver.keyId, askedId(approver)]);
  const known = made.get(name);
  if (known !== undefined) return known;
  const address = await answerAddress(keys, pattern, approver);
  if (address === null) return null;
  const hash = await hashSecret(normalAddress(address));
  made.set(name, hash);
  return hash;
}

/** Returns the mailbox that invites this approver, and takes the answers; null where there is none, or the ring has no such key. */
export async function answerMailbox(
  { config, keys }: Pick<Deps, "config" | "keys">,
  approver: Approver,
): Promise<Mailbox | null> {
  const address = config.mailAnswers === null ? null : await answerAddress(keys, config.mailAnswers, approver);
  const sender = senderMailbox(config);
  return address === null || sender === null ? null : { name: sender.name || "Waldur", address };
}

/** Returns the id of who is asked, whatever period it is about: the uuid of a user in Waldur, or the id of a resource mailbox. */
export function askedId({ attendee }: Pick<Approver, "attendee">): string {
  return attendee.replace(/\..*$/, "");
}

/** Stands before the signature in the return path of a mail. */
const bouncePrefix = "bounces-";

/**
 * Returns the address to which reports on one mail go (RFC 5321 4.4: its return path), from which nobody else learns that of
 * another mail. `id`: that of its row in the outbox. Null when the ring has no such key.
 */
export async function bounceAddress(
  keys: KeyRing,
  pattern: string,
  id: string,
  keyId: string = keys.ids[0],
): Promise<string | null> {
  const token = await sign(keys, keyId, ["bounces", id]);
  return token === null ? null : pattern.replace("*", bouncePrefix + token).toLowerCase();
}

/** Returns true for an address to which reports on some mail of ours may go. */
export function isBounceAddress(pattern: string, address: string): boolean {
  return isAnswerAddress(pattern.replace("*", `${bouncePrefix}*`), address);
}

/** Returns true when a report to one of these addresses can be on the mail of that id. */
export async function isBounceOf(keys: KeyRing, pattern: string, addresses: readonly string[], id: string) {
  for (const keyId of keys.ids) {
    const own = await bounceAddress(keys, pattern, id, keyId);
    for (const address of addresses) if (own !== null && (await sameText(normalAddress(address), own))) return true;
  }
  return false;
}

/** Returns the UID (RFC 5545 3.8.4.7) of an invitation, which no feed has; null when the ring has no such key. */
export async function invitationUid(keys: KeyRing, { bookingUuid, attendee, keyId }: Invited): Promise<string | null> {
  const signature = await sign(keys, keyId, ["invitation", attendee, bookingUuid]);
  return signature === null ? null : `${bookingUuid}-${signature}`;
}

/** Returns the booking that a UID says it is of, not yet checked; null for one that is not ours. */
export function readInvitationUid(uid: string): string | null {
  return uidForm.exec(uid.trim().toLowerCase())?.[1] ?? null;
}

/** Returns true when an answer to this address about this UID can be the approver's own: both were made for this invitation. */
export async function isAnswerTo(
  keys: KeyRing,
  pattern: string,
  answer: { readonly address: string; readonly uid: string },
  invited: Invited,
): Promise<boolean> {
  const address = await answerAddress(keys, pattern, invited);
  const uid = await invitationUid(keys, invited);
  if (address === null || uid === null) return false;
  const sameAddress = await sameText(normalAddress(answer.address), normalAddress(address));
  return (await sameText(answer.uid.trim().toLowerCase(), uid)) && sameAddress;
}

/**
 * Returns an address as it is compared: small letters, without `mailto:`, percent-decoded; a blank and `%2B` count as the `+` that
 * programs make of one another. "" for what is no address.
 */
export function normalAddress(text: string): string {
  const bare = text
    .trim()
    .replace(/^mailto:/i, "")
    .replace(/\?.*$/s, "")
    .trim();
  if (bare.length > 3 * longestAddress) return "";
  const decoded = bare.replace(/%([0-7][0-9a-f])/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  const address = decoded.trim().replaceAll(" ", "+").toLowerCase();
  return isMailAddress(address) ? address : "";
}

/** Returns true when the address is one of those that MAIL_ANSWERS stands for, whoever's it is. */
export function isAnswerAddress(pattern: string, address: string): boolean {
  const [before = "", after = ""] = pattern.toLowerCase().split("*");
  const normal = normalAddress(address);
  const token = normal.slice(before.length, normal.length - after.length);
  return normal === before + token + after && /^[a-z2-7]{26}$/.test(token);
}

async function sign(keys: KeyRing, keyId: string, what: readonly string[]): Promise<string | null> {
  const key = await keys.key("invitations", keyId);
  if (key === null) return null;
  const mac = await hmac(key, JSON.stringify(["v1", keyId, ...what]));
  return encodeBase32(mac.subarray(0, keptBytes));
}
