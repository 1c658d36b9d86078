import { colours } from "../colours.ts";
import { fold, readDate, readDateTime } from "./content-line.ts";

/** One property that this program writes, at most once in its component. Its place in the table is its place there. */
export interface Property {
  readonly name: string;
  /** Returns true for a value that the property may have, escapes and all. */
  readonly allows: (value: string) => boolean;
  /** `1`: the property stands in every such component; `0..1`: where it has a value. */
  readonly count: "1" | "0..1";
  /** The parameters it has with a value, with their leading semicolon; none without. */
  readonly parameters?: (value: string) => string;
  /**
   * Set when a mirror takes a difference for a change. `always`: every fingerprint has a place for the property.
   * `where-present`, for each property that is added: only the fingerprints of events that have it, so that those in the
   * ledger stay true. Absent where servers change the property, or people may.
   */
  readonly mirrored?: "always" | "where-present";
}

const like = (pattern: RegExp) => (value: string) => pattern.test(value);
const isText = like(/^(?:[^\\;,]|\\[\\;,n])+$/su);
const isDuration = like(/^P(?:T\d+[HM]|\d+[DW])$/);
const isDateTime = (value: string) => readDateTime(value) !== null;
const isDay = (value: string) => readDate(value) !== null;
const isWhen = (value: string) => isDateTime(value) || isDay(value);
/** A DATE says so (RFC 5545 3.8.2.4), since these properties are DATE-TIME else. */
const whenParameters = (value: string) => (isDay(value) ? ";VALUE=DATE" : "");

/**
 * The properties of a VEVENT (RFC 5545 3.6.1) in the order in which they are written. Writer, linter and the fingerprint
 * of mirrors follow this table. CATEGORIES are not mirrored since servers split them at commas; COLOR since people choose
 * their own, and IMAGE since servers drop it; stamps and SEQUENCE since every push changes them.
 */
export const eventProperties = [
  { name: "UID", count: "1", allows: like(/^[A-Za-z0-9.-]{1,128}$/) },
  { name: "DTSTAMP", count: "1", allows: isDateTime },
  { name: "CREATED", count: "0..1", allows: isDateTime },
  { name: "LAST-MODIFIED", count: "1", allows: isDateTime },
  { name: "SEQUENCE", count: "1", allows: isSequence },
  { name: "DTSTART", count: "1", allows: isWhen, parameters: whenParameters, mirrored: "always" },
  { name: "DTEND", count: "1", allows: isWhen, parameters: whenParameters, mirrored: "always" },
  { name: "SUMMARY", count: "1", allows: isText, mirrored: "always" },
  { name: "DESCRIPTION", count: "0..1", allows: isText, mirrored: "always" },
  { name: "LOCATION", count: "0..1", allows: isText, mirrored: "always" },
  { name: "GEO", count: "0..1", allows: isGeo },
  { name: "CATEGORIES", count: "0..1", allows: like(/^(?:[^\\;]|\\[\\;n])+$/su) },
  {
    name: "URL",
    count: "0..1",
    allows: like(/^https?:\/\/[A-Za-z0-9.-]+(?::\d+)?(?:[/?][A-Za-z0-9._~/?=&%-]*)?$/),
    mirrored: "always",
  },
  {
    name: "IMAGE",
    count: "0..1",
    allows: like(/^https:\/\/[A-Za-z0-9.-]+(?::\d+)?\/[A-Za-z0-9._~/%-]*$/),
    parameters: () => ";VALUE=URI;DISPLAY=THUMBNAIL",
  },
  { name: "COLOR", count: "0..1", allows: (value) => colours.has(value) },
  { name: "STATUS", count: "1", allows: like(/^(?:TENTATIVE|CONFIRMED|CANCELLED)$/), mirrored: "always" },
  { name: "TRANSP", count: "1", allows: like(/^(?:OPAQUE|TRANSPARENT)$/), mirrored: "always" },
  { name: "X-MICROSOFT-CDO-BUSYSTATUS", count: "1", allows: like(/^(?:FREE|TENTATIVE|BUSY)$/) },
] as const satisfies readonly Property[];

export type EventPropertyName = (typeof eventProperties)[number]["name"];

/** The properties of a VCALENDAR (RFC 5545 3.6, RFC 7986 5) in the order in which they are written. */
export const calendarProperties = [
  { name: "VERSION", count: "1", allows: like(/^2\.0$/) },
  { name: "PRODID", count: "1", allows: like(/^-\/\/[ -~]+\/\/[A-Z]{2}$/) },
  { name: "CALSCALE", count: "1", allows: like(/^GREGORIAN$/) },
  { name: "NAME", count: "1", allows: isText },
  { name: "X-WR-CALNAME", count: "1", allows: isText },
  { name: "DESCRIPTION", count: "0..1", allows: isText },
  { name: "X-WR-CALDESC", count: "0..1", allows: isText },
  { name: "X-WR-TIMEZONE", count: "0..1", allows: like(/^[A-Za-z0-9_+/-]+$/) },
  { name: "REFRESH-INTERVAL", count: "1", allows: isDuration, parameters: () => ";VALUE=DURATION" },
  { name: "X-PUBLISHED-TTL", count: "1", allows: isDuration },
  { name: "COLOR", count: "0..1", allows: like(/^[a-z]+$/) },
  { name: "X-APPLE-CALENDAR-COLOR", count: "0..1", allows: like(/^#[0-9A-F]{6}$/) },
] as const satisfies readonly Property[];

/** STATUS (RFC 5545 3.8.1.11), TRANSP (3.8.2.7) and X-MICROSOFT-CDO-BUSYSTATUS of events, which always go together. */
export const statusTriples = {
  TENTATIVE: ["TENTATIVE", "OPAQUE", "TENTATIVE"],
  CONFIRMED: ["CONFIRMED", "OPAQUE", "BUSY"],
  CANCELLED: ["CANCELLED", "TRANSPARENT", "FREE"],
  /** A notice takes nobody's time. */
  notice: ["CONFIRMED", "TRANSPARENT", "FREE"],
} as const;

/** Returns the folded content lines of a component's properties, in the order of its table; "" writes none. */
export function writeProperties<Name extends string>(
  table: readonly (Property & { readonly name: Name })[],
  values: Readonly<Record<Name, string>>,
): string {
  let text = "";
  for (const { name, parameters } of table) {
    const value = values[name];
    if (value !== "") text += fold(`${name}${parameters?.(value) ?? ""}:${value}`);
  }
  return text;
}

/** RFC 5545 INTEGER goes up to 2^31 - 1 (3.3.8). */
function isSequence(value: string): boolean {
  return /^(?:0|[1-9]\d{0,9})$/.test(value) && Number(value) < 2 ** 31;
}

function isGeo(value: string): boolean {
  const [, latitude, longitude] = /^(-?\d{1,2}\.\d{1,6});(-?\d{1,3}\.\d{1,6})$/.exec(value) ?? [];
  return Math.abs(Number(latitude)) <= 90 && Math.abs(Number(longitude)) <= 180;
}
