import * as v from "valibot";
import { localTime } from "../../calendar/window.ts";
import { readDay } from "./times.ts";
import type { FeedProfile } from "../../calendar/profile.ts";
import { isExpired } from "../../feed/expiry.ts";
import { profile } from "../api/input.ts";
import { fieldValue, type Fields } from "./page-context.tsx";

/** What stands in the fields of the form, as typed. */
export interface FeedFormValues {
  readonly name: string;
  readonly detail: string;
  readonly language: string;
  readonly zone: string;
  readonly past: string;
  readonly future: string;
  readonly alarm: string;
  readonly colour: string;
  readonly cancelled: string;
  readonly decisions: string;
  readonly expires: string;
  readonly offerings: readonly string[];
}

/** Which fields are wrong, each with the key of its sentence. */
export type FeedFormErrors = Readonly<
  Partial<Record<keyof FeedFormValues, "name" | "choice" | "zone" | "past" | "future" | "alarm" | "expires">>
>;

/** Longest text of a field that a page shows again. */
const longestTyped = 300;
const mostOfferings = 100;

/** Reads a sent form. */
export function readFeedForm(fields: Fields): FeedFormValues {
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
    decisions: one("decisions"),
    expires: one("expires"),
    offerings: (fields.get("offerings") ?? []).slice(0, mostOfferings + 1),
  };
}

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
    decisions: of.decisions,
    expires: expiresAt === null ? "" : localTime(of.zone, expiresAt).toFormat("yyyy-LL-dd"),
    offerings: of.filter.offerings ?? [],
  };
}

/**
 * What the form asks for, or what is wrong in it. `maySign`: links that decide at once are allowed; `nowAt`, epoch seconds,
 * is when it was sent.
 */
export function checkFeedForm(
  typed: FeedFormValues,
  { nowAt, maySign }: { nowAt: number; maySign: boolean },
): { readonly asked: FeedProfile; readonly expiresAt: number | null; readonly faults: FeedFormErrors } {
  const faults: { -readonly [key in keyof FeedFormErrors]: FeedFormErrors[key] } = {};
  /** The value as the schema gives it; `instead` and a fault where it does not fit. */
  function take<const S extends v.GenericSchema, T>(
    schema: S,
    value: unknown,
    name: keyof FeedFormValues,
    sentence: NonNullable<FeedFormErrors[keyof FeedFormValues]>,
    instead: T,
  ): v.InferOutput<S> | T {
    const found = v.safeParse(schema, value);
    if (found.success) return found.output;
    faults[name] = sentence;
    return instead;
  }
  const number = (text: string): unknown => (/^\d{1,6}$/.test(text) ? Number(text) : text);
  const zone = take(profile.zone, typed.zone || null, "zone", "zone", null) ?? null;
  const decisions = take(profile.decisions, typed.decisions, "decisions", "choice", "sign-in" as const) ?? "sign-in";
  if (decisions === "signed" && !maySign) faults.decisions = "choice";
  const expiresAt = readExpiry(typed.expires, zone);
  if (Number.isNaN(expiresAt) || isExpired({ expiresAt }, nowAt)) faults.expires = "expires";
  const filter = take(profile.filter, { offerings: typed.offerings }, "offerings", "choice", {}) ?? {};
  const asked = {
    name: take(profile.name, typed.name, "name", "name", "?") ?? "?",
    detail: take(profile.detail, typed.detail, "detail", "choice", "basic" as const) ?? "basic",
    language: take(profile.language, typed.language, "language", "choice", "en" as const) ?? "en",
    zone,
    alarmMinutes:
      take(profile.alarmMinutes, typed.alarm === "" ? null : number(typed.alarm), "alarm", "alarm", null) ?? null,
    colour: take(profile.colour, typed.colour || null, "colour", "choice", null) ?? null,
    cancelled: take(profile.cancelled, typed.cancelled, "cancelled", "choice", "keep" as const) ?? "keep",
    decisions,
    pastDays: take(profile.pastDays, number(typed.past), "past", "past", 0) ?? 0,
    futureDays: take(profile.futureDays, number(typed.future), "future", "future", 1) ?? 1,
    filter,
  };
  return { asked, expiresAt, faults };
}

/** Returns the start of a day in the zone, epoch seconds; null for "", NaN for anything that is no day. */
function readExpiry(text: string, zone: string | null): number | null {
  if (text === "") return null;
  return readDay(text, zone)?.toUnixInteger() ?? Number.NaN;
}
