import type { FeedProfile } from "./calendar/profile.ts";
import { epochSeconds } from "./lib/clock.ts";
import type { Deps } from "./deps.ts";
import { getFeed, needAlive, sealedFeedPlace } from "./feed/commands.ts";
import { needRoomForFeed } from "./feed/quota.ts";
import { handOver } from "./mirror/hand-over.ts";
import { hex } from "./security/hash.ts";
import { seal } from "./security/seal.ts";
import { hashSecret, newSecret } from "./security/secret.ts";
import { changeFeed, type FeedRow, insertAddress } from "./store/feeds.ts";
import { addSource, type NewSource } from "./store/sources/sources.ts";

/**
 * Gives a feed to another account, which has the same Waldur list. The feed gets a new address; the
 * old ones go on serving, but nobody is shown them any more. Its targets stop and forget their credentials until the new
 * account gives its own. Throws `conflict` for a feed that has ended, and `over_quota`.
 */
export async function takeOverFeed(deps: Deps, feed: FeedRow, source: NewSource): Promise<FeedRow> {
  needAlive(feed);
  const sourceId = await addSource(deps.sql, { id: hex(deps.random(8)), ...source }, epochSeconds(deps));
  await needRoomForFeed(deps, source.accountId, sourceId);
  const secret = newSecret(deps.random);
  const sealed = await seal(deps.keys, sealedFeedPlace(feed.id, "secret"), secret, deps.random);
  // Links that decide as the feed's account are for the new one to allow.
  const profile: FeedProfile = {
    ...feed.profile,
    decisions: feed.profile.decisions === "signed" ? "sign-in" : feed.profile.decisions,
  };
  const { accountId } = source;
  const change = changeFeed(feed.id, {
    sourceId,
    accountId,
    secret: sealed,
    profile,
    links: hex(deps.random(8)),
    renderedRev: 0,
  });
  const targets = await handOver(deps, feed.id);
  await deps.sql.batch([
    insertAddress(feed.id, await hashSecret(secret)),
    ...(change === null ? [] : [change]),
    ...targets.statements,
  ]);
  await targets.end();
  deps.log.info("feed_taken_over", { feed: feed.id, source: sourceId, account: accountId });
  return getFeed(deps, feed.id);
}
