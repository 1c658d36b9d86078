import type { KnownBooking } from "../../calendar/booking.ts";
import { bookingStatus, eventStatus } from "../../calendar/status.ts";
import { calendarWords } from "../../calendar/words/index.ts";
import { livePeriods } from "../../decision/beside.ts";
import type { Deps } from "../../deps.ts";
import { texts } from "../../text/index.ts";
import { bookingPage, offeringOf, type Reader } from "../notices/request-text.ts";
import type { InvitedEvent } from "./invitation.ts";

/** Periods of a booking about which a mailbox is asked; one with more is for people. */
export const mostPeriods = 20;

/**
 * Returns the events with which the mailbox of a room or equipment is asked about a booking: one for each period, in order of time,
 * since it answers for the time of each. They say the offering and the page alone: calendars of rooms are read by many. None for a
 * booking of more periods than so many.
 */
export function resourceEvents(
  deps: Pick<Deps, "config" | "sample">,
  known: KnownBooking,
  reader: Reader,
): InvitedEvent[] {
  const periods = livePeriods(known.slots);
  if (periods.length > mostPeriods) return [];
  const offering = offeringOf(known, reader);
  const { booking, sample } = calendarWords[reader.language];
  const page = bookingPage(deps, known.booking.uuid);
  return periods.map((period) => ({
    ...period,
    periods: [period],
    status: eventStatus[bookingStatus(known)],
    summary: `${booking}: ${offering}`,
    how: "",
    description: `${deps.sample ? `${sample}\n` : ""}${texts[reader.language].mailboxes.event}\n${page}`,
    location: offering,
    url: page,
  }));
}
