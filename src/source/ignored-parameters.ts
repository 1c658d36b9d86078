import * as v from "valibot";
import { epochSeconds, hasElapsed } from "../lib/clock.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { readMeta, writeMeta } from "../store/meta.ts";
import type { WaldurClient } from "../waldur/client.ts";
import { bookingParameters, type ParameterKind, type ParameterName, parseQuery } from "../waldur/parameters.ts";

/** Seconds for which findings on a release hold: an upgrade need not change what tells it from others. */
const knownSeconds = 86_400;

/** For each kind of value texts of which no booking has all: one that nothing has, or both halves of everything. */
const unmatched: Readonly<Record<ParameterKind, readonly string[]>> = {
  text: ["waldur-calendar-matches-nothing"],
  name: [],
  state: [],
  url: [],
  uuid: ["f".repeat(32)],
  number: ["999999999"],
  boolean: ["true", "false"],
  time: ["1970-01-01"],
  json: ['{"waldur-calendar":"matches-nothing"}'],
};

const schema = v.object({
  release: v.string(),
  found: v.record(v.string(), v.object({ ignored: v.boolean(), at: v.number() })),
});

/**
 * Returns those of these parameters that Waldur ignores: it counts as many bookings with a value that matches nothing as
 * without. Asked once a day for each parameter and release of the server. Throws Waldur's failures.
 */
export async function findIgnored(
  deps: Deps,
  client: WaldurClient,
  names: readonly ParameterName[],
): Promise<ParameterName[]> {
  if (names.length === 0) return [];
  const key = `ignored:${deps.config.waldurApiUrl ?? ""}`;
  const nowAt = epochSeconds(deps);
  const release = await client.release();
  const stored = v.safeParse(schema, JSON.parse((await readMeta(deps.sql, key)) ?? "{}"));
  const known = stored.success && stored.output.release === release ? stored.output.found : {};
  const found: Record<string, { ignored: boolean; at: number }> = { ...known };
  let all: number | null = null;
  for (const name of names) {
    if (!hasElapsed(known[name]?.at ?? null, knownSeconds, nowAt)) continue;
    all ??= await client.countBookings({});
    // Of no bookings nothing can be learnt.
    if (all === 0) return [];
    found[name] = { ignored: await isIgnored(client, name, all), at: nowAt };
  }
  if (all !== null) await writeMeta(deps.sql, key, JSON.stringify({ release, found }));
  return names.filter((name) => found[name]?.ignored === true);
}

async function isIgnored(client: WaldurClient, name: ParameterName, all: number): Promise<boolean> {
  for (const text of unmatched[bookingParameters[name].kind]) {
    try {
      if ((await client.countBookings(parseQuery({ [name]: text }))) !== all) return false;
    } catch (error) {
      // It has read a value that it refuses.
      if (error instanceof AppError && error.code === "waldur_bad_request") return false;
      throw error;
    }
  }
  return true;
}
