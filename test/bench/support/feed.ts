import type { Booking } from "../../../src/calendar/booking.ts";
import type { Event } from "../../../src/calendar/event.ts";
import { renderEvent } from "../../../src/calendar/ical/vevent.ts";
import type { Sql } from "../../../src/store/sql/port.ts";
import { chunkRows } from "../../../src/store/sql/bulk.ts";
import { eventRow, placeEvents } from "../../rows.ts";
import { insertServed, secret, startAt } from "../../web/feed/served.ts";
import { writeBookings, encodeBooking } from "../../../src/store/bookings/write-bookings.ts";

/** The path of the feed. */
export const path = `/f/${secret}/microscope.ics`;

/** Events of about 600 bytes each. */
export const events: readonly Event[] = Array.from({ length: 5000 }, (_, index) => {
  const uuid = index.toString(16).padStart(32, "0");
  return {
    uid: `${uuid}-1`,
    n: 1,
    start: startAt + index * 3600,
    end: startAt + index * 3600 + 1800,
    created: startAt - 86_400,
    summary: `Requested: Sample ${index} (Confocal microscope)`,
    description: "Fixed cells, two channels.\n\nState: accepted\nCustomer: Näidisinstituut\nProject: Sample project",
    location: "Confocal microscope, Sample Imaging Centre",
    geo: null,
    categories: ["Confocal microscope"],
    url: `https://homeport.example.org/resource-details/${uuid}/`,
    days: null,
    image: "",
    colour: "",
    status: "CONFIRMED",
    notice: false,
    alarmMinutes: null,
  };
});

/** Writes the feed with these events into an empty database. */
export async function placeFeed(sql: Sql): Promise<void> {
  await insertServed(sql);
  const rows = events.map((event) =>
    eventRow(event.uid, {
      bookingUuid: event.uid.slice(0, 32),
      stampAt: startAt,
      startAt: event.start,
      endAt: event.end,
      vevent: renderEvent(event, { sequence: 1, stamp: startAt }),
    }),
  );
  const change = { rev: 1, revisedAt: startAt, state: "active", eventCount: rows.length } as const;
  await placeEvents(sql, "feed", change, rows);
}

/** Writes the bookings of these events, which a service without stored text would read. */
export async function placeBookings(sql: Sql): Promise<void> {
  const rows = events.map((event, index) => {
    const period = { start: event.start, end: event.end, backendId: String(index) };
    const booking: Booking = {
      uuid: event.uid.slice(0, 32),
      name: `Sample ${index}`,
      state: "OK",
      createdMicros: (startAt - 86_400) * 1_000_000,
      modifiedMicros: startAt * 1_000_000,
      slots: [period],
      projectName: "Sample project",
      description: "Fixed cells, two channels.",
      schedules: [period],
      offeringUuid: "f".repeat(32),
      offeringName: "Confocal microscope",
      providerUuid: "a".repeat(32),
      providerName: "Sample Imaging Centre",
      customerUuid: "b".repeat(32),
      customerName: "Näidisinstituut",
      projectUuid: "c".repeat(32),
      requesterName: "",
      requesterUsername: "",
      errorMessage: "",
    };
    return encodeBooking({
      sourceId: "s",
      booking,
      orderState: "done",
      orderUuid: null,
      slots: [{ ...period, n: 1, real: true, gone: false }],
      slim: "",
      rev: index + 1,
    });
  });
  await sql.batch(chunkRows(rows).chunks.map((json) => writeBookings(json)));
}
