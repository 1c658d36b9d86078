import { DateTime } from "luxon";
import type { Language } from "../calendar/profile.ts";
import { localTime } from "../calendar/window.ts";
import { texts } from "./index.ts";

/** Writes times for a person, in one zone and language. Moments are epoch seconds. */
export interface Times {
  /** As `Mon 4 Jan 2027, 11:00`. */
  moment(at: number): string;
  /** As `Mon 4 Jan 2027`. */
  day(at: number): string;
  /** As `11:00`. */
  clock(at: number): string;
  /** As `January 2027`. */
  month(at: number): string;
  /** Writes both ends; the day once if it is the same. */
  span(start: number, end: number): string;
  /** Writes the whole days of a period that begins and ends at midnight. */
  days(start: number, end: number): string;
  /** As `2027-01-04`. */
  date(at: number): string;
  readonly zone: string;
}

/** Returns times in a zone (null: UTC). */
export function zonedTimes(zone: string | null, language: Language): Times {
  const at = (moment: number) => localTime(zone, moment).setLocale(language);
  const day = (moment: number): string => at(moment).toFormat(texts[language].common.dayFormat);
  const clock = (moment: number): string => at(moment).toFormat("HH:mm");
  return {
    zone: localTime(zone, 0).zoneName ?? "UTC",
    day,
    clock,
    moment: (moment) => `${day(moment)}, ${clock(moment)}`,
    month: (moment) => at(moment).toFormat("LLLL yyyy"),
    span: (start, end) => {
      const [first, last] = [day(start), day(end)];
      return first === last
        ? `${first}, ${clock(start)}–${clock(end)}`
        : `${first}, ${clock(start)} – ${last}, ${clock(end)}`;
    },
    days: (start, end) => {
      const [first, last] = [day(start), day(end - 1)];
      return first === last ? first : `${first} – ${last}`;
    },
    date: (moment) => at(moment).toFormat("yyyy-LL-dd"),
  };
}

/** Returns the date written as `2027-01-31`, as midnight UTC; null for anything but a day from 1971 to 9998. */
export function readDate(text: string): DateTime | null {
  const [, year, month, day] = (/^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? []).map(Number);
  if (year === undefined || year < 1971 || year > 9998) return null;
  const date = DateTime.utc(year, month ?? 0, day ?? 0, { locale: "en-US", numberingSystem: "latn" });
  return date.isValid ? date : null;
}
