import { DateTime } from "luxon";
import { epochSeconds, isDue } from "../lib/clock.ts";
import type { Deps } from "../deps.ts";
import { longestWaitSeconds } from "../waldur/refusal.ts";
import type { SourceRow } from "../store/sources/sources.ts";

export interface PaceSettings {
  readonly pollSeconds: number;
  readonly nightPollSeconds: number;
  /** Hours of the local day in which nobody waits: [from, to), over midnight when from > to. */
  readonly nightHours: { readonly from: number; readonly to: number };
  readonly timeZone: string;
}

/**
 * Returns the seconds until a source should be read again: the quick pace while requests wait or somebody reads its feeds, the slow
 * one otherwise and at night.
 */
export function pollDelay(
  settings: PaceSettings,
  facts: { readonly pending: boolean; readonly read: boolean },
  nowAt: number,
): number {
  const { hour } = DateTime.fromSeconds(nowAt, { zone: settings.timeZone });
  const { from, to } = settings.nightHours;
  const night = from <= to ? hour >= from && hour < to : hour >= from || hour < to;
  return !night && (facts.pending || facts.read) ? settings.pollSeconds : settings.nightPollSeconds;
}

/** Returns true when the source is to be read; also when that time is further ahead than any pace sets it. */
export function isSourceDue(
  deps: Pick<Deps, "config" | "now">,
  { dueAt, failure }: Pick<SourceRow, "dueAt" | "failure">,
): boolean {
  const { pollSeconds, nightPollSeconds } = deps.config;
  const pace = Math.max(pollSeconds, nightPollSeconds);
  return isDue(dueAt, failure === "" ? pace : Math.max(pace, longestWaitSeconds), epochSeconds(deps));
}
