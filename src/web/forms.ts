import { getCookie, setCookie } from "hono/cookie";
import type { PageContext } from "./env.ts";
import { hasPublicUrl } from "../config.ts";
import { AppError } from "../errors.ts";
import { checkNonce, signNonce } from "../security/nonce.ts";
import { newSecret } from "../security/secret.ts";
import { readRequestText } from "./request-body.ts";

/** The fields of a form, each with all its values. */
export type Fields = ReadonlyMap<string, readonly string[]>;

/** Name of the hidden field. */
export const nonceField = "nonce";

/** Attributes of all our cookies; the prefix binds them to this very host (RFC 6265bis 4.1.3.2). */
const cookieShape = { prefix: "host", secure: true, httpOnly: true, path: "/" } as const;

/** Sets one of our cookies; `maxAge` is in seconds. */
export function putCookie(
  c: PageContext,
  name: string,
  value: string,
  maxAge: number,
  sameSite: "Lax" | "Strict",
): void {
  setCookie(c, name, value, { ...cookieShape, sameSite, maxAge });
}

/** Returns the value of one of our cookies; "" without it. */
export function readCookie(c: PageContext, name: string): string {
  return getCookie(c, name, "host") ?? "";
}

/** Deletes one of our cookies. */
export function dropCookie(c: PageContext, name: string): void {
  setCookie(c, name, "", { ...cookieShape, sameSite: "Lax", maxAge: 0 });
}

/** Cookies made for each request, by name: all forms of a page share one. */
const made = new WeakMap<Request, Map<string, string>>();

/**
 * Returns the hidden field of a form for that purpose. It is bound to a random cookie that the browser sends back only
 * with requests from our own pages. A page opened from elsewhere gets a new cookie, which ends the forms of the page
 * before: `cookieName` keeps such pages apart.
 */
export async function formNonce(c: PageContext, purpose: string, cookieName = "form"): Promise<string> {
  const own = made.get(c.req.raw) ?? new Map<string, string>();
  made.set(c.req.raw, own);
  const known = own.get(cookieName) ?? readCookie(c, cookieName);
  const cookie = /^[\w-]{32}$/.test(known) ? known : newSecret(c.env.random);
  own.set(cookieName, cookie);
  putCookie(c, cookieName, cookie, 86_400, "Strict");
  return signNonce(c.env.keys, cookie, purpose);
}

/** Returns the fields of a sent form, each with all its values; none when the body is no form as ours are. Throws `too_large`. */
export async function readForm(c: PageContext): Promise<Fields> {
  const type = c.req.header("Content-Type") ?? "";
  const text = await readRequestText(c);
  const fields = new Map<string, string[]>();
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
 * Lets a POST through only when a person sent it from our own page: Origin is ours, Sec-Fetch-* (if the browser sends
 * them) say same origin and no frame, and cookie and hidden field belong together and to this purpose. Throws
 * `foreign_form`.
 */
export async function checkForm(c: PageContext, purpose: string, nonce: unknown, cookieName = "form"): Promise<void> {
  const { headers } = c.req.raw;
  const origin = headers.get("Origin");
  const { config } = c.env;
  // Whoever asks says what the host is: that is believed only where nothing else tells.
  const own = [new URL(config.publicUrl).origin, ...(hasPublicUrl(config) ? [] : [new URL(c.req.url).origin])];
  const site = headers.get("Sec-Fetch-Site") ?? "same-origin";
  const dest = headers.get("Sec-Fetch-Dest") ?? "document";
  const sent = origin !== null && own.includes(origin) && site === "same-origin" && dest === "document";
  const cookie = readCookie(c, cookieName);
  const matches =
    sent && cookie !== "" && typeof nonce === "string" && (await checkNonce(c.env.keys, cookie, purpose, nonce));
  if (!matches) {
    throw new AppError("foreign_form", "This form did not come from our own page, or is too old. Open the page again.");
  }
}
