/** Returns the HMAC-SHA-256 (RFC 2104) of a text in UTF-8: 32 bytes. The key may not be empty. */
export async function hmac(key: Uint8Array<ArrayBuffer> | CryptoKey, text: string): Promise<Uint8Array<ArrayBuffer>> {
  const usable =
    key instanceof CryptoKey
      ? key
      : await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", usable, new TextEncoder().encode(text)));
}

/** Returns the SHA-256 of a text in UTF-8: 32 bytes. */
export async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}
const hexOf = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Returns the bytes as lower-case hexadecimal. */
export function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += hexOf[byte] ?? "";
  return text;
}

/**
 * Returns the UID of slot `n` of a booking in a feed that tells only when: 40 hex digits, the same for the same salt, from which
 * nobody without the salt learns or confirms the booking.
 */
export async function busyUid(salt: string, bookingUuid: string, n: number): Promise<string> {
  const digest = await hmac(new TextEncoder().encode(salt), `${bookingUuid}-${n}`);
  return hex(digest.subarray(0, 20));
}
