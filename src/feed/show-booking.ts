import type { Deps } from "../deps.ts";
import type { BookingRow } from "../store/bookings/bookings.ts";
import { lostAccess } from "../store/sources/readers.ts";
import { listFeeds } from "../store/feeds.ts";
import type { FeedMove } from "../store/push-subscriptions.ts";
import type { SourceRow } from "../store/sources/sources.ts";
import { takeSteps } from "./commit.ts";
import { readInputs } from "./inputs.ts";
import { countEvents, emptyStep, type FeedStep, stepSize } from "./plan.ts";

/** A source, and a booking as it has just stored it. */
export interface StoredBooking {
  readonly source: SourceRow;
  readonly known: BookingRow;
}

/**
 * Shows one booking, as these sources hold it, in every active feed over them, whatever else the feed waits for. The number
 * of statements depends neither on the number of sources nor on that of feeds, except for one more step for every few
 * hundred feeds, before which `more` is asked. Resolves to the feeds that it moved, and to the ids of sources with a feed that
 * another run is working on. Feeds that do not show it yet are left for the next run. Throws `store_failed`.
 */
export async function showBooking(
  deps: Deps,
  holdings: ReadonlyMap<string, StoredBooking>,
  more: () => boolean,
): Promise<{ readonly moves: readonly FeedMove[]; readonly overtaken: ReadonlySet<string> }> {
  const moves: FeedMove[] = [];
  const overtaken = new Set<string>();
  if (holdings.size === 0) return { moves, overtaken };
  const feeds = await listFeeds(deps.sql, [...holdings.keys()]);
  // A feed that is not active needs every booking before it is served; one whose account has lost the list gets none.
  const lagging = feeds.filter(
    (feed) =>
      feed.state === "active" &&
      lostAccess(feed) === null &&
      feed.renderedRev < (holdings.get(feed.sourceId)?.known.rev ?? 0),
  );
  if (lagging.length === 0) return { moves, overtaken };
  const all = [...holdings.values()];
  const sources = all.map(({ source }) => source);
  const inputs = await readInputs(deps, sources, lagging);
  const steps = lagging.flatMap((feed): FeedStep[] => {
    const holding = holdings.get(feed.sourceId);
    if (holding === undefined) return [];
    const { source, known } = holding;
    // A feed that lags by more than this booking goes on from where it is.
    const now = feed.renderedRev === known.rev - 1 ? { ...feed, renderedRev: known.rev } : feed;
    return [{ ...emptyStep({ feed, now }, source, inputs.nowAt), bookings: [known] }];
  });
  const most = Math.max(1, Math.floor(stepSize / Math.max(...all.map(({ known }) => countEvents(known)))));
  for (let from = 0; from < steps.length && (from === 0 || more()); from += most) {
    const taken = await takeSteps(deps, inputs, steps.slice(from, from + most));
    for (const { sourceId } of taken.overtaken) overtaken.add(sourceId);
    for (const { step, after } of taken.commits) {
      if (after.rev > step.feed.rev) moves.push({ feedId: after.id, fromRev: step.feed.rev, toRev: after.rev });
    }
  }
  return { moves, overtaken };
}
