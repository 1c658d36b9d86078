import type { Failure } from "../caldav/port.ts";
import type { Preset } from "../caldav/presets.ts";
import { AppError } from "../errors.ts";

/** Why a calendar cannot be connected, for pages that say it in the reader's language. */
export const connectReasons = [
  "no-caldav", // the provider has none
  "oauth", // the provider takes no password
  "no-address", // what was given leads nowhere
  "elsewhere", // the address leads to another origin, which the person must confirm
  "unauthorized", // user name or password are wrong
  "blocked", // our own rules forbid the address
  "missing", // nothing is there
  "read-only", // the account may not write there
  "which-calendar", // there are several, or none
  "makes-none", // programs can make no calendars there
  "exists", // this feed is mirrored there already
  "overwrites", // the server does not keep other people's changes
  "failed", // the server did not do what was asked
] as const;
export type ConnectReason = (typeof connectReasons)[number];

/** The error for that reason. `said` is what the server said, or names what it is about. */
export function refusal(reason: ConnectReason, message: string, said = ""): AppError {
  const code = reason === "failed" ? "caldav_failed" : reason === "exists" ? "conflict" : "bad_input";
  return new AppError(code, message, { facts: { reason, said } });
}

/** The reason in an error that `refusal` made, and what the server said; null for any other. */
export function refusalOf(error: AppError): { readonly reason: ConnectReason; readonly said: string } | null {
  const reason = connectReasons.find((known) => known === error.facts["reason"]);
  return reason === undefined ? null : { reason, said: String(error.facts["said"] ?? "") };
}

/** What a server's refusal is to the person who asked. */
export function failedAs(failure: Failure, preset: Preset | null): AppError {
  const said = [failure.status === null ? "" : String(failure.status), failure.text]
    .filter((part) => part !== "")
    .join(": ");
  const hint = preset === null ? "" : ` ${preset.hint}`;
  switch (failure.kind) {
    case "unauthorized":
      return refusal("unauthorized", `the server does not take this user name and password.${hint}`);
    case "blocked":
      return refusal("blocked", `this address is not asked: ${failure.text}`, failure.text);
    case "missing":
      return refusal("missing", `there is no calendar at this address (${said}).${hint}`, said);
    case "read-only":
      return refusal("read-only", `this calendar cannot be written to (${said})`, said);
    default:
      return refusal("failed", `the calendar's server did not do it (${said || failure.kind})`, said);
  }
}
