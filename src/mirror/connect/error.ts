import { serverText } from "../../caldav/failure.ts";
import type { Failure } from "../../caldav/port.ts";
import type { ProbeResult } from "../../caldav/probe.ts";
import type { Preset } from "../../caldav/presets.ts";
import { AppError, type ErrorCode } from "../../errors.ts";

/** The reasons for which a calendar cannot be connected; pages say them in the reader's language. */
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
  "makes-none", // programs cannot make calendars there
  "exists", // this feed is mirrored there already
  "unfit", // the server does not keep events as it must for a mirror
  "leftover", // the event of the probe could not be deleted
  "overwrites", // the server does not keep other people's changes
  "silent", // the server gave no answer
  "failed", // the server did not do what was asked
] as const;
export type ConnectReason = (typeof connectReasons)[number];

/** Makes the error for a reason. `said`: the server's words; for a forbidden address, the address or the reason. */
export function connectError(reason: ConnectReason, message: string, said = ""): AppError {
  const code = codes[reason] ?? "bad_input";
  return new AppError(code, message, { facts: { reason, said } });
}

const codes: Partial<Record<ConnectReason, ErrorCode>> = {
  silent: "caldav_failed",
  failed: "caldav_failed",
  exists: "conflict",
};

/** Reads the reason from an error that `connectError` made, and what the server said; null for any other error. */
export function readConnectError(error: AppError): { readonly reason: ConnectReason; readonly said: string } | null {
  const reason = connectReasons.find((known) => known === error.facts["reason"]);
  return reason === undefined ? null : { reason, said: String(error.facts["said"] ?? "") };
}

/** Makes the error for a failure of a server while a calendar is connected. */
export function failureError(failure: Failure, preset: Preset | null): AppError {
  const said = serverText(failure);
  const words = said || failure.text;
  const hint = preset === null ? "" : ` ${preset.hint}`;
  switch (failure.kind) {
    case "unauthorized":
      return connectError("unauthorized", `the server refused this user name and password.${hint}`);
    case "blocked":
      return connectError("blocked", `the rules of this service forbid this address: ${failure.text}`, failure.text);
    case "missing":
      return connectError("missing", `there is no calendar at this address (${words}).${hint}`, said);
    case "read-only":
      return connectError("read-only", `this calendar cannot be written to (${words})`, said);
    case "refused":
      // Without an answer that refused something it is what the probe found.
      if (failure.status === null) return connectError("unfit", `this server cannot hold a mirror: ${failure.text}`);
      return connectError("failed", `the calendar's server refused the request (${said})`, said);
    default:
      if (said === "") return connectError("silent", `the calendar's server did not answer (${failure.text})`);
      return connectError("failed", `the calendar's server refused the request (${said})`, said);
  }
}

/** Makes the error for a probe that failed. An event of it that is left there is told before anything else. */
export function probeError(
  { failure, leftover }: Extract<ProbeResult, { failure: unknown }>,
  preset: Preset | null,
): AppError {
  if (leftover !== true) return failureError(failure, preset);
  const said = serverText(failure);
  const message = `the test event in the year 2020 could not be deleted (${said || failure.text}) and may still be there`;
  return connectError("leftover", message, said);
}

/** Makes the error for a failure of a server while a calendar is made; what a refusal means there, whatever its status. */
export function creationError(failure: Failure, preset: Preset | null): AppError {
  const { kind, status } = failure;
  const refused = kind === "exists" || kind === "missing" || kind === "read-only" || status === 405 || status === 501;
  if (!refused) return failureError(failure, preset);
  const said = serverText(failure);
  const message = `this server does not let programs make calendars here (${said}): make one there, and give its name or address`;
  return connectError("makes-none", message, said);
}
