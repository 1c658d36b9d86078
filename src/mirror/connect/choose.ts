import type { FoundCalendar } from "../../caldav/calendars.ts";
import { parentPath, sameHref } from "../../caldav/hrefs.ts";
import type { CalendarHome } from "./connect.ts";
import { connectError } from "./error.ts";

/** Chooses the calendar that was named, or whose own address was given, or the only one. Throws `bad_input`. */
export function chooseCalendar({ calendars, itself }: CalendarHome, named: string | null): FoundCalendar {
  const wanted = named ?? itself;
  const writable = calendars.filter(({ notWritable }) => notWritable === null);
  const matches =
    wanted === null ? writable : calendars.filter(({ url, name }) => sameCalendar(url, wanted) || name === wanted);
  const [only] = matches;
  if (only !== undefined && matches.length === 1) return only;
  const there = calendars.map((one) => `${calendarName(one)} (${one.url})`).join(", ") || "none";
  const problem = wanted === null ? "name a calendar, or create one" : `no single calendar matches ${wanted}`;
  throw connectError("which-calendar", `${problem}; there are: ${there}`);
}

/** Returns true when an address that somebody gave is that of a calendar, with a slash at its end or without. */
function sameCalendar(url: string, given: string): boolean {
  if (!URL.canParse(given)) return false;
  const [one, other] = [new URL(url), new URL(given)];
  return one.origin === other.origin && other.search === "" && sameHref(one.pathname, other.pathname);
}

/** Returns the name of a calendar; without one the path of what holds it. */
export function calendarName({ name, url }: Pick<FoundCalendar, "name" | "url">): string {
  return name === "" ? parentPath(url) : name;
}
