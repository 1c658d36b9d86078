import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import type { KeyRing } from "./keys.ts";

/**
 * The hidden field of a form: HMAC-SHA-256 over the browser's own random `cookie` and what the form is for. A page of
 * another site can read neither, and one of ours is good for no other form.
 */
export async function signNonce(keys: KeyRing, cookie: string, purpose: string): Promise<string> {
  const [id] = keys.ids;
  const key = await keyOf(keys, id);
  return key === null ? "" : `${id}.${encodeBase64url(await sign(key, cookie, purpose))}`;
}

/** Whether a form's hidden field was made for this cookie and purpose, by any key of the ring. */
export async function checkNonce(keys: KeyRing, cookie: string, purpose: string, nonce: string): Promise<boolean> {
  const [id = "", text = ""] = nonce.split(".", 2);
  const key = await keyOf(keys, id);
  const signature = decodeBase64url(text);
  return key !== null && signature !== null && crypto.subtle.verify("HMAC", key, signature, told(cookie, purpose));
}

async function keyOf(keys: KeyRing, id: string): Promise<CryptoKey | null> {
  return keys.key("forms", id);
}

async function sign(key: CryptoKey, cookie: string, purpose: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, told(cookie, purpose)));
}

function told(cookie: string, purpose: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify([cookie, purpose]));
}
