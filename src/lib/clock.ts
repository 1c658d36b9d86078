import type { Deps } from "../deps.ts";

/** Returns the time in whole epoch seconds: what every `…At` of the program is. */
export function epochSeconds(deps: Pick<Deps, "now">): number {
  return Math.floor(deps.now() / 1000);
}

/** Seconds by which two clocks of the same service may differ. */
const skewSeconds = 60;

/**
 * Returns true when that many seconds have passed since `at`, or it was never (null). All in epoch seconds. A time that lies
 * ahead was noted before the clock was set back, nobody knows when: it counts as long ago.
 */
export function hasElapsed(at: number | null, seconds: number, nowAt: number): boolean {
  return at === null || nowAt - at >= seconds || isAhead(at, nowAt);
}

/** Returns true when `at` lies ahead by more than clocks differ (epoch seconds): it was noted before the clock was set back. */
export function isAhead(at: number, nowAt: number): boolean {
  return at > nowAt + skewSeconds;
}

/**
 * Returns true when `dueAt` has come, which was set at most `longest` seconds ahead (epoch seconds). One that lies further
 * ahead was set before the clock was set back: it counts as due.
 */
export function isDue(dueAt: number, longest: number, nowAt: number): boolean {
  return dueAt <= nowAt || dueAt > nowAt + longest + skewSeconds;
}
