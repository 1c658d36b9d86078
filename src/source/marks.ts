import { apartSeconds } from "../waldur/clock.ts";
import type { SourceRun } from "./run.ts";

/** Rows may become visible a little after the time they carry: both lists are read again from this long before the mark. */
export const overlapMicros = 60_000_000;
const dayMicros = 86_400_000_000;

/** Returns true for a time (epoch microseconds) that Waldur's own clock is far from: it was set back since, or is set wrong. */
export function isBeyondClock({ serverMicros }: Pick<SourceRun, "serverMicros">, micros: number): boolean {
  return serverMicros() > 0 && micros > serverMicros() + apartSeconds * 1e6;
}

/**
 * Returns the mark of a list of changes that was read from `mark` on, and whose last change is of `highest`: never past what
 * is still to come by Waldur's clock. A mark that is past it begins again a day before.
 */
export function moveMark(run: Pick<SourceRun, "serverMicros">, mark: number, highest: number): number {
  if (isBeyondClock(run, mark)) return run.serverMicros() - dayMicros;
  return Math.max(mark, isBeyondClock(run, highest) ? run.serverMicros() : highest);
}
