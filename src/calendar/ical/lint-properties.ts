import { parseContentLine } from "./content-line.ts";
import { calendarProperties, eventProperties, type Property, statusTriples } from "./properties.ts";

/** A table with its properties by name, each with its place. */
interface SlotOrder {
  readonly rows: ReadonlyMap<string, { readonly property: Property; readonly place: number }>;
  readonly required: readonly string[];
}

const eventOrder = orderOf(eventProperties);
const calendarOrder = orderOf(calendarProperties);
const triples = new Set(Object.values(statusTriples).map((triple) => triple.join(" ")));

/** Lints the unfolded properties of a VEVENT; returns the values that give its place among the others. */
export function lintEventProperties(lines: readonly string[], faults: string[]): { uid: string; start: string } {
  const values = lintProperties(eventOrder, lines, faults);
  const value = (name: string) => values.get(name) ?? "";
  if (value("DTEND").length !== value("DTSTART").length) faults.push("only one of DTSTART and DTEND is a date");
  else if (value("DTEND") <= value("DTSTART")) faults.push("DTEND is not after DTSTART");
  if (value("DTSTAMP") !== value("LAST-MODIFIED")) faults.push("DTSTAMP and LAST-MODIFIED differ");
  const triple = `${value("STATUS")} ${value("TRANSP")} ${value("X-MICROSOFT-CDO-BUSYSTATUS")}`;
  if (!triples.has(triple)) faults.push(`STATUS, TRANSP and busy status do not agree: ${triple}`);
  return { uid: value("UID"), start: value("DTSTART") };
}

/** Lints the unfolded properties of a VCALENDAR. */
export function lintCalendarProperties(lines: readonly string[], faults: string[]): void {
  const values = lintProperties(calendarOrder, lines, faults);
  if (values.get("NAME") !== values.get("X-WR-CALNAME")) faults.push("NAME and X-WR-CALNAME differ");
  if (values.get("DESCRIPTION") !== values.get("X-WR-CALDESC")) faults.push("DESCRIPTION and X-WR-CALDESC differ");
  if (values.has("COLOR") !== values.has("X-APPLE-CALENDAR-COLOR")) faults.push("only one of the two colours");
}

function orderOf(table: readonly Property[]): SlotOrder {
  return {
    rows: new Map(table.map((property, place) => [property.name, { property, place }])),
    required: table.filter(({ count }) => count === "1").map(({ name }) => name),
  };
}

function lintProperties(order: SlotOrder, lines: readonly string[], faults: string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let last = -1;
  for (const line of lines) {
    const parsed = parseContentLine(line);
    const row = parsed === null ? undefined : order.rows.get(parsed.name);
    if (parsed === null || row === undefined) {
      faults.push(`not a property of ours: ${(parsed?.name ?? `no colon in ${line}`).slice(0, 40)}`);
      continue;
    }
    const { name, parameters, value } = parsed;
    const { property, place } = row;
    if (values.has(name)) faults.push(`${name} comes twice`);
    else if (place < last) faults.push(`${name} is out of order`);
    if (parameters !== (property.parameters?.(value) ?? "")) faults.push(`${name} has other parameters than it should`);
    if (!property.allows(value)) faults.push(`${name} has a value it must not have`);
    last = Math.max(last, place);
    values.set(name, value);
  }
  for (const name of order.required) if (!values.has(name)) faults.push(`${name} is missing`);
  return values;
}
