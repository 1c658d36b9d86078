import type { Deps } from "../deps.ts";
import { warnOfSize } from "../calendar/size.ts";
import type { BookingCounts } from "../store/bookings.ts";
import type { FeedRow } from "../store/feeds.ts";
import type { SourceRow } from "../store/sources.ts";
import { addressOf, webcalOf } from "../sync/feeds.ts";

/** Epoch seconds as ISO 8601, or null. */
export function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at * 1000).toISOString();
}

/** A feed as the operator sees it. Its address only once the first load is done: before that it shows nothing yet. */
export async function feedJson(
  deps: Pick<Deps, "keys" | "config">,
  feed: FeedRow,
  source: SourceRow,
  counts: BookingCounts,
) {
  const address = feed.state === "loading" ? null : await addressOf(deps, feed);
  const { name, ...profile } = feed.profile;
  return {
    id: feed.id,
    name,
    state: feed.state,
    source: {
      id: source.id,
      kind: source.kind,
      uuid: source.scopeUuid || null,
      name: source.name,
      partial: source.partial || null,
      loaded: source.loadedAt !== null,
      bookings: counts.listed,
      pending: counts.pending,
      freshAt: isoTime(source.freshAt),
      failure: source.failure || null,
      failingSince: isoTime(source.failingSinceAt),
      access: source.access,
      held: source.held || null,
      skipped: source.skipped,
    },
    profile,
    address,
    webcal: address === null ? null : webcalOf(address),
    events: feed.eventCount,
    bytes: feed.byteCount,
    warning: warnOfSize(deps.config, feed.eventCount, feed.byteCount),
    held: feed.held,
    createdAt: isoTime(feed.createdAt),
    expiresAt: isoTime(feed.expiresAt),
    usedAt: isoTime(feed.usedAt),
    usedBy: feed.usedBy || null,
  };
}
