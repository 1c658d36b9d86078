import { encodeBase64url } from "./base64url.ts";
import { hmac } from "./hash.ts";
import type { KeyRing } from "./keys.ts";
import { sameText } from "./secret.ts";

/**
 * Makes the hidden field of a form: HMAC-SHA-256 over the browser's own random `cookie` and what the form is for. A page
 * of another site can read neither, and one of ours is good for no other form.
 */
export async function signNonce(keys: KeyRing, cookie: string, purpose: string): Promise<string> {
  const [id] = keys.ids;
  return (await nonceSignature(keys, id, cookie, purpose)) ?? "";
}

/** Returns true when a form's hidden field was made for this cookie and purpose, by any key of the ring. */
export async function checkNonce(keys: KeyRing, cookie: string, purpose: string, nonce: string): Promise<boolean> {
  const [id = ""] = nonce.split(".", 1);
  const expected = await nonceSignature(keys, id, cookie, purpose);
  return expected !== null && sameText(nonce, expected);
}

async function nonceSignature(keys: KeyRing, id: string, cookie: string, purpose: string): Promise<string | null> {
  const key = await keys.key("forms", id);
  if (key === null) return null;
  return `${id}.${encodeBase64url(await hmac(key, JSON.stringify([cookie, purpose])))}`;
}
