import type { Deps } from "../deps.ts";
import type { BookingRow } from "../store/bookings.ts";
import { listFeeds } from "../store/feeds.ts";
import type { SourceRow } from "../store/sources.ts";
import { type FeedCursor, stepSize } from "./plan.ts";
import { readInputs, countEvents } from "./compare.ts";
import { applyStep, makeRenderers } from "./apply.ts";

/** A source, and a booking as it has just stored it. */
export interface StoredBooking {
  readonly source: SourceRow;
  readonly known: BookingRow;
}

/**
 * Shows one booking, as these sources hold it, in every feed over them that is served, whatever else such a feed waits for:
 * in a number of statements that does not depend on how many sources there are, nor on how many feeds but for one more
 * step for each few hundred, before which `more` is asked. Resolves to the ids of sources with a feed at which another run
 * is. What is not shown is left for the run. Throws `store_failed`.
 */
export async function showBooking(
  deps: Deps,
  bookingUuid: string,
  holdings: ReadonlyMap<string, StoredBooking>,
  more: () => boolean,
): Promise<Set<string>> {
  const overtaken = new Set<string>();
  if (holdings.size === 0) return overtaken;
  const all = [...holdings.values()];
  const feeds = (await listFeeds(deps.sql, [...holdings.keys()])).flatMap((feed) => {
    const holding = holdings.get(feed.sourceId);
    // One that is not served needs every booking before it is.
    const lags = holding !== undefined && feed.state === "active" && feed.renderedRev < holding.known.rev;
    return lags ? [{ feed, ...holding }] : [];
  });
  if (feeds.length === 0) return overtaken;
  const sight = await readInputs(
    deps,
    all.map(({ source }) => source),
    feeds.map(({ feed }) => feed),
  );
  const places = (await makeRenderers(deps, sight, feeds)).map(({ known: { rev }, ...turn }): FeedCursor => ({
    ...turn,
    // One that lags by more than this booking goes on from where it is.
    now: turn.feed.renderedRev === rev - 1 ? { ...turn.feed, renderedRev: rev } : turn.feed,
  }));
  const most = Math.max(1, Math.floor(stepSize / Math.max(...all.map(({ known }) => countEvents(known)))));
  for (let from = 0; from < places.length && (from === 0 || more()); from += most) {
    const taken = await applyStep(deps, {
      places: places.slice(from, from + most),
      bookingUuids: [bookingUuid],
      change: {},
      make: async ({ source, now, steps }, rows) => {
        const known = holdings.get(source.id)?.known;
        return steps.compare(known === undefined ? [] : [known], rows, now.held);
      },
    });
    for (const { source } of taken.overtaken) overtaken.add(source.id);
  }
  return overtaken;
}
