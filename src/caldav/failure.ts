import { cleanLine, truncate } from "../calendar/text.ts";
import { readRetryAfter } from "../lib/backoff.ts";
import type { HttpResult, HttpFailure } from "../security/guard.ts";
import { readPrecondition, readMultistatus } from "./multistatus.ts";
import type { Failure, FailureKind } from "./port.ts";
import { parseXml, unescapeXml } from "./xml.ts";

export type DavOperation = "read" | "create" | "update" | "remove" | "make";

/** Kinds by precondition (RFC 4791 5.3.2.1, 4918 16, 6638 3.2.4.1, 4331, 3744), the same under every status. */
const byPrecondition: Readonly<Record<string, FailureKind>> = {
  "no-uid-conflict": "uid-taken",
  "unique-scheduling-object-resource": "uid-taken",
  "max-resource-size": "refused",
  "max-instances": "refused",
  "max-attendees-per-instance": "refused",
  "max-date-time": "refused",
  "min-date-time": "refused",
  "supported-calendar-component": "refused",
  "supported-calendar-data": "refused",
  "valid-calendar-data": "refused",
  "valid-calendar-object-resource": "refused",
  "same-organizer-in-all-components": "refused",
  "allowed-attendee-scheduling-object-change": "refused",
  "allowed-organizer-scheduling-object-change": "refused",
  "need-privileges": "read-only",
  "quota-not-exceeded": "full",
  "sufficient-disk-space": "full",
  "lock-token-submitted": "locked",
  "no-conflicting-lock": "locked",
  "resource-must-be-null": "exists",
};

/** Returns the server's status and text; "" without a response, or when our own rules refused the request. */
export function serverText({ kind, status, text }: Pick<Failure, "kind" | "status" | "text">): string {
  if (status === null || kind === "blocked") return "";
  return text === "" ? String(status) : `${status}: ${text}`;
}

/** Kinds by status, for responses without a known precondition: that of the operation, otherwise `any`. */
const byStatus: Readonly<Record<number, Partial<Record<DavOperation | "any", FailureKind>>>> = {
  400: { read: "unknown", any: "refused" },
  401: { any: "unauthorized" },
  403: { any: "missing" },
  404: { update: "changed", remove: "changed", any: "missing" },
  405: { make: "exists", any: "missing" },
  408: { any: "unknown" },
  409: { make: "exists", any: "missing" },
  410: { update: "changed", remove: "changed", any: "missing" },
  412: { create: "exists", update: "changed", remove: "changed", any: "unknown" },
  423: { any: "locked" },
  425: { any: "unknown" },
  429: { any: "throttled" },
  503: { any: "throttled" },
  507: { read: "unknown", any: "full" },
};

const mostText = 200;
/** A server whose clock is wrong must not keep us away for long. */
export const longestWaitSeconds = 24 * 3600;
const uidInWords = /\buid\b(?:(?!\buid\b).)*(?:in use|already|exist|conflict)/i;
const usageLimits = /usageLimits|rateLimitExceeded|quotaExceeded/i;

/** Returns the failure of a request without an answer; the outcome of one that was sent is unknown. */
export function unansweredFailure({ failed, why }: HttpFailure): Failure {
  const kind = failed === "blocked" || failed === "unsent" ? failed : "unknown";
  return makeFailure(kind, null, { text: withoutNoise(why) });
}

/**
 * Returns the failure of a response (docs/caldav.md has the table of statuses). `status` is the inner status of a 207 that
 * has one. `now` in epoch milliseconds.
 */
export function responseFailure(verb: DavOperation, result: HttpResult, now: number, status = result.status): Failure {
  const { name: precondition, href } = preconditionIn(result.text);
  const facts = {
    precondition,
    href,
    text: plainText(result.text, status) || (phrases[status] ?? ""),
    retryAfter: cap(readRetryAfter(result.headers.get("Retry-After"), now)),
  };
  if (result.withheld && status === 401) {
    const { origin } = new URL(result.url);
    return makeFailure("blocked", status, {
      ...facts,
      text: `this leads to ${origin}, which may not receive the credentials`,
    });
  }
  return makeFailure(failureKind(verb, status, precondition, result.text), status, facts);
}

function failureKind(verb: DavOperation, status: number, precondition: string, text: string): FailureKind {
  if (status === 401) return "unauthorized";
  if (status === 403 && usageLimits.test(text)) return "throttled";
  const kind = byPrecondition[precondition];
  if (kind !== undefined) return kind;
  if ((status === 400 || status === 409) && verb !== "make" && verb !== "read" && uidInWords.test(text))
    return "uid-taken";
  const row = byStatus[status];
  if (row !== undefined) return row[verb] ?? row.any ?? "unknown";
  if (status >= 300 && status < 400) return "blocked";
  return status >= 400 && status < 500 && verb !== "read" ? "refused" : "unknown";
}

/** Makes a failure; facts that are not given are empty. */
export function makeFailure(kind: FailureKind, status: number | null, facts: Partial<Failure> = {}): Failure {
  return { precondition: "", text: "", retryAfter: null, href: null, ...facts, kind, status };
}

/** Reads the precondition of a response, from an error document or inside a multistatus. */
function preconditionIn(text: string): { name: string; href: string | null } {
  if (!text.includes("error")) return { name: "", href: null };
  const root = parseXml(text);
  if (root?.name !== "multistatus") return readPrecondition(root);
  const [first] = root.children.map(readPrecondition).filter(({ name }) => name !== "");
  return first ?? { name: "", href: null };
}

/** The words of a status without any of the server's (RFC 9110 15, RFC 4918 11). */
const phrases: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  410: "Gone",
  412: "Precondition Failed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  423: "Locked",
  429: "Too Many Requests",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
  507: "Insufficient Storage",
};

/** Returns a server's text for people: without markup and noise, on one line, at most 200 characters. */
function plainText(text: string, status: number): string {
  const words = text.slice(0, 8000).replace(/<(style|script|title)\b(?:(?!<\1\b)[\s\S])*?<\/\1>|<[^>]*>?/gi, " ");
  const plain = withoutNoise(unescapeXml(words.replaceAll("&nbsp;", " ")));
  return truncate(plain.startsWith(`${status} `) ? plain.slice(4) : plain, mostText);
}

/** OpenSSL's place of an error, before its words and after them. */
const opensslBefore = /(?:\bwrite EPROTO )?\b[0-9A-F]{8,}:error:[0-9A-F]+:[^:]*:[^:]*:/gi;
/** Words of programs about themselves: classes, versions, lines of their source, and the foot of Apache's pages. */
const noise = [
  /:?(?:\.\.\/)*deps\/openssl\/.*$/g,
  /\b[A-Z]\w*(?:\\\w+)+/g,
  /\bServer at \S+ Port \d+/g,
  /(?<![\w.])[\w-]+\/\d+(?:\.\d+)+\S*(?: \([\w ]+\))?/g,
  /(?<![\w.])v?\d+\.\d+\.\d+(?![\w.]*\d)/g,
];

/** Returns a text on one line without such noise, and phrases that stand twice in a row once; of its first 1,000 characters. */
function withoutNoise(text: string): string {
  const line = noise.reduce(
    (left, one) => left.replace(one, " "),
    cleanLine(text).slice(0, 1000).replace(opensslBefore, "TLS: "),
  );
  const once = line.replace(/\b(\w[\w ]{2,60}?)\b(?:[\s.:,-]+\1\b)+/gi, "$1");
  return cleanLine(once.replace(/\s{2,}/g, " "))
    .replace(/^[\s:;,.-]+/, "")
    .trim();
}

function cap(seconds: number | null): number | null {
  return seconds === null ? null : Math.min(seconds, longestWaitSeconds);
}

/** Returns the first status inside a 207 that is not a success; null for none, 500 when the text is no multistatus. */
export function innerStatus(text: string): number | null {
  const multistatus = readMultistatus(text);
  if (multistatus === null) return 500;
  const statuses = multistatus.members.map(({ status }) => status).filter((status) => status !== null);
  return statuses.find((status) => status >= 300) ?? null;
}
