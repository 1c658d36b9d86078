import type { DateTime } from "luxon";
import type { Event } from "../../../calendar/event.ts";
import { localDate, startOfDate } from "../../../calendar/window.ts";
import { readZone } from "../../../calendar/zone.ts";
import type { Span } from "../../../store/bookings/span.ts";
import { readDate } from "../../../text/times.ts";

/** The ways to look at events, in the order of their tabs. */
export const scheduleViews = ["agenda", "day", "week", "month", "offerings-day", "offerings-week"] as const;
export type ScheduleView = (typeof scheduleViews)[number];

const days = { agenda: 14, day: 1, week: 7, "offerings-day": 1, "offerings-week": 7 } as const;

/** Returns true for a view that is drawn by a script, and a list without one. */
export function isGrid(view: ScheduleView): boolean {
  return view !== "agenda" && view !== "month";
}

/** The events that each choice of states lets through. */
export const stateChoices = {
  live: ["TENTATIVE", "CONFIRMED"],
  pending: ["TENTATIVE"],
  confirmed: ["CONFIRMED"],
  cancelled: ["CANCELLED"],
  all: ["TENTATIVE", "CONFIRMED", "CANCELLED"],
} as const satisfies Record<string, readonly Event["status"][]>;
export type StateChoice = keyof typeof stateChoices;

/** The part of a calendar that somebody asked to see. */
export interface ScheduleQuery {
  readonly view: ScheduleView;
  /** First day, and the one after the last, each as midnight UTC. */
  readonly first: DateTime;
  readonly after: DateTime;
  readonly zone: string;
  /** "" for all. */
  readonly offering: string;
  readonly state: StateChoice;
  /** Events of a list that stood on the pages before. */
  readonly skip: number;
}

/** The values where the address says nothing else. */
export interface ScheduleDefaults {
  readonly zone: string;
  readonly state: StateChoice;
}

/** Reads the parameters of a page's address; what is not understood counts as not given. `nowAt` is epoch seconds. */
export function readQuery(
  view: ScheduleView,
  parameter: (name: string) => string | undefined,
  defaults: ScheduleDefaults,
  nowAt: number,
): ScheduleQuery {
  const zone = readZone(parameter("zone") ?? "") ?? defaults.zone;
  const offering = parameter("offering") ?? "";
  const state = parameter("state") ?? "";
  const skip = parameter("skip") ?? "";
  return {
    view,
    ...periodOf(view, readDate(parameter("date") ?? "") ?? localDate(zone, nowAt)),
    zone,
    offering: /^[0-9a-f]{32}$/.test(offering) ? offering : "",
    state: isStateChoice(state) ? state : defaults.state,
    skip: /^\d{1,4}$/.test(skip) ? Number(skip) : 0,
  };
}

function isStateChoice(text: string): text is StateChoice {
  return Object.hasOwn(stateChoices, text);
}

/** Returns the days of a view that shows this one. Weeks begin on Monday (ISO 8601). */
function periodOf(view: ScheduleView, day: DateTime): { first: DateTime; after: DateTime } {
  if (view === "month") {
    const first = day.startOf("month");
    return { first, after: first.plus({ months: 1 }) };
  }
  const first = days[view] === 7 ? day.startOf("week") : day;
  return { first, after: first.plus({ days: days[view] }) };
}

/** Returns the first day of the days before or after those of a query. */
export function stepOf({ view, first, after }: ScheduleQuery, step: "earlier" | "later"): DateTime {
  if (step === "later") return after;
  return view === "month" ? first.minus({ months: 1 }) : first.minus({ days: days[view] });
}

/** Returns what to read for a query. */
export function spanOf({ first, after, zone, offering, state }: ScheduleQuery): Span {
  const wanted: readonly Event["status"][] = stateChoices[state];
  return {
    fromAt: startOfDate(zone, first),
    toAt: startOfDate(zone, after),
    offeringUuid: offering,
    ended: wanted.includes("CANCELLED"),
  };
}

/** Returns the query of an address (with its question mark; "" for none) that asks for this, from that day; null: from today. */
export function writeQuery(
  { zone, offering, state, skip = 0 }: Pick<ScheduleQuery, "zone" | "offering" | "state"> & { readonly skip?: number },
  defaults: ScheduleDefaults,
  date: DateTime | null,
): string {
  const parts = {
    ...(date !== null && { date: writeDate(date) }),
    ...(offering !== "" && { offering }),
    ...(state !== defaults.state && { state }),
    ...(zone !== defaults.zone && { zone }),
    ...(skip > 0 && { skip: String(skip) }),
  };
  const text = new URLSearchParams(parts).toString();
  return text === "" ? "" : `?${text}`;
}

/** Returns a date as `2027-01-31`. */
export function writeDate(date: DateTime): string {
  return date.toFormat("yyyy-LL-dd");
}
