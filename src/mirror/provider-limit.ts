import { epochSeconds } from "../lib/clock.ts";
import type { Deps } from "../deps.ts";
import { countTries, readTries } from "../store/accounts/attempts.ts";
import type { TargetRow } from "../store/targets.ts";

/** Requests without which a run of a target gets nowhere. */
export const fewestRequests = 4;
/** Requests that one host gets in a minute, whatever its accounts are allowed. */
const hostPerMinute = 600;

/** Returns the requests that may still be sent for a target in this minute; Infinity where its provider sets no limit. */
export async function requestsAllowed(deps: Deps, { perMinute, account, host }: TargetRow): Promise<number> {
  if (perMinute === null) return Number.POSITIVE_INFINITY;
  const minuteAt = minuteStart(deps);
  const ofAccount = await readTries(deps.sql, counterName(account), minuteAt);
  const ofHost = await readTries(deps.sql, counterName(host), minuteAt);
  return Math.min(perMinute - ofAccount, hostPerMinute - ofHost);
}

/** Counts the requests that were sent for a target, where its provider sets a limit. */
export async function countRequests(deps: Deps, { perMinute, account, host }: TargetRow, sent: number): Promise<void> {
  if (perMinute === null || sent === 0) return;
  for (const key of [account, host]) await countTries(deps.sql, counterName(key), minuteStart(deps), sent);
}

function counterName(accountOrHost: string): string {
  return `caldav ${accountOrHost}`;
}

function minuteStart(deps: Deps): number {
  const nowAt = epochSeconds(deps);
  return nowAt - (nowAt % 60);
}
