import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { environmentAccount } from "../store/accounts/accounts.ts";
import { countFeedsBySource, countTargets } from "../store/owned.ts";

const limited = ["feeds", "sources", "targets"] as const;

/** A limit of one person: of what, and how many. */
export interface Limit {
  readonly of: (typeof limited)[number];
  readonly most: number;
}

/** Throws `over_quota` when the account may have no further feed, or none over this source. */
export async function needRoomForFeed(deps: Deps, accountId: string, sourceId: string): Promise<void> {
  if (accountId === environmentAccount) return;
  const { maxFeeds, maxSources } = deps.config;
  const feeds = await countFeedsBySource(deps.sql, accountId);
  const count = [...feeds.values()].reduce((sum, found) => sum + found, 0);
  if (count >= maxFeeds) throw overQuota({ of: "feeds", most: maxFeeds });
  if (feeds.size >= maxSources && !feeds.has(sourceId)) throw overQuota({ of: "sources", most: maxSources });
}

/** Throws `over_quota` when the feeds of the account may have no further target. */
export async function needRoomForTarget(deps: Deps, accountId: string): Promise<void> {
  const { maxTargets } = deps.config;
  if (accountId !== environmentAccount && (await countTargets(deps.sql, accountId)) >= maxTargets) {
    throw overQuota({ of: "targets", most: maxTargets });
  }
}

/** Reads the limit from an error for which somebody has reached one; null for any other. */
export function readLimit(error: unknown): Limit | null {
  if (!(error instanceof AppError) || error.code !== "over_quota") return null;
  const of = limited.find((known) => known === error.facts["of"]);
  return of === undefined ? null : { of, most: Number(error.facts["most"]) };
}

function overQuota({ of, most }: Limit): AppError {
  const sentences = {
    feeds: `one person may have ${most} feeds here (MAX_FEEDS); end one with \`feeds revoke\`, or ask the operator to raise the limit`,
    sources: `the feeds of one person may be over ${most} lists of Waldur (MAX_SOURCES); end those over one of them, or ask the operator to raise the limit`,
    targets: `the feeds of one person may be mirrored into ${most} calendars (MAX_TARGETS); remove a target, or ask the operator to raise the limit`,
  };
  return new AppError("over_quota", sentences[of], { facts: { of, most } });
}
