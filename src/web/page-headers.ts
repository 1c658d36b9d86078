import { createMiddleware } from "hono/factory";
import type { Config } from "../config.ts";
import type { Env } from "./env.ts";
import { type Language, languages } from "../calendar/profile.ts";

/** No script, nothing from elsewhere, in nobody's frame; a form goes only to us. */
const policy =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/**
 * The headers of every page. `Referrer-Policy: same-origin`, not `no-referrer`: with that a browser sends its own forms
 * with `Origin: null`.
 */
export function putPageHeaders(headers: Headers, { publicUrl }: Pick<Config, "publicUrl">): void {
  headers.set("Content-Security-Policy", policy);
  headers.set("Cache-Control", "no-store");
  headers.set("Referrer-Policy", "same-origin");
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("X-Frame-Options", "DENY");
  headers.set("X-Robots-Tag", "noindex, nofollow, noarchive");
  headers.set("Cross-Origin-Opener-Policy", "same-origin");
  headers.set("Cross-Origin-Resource-Policy", "same-origin");
  if (publicUrl.startsWith("https:")) headers.set("Strict-Transport-Security", "max-age=31536000");
}

/** Gives the answers behind it the headers of a page. */
export const pageHeaders = createMiddleware<Env>(async (c, next) => {
  await next();
  putPageHeaders(c.res.headers, c.env.config);
});

/** The first language of an Accept-Language field (RFC 9110 12.5.4) that pages have; English without one. */
export function languageOf(acceptLanguage: string | null): Language {
  const wanted = (acceptLanguage ?? "")
    .split(",")
    .map((entry) => {
      const [range = "", ...parameters] = entry.split(";").map((part) => part.trim().toLowerCase());
      const weight = parameters.find((parameter) => parameter.startsWith("q="));
      return { language: range.slice(0, 2), weight: weight === undefined ? 1 : Number(weight.slice(2)) };
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight);
  for (const { language } of wanted) {
    const known = languages.find((one) => one === language);
    if (known !== undefined) return known;
  }
  return "en";
}
