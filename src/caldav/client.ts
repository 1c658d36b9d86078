import type { CalendarPort } from "./port.ts";
import { makeReading } from "./reading.ts";
import { type Connection, makeWire } from "./wire.ts";
import { makeWriting } from "./writing.ts";

/**
 * Makes the port to the calendar collection at this address, which ends in a slash (RFC 4791, 6578). No response of a
 * server makes it throw.
 */
export function makeCalendarPort(url: string, connection: Connection): CalendarPort {
  const collection = new URL(url);
  const wire = makeWire(connection);
  return { ...makeReading(collection, wire), ...makeWriting(collection, wire) };
}
