import { googleHost } from "../caldav/auth/google.ts";
import { serverText } from "../caldav/failure.ts";
import type { Failure } from "../caldav/port.ts";
import type { StopCode } from "../store/targets.ts";

/**
 * The early end of a run. `stop`: the target stops until somebody acts; `wait`: seconds until the next run, null for the
 * back-off.
 */
export type Halt =
  | { readonly stop: Exclude<StopCode, "">; readonly reason: string }
  | { readonly wait: number | null; readonly reason: string };

/** The end of a run whose budget is spent: nothing failed, and the next one may follow at once. */
export const outOfBudget: Halt = { wait: 0, reason: "" };

/** Returns the end of a run for a failure that concerns more than one event. `host`: that of the calendar. */
export function makeHalt(failure: Failure, host: string): Halt {
  const said = serverText(failure) || failure.text || "no answer";
  switch (failure.kind) {
    case "unsent":
      return outOfBudget;
    case "unauthorized":
      return {
        stop: "credentials",
        reason:
          host === googleHost
            ? "Google no longer gives this service access: the permission was withdrawn or expired. Its owner must give it again on the target's page."
            : "The server no longer takes the user name or password. Give new ones with `targets credentials`.",
      };
    case "read-only":
      return { stop: "read-only", reason: `The account may not write to this calendar (${said}).` };
    case "missing":
      return { stop: "gone", reason: `The calendar is gone (${said}).` };
    case "blocked":
      return { stop: "blocked", reason: `The rules of this service forbid the calendar's address (${failure.text}).` };
    case "throttled":
      return { wait: failure.retryAfter, reason: `The server asks to be left alone for a while (${said}).` };
    default:
      return { wait: failure.retryAfter, reason: `The server gave no useful answer (${said}).` };
  }
}
