import { eventTimes } from "../../../calendar/booking-events.ts";
import { cleanName, cleanUsername } from "../../../calendar/foreign-text.ts";
import type { Language } from "../../../calendar/profile.ts";
import { readVevent, type VeventSummary } from "../../../calendar/ical/read-vevent.ts";
import { overlaps } from "../../../calendar/period.ts";
import { bookingStatus, eventStatus } from "../../../calendar/status.ts";
import { calendarWords } from "../../../calendar/words/index.ts";
import type { BookingRow } from "../../../store/bookings/bookings.ts";
import type { AgendaRow, Span } from "../../../store/bookings/span.ts";

/** An event as a calendar of the pages shows it. Epoch seconds. */
export interface ScheduleItem extends VeventSummary {
  readonly id: string;
  /** "" for a notice, which is of no booking. */
  readonly bookingUuid: string;
  /** "" where it is not known. */
  readonly offeringUuid: string;
  readonly start: number;
  readonly end: number;
  /** The person who asked; "" where the place tells it, or nobody is told. */
  readonly who: string;
  /** Titles of events of the same offering at the same time. */
  readonly overlaps: readonly string[];
}

type Item = Omit<ScheduleItem, "overlaps">;

/** Returns the events of a feed, each as its subscribers see it. */
export function feedItems(rows: readonly AgendaRow[]): ScheduleItem[] {
  return withOverlaps(
    rows.map(({ uid, bookingUuid, offeringUuid, startAt, endAt, vevent }) => ({
      ...readVevent(vevent),
      who: "",
      id: uid,
      bookingUuid,
      offeringUuid,
      start: startAt,
      end: endAt,
    })),
  );
}

/** Returns the events of bookings in these days for somebody who may see all of them; `nameOf` returns an offering's name, "" for none. */
export function bookingItems(
  rows: readonly BookingRow[],
  { fromAt, toAt }: Pick<Span, "fromAt" | "toAt">,
  nameOf: (offeringUuid: string) => string,
  language: Language,
): ScheduleItem[] {
  const items = rows.flatMap((row): Item[] => {
    const { booking, slots } = row;
    const shared = {
      bookingUuid: booking.uuid,
      offeringUuid: booking.offeringUuid,
      title: cleanName(booking.name) || calendarWords[language].booking,
      place: nameOf(booking.offeringUuid) || cleanName(booking.offeringName),
      who: cleanName(booking.requesterName) || cleanUsername(booking.requesterUsername),
      description: "",
    };
    return slots
      .map((slot) => ({
        ...shared,
        ...eventTimes(slot),
        id: `${booking.uuid}-${slot.n}`,
        status: slot.gone ? "CANCELLED" : eventStatus[bookingStatus(row)],
      }))
      .filter((item) => overlaps(item, { start: fromAt, end: toAt }));
  });
  return withOverlaps(items.toSorted((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1)));
}

/** Returns the events, given in order of start, each with the titles of those it overlaps: of the same offering, and not cancelled. */
function withOverlaps(items: readonly Item[]): ScheduleItem[] {
  const taken = items.filter(({ status, offeringUuid }) => status !== "CANCELLED" && offeringUuid !== "");
  const byOffering = Map.groupBy(taken, ({ offeringUuid }) => offeringUuid);
  const found = new Map<string, string[]>(items.map(({ id }) => [id, []]));
  for (const own of byOffering.values()) {
    for (const [index, one] of own.entries()) {
      for (let next = index + 1; next < own.length; next += 1) {
        const other = own[next];
        if (other === undefined || other.start >= one.end) break;
        // A booking is not beside itself.
        if (!overlaps(one, other) || other.bookingUuid === one.bookingUuid) continue;
        found.get(one.id)?.push(other.title);
        found.get(other.id)?.push(one.title);
      }
    }
  }
  return items.map((item) => ({ ...item, overlaps: found.get(item.id) ?? [] }));
}
