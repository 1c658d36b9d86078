import type { Deps } from "../deps.ts";
import type { FeedRow } from "../store/feeds.ts";
import type { SourceRow } from "../store/sources.ts";
import { type Need, findNeed, renderStart } from "./needs.ts";
import { type FeedCursor, planStep, stepSize, type FeedRenderer } from "./plan.ts";
import { countAdded, type FeedCommit } from "./commit.ts";
import { readInputs } from "./compare.ts";
import { applyStep, makeRenderers } from "./apply.ts";
import { epochSeconds } from "../clock.ts";

/** What one run did to one feed. */
export interface RenderReport {
  readonly id: string;
  readonly name: string;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Events that the linter holds back: booking, slot and what is wrong. */
  readonly held: readonly string[];
}

/** How far rendering may go. */
export interface RenderLimits {
  /** Events compared: what the run has left. Only a booking with more events than a whole run may have goes beyond. */
  readonly events: number;
  /** Whether one more step may be made. */
  readonly more: () => boolean;
}

/** What rendering did. */
export interface RenderResult {
  /** Of the feeds of which something was written. */
  readonly reports: readonly RenderReport[];
  /** Events compared. */
  readonly events: number;
  /** Whether nothing was left for want of room. */
  readonly done: boolean;
}

/** A feed that has more to do. */
interface Waiting extends FeedCursor {
  readonly need: Need;
}

/** Whether anything about the feed's events waits to be done, as its own row and its source's tell. */
export function isBehind(deps: Pick<Deps, "now" | "config" | "keys">, feed: FeedRow, source: SourceRow): boolean {
  // Before its source is loaded a feed would show bookings whose orders are not known yet.
  if (feed.state === "ended" || source.loadedAt === null) return false;
  return findNeed(deps, feed, source, epochSeconds(deps)) !== null;
}

/**
 * Brings the events of feeds over one source up to the stored bookings, as far as the limits let it; what does not fit is a
 * smaller difference for the next run. Feeds that stand at the same place take each step together; those that lag least go
 * first. What fails in one feed is logged and left for the next run. Throws `store_failed`.
 */
export async function renderFeeds(
  deps: Deps,
  source: SourceRow,
  feeds: readonly FeedRow[],
  limits: RenderLimits,
): Promise<RenderResult> {
  const sight = await readInputs(deps, [source], feeds);
  const asked = feeds.map((feed) => ({ feed, source }));
  const open = new Map<string, Waiting>();
  const wait = (turn: FeedRenderer): void => {
    const need = findNeed(deps, turn.feed, source, sight.nowAt);
    const now = need === "suspend" ? turn.feed : renderStart(deps, turn.feed, sight.nowAt);
    if (need !== null) open.set(turn.feed.id, { ...turn, now, need });
  };
  for (const turn of await makeRenderers(deps, sight, asked)) wait(turn);
  const reports = new Map<string, RenderReport>();
  let events = 0;
  let done = true;
  for (let next = nextOf(open); next !== null; next = nextOf(open)) {
    const left = limits.events - events;
    if (left <= 0 || !limits.more()) {
      done = false;
      break;
    }
    const room = { step: Math.min(stepSize, left), left: left === deps.budget.events ? Infinity : left };
    const plan = await planStep(deps, sight, next[0].need, next, room);
    for (const { feed } of plan?.places ?? next) open.delete(feed.id);
    if (plan === null) {
      done = false;
      continue;
    }
    for (const revision of (await applyStep(deps, plan)).revisions) {
      const { place, after, rendered } = revision;
      events += rendered;
      wait({ ...place, feed: after });
      reports.set(after.id, addTo(reports.get(after.id), revision));
    }
  }
  return { reports: [...reports.values()], events, done };
}

/** The feeds whose turn it is: together those that lag least behind their bookings, then the others one by one. */
function nextOf(open: ReadonlyMap<string, Waiting>): readonly [Waiting, ...Waiting[]] | null {
  let next: [Waiting, ...Waiting[]] | null = null;
  for (const one of open.values()) {
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
