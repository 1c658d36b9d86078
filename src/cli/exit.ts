import { codeOf, type ErrorCode, readErrorCode } from "../errors.ts";

export const exits = { ok: 0, failed: 1, usage: 2, notFound: 3, unreachable: 4, partly: 5 } as const;

export const exitHelp: readonly (readonly [string, string])[] = [
  ["0", "done"],
  ["1", "failed: the message says why"],
  ["2", "the command line or the settings are wrong"],
  ["3", "there is no such thing"],
  ["4", "Waldur or the server does not answer"],
  ["5", "done, but not all that was asked for: the message says what is missing"],
];

const exitCodes: Readonly<Record<ErrorCode, number>> = {
  bad_input: exits.usage,
  too_large: exits.usage,
  bad_config: exits.usage,
  unauthorized: exits.failed,
  forbidden: exits.failed,
  no_role: exits.failed,
  over_quota: exits.failed,
  too_many: exits.failed,
  foreign_form: exits.failed,
  not_found: exits.notFound,
  conflict: exits.failed,
  store_failed: exits.failed,
  seal_broken: exits.failed,
  caldav_failed: exits.failed,
  waldur_unreachable: exits.unreachable,
  waldur_timeout: exits.unreachable,
  waldur_throttled: exits.unreachable,
  waldur_failed: exits.unreachable,
  waldur_refused_token: exits.failed,
  waldur_forbidden: exits.failed,
  waldur_not_found: exits.notFound,
  waldur_conflict: exits.failed,
  waldur_not_ready: exits.failed,
  waldur_bad_request: exits.failed,
  waldur_bad_answer: exits.unreachable,
};

/** Returns the exit code for what was thrown. */
export function exitCode(error: unknown): number {
  const code = codeOf(error);
  return code === undefined ? exits.failed : exitCodes[code];
}

/** Returns the exit code for a failure in words: an error code, with or without a colon and more behind it. */
export function failureExitCode(text: string): number {
  const code = readErrorCode(text.split(":")[0] ?? "");
  return code === null ? exits.failed : exitCodes[code];
}
