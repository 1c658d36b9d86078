import { readUuid } from "../waldur/parameters.ts";
import { DateTime } from "luxon";
import { AppError } from "../errors.ts";
import { nearest } from "../config/nearest.ts";
import type { Arguments, Option } from "./args.ts";

/** A whole number; null when the option is not given or empty. Throws `bad_input` when it is outside the bounds. */
export function readWhole(
  args: Arguments,
  option: Option,
  { least, most }: { readonly least: number; readonly most: number },
): number | null {
  const text = args.value(option);
  if (text === null || text === "") return null;
  const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : -1;
  if (value < least || value > most) {
    throw new AppError("bad_input", `--${option.name} takes a whole number from ${least} to ${most}`);
  }
  return value;
}

/** One of the choices. Throws `bad_input` with the nearest. */
export function readChoice<T extends string>(option: Option, text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  const near = nearest(text, choices, 2);
  const hint = near === null ? "" : `; did you mean ${near}?`;
  throw new AppError("bad_input", `--${option.name} takes ${choices.join(", ")}, not ${JSON.stringify(text)}${hint}`);
}

/** A UUID as Waldur writes it: 32 lower-case hex digits; dashes are taken too. Throws `bad_input`. */
export function readUuidOption(name: string, text: string): string {
  const uuid = readUuid(text);
  if (uuid !== null) return uuid;
  throw new AppError("bad_input", `${name} takes a UUID of 32 hex digits, not ${JSON.stringify(text)}`);
}

/** The parts of a list with commas, without empty ones. */
export function splitList(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** An instant as ISO 8601 in UTC; a date alone means its last second in UTC. Throws `bad_input`. */
export function readInstant(option: Option, text: string): string {
  const time = DateTime.fromISO(text, { zone: "utc" });
  const instant = /^\d{4}-\d{2}-\d{2}$/.test(text) ? time.endOf("day") : time;
  const iso = instant.isValid ? instant.startOf("second").toISO({ suppressMilliseconds: true }) : null;
  if (iso !== null) return iso;
  throw new AppError("bad_input", `--${option.name} takes a date such as 2030-01-31, not ${JSON.stringify(text)}`);
}

/** An instant of the API as people read it, to the minute in UTC; `otherwise` when there is none. */
export function formatInstant(iso: string | null, otherwise = ""): string {
  if (iso === null) return otherwise;
  const time = DateTime.fromISO(iso, { zone: "utc" });
  return time.isValid ? time.toFormat("yyyy-MM-dd HH:mm'Z'") : iso;
}
