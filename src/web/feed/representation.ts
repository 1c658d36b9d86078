import { AppError } from "../../errors.ts";
import type { AddressRow, ServedFeed } from "../../store/feeds.ts";

/** What an address shows at one moment: the feed at one revision, or the calendar that says it has ended. */
export interface Representation {
  readonly feed: ServedFeed;
  /** Since when it has ended, epoch seconds; null while it lives. */
  readonly endedAt: number | null;
  /** The opaque part of its strong ETag; the same tag means the same bytes, for this feed. */
  readonly tag: string;
  /** Epoch seconds. */
  readonly modifiedAt: number;
}

/** The end of what a four-digit year can say. */
const latestAt = 253_402_300_799;

/** `hidden`: nothing to show, as if the address did not exist. `gone`: it ended long ago, or at once. */
export type AddressState = Representation | "hidden" | "gone";

/**
 * What the address stands for at `nowAt` (epoch seconds). One that was ended, or whose feed ended or expired, says so for
 * `endedDays` days and then is gone; a feed whose first load is not done is hidden. Throws `store_failed` for a row that
 * no field of HTTP could carry.
 */
export function findRepresentation(
  address: AddressRow,
  renderer: number,
  nowAt: number,
  endedDays: number,
): AddressState {
  const { feed } = address;
  if (!/^[\w.-]+$/.test(feed.epoch) || feed.revisedAt < 0 || feed.revisedAt > latestAt) {
    throw new AppError("store_failed", "the feed's epoch or time of revision is none");
  }
  if (address.gone) return "gone";
  const endedAt = endOf(address, nowAt);
  if (endedAt !== null) {
    if (nowAt >= endedAt + endedDays * 86_400) return "gone";
    return { feed, endedAt, tag: `${feed.epoch}-${renderer}-ended-${endedAt}`, modifiedAt: endedAt };
  }
  if (feed.state === "loading") return "hidden";
  return { feed, endedAt, tag: `${feed.epoch}-${renderer}-${feed.rev}`, modifiedAt: feed.revisedAt };
}

/** Whether two readings of a feed found the same rows below it. */
export function isUnchanged(before: ServedFeed, after: ServedFeed): boolean {
  return before.rev === after.rev && before.epoch === after.epoch && before.state === after.state;
}

function endOf({ endedAt, feed }: AddressRow, nowAt: number): number | null {
  const expiredAt = feed.expiresAt !== null && feed.expiresAt <= nowAt ? feed.expiresAt : null;
  if (endedAt !== null && expiredAt !== null) return Math.min(endedAt, expiredAt);
  return endedAt ?? expiredAt ?? (feed.state === "ended" ? feed.revisedAt : null);
}
