import { DateTime } from "luxon";

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
