import { epochSeconds } from "../lib/clock.ts";
import type { Deps } from "../deps.ts";
import type { FeedRow } from "../store/feeds.ts";
import type { SourceRow } from "../store/sources/sources.ts";
import { type FeedCommit, takeSteps } from "./commit.ts";
import { countAdded } from "./compare.ts";
import { readInputs } from "./inputs.ts";
import { type FeedCursor, findNeed } from "./needs.ts";
import { planStep, stepSize } from "./plan.ts";

/** The report of one run on one feed. */
export interface RenderReport {
  readonly id: string;
  readonly name: string;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Events that the linter holds back: booking, slot and what is wrong. */
  readonly held: readonly string[];
}

/** The limits of rendering. */
export interface RenderLimits {
  /** Events that the run may still compare. Only a booking with more events than a whole run may have goes beyond. */
  readonly events: number;
  /** Returns true when one more step may be made. */
  readonly more: () => boolean;
}

/** The result of rendering. */
export interface RenderResult {
  /** One for each feed of which something was written. */
  readonly reports: readonly RenderReport[];
  /** Events compared. */
  readonly events: number;
  /** True when the limits left nothing undone. */
  readonly done: boolean;
}

/** Returns true when the feed's row and its source's say that its events need rendering. */
export function isBehind(deps: Pick<Deps, "now" | "config" | "keys">, feed: FeedRow, source: SourceRow): boolean {
  // Before its source is loaded a feed would show bookings whose orders are not known yet.
  if (feed.state === "ended" || source.loadedAt === null) return false;
  return findNeed(deps, feed, source, epochSeconds(deps)) !== null;
}

/**
 * Brings the events of feeds over one source up to the stored bookings, as far as the limits allow; the rest is a smaller
 * difference for the next run. Feeds that stand at the same place take each step together; those that lag least go first.
 * A feed that fails is logged and left for the next run. Throws `store_failed`.
 */
export async function renderFeeds(
  deps: Deps,
  source: SourceRow,
  feeds: readonly FeedRow[],
  limits: RenderLimits,
): Promise<RenderResult> {
  const inputs = await readInputs(deps, [source], feeds);
  const behind = new Map<string, FeedCursor>();
  const enqueue = (feed: FeedRow): void => {
    const cursor = findNeed(deps, feed, source, inputs.nowAt);
    if (cursor !== null) behind.set(feed.id, cursor);
  };
  for (const feed of feeds) enqueue(feed);
  const reports = new Map<string, RenderReport>();
  let events = 0;
  let done = true;
  for (let next = nextFeeds(behind); next !== null; next = nextFeeds(behind)) {
    const left = limits.events - events;
    if (left <= 0 || !limits.more()) return { reports: [...reports.values()], events, done: false };
    const budget = { step: Math.min(stepSize, left), left: left === deps.budget.events ? Infinity : left };
    const steps = await planStep(deps, inputs, source, next, budget);
    for (const { feed } of steps ?? next) behind.delete(feed.id);
    if (steps === null) {
      done = false;
      continue;
    }
    for (const commit of (await takeSteps(deps, inputs, steps)).commits) {
      events += commit.rendered;
      enqueue(commit.after);
      reports.set(commit.after.id, addTo(reports.get(commit.after.id), commit));
    }
  }
  return { reports: [...reports.values()], events, done };
}

/** Returns the feeds to render next: those that lag least behind their bookings together, then the others one by one. */
function nextFeeds(behind: ReadonlyMap<string, FeedCursor>): readonly [FeedCursor, ...FeedCursor[]] | null {
  let next: [FeedCursor, ...FeedCursor[]] | null = null;
  for (const one of behind.values()) {
    const ahead = next?.[0].need === "changes" ? next[0].now.renderedRev : -1;
    if (next === null) next = [one];
    else if (one.need !== "changes" || one.now.renderedRev < ahead) continue;
    else if (one.now.renderedRev === ahead) next.push(one);
    else next = [one];
  }
  return next;
}

function addTo(report: RenderReport | undefined, { after, write, drop }: FeedCommit): RenderReport {
  const { added, changed, removed } = report ?? { added: 0, changed: 0, removed: 0 };
  const fresh = countAdded(write);
  return {
    id: after.id,
    name: after.profile.name,
    added: added + fresh,
    changed: changed + write.length - fresh,
    removed: removed + drop.length,
    held: after.held,
  };
}
