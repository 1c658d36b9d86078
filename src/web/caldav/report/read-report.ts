import { attributeOf, caldavSpace, child, childrenOf, type XmlElement } from "../../../caldav/xml.ts";
import { readDateTime } from "../../../calendar/ical/content-line.ts";
import { AppError } from "../../../errors.ts";

/** A time range (RFC 4791 9.9) in epoch seconds; one without an end or a beginning has none. */
export interface TimeRange {
  readonly fromAt: number;
  readonly toAt: number;
}

/** A condition on a property of an event (RFC 4791 9.7.2). */
export interface PropFilter {
  /** In upper case. */
  readonly name: string;
  /** `absent`: it is not there; else it is, and has this text where one is given. */
  readonly absent: boolean;
  readonly text: TextMatch | null;
}

/** RFC 4791 9.7.5. */
interface TextMatch {
  /** In lower case unless `exact`. */
  readonly text: string;
  readonly negate: boolean;
  /** True where upper and lower case differ: `i;octet`. */
  readonly exact: boolean;
}

/** The events that a query asks for; `nothing`: those of components that no calendar here has, or that have no VEVENT. */
export interface QueryFilter {
  readonly nothing: boolean;
  readonly range: TimeRange | null;
  readonly properties: readonly PropFilter[];
}

/** A filter that cannot be evaluated (RFC 4791 7.8): another parameter, comparison or component than an event has. */
export const unsupported = "unsupported";

/** Conditions in one query: each is tried on every event. */
const mostFilters = 16;

const everything: QueryFilter = { nothing: false, range: null, properties: [] };

/** Reads the filter of a `calendar-query` (RFC 4791 9.7). Throws `bad_input` for one that is not well-formed. */
export function readFilter(filter: XmlElement | undefined): QueryFilter | typeof unsupported {
  const [calendar, ...others] = filterParts(filter, "comp-filter");
  if (calendar === undefined) return everything;
  if (others.length > 0 || nameOf(calendar) !== "VCALENDAR") return { ...everything, nothing: true };
  if (childrenOf(calendar, "prop-filter", caldavSpace).length > 0) return unsupported;
  const [component, ...more] = filterParts(calendar, "comp-filter");
  if (component === undefined) return everything;
  if (more.length > 0) return unsupported;
  const absent = child(component, "is-not-defined", caldavSpace) !== undefined;
  // Every object here has a VEVENT, and no other component but an alarm in it.
  if (nameOf(component) !== "VEVENT") return absent ? everything : { ...everything, nothing: true };
  if (absent) return { ...everything, nothing: true };
  if (childrenOf(component, "comp-filter", caldavSpace).length > 0) return unsupported;
  const filters = childrenOf(component, "prop-filter", caldavSpace);
  if (filters.length > mostFilters) return unsupported;
  const properties = filters.map(readPropFilter);
  const known = properties.flatMap((one) => (one === unsupported ? [] : [one]));
  if (known.length < properties.length) return unsupported;
  return { nothing: false, range: readTimeRange(child(component, "time-range", caldavSpace)), properties: known };
}

function readPropFilter(element: XmlElement): PropFilter | typeof unsupported {
  const part = (name: string) => child(element, name, caldavSpace);
  if (part("param-filter") !== undefined || part("time-range") !== undefined) return unsupported;
  const match = part("text-match");
  const collation = match === undefined ? null : attributeOf(match, "collation");
  if (collation !== null && !collations.has(collation)) return unsupported;
  const exact = collation === "i;octet";
  return {
    name: nameOf(element),
    absent: part("is-not-defined") !== undefined,
    text:
      match === undefined
        ? null
        : {
            text: exact ? match.text : match.text.toLowerCase(),
            negate: attributeOf(match, "negate-condition") === "yes",
            exact,
          },
  };
}

const collations = new Set(["i;ascii-casemap", "i;unicode-casemap", "i;octet", "default"]);

/** The earliest and the latest moment that an event may have. */
const always: TimeRange = { fromAt: 0, toAt: 253_402_300_799 };

/** Reads a time range; null without one. Throws `bad_input` for moments that are not in UTC, and for one that ends before it begins. */
export function readTimeRange(element: XmlElement | undefined): TimeRange | null {
  if (element === undefined) return null;
  const moment = (name: string, other: number): number => {
    const written = attributeOf(element, name);
    if (written === null) return other;
    const at = readDateTime(written);
    if (at === null) throw new AppError("bad_input", `${name} of the time range is no moment in UTC`);
    return at;
  };
  const range = { fromAt: moment("start", always.fromAt), toAt: moment("end", always.toAt) };
  if (range.fromAt >= range.toAt) throw new AppError("bad_input", "the time range ends before it begins");
  return range;
}

function filterParts(element: XmlElement | undefined, name: string): readonly XmlElement[] {
  return childrenOf(element, name, caldavSpace);
}

function nameOf(element: XmlElement): string {
  return (attributeOf(element, "name") ?? "").toUpperCase();
}
