import { eachLine, parseContentLine, unescapeText } from "../../calendar/ical/content-line.ts";
import type { PropFilter } from "./report/read-report.ts";

/** Returns true when the VEVENT of an object meets all conditions on its properties (RFC 4791 9.7.2). */
export function matchesProperties(vevent: string, filters: readonly PropFilter[]): boolean {
  if (filters.length === 0) return true;
  const wanted = new Set(filters.map(({ name }) => name));
  const values = new Map<string, { readonly whole: string; readonly lower: string }>();
  for (const line of eachLine(vevent)) {
    if (line === "BEGIN:VALARM") break;
    const parsed = parseContentLine(line);
    if (parsed === null || !wanted.has(parsed.name)) continue;
    const whole = unescapeText(parsed.value);
    values.set(parsed.name, { whole, lower: whole.toLowerCase() });
  }
  return filters.every(({ name, absent, text }) => {
    const value = values.get(name);
    if (value === undefined) return absent;
    if (absent || text === null) return !absent;
    // RFC 4791 9.7.5.
    return (text.exact ? value.whole : value.lower).includes(text.text) !== text.negate;
  });
}
