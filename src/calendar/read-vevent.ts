import type { Event } from "./event.ts";
import { parseContentLine, unescapeText, unfoldLines } from "./content-line.ts";

/** The parts of a rendered VEVENT that a person sees. */
export interface VeventSummary {
  readonly title: string;
  readonly description: string;
  readonly place: string;
  readonly status: Event["status"];
}

/** Reads back what `renderEvent` wrote. */
export function readVevent(vevent: string): VeventSummary {
  const values = new Map<string, string>();
  for (const line of unfoldLines(vevent)) {
    // The alarm, which comes last, has a DESCRIPTION of its own.
    if (line === "BEGIN:VALARM") break;
    const { name, value } = parseContentLine(line) ?? { name: "", value: "" };
    values.set(name, value);
  }
  const text = (name: string): string => unescapeText(values.get(name) ?? "");
  const status = values.get("STATUS");
  return {
    title: text("SUMMARY"),
    description: text("DESCRIPTION"),
    place: text("LOCATION"),
    status: status === "TENTATIVE" || status === "CANCELLED" ? status : "CONFIRMED",
  };
}
