import { AppError } from "../errors.ts";
import type { FeedRow } from "../store/feeds.ts";

/** Returns true when the feed's time is over at `nowAt`, in epoch seconds. */
export function isExpired({ expiresAt }: Pick<FeedRow, "expiresAt">, nowAt: number): boolean {
  return expiresAt !== null && expiresAt <= nowAt;
}

/** Throws `bad_input` when the feed's time is over at `nowAt`, in epoch seconds. */
export function needUnexpired(feed: Pick<FeedRow, "expiresAt">, nowAt: number): void {
  if (!isExpired(feed, nowAt)) return;
  throw new AppError("bad_input", "expires must lie in the future; to end a feed now, revoke it");
}
