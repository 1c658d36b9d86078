import { AppError } from "../../errors.ts";
import { isExpired } from "../../feed/expiry.ts";
import type { AddressRow, ServedFeed } from "../../store/feeds.ts";

/** The content of an address at one moment: the feed at one revision, or the calendar that says it has ended. */
export interface Representation {
  readonly feed: ServedFeed;
  /** End of the feed, epoch seconds; null while it lives. */
  readonly endedAt: number | null;
  /** The opaque part of its strong ETag; the same tag means the same bytes, for this feed. */
  readonly tag: string;
  /** Epoch seconds. */
  readonly modifiedAt: number;
}

/** The last second of the year 9999. */
const latestAt = 253_402_300_799;

/** `hidden`: answered as if the address did not exist. `gone`: it ended long ago, or without notice. */
export type AddressState = Representation | "hidden" | "gone";

/**
 * Returns what the address shows at `nowAt` (epoch seconds). One that has ended, or whose feed has ended or expired, says
 * so for `endedDays` days and then is gone, unless only this machine's clock says so yet; a feed that is not loaded yet is hidden. Throws `store_failed` for a row that
 * no HTTP field could carry.
 */
export function findRepresentation(
  address: AddressRow,
  renderer: number,
  nowAt: number,
  endedDays: number,
): AddressState {
  const { feed } = address;
  if (!/^[\w.-]+$/.test(feed.epoch) || feed.revisedAt < 0 || feed.revisedAt > latestAt) {
    throw new AppError("store_failed", "the feed's epoch or time of revision is not valid");
  }
  if (address.gone) return "gone";
  const endedAt = endTime(address, nowAt);
  if (endedAt !== null) {
    const settled = address.endedAt !== null || feed.state === "ended";
    if (settled && nowAt >= endedAt + endedDays * 86_400) return "gone";
    return { feed, endedAt, tag: `${feed.epoch}-${renderer}-ended-${endedAt}`, modifiedAt: endedAt };
  }
  if (feed.state === "loading") return "hidden";
  return { feed, endedAt, tag: `${feed.epoch}-${renderer}-${feed.rev}`, modifiedAt: feed.revisedAt };
}

/** Returns true when two readings of a feed found the same rows. */
export function isUnchanged(before: ServedFeed, after: ServedFeed): boolean {
  return before.rev === after.rev && before.epoch === after.epoch && before.state === after.state;
}

function endTime({ endedAt, feed }: AddressRow, nowAt: number): number | null {
  const expiredAt = isExpired(feed, nowAt) ? feed.expiresAt : null;
  if (endedAt !== null && expiredAt !== null) return Math.min(endedAt, expiredAt);
  return endedAt ?? expiredAt ?? (feed.state === "ended" ? feed.revisedAt : null);
}
