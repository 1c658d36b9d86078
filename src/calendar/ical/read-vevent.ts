import type { Event } from "../event.ts";
import { unescapeText, unfoldLines } from "./content-line.ts";

/** The parts of a rendered VEVENT that a person sees. */
export interface VeventSummary {
  readonly title: string;
  readonly description: string;
  readonly place: string;
  readonly status: Event["status"];
}

/** Reads back what `renderEvent` wrote. */
export function readVevent(vevent: string): VeventSummary {
  const lines = unfoldLines(vevent);
  // The alarm, which comes last, has a DESCRIPTION of its own.
  const alarm = lines.indexOf("BEGIN:VALARM");
  const own = alarm < 0 ? lines : lines.slice(0, alarm);
  const value = (name: string): string => {
    const line = own.find((one) => one.startsWith(`${name}:`));
    return line === undefined ? "" : line.slice(name.length + 1);
  };
  const text = (name: string): string => unescapeText(value(name));
  const status = value("STATUS");
  return {
    title: text("SUMMARY"),
    description: text("DESCRIPTION"),
    place: text("LOCATION"),
    status: status === "TENTATIVE" || status === "CANCELLED" ? status : "CONFIRMED",
  };
}
