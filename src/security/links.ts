import { AppError } from "../errors.ts";
import { encodeBase64url } from "./base64url.ts";
import { hmac } from "./hash.ts";
import type { KeyRing } from "./keys.ts";
import { sameText } from "./secret.ts";

/** `signed`: whoever holds it decides as the feed's account; `sign-in`: the page asks who it is. */
export type LinkKind = "sign-in" | "signed";

/** The purpose of a link to a decision page. */
export interface Link {
  readonly feedId: string;
  /** 32 lower-case hex digits. */
  readonly bookingUuid: string;
  readonly kind: LinkKind;
}

const letters = { "sign-in": "s", signed: "d" } as const satisfies Record<LinkKind, string>;
const form = /^([sd])([a-z0-9]{1,8})\.([\w-]{22})\.([0-9a-f]{1,32})\.([0-9a-f]{32})$/;
/** 128 of HMAC-SHA-256's bits; RFC 2104 section 5 wants at least half of them. */
const keptBytes = 16;

/**
 * Makes the token of a link: kind, key id, signature, feed and booking, without a clock, so that the same data gives the same
 * bytes. At most 95 characters, of those that every calendar program takes for part of a link, the last a digit or letter.
 * `generation` is the feed's own: with another one every link before is dead. Throws `seal_broken` when the ring has no key.
 */
export async function signLink(keys: KeyRing, link: Link, generation: string): Promise<string> {
  const [id] = keys.ids;
  const signature = await linkSignature(keys, id, link, generation);
  if (signature === null) throw new AppError("seal_broken", `no link can be signed: ${keys.lost}`);
  return `${letters[link.kind]}${id}.${signature}.${link.feedId}.${link.bookingUuid}`;
}

/** Returns what a token says it is for, not yet checked; null for anything else. */
export function readLink(token: string): Link | null {
  const [, letter, , , feedId, bookingUuid] = form.exec(token) ?? [];
  if (feedId === undefined || bookingUuid === undefined) return null;
  return { feedId, bookingUuid, kind: letter === letters.signed ? "signed" : "sign-in" };
}

/** Returns true when a key of the ring made this token for the feed's present generation. */
export async function checkLink(keys: KeyRing, token: string, generation: string): Promise<boolean> {
  const link = readLink(token);
  const [, , id = "", shown = ""] = form.exec(token) ?? [];
  const expected = link === null ? null : await linkSignature(keys, id, link, generation);
  return expected !== null && sameText(shown, expected);
}

async function linkSignature(keys: KeyRing, id: string, link: Link, generation: string): Promise<string | null> {
  const key = await keys.key("links", id);
  if (key === null) return null;
  const bound = JSON.stringify(["v1", id, link.kind, link.feedId, link.bookingUuid, generation]);
  return encodeBase64url((await hmac(key, bound)).subarray(0, keptBytes));
}
