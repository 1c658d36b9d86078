import type { Deps } from "../../deps.ts";
import { sizeWarning } from "../../calendar/size.ts";
import type { BookingCounts } from "../../store/bookings/bookings.ts";
import type { FeedRow } from "../../store/feeds.ts";
import { lostAccess, type ReadSource } from "../../store/sources/readers.ts";
import { findFeedAddress, freeBusyAddress, webcalAddress } from "../../feed/commands.ts";
import { may, type Standing } from "../../account/access.ts";
import { sealedBy } from "../../security/seal.ts";
import type { FeedJson } from "./responses.ts";

/** Returns epoch seconds as ISO 8601; null stays null. */
export function isoTime(at: number | null): string | null {
  return at === null ? null : new Date(at * 1000).toISOString();
}

/**
 * Returns a feed as somebody of that standing sees it. Only its owner sees its address, and only once the first load is
 * done, because until then the address serves nothing. Others see its name and state.
 */
export async function feedJson(
  deps: Pick<Deps, "keys" | "config">,
  feed: FeedRow,
  source: ReadSource,
  counts: BookingCounts,
  standing: Standing,
): Promise<FeedJson> {
  const shown = feed.state !== "loading" && may(standing, "address");
  const address = shown ? await findFeedAddress(deps, feed) : null;
  const open = may(standing, "content");
  const { name, ...profile } = feed.profile;
  return {
    id: feed.id,
    name,
    state: feed.state,
    standing,
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
      access: lostAccess(source) === null ? "ok" : "lost",
      lost: source.lost || null,
      lostSince: isoTime(source.lostAt),
      held: source.held || null,
      skipped: source.skipped,
    },
    profile: open ? profile : null,
    address,
    missingKey: shown && address === null ? sealedBy(feed.secret) : null,
    webcal: address === null ? null : webcalAddress(address),
    freeBusy: address === null ? null : freeBusyAddress(address),
    events: feed.eventCount,
    bytes: feed.byteCount,
    warning: sizeWarning(deps.config, feed.eventCount, feed.byteCount),
    held: open ? feed.held : [],
    createdAt: isoTime(feed.createdAt),
    expiresAt: isoTime(feed.expiresAt),
    usedAt: isoTime(feed.usedAt),
    usedBy: (open && feed.usedBy) || null,
  };
}
