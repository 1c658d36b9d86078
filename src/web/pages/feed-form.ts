import * as v from "valibot";
import { localTime, startOfDate } from "../../calendar/window.ts";
import { readDate } from "../../text/times.ts";
import { type BookingState, bookingStates } from "../../calendar/booking.ts";
import type { FeedFilter, FeedProfile } from "../../calendar/profile.ts";
import { isExpired } from "../../feed/expiry.ts";
import { profile } from "../api/requests.ts";
import { fieldValue, type Fields } from "../request/forms.ts";

/** Wrong fields, each with the key of its sentence. */
export type FeedFormErrors = Readonly<
  Partial<Record<keyof FeedFormValues, "name" | "choice" | "zone" | "past" | "future" | "alarm" | "expires">>
>;

/** Longest text of a field that a page shows again. */
const longestTyped = 300;
const mostOfferings = 100;

/** Begins the name of the field for the colour of an offering; its uuid follows. */
export const colourField = "colour-";

/** The settings that a tick switches. */
export const looks = ["wholeDays", "offeringColours", "offeringImages"] as const;

function isLook(text: string): text is (typeof looks)[number] {
  return looks.some((look) => look === text);
}

/** Reads a sent form. */
export function readFeedForm(fields: Fields) {
  const one = (name: string): string => fieldValue(fields, name).trim().slice(0, longestTyped).toWellFormed();
  return {
    name: one("name"),
    detail: one("detail"),
    language: one("language"),
    zone: one("zone"),
    past: one("past"),
    future: one("future"),
    alarm: one("alarm"),
    colour: one("colour"),
    cancelled: one("cancelled"),
    mark: one("mark"),
    looks: (fields.get("looks") ?? []).filter(isLook),
    chosenColours: readColours(fields),
    decisions: one("decisions"),
    expires: one("expires"),
    offerings: (fields.get("offerings") ?? []).slice(0, mostOfferings + 1),
    pending: fieldValue(fields, "pending") === "out" ? "out" : "",
  };
}

/** Returns the colours that were chosen, by the uuids of offerings. */
function readColours(fields: Fields): Readonly<Record<string, string>> {
  const chosen = [...fields].flatMap(([name, [colour = ""]]) =>
    name.startsWith(colourField) && colour !== ""
      ? [[name.slice(colourField.length), colour.slice(0, longestTyped)] as const]
      : [],
  );
  return Object.fromEntries(chosen.slice(0, mostOfferings + 1));
}

/** The values of the fields, as typed. */
export type FeedFormValues = Readonly<ReturnType<typeof readFeedForm>>;

/** Returns the form's values for a calendar as it is, or as proposed. `expiresAt` is epoch seconds. */
export function feedFormValues(of: FeedProfile, expiresAt: number | null): FeedFormValues {
  return {
    name: of.name,
    detail: of.detail,
    language: of.language,
    zone: of.zone ?? "",
    past: String(of.pastDays),
    future: String(of.futureDays),
    alarm: of.alarmMinutes === null ? "" : String(of.alarmMinutes),
    colour: of.colour ?? "",
    cancelled: of.cancelled,
    mark: of.stateMark,
    looks: looks.filter((look) => of[look]),
    chosenColours: of.chosenColours,
    decisions: of.decisions,
    expires: expiresAt === null ? "" : localTime(of.zone, expiresAt).toFormat("yyyy-LL-dd"),
    offerings: [...(of.filter.offerings ?? [])],
    pending: of.filter.states?.includes("Creating") === false ? "out" : "",
  };
}

/** Returns the states of a feed that had these (none: all), with or without what waits for an answer; an empty list: all. */
function chooseStates(before: FeedFilter["states"] = [], pending: string): readonly BookingState[] {
  const had = before.length > 0 ? before : bookingStates;
  if (pending === "out") return had.filter((state) => state !== "Creating");
  const all = had.includes("Creating") ? had : [...had, "Creating" as const];
  return all.length === bookingStates.length ? [] : all;
}

/** The field of each setting, and the key of the sentence for a wrong one. */
const settingFields = {
  name: ["name", "name"],
  detail: ["detail", "choice"],
  language: ["language", "choice"],
  zone: ["zone", "zone"],
  pastDays: ["past", "past"],
  futureDays: ["future", "future"],
  alarmMinutes: ["alarm", "alarm"],
  colour: ["colour", "choice"],
  cancelled: ["cancelled", "choice"],
  stateMark: ["mark", "choice"],
  wholeDays: ["looks", "choice"],
  offeringColours: ["looks", "choice"],
  chosenColours: ["chosenColours", "choice"],
  offeringImages: ["looks", "choice"],
  decisions: ["decisions", "choice"],
  filter: ["offerings", "choice"],
} as const satisfies Record<
  keyof typeof profile,
  readonly [keyof FeedFormValues, FeedFormErrors[keyof FeedFormValues]]
>;

const settings = v.object(profile);

/**
 * Checks the form. Returns the settings and the end (epoch seconds) that it asks for, or the wrong fields. `maySign`: links
 * that decide at once are allowed; `nowAt`, epoch seconds, is when the form was sent; `states`: those that the feed had.
 */
export function checkFeedForm(
  typed: FeedFormValues,
  { nowAt, maySign, states }: { nowAt: number; maySign: boolean; states?: FeedFilter["states"] },
): {
  readonly asked: v.InferOutput<typeof settings> | null;
  readonly expiresAt: number | null;
  readonly faults: FeedFormErrors;
} {
  const wholeNumber = (text: string): unknown => (/^\d{1,6}$/.test(text) ? Number(text) : text);
  const found = v.safeParse(settings, {
    name: typed.name,
    detail: typed.detail,
    language: typed.language,
    zone: typed.zone || null,
    pastDays: wholeNumber(typed.past),
    futureDays: wholeNumber(typed.future),
    alarmMinutes: typed.alarm === "" ? null : wholeNumber(typed.alarm),
    colour: typed.colour || null,
    cancelled: typed.cancelled,
    stateMark: typed.mark,
    wholeDays: typed.looks.includes("wholeDays"),
    offeringColours: typed.looks.includes("offeringColours"),
    chosenColours: typed.chosenColours,
    offeringImages: typed.looks.includes("offeringImages"),
    decisions: typed.decisions,
    filter: { offerings: typed.offerings, states: chooseStates(states, typed.pending) },
  });
  const faults: { -readonly [key in keyof FeedFormErrors]: FeedFormErrors[key] } = {};
  const wrong = new Set(found.issues?.map(({ path }) => path?.[0].key));
  for (const [setting, [field, sentence]] of Object.entries(settingFields)) {
    if (wrong.has(setting)) faults[field] = sentence;
  }
  if (typed.decisions === "signed" && !maySign) faults.decisions = "choice";
  const expiresAt = readExpiry(typed.expires, faults.zone === undefined ? typed.zone || null : null);
  if (Number.isNaN(expiresAt) || isExpired({ expiresAt }, nowAt)) faults.expires = "expires";
  return { asked: found.success && Object.keys(faults).length === 0 ? found.output : null, expiresAt, faults };
}

/** Returns the start of a day in the zone, epoch seconds; null for "", NaN for anything that is no day. */
function readExpiry(text: string, zone: string | null): number | null {
  if (text === "") return null;
  const date = readDate(text);
  return date === null ? Number.NaN : startOfDate(zone, date);
}
