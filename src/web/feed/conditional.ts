import { memoize } from "../../lib/memoize.ts";

/** One request's validators against one representation (RFC 9110 13). */
export interface Validators {
  /**
   * Opaque tags, without quotes, of representations with the same content; first the one that this request would get.
   */
  readonly tags: readonly [string, ...string[]];
  /** Epoch seconds. */
  readonly modifiedAt: number;
}

/**
 * Returns the opaque tag for a 304, or null when the whole representation is due.
 * If-None-Match overrides If-Modified-Since even when it cannot be read (RFC 9110 13.2.2); an invalid date is ignored
 * (13.1.3). If-Match, If-Unmodified-Since and If-Range are for changes and ranges: a feed has neither.
 */
export function matchConditions(headers: Headers, validators: Validators): string | null {
  const tags = headers.get("If-None-Match");
  if (tags !== null) return matchTags(tags, validators.tags);
  const date = headers.get("If-Modified-Since");
  if (date === null) return null;
  const since = parseHttpDate(date);
  return since !== null && validators.modifiedAt <= since ? validators.tags[0] : null;
}

/** Characters of a field that are read: some forty tags of ours. */
const longest = 4000;

/** Returns the opaque tag that a field value matches in weak comparison (RFC 9110 8.8.3.2), or null. */
function matchTags(value: string, tags: Validators["tags"]): string | null {
  if (value.trim() === "*") return tags[0];
  // Nearly always it is the one tag given before.
  const only = tags.find((tag) => value === `"${tag}"`);
  if (only !== undefined) return only;
  const asked = new Set(
    Array.from(value.slice(0, longest).matchAll(/(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g), (match) => match[1]),
  );
  return tags.find((tag) => asked.has(tag)) ?? null;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const clock = String.raw`(?<hour>\d{2}):(?<minute>\d{2}):(?<second>\d{2})`;
const forms = [
  new RegExp(String.raw`^[A-Z][a-z]{2}, (?<day>\d{2}) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) ${clock} GMT$`),
  new RegExp(String.raw`^[A-Z][a-z]{5,8}, (?<day>\d{2})-(?<month>[A-Z][a-z]{2})-(?<year>\d{2}) ${clock} GMT$`),
  new RegExp(String.raw`^[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) ${clock} (?<year>\d{4})$`),
];

/**
 * Returns an HTTP-date in any of its three forms (RFC 9110 5.6.7) as epoch seconds; null for anything else.
 * The two-digit years of the RFC 850 form are read as 1970 to 2069.
 */
export function parseHttpDate(value: string): number | null {
  const parts = forms.map((form) => form.exec(value.trim())?.groups).find((groups) => groups !== undefined);
  if (parts === undefined) return null;
  const month = months.indexOf(parts["month"] ?? "");
  if (month < 0) return null;
  const written = Number(parts["year"]);
  const year = written >= 100 ? written : written < 70 ? 2000 + written : 1900 + written;
  const day = Number(parts["day"]);
  const midnight = Date.UTC(year, month, day);
  if (new Date(midnight).getUTCDate() !== day) return null;
  const [hour, minute, second] = [Number(parts["hour"]), Number(parts["minute"]), Number(parts["second"])];
  if (hour > 23 || minute > 59 || second > 60) return null;
  return midnight / 1000 + hour * 3600 + minute * 60 + second;
}

/** Returns epoch seconds as an IMF-fixdate (RFC 9110 5.6.7). */
export const formatHttpDate = memoize((at: number): string => new Date(at * 1000).toUTCString(), 2000);
