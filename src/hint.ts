import { epochSeconds } from "./lib/clock.ts";
import type { Deps } from "./deps.ts";
import { stretchStart } from "./account/tries.ts";
import { logFailure } from "./log.ts";
import { hex } from "./security/hash.ts";
import { countTry } from "./store/accounts/attempts.ts";
import { listSourcesNamed, makeHintedDue } from "./store/sources/hints.ts";
import { takeLease } from "./store/leases.ts";
import { tick } from "./tick.ts";

/** Milliseconds from a hint to its run: others come with it, and Waldur writes slots only a moment after it tells of them. */
const gatherMilliseconds = 2000;
/** Seconds from the beginning of one run to that of the next, in all processes together, however many hints come. */
const gapSeconds = 5;
/** Runs in ten minutes; further hints only make sources due. */
const mostRuns = 60;
/** While another run's gap lasts a run waits so long, so often; each costs a statement. */
const waitMilliseconds = 1500;
const mostWaits = 4;
const mostUuids = 200;

/** Uuids that the hints named which wait for a run; null: some hint named none, so that anything may have changed. */
interface Gathered {
  uuids: Set<string> | null;
}

/** The work that waits in this process, by installation. */
const gathered = new WeakMap<Deps["config"], Gathered>();

/** Returns the address at which Waldur's web hook posts; null without HOOK_SECRET. */
export function hookAddress({ publicUrl, hookSecret }: Deps["config"]): string | null {
  return hookSecret === null ? null : `${publicUrl}/h/${hookSecret}`;
}

/**
 * Takes it as a hint that something has changed in Waldur: reads the sources that know a uuid in this text soon, or all where
 * none does. Nothing else is made of the text. Hints that come meanwhile share the run.
 */
export function takeHint(deps: Deps, text: string): void {
  const waits = gathered.get(deps.config);
  const named = waits?.uuids === null ? [] : uuidsIn(text);
  const uuids = new Set([...(waits?.uuids ?? []), ...named]);
  const all = named.length === 0 || uuids.size > mostUuids;
  if (waits !== undefined) {
    waits.uuids = all ? null : uuids;
    return;
  }
  gathered.set(deps.config, { uuids: all ? null : uuids });
  deps.defer(followHints(deps));
}

/** Returns the uuids in a text, as 32 hexadecimal digits. */
function uuidsIn(text: string): string[] {
  const found = text.match(/\b[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}\b/gi) ?? [];
  return found.map((uuid) => uuid.replaceAll("-", "").toLowerCase());
}

async function followHints(deps: Deps): Promise<void> {
  await deps.sleep(gatherMilliseconds);
  let begins = false;
  try {
    for (let waits = 0; waits <= mostWaits && !begins; waits += 1) {
      if (waits > 0) await deps.sleep(waitMilliseconds);
      begins = await takeLease(deps.sql, "hints", hex(deps.random(8)), epochSeconds(deps), gapSeconds);
    }
  } catch (error) {
    logFailure(deps, "hint_failed", error);
  }
  const uuids = gathered.get(deps.config)?.uuids ?? null;
  gathered.delete(deps.config);
  try {
    const named = uuids === null ? [] : await listSourcesNamed(deps.sql, [...uuids]);
    const due = await makeHintedDue(deps.sql, named.length === 0 ? null : named, epochSeconds(deps));
    if (!begins) return;
    const runs = await countTry(deps.sql, "hints", stretchStart(deps));
    if (runs === mostRuns + 1) deps.log.warn("hints_many", { runs: mostRuns });
    if (runs <= mostRuns) await tick(deps, { hinted: due });
  } catch (error) {
    logFailure(deps, "hint_failed", error);
  }
}
