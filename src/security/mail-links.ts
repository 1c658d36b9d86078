import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import { hmac } from "./hash.ts";
import type { KeyRing } from "./keys.ts";
import { sameText } from "./secret.ts";

/** The purposes of a link in a mail. */
export type MailLinkPurpose = "stop" | "prove";

const keptBytes = 16;

/**
 * Makes the token of a link in a mail: it says what it is for, signed, so that it needs no session. Returns "" when the ring has
 * no key.
 */
export async function signMailLink(keys: KeyRing, purpose: MailLinkPurpose, parts: readonly string[]): Promise<string> {
  const [id] = keys.ids;
  const signature = await sign(keys, id, purpose, parts);
  if (signature === null) return "";
  return `${id}.${signature}.${encodeBase64url(new TextEncoder().encode(JSON.stringify(parts)))}`;
}

/** Returns what a token says it is for; null when no key of the ring made it for this purpose. */
export async function readMailLink(
  keys: KeyRing,
  purpose: MailLinkPurpose,
  token: string,
): Promise<readonly string[] | null> {
  const [, id = "", shown = "", encoded = ""] = /^([a-z0-9]{1,8})\.([\w-]{22})\.([\w-]{1,1000})$/.exec(token) ?? [];
  const bytes = decodeBase64url(encoded);
  if (id === "" || bytes === null) return null;
  const parts = readParts(new TextDecoder().decode(bytes));
  const expected = parts === null ? null : await sign(keys, id, purpose, parts);
  return expected !== null && (await sameText(shown, expected)) ? parts : null;
}

function readParts(text: string): readonly string[] | null {
  try {
    const parts: unknown = JSON.parse(text);
    return Array.isArray(parts) && parts.every((part) => typeof part === "string") ? parts : null;
  } catch {
    return null;
  }
}

async function sign(
  keys: KeyRing,
  id: string,
  purpose: MailLinkPurpose,
  parts: readonly string[],
): Promise<string | null> {
  const key = await keys.key("mail", id);
  if (key === null) return null;
  return encodeBase64url((await hmac(key, JSON.stringify(["v1", id, purpose, ...parts]))).subarray(0, keptBytes));
}
