import { epochSeconds } from "./lib/clock.ts";
import type { Deps } from "./deps.ts";
import { groupReaders, type Reader } from "./source/readers.ts";
import { listAccounts } from "./store/accounts/accounts.ts";
import { type ListedFeed, listFeeds } from "./store/feeds.ts";
import { isVisited, listReadSources } from "./store/sources/readers.ts";
import { listSources, type SourceRow } from "./store/sources/sources.ts";

/** The feeds that have not ended, the sources they are over or somebody comes for, and the accounts these belong to. */
export interface Stored {
  readonly feeds: readonly ListedFeed[];
  readonly sources: readonly SourceRow[];
  readonly feedsOf: (source: SourceRow) => readonly ListedFeed[];
  /** Returns the accounts with a feed over the source, and those of people who were here not long ago: they read it. */
  readonly readersOf: (source: SourceRow) => readonly Reader[];
  /** Returns when a feed over the source was last fetched, or somebody who reads it signed in; null: never. */
  readonly usedAt: (source: SourceRow) => number | null;
}

/** Loads what a run begins with. Throws `store_failed`. */
export async function loadStored(deps: Deps): Promise<Stored> {
  const { sql } = deps;
  const feeds = (await listFeeds(sql)).filter((feed) => feed.state !== "ended");
  const groups = Map.groupBy(feeds, (feed) => feed.sourceId);
  const owned = new Set(feeds.map(({ sourceId, accountId }) => `${sourceId} ${accountId}`));
  const nowAt = epochSeconds(deps);
  const all = await listReadSources(sql);
  const visits = Map.groupBy(all, ({ id }) => id);
  const asked = all.filter((source) => owned.has(`${source.id} ${source.accountId}`) || isVisited(source, nowAt));
  const wanted = new Set([...groups.keys(), ...asked.map(({ id }) => id)]);
  const readers = groupReaders(asked, await listAccounts(sql));
  return {
    feeds,
    sources: (await listSources(sql)).filter(({ id }) => wanted.has(id)),
    feedsOf: ({ id }) => groups.get(id) ?? [],
    readersOf: ({ id }) => readers.get(id) ?? [],
    usedAt: ({ id }) =>
      latest([
        ...(groups.get(id) ?? []).map(({ usedAt }) => usedAt),
        ...(visits.get(id) ?? []).map(({ visitedAt }) => visitedAt),
      ]),
  };
}

/** Returns the latest of these times, epoch seconds; null where there is none. */
function latest(times: readonly (number | null)[]): number | null {
  return times.reduce((last, at) => (at === null ? last : Math.max(last ?? 0, at)), null);
}
