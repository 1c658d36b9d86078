import { putCookie, readCookie } from "../session/cookies.ts";
import type { PageContext } from "../env.ts";
import { hasPublicUrl } from "../../config/config.ts";
import { AppError } from "../../errors.ts";
import { checkNonce, signNonce } from "../../security/nonce.ts";
import { newSecret } from "../../security/secret.ts";
import { readRequestText } from "./body.ts";

/** The fields of a form, each with all its values. */
export type Fields = ReadonlyMap<string, readonly string[]>;

/** Name of the hidden field. */
export const nonceField = "nonce";

/**
 * Returns the hidden field of a form for that purpose. It is bound to a random cookie that the browser sends back only
 * with requests from our own pages. A page opened from elsewhere gets a new cookie, which ends the forms of the page
 * before: `cookieName` keeps such pages apart.
 */
export async function formNonce(c: PageContext, purpose: string, cookieName = "form"): Promise<string> {
  const known = readCookie(c, cookieName);
  const cookie = /^[\w-]{32}$/.test(known) ? known : newSecret(c.env.random);
  putCookie(c, cookieName, cookie, 86_400, "Strict");
  return signNonce(c.env.keys, cookie, purpose);
}

/** Returns the fields of a sent form, each with all its values; none when the body is no form as ours are. Throws `too_large`. */
export async function readForm(c: PageContext): Promise<Fields> {
  const type = c.req.header("Content-Type") ?? "";
  const text = await readRequestText(c);
  const fields = new Map<string, string[]>();
  c.set("sent", fields);
  if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) return fields;
  for (const [name, value] of new URLSearchParams(text)) {
    const values = fields.get(name);
    if (values === undefined) fields.set(name, [value]);
    else values.push(value);
  }
  return fields;
}

/** Returns the first value of a field; "" without one. */
export function fieldValue(fields: Fields, name: string): string {
  return fields.get(name)?.[0] ?? "";
}

/**
 * Lets a POST through only when a person sent it from our own page: as `checkOrigin`, and cookie and hidden field belong
 * together and to this purpose. Throws `foreign_form`.
 */
export async function checkForm(c: PageContext, purpose: string, nonce: unknown, cookieName = "form"): Promise<void> {
  checkOrigin(c);
  const cookie = readCookie(c, cookieName);
  const matches = cookie !== "" && typeof nonce === "string" && (await checkNonce(c.env.keys, cookie, purpose, nonce));
  if (!matches) throw foreignForm();
}

/** Lets a POST through only when it was sent from our own page (`isOwnForm`). Throws `foreign_form`. */
export function checkOrigin(c: PageContext): void {
  if (!isOwnForm(c)) throw foreignForm();
}

/**
 * Returns true for a POST that was sent from our own page: Origin is ours, Sec-Fetch-* (if the browser sends them) say same
 * origin and no frame. `Origin: null`, which our own page sends behind a proxy that adds `Referrer-Policy: no-referrer`, counts
 * as ours where Sec-Fetch-Site says so: no page can set that field.
 */
export function isOwnForm(c: PageContext): boolean {
  const { headers } = c.req.raw;
  const origin = headers.get("Origin");
  const { config } = c.env;
  // Whoever asks says what the host is: that is believed only where nothing else tells.
  const own = [new URL(config.publicUrl).origin, ...(hasPublicUrl(config) ? [] : [new URL(c.req.url).origin])];
  const site = headers.get("Sec-Fetch-Site");
  const dest = headers.get("Sec-Fetch-Dest") ?? "document";
  const ours =
    origin === "null"
      ? site === "same-origin"
      : origin !== null && own.includes(origin) && (site === null || site === "same-origin");
  return ours && dest === "document";
}

function foreignForm(): AppError {
  return new AppError("foreign_form", "This form did not come from our own page, or is too old. Open the page again.");
}
