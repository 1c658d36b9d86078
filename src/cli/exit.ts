import { codeOf, type ErrorCode } from "../errors.ts";

export const exits = { ok: 0, failed: 1, usage: 2, notFound: 3, unreachable: 4 } as const;

export const exitHelp: readonly (readonly [string, string])[] = [
  ["0", "done"],
  ["1", "failed: the message says why"],
  ["2", "the command line or the settings are wrong"],
  ["3", "there is no such thing"],
  ["4", "Waldur or the server does not answer"],
];

const byCode: Partial<Record<ErrorCode, number>> = {
  bad_input: exits.usage,
  bad_config: exits.usage,
  not_found: exits.notFound,
  waldur_not_found: exits.notFound,
  waldur_unreachable: exits.unreachable,
  waldur_timeout: exits.unreachable,
  waldur_throttled: exits.unreachable,
  waldur_failed: exits.unreachable,
  waldur_bad_answer: exits.unreachable,
};

/** The exit code for what was thrown. */
export function exitCode(error: unknown): number {
  const code = codeOf(error);
  return (code === undefined ? undefined : byCode[code]) ?? exits.failed;
}

/** The exit code for a failure told as text: an error code, maybe with a colon and more behind it. */
export function failureExitCode(text: string): number {
  const [code] = text.split(":");
  return Object.entries(byCode).find(([known]) => known === code)?.[1] ?? exits.failed;
}
