import type { DateTime } from "luxon";
import type { Language } from "../../../calendar/profile.ts";
import { isolate } from "../../../calendar/text.ts";
import { localTime, wholeDays } from "../../../calendar/window.ts";
import type { FeedRow } from "../../../store/feeds.ts";
import { texts } from "../../../text/index.ts";
import type { ScheduleItem } from "./items.ts";
import { type ScheduleQuery, writeDate } from "./query.ts";
import type { Times } from "../../../text/times.ts";

/** An offering, its name ready for the middle of a sentence. */
export interface Named {
  readonly uuid: string;
  readonly name: string;
}

/** An event as the script of a page draws it. */
export interface GridEvent {
  readonly id: string;
  /** The path of its page; "" for none. */
  readonly url: string;
  readonly offering: string;
  /** Clock and date in the zone, as `2027-01-31T09:00:00`: the script knows no zones. */
  readonly start: string;
  readonly end: string;
  /** It takes whole days of the zone. */
  readonly allDay: boolean;
  /** The texts of an event, in this order; `day` and `more` stand in the grid by place and colour, and are only read aloud. */
  readonly text: {
    readonly day: string;
    readonly when: string;
    readonly title: string;
    readonly mark: string;
    readonly place: string;
    readonly who: string;
    readonly more: string;
  };
  readonly classes: readonly string[];
}

/** The data that the script of a page draws. */
export interface GridJson {
  /** Clock and date in the zone now, and its offset, as `+02:00`. */
  readonly now: string;
  readonly offset: string;
  /** The head of each day, by its date. */
  readonly days: Readonly<Record<string, string>>;
  readonly offerings: readonly Named[];
  readonly events: readonly GridEvent[];
}

/** The part that somebody asked to see, with its events. */
export interface Loaded {
  /** The calendar whose events these are; null: all that the viewer may see. */
  readonly feed: FeedRow | null;
  readonly query: ScheduleQuery;
  /** In order of start. */
  readonly items: readonly ScheduleItem[];
  readonly offerings: readonly Named[];
  /** Epoch seconds. */
  readonly nowAt: number;
}

const mostOverlaps = 5;

/** Returns what the script of a page draws. `nowAt` is epoch seconds. */
export function gridJson(loaded: Loaded, times: Times, language: Language): GridJson {
  const { query, items, offerings, nowAt } = loaded;
  const days: Record<string, string> = {};
  for (let day = query.first; day < query.after; day = day.plus({ days: 1 })) {
    days[writeDate(day)] = day.setLocale(language).toFormat(texts[language].schedule.dayHead);
  }
  return {
    now: writeWall(wallClock(times.zone, nowAt)),
    offset: localTime(times.zone, nowAt).toFormat("ZZ"),
    days,
    offerings: offerings.filter(({ uuid }) => query.offering === "" || uuid === query.offering),
    events: items.map((item) => gridEvent(item, loaded, times, language)),
  };
}

function gridEvent(item: ScheduleItem, { feed, nowAt }: Loaded, times: Times, language: Language): GridEvent {
  const words = texts[language].schedule;
  const { start, end, status, overlaps } = item;
  const allDay = wholeDays(times.zone, item) !== null;
  const sameDay = times.date(start) === times.date(end);
  const day = allDay ? times.days(start, end) : sameDay ? times.day(start) : "";
  const when = allDay ? "" : sameDay ? `${times.clock(start)}–${times.clock(end)}` : times.span(start, end);
  const mark = [
    ...(status === "CONFIRMED" ? [] : [words.status[status]]),
    ...(overlaps.length > 0 ? [words.overlaps] : []),
  ];
  const more = [
    ...(status === "CONFIRMED" ? [words.status[status]] : []),
    ...(overlaps.length > 0 ? [words.overlapsWith(overlaps.slice(0, mostOverlaps).map(isolate).join(", "))] : []),
  ];
  return {
    id: item.id,
    url: itemPath(item),
    offering: item.offeringUuid,
    start: writeWall(wallClock(times.zone, start)),
    end: writeWall(wallEnd(times.zone, start, end)),
    allDay,
    text: {
      day,
      when,
      title: isolate(item.title),
      mark: mark.join(", "),
      // Titles of a feed have it.
      place: feed === null ? isolate(item.place) : "",
      who: isolate(item.who),
      more: more.join(", "),
    },
    classes: [status.toLowerCase(), ...(end <= nowAt ? ["past"] : []), ...(overlaps.length > 0 ? ["overlapping"] : [])],
  };
}

/** Returns the path of an event's page; "" for none. */
export function itemPath({ bookingUuid }: Pick<ScheduleItem, "bookingUuid">): string {
  return bookingUuid === "" ? "" : `/bookings/${bookingUuid}`;
}

/** Returns clock and date in the zone, as if that were UTC: there, every day has 24 hours. */
function wallClock(zone: string, at: number): DateTime {
  return localTime(zone, at).setZone("utc", { keepLocalTime: true });
}

/** Returns the end of an event by the clock of its zone; the start and the length where the clock, going back, shows no later time. */
function wallEnd(zone: string, start: number, end: number): DateTime {
  const [from, to] = [wallClock(zone, start), wallClock(zone, end)];
  return to > from ? to : from.plus({ seconds: end - start });
}

function writeWall(at: DateTime): string {
  return at.toFormat("yyyy-LL-dd'T'HH:mm:ss");
}
