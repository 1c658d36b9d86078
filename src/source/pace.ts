import { DateTime } from "luxon";
import { epochSeconds, isDue } from "../clock.ts";
import type { Deps } from "../deps.ts";
import { longestWaitSeconds } from "../waldur/refusal.ts";
import type { SourceRow } from "../store/sources.ts";

export interface PaceSettings {
  readonly pollSeconds: number;
  readonly nightPollSeconds: number;
  /** Hours of the local day in which nobody waits: [from, to), over midnight when from > to. */
  readonly nightHours: { readonly from: number; readonly to: number };
  readonly timeZone: string;
}

/**
 * Returns the seconds until a source should be read again: the quick pace while requests wait or somebody reads its feeds, the slow
 * one otherwise and at night, and never so slow that a sliding token (`lifetime` seconds after its last use) runs out.
 */
export function pollDelay(
  settings: PaceSettings,
  facts: { pending: boolean; read: boolean; lifetime: number | null },
  nowAt: number,
): number {
  const { hour } = DateTime.fromSeconds(nowAt, { zone: settings.timeZone });
  const { from, to } = settings.nightHours;
  const night = from <= to ? hour >= from && hour < to : hour >= from || hour < to;
  const wanted = !night && (facts.pending || facts.read) ? settings.pollSeconds : settings.nightPollSeconds;
  return facts.lifetime === null ? wanted : Math.max(1, Math.min(wanted, Math.floor(facts.lifetime / 2)));
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
