import { generateCookie } from "hono/cookie";
import { decodeEscapes } from "../../lib/percent.ts";
import type { PageContext } from "../env.ts";
import { isLoopback } from "../request/own-machine.ts";

/** Attributes of all our cookies; the prefix binds them to this very host (RFC 6265bis 4.1.3.2). */
const shape = { prefix: "host", secure: true, httpOnly: true, path: "/" } as const;

/** The same without TLS on the machine itself, where Safari keeps no `Secure` cookie, and so none with the prefix. */
const plainShape = { httpOnly: true, path: "/" } as const;

/** Keeps our cookies there apart from those of other programs: all ports of a host share one jar. */
const plainPrefix = "waldur-calendar-";

/** Characters of a value; browsers keep no more. */
const longest = 4096;

/** Cookies set by the answer to each request, by name, and their lines. */
const sent = new WeakMap<Request, Map<string, { readonly value: string; readonly line: string }>>();

/** Sets one of our cookies; `maxAge` is in seconds. Of a cookie set twice only the last goes out (RFC 6265 4.1.1). */
export function putCookie(
  c: PageContext,
  name: string,
  value: string,
  maxAge: number,
  sameSite: "Lax" | "Strict",
): void {
  const about = { sameSite, maxAge };
  const line = isPlain(c)
    ? generateCookie(plainPrefix + name, value, { ...plainShape, ...about })
    : generateCookie(name, value, { ...shape, ...about });
  const own = sent.get(c.req.raw) ?? new Map<string, { value: string; line: string }>();
  sent.set(c.req.raw, own.set(name, { value, line }));
  c.header("Set-Cookie", undefined);
  for (const one of own.values()) c.header("Set-Cookie", one.line, { append: true });
}

/** Returns the value of one of our cookies as the browser has it after this answer; "" without it. */
export function readCookie(c: PageContext, name: string): string {
  const put = sent.get(c.req.raw)?.get(name);
  if (put !== undefined) return put.value;
  return cookieIn(c.req.header("Cookie") ?? "", (isPlain(c) ? plainPrefix : "__Host-") + name);
}

/** Returns the first value of that name in a Cookie field (RFC 6265 4.2.1), decoded; "" without it. Cookies of others are not looked at. */
export function cookieIn(header: string, name: string): string {
  if (!header.includes(`${name}=`)) return "";
  const [, value = ""] = new RegExp(`(?:^|;)[ \\t]*${name}=([^;]*)`).exec(header) ?? [];
  return value.length > longest ? "" : decodeEscapes(value.trim());
}

/** Deletes one of our cookies. */
export function dropCookie(c: PageContext, name: string): void {
  putCookie(c, name, "", 0, "Lax");
}

/** Returns true when the browser and the whole service are on this machine, without TLS. */
function isPlain({ req, env }: PageContext): boolean {
  return [req.url, env.config.publicUrl].every((url) => url.startsWith("http:") && isLoopback(url));
}
