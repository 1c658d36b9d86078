import { type SizeLimits, sizeWarning } from "../../calendar/size.ts";
import type { CachedBody } from "./body-cache.ts";
import { formatHttpDate } from "./conditional.ts";
import type { Representation } from "./representation.ts";

/** Settings that affect a feed's responses. */
export interface ResponseSettings extends SizeLimits {
  readonly publicUrl: string;
}

const allow = "GET, HEAD, OPTIONS";

const always = {
  "X-Robots-Tag": "noindex",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

/** Returns the fields that 200 and 304 share. */
function representationFields(
  settings: ResponseSettings,
  representation: Representation,
  tag: string,
): Record<string, string> {
  const fields: Record<string, string> = {
    ...always,
    ETag: `"${tag}"`,
    "Last-Modified": formatHttpDate(representation.modifiedAt),
    // `no-transform`: a proxy that compresses for everyone breaks those clients that never asked for it.
    "Cache-Control": "private, no-cache, no-transform",
    Vary: "Accept-Encoding",
  };
  secure(fields, settings);
  return fields;
}

/** Returns 200 with the whole calendar (`ics`) or its free/busy times (`ifb`); for HEAD without the bytes. */
export function okResponse(
  settings: ResponseSettings,
  method: string,
  representation: Representation,
  tag: string,
  body: CachedBody,
  extension: "ics" | "ifb" = "ics",
): Response {
  const headers = representationFields(settings, representation, tag);
  headers["Content-Type"] = "text/calendar; charset=utf-8";
  headers["Content-Disposition"] =
    `inline; filename="${representation.feed.slug.replaceAll(/[^\w.-]/g, "-")}.${extension}"`;
  headers["Content-Length"] = String(body.bytes.byteLength);
  headers["X-Feed-Events"] = String(body.events);
  if (body.gzip) headers["Content-Encoding"] = "gzip";
  const warning = sizeWarning(settings, body.events, body.plainBytes);
  if (warning !== null) headers["X-Feed-Warning"] = warning;
  // Workers would compress a body anew that is said to be gzip, unless told that it is. Others do not know the word.
  const init: ResponseInit & { encodeBody?: "manual" } = { headers, ...(body.gzip && { encodeBody: "manual" }) };
  return new Response(method === "HEAD" ? null : body.bytes, init);
}

/** Returns 304 with the fields that RFC 9110 15.4.5 asks for. */
export function notModifiedResponse(settings: ResponseSettings, representation: Representation, tag: string): Response {
  return new Response(null, { status: 304, headers: representationFields(settings, representation, tag) });
}

/** Returns the response to OPTIONS: the methods of a feed. */
export function optionsResponse(): Response {
  return new Response(null, { status: 204, headers: { ...always, Allow: allow } });
}

const refusals = {
  404: "There is no calendar at this address.\n",
  405: "A calendar can be read with GET and HEAD.\n",
  410: "This calendar has ended.\n",
} as const;

/** Returns 404, 405 or 410, each with the same bytes whatever the reason. */
export function refusalResponse(
  status: keyof typeof refusals,
  method: string,
  settings: Pick<ResponseSettings, "publicUrl">,
): Response {
  const text = refusals[status];
  const headers: Record<string, string> = {
    ...always,
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": String(text.length),
    "Cache-Control": "no-store",
  };
  if (status === 405) headers["Allow"] = allow;
  secure(headers, settings);
  return new Response(method === "HEAD" ? null : text, { status, headers });
}

/** Adds HSTS (RFC 6797), with which Evolution turns webcal addresses into https ones. */
function secure(headers: Record<string, string>, { publicUrl }: Pick<ResponseSettings, "publicUrl">): void {
  if (publicUrl.startsWith("https:")) headers["Strict-Transport-Security"] = "max-age=31536000";
}
