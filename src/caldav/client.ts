import type { CalendarPort } from "./port.ts";
import { makeReading } from "./reading.ts";
import { type Connection, makeWire } from "./wire.ts";
import { makeWriting } from "./writing.ts";

/**
 * The calendar whose collection has this address, a slash at its end, as the program sees it (RFC 4791, 6578). Nothing it
 * does throws for what a server answers.
 */
export function makeCalendarPort(url: string, line: Connection): CalendarPort {
  const collection = new URL(url);
  const wire = makeWire(line);
  return { ...makeReading(collection, wire), ...makeWriting(collection, wire) };
}
