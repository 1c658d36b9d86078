import { cal, dav, push, xmlDocument, xmlText } from "./xml.ts";

/** RFC 4918 10.1, RFC 3744, RFC 4791 5.1, RFC 6638 2. Thunderbird drops the first token unread. */
const compliance = "1, 3, access-control, calendar-access, calendar-auto-schedule, sync-collection";
const allow = "OPTIONS, GET, HEAD, PROPFIND, PROPPATCH, REPORT, PUT, POST, DELETE";

const always = {
  DAV: compliance,
  "Cache-Control": "private, no-cache, no-transform",
  "X-Content-Type-Options": "nosniff",
  "X-Robots-Tag": "noindex",
};

/** Returns the answer to OPTIONS, with a length: GNOME and older Thunderbirds take no 204. */
export function optionsResponse(push: boolean): Response {
  const DAV = push ? `${compliance}, webdav-push` : compliance;
  return new Response(null, { status: 200, headers: { ...always, DAV, Allow: allow, "Content-Length": "0" } });
}

/** Returns the challenge to show credentials (RFC 7617). */
export function challengeResponse(): Response {
  const headers = { ...always, "WWW-Authenticate": 'Basic realm="Calendars", charset="UTF-8"' };
  return new Response("Sign in with an app password.\n", { status: 401, headers });
}

/** Returns an XML document. */
export function xmlResponse(status: number, document: string, headers: Record<string, string> = {}): Response {
  const bytes = new TextEncoder().encode(document);
  const fields = { "Content-Type": "application/xml; charset=utf-8", "Content-Length": String(bytes.byteLength) };
  return new Response(bytes, { status, headers: { ...always, ...fields, ...headers } });
}

/** Letters of the `response` elements in one answer: more than ten thousand events with their texts. */
const mostLetters = 32 * 1024 * 1024;

/** Returns 207 with these `response` elements, and what follows them; 507 (RFC 4918 11.5) where they are too long together. */
export function multistatusResponse(responses: readonly string[], tail = ""): Response {
  const letters = responses.reduce((sum, { length }) => sum + length, 0);
  if (letters > mostLetters) {
    return xmlResponse(507, xmlDocument(conditions["number-of-matches-within-limits"], "D:error"));
  }
  return xmlResponse(207, xmlDocument(responses.join("") + tail));
}

/** Conditions that a request can fail (RFC 4918 16, RFC 3744 7.1.1, RFC 4791 5.3 and 7, RFC 6578 3, WebDAV-Push). */
const conditions = {
  "need-privileges": dav("need-privileges"),
  "propfind-finite-depth": dav("propfind-finite-depth"),
  "valid-sync-token": dav("valid-sync-token"),
  "supported-report": dav("supported-report"),
  "number-of-matches-within-limits": dav("number-of-matches-within-limits"),
  "supported-filter": cal("supported-filter"),
  "valid-filter": cal("valid-filter"),
  "min-date-time": cal("min-date-time"),
  "max-date-time": cal("max-date-time"),
  "supported-calendar-data": cal("supported-calendar-data"),
  "invalid-subscription": push("invalid-subscription"),
  "no-supported-trigger": push("no-supported-trigger"),
  "push-not-available": push("push-not-available"),
} as const;
export type Condition = keyof typeof conditions;

/** Returns 403 that names the condition, with a sentence for people. */
export function refusalResponse(condition: Condition, sentence = ""): Response {
  const told = sentence === "" ? "" : dav("responsedescription", xmlText(sentence));
  return xmlResponse(403, xmlDocument(conditions[condition] + told, "D:error"));
}

/** Returns 200 with a calendar; for HEAD without the bytes. */
export function calendarResponse(
  method: string,
  bytes: Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
): Response {
  const fields = {
    ...always,
    "Content-Type": "text/calendar; charset=utf-8",
    "Content-Length": String(bytes.byteLength),
    ...headers,
  };
  return new Response(method === "HEAD" ? null : bytes, { headers: fields });
}

/** Returns an answer of these fields without XML, with a text for people. */
export function plainResponse(status: number, text: string, headers: Record<string, string> = {}): Response {
  const type: Record<string, string> = text === "" ? {} : { "Content-Type": "text/plain; charset=utf-8" };
  return new Response(text === "" ? null : text, { status, headers: { ...always, ...type, ...headers } });
}

/** Returns 404. */
export function notFoundResponse(): Response {
  return plainResponse(404, "There is no calendar at this address.\n");
}

/** Returns 503, after which programs ask again in a while. */
export function unavailableResponse(): Response {
  return plainResponse(503, "Try again in a while.\n", { "Retry-After": "60" });
}
