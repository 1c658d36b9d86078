import { createMiddleware } from "hono/factory";
import type { Env } from "./env.ts";

/** Nothing from elsewhere and nothing inline, in nobody's frame; a form goes only to us. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/** The same for a page whose script asks for more, of us alone. */
export const askingPolicy = `${policy}; connect-src 'self'`;

/**
 * Gives the answers behind it the headers of a page. `Referrer-Policy: same-origin`, not `no-referrer`: with that a browser
 * sends our own forms with `Origin: null`, which an old one (without Sec-Fetch-Site) cannot tell from a foreign form.
 */
export const pageHeaders = createMiddleware<Env>(async (c, next) => {
  await next();
  const { headers } = c.res;
  if (!headers.has("Content-Security-Policy")) headers.set("Content-Security-Policy", policy);
  headers.set("Cache-Control", "no-store");
  headers.set("Referrer-Policy", "same-origin");
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("X-Frame-Options", "DENY");
  headers.set("X-Robots-Tag", "noindex, nofollow, noarchive");
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Resource-Policy", "same-origin");
  if (c.env.config.publicUrl.startsWith("https:")) headers.set("Strict-Transport-Security", "max-age=31536000");
});
