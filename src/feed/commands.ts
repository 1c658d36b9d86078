import type { FeedProfile } from "../calendar/profile.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { hex } from "../security/hash.ts";
import { open, seal, unlessSealed } from "../security/seal.ts";
import { hashSecret, newSecret } from "../security/secret.ts";
import { findAccount } from "../store/accounts/accounts.ts";
import { clearEvents } from "../store/events.ts";
import { changeFeed, endAddresses, type FeedRow, findFeed, insertAddress, insertFeed } from "../store/feeds.ts";
import { addRevision } from "../store/revisions.ts";
import { addSource, type NewSource } from "../store/sources/sources.ts";
import type { Statement } from "../store/sql/port.ts";
import { stopTargets } from "../store/targets.ts";
import { needRoomForFeed } from "./quota.ts";
import { needUnexpired } from "./expiry.ts";
import { maySignLinks } from "./links.ts";
import { epochSeconds } from "../lib/clock.ts";

/**
 * Makes a feed over a source, and the source when there is none yet. The feed is `loading` until its first load is done.
 * Throws `bad_input` when it would expire in the past or may not have signed decisions, and `over_quota`.
 */
export async function addFeed(
  deps: Deps,
  source: NewSource,
  profile: FeedProfile,
  expiresAt: number | null,
): Promise<FeedRow> {
  const nowAt = epochSeconds(deps);
  const { accountId } = source;
  needUnexpired({ expiresAt }, nowAt);
  if (profile.decisions === "signed") await needSignable(deps, accountId);
  const sourceId = await addSource(deps.sql, { id: hex(deps.random(8)), ...source }, nowAt);
  await needRoomForFeed(deps, source.accountId, sourceId);
  const id = hex(deps.random(8));
  const secret = newSecret(deps.random);
  const sealed = await sealAll(deps, id, { secret, salt: newSecret(deps.random) });
  const slug = slugOf(profile.name);
  const epoch = hex(deps.random(4));
  const links = hex(deps.random(8));
  await deps.sql.batch(
    insertFeed(
      { id, sourceId, accountId, slug, profile, ...sealed, epoch, links, expiresAt },
      await hashSecret(secret),
      nowAt,
    ),
  );
  deps.log.info("feed_added", { feed: id, source: sourceId, name: profile.name });
  return getFeed(deps, id);
}

/** Returns the feed with that id. Throws `not_found`. */
export async function getFeed(deps: Pick<Deps, "sql">, id: string): Promise<FeedRow> {
  const feed = await findFeed(deps.sql, id);
  if (feed === null) throw new AppError("not_found", `there is no feed ${id}; feeds list shows those there are`);
  return feed;
}

/** Returns the context that a sealed column of a feed is bound to. */
export function sealedFeedPlace(id: string, column: "secret" | "salt") {
  return { table: "feeds", row: id, column };
}

/** Returns the address at which a feed is served. Throws `seal_broken`. */
export async function feedAddress(deps: Pick<Deps, "keys" | "config">, feed: FeedRow): Promise<string> {
  const secret = await open(deps.keys, sealedFeedPlace(feed.id, "secret"), feed.secret);
  return `${deps.config.publicUrl}/f/${secret}/${feed.slug}.ics`;
}

/** Returns the address at which a feed is served; null when no key opens it. It works all the same. */
export async function findFeedAddress(deps: Pick<Deps, "keys" | "config">, feed: FeedRow): Promise<string | null> {
  return unlessSealed(feedAddress(deps, feed));
}

/** Returns true when no key opens what a `busy` feed is rendered with: it stays as it is until the key is back. */
export async function standsStill(deps: Pick<Deps, "keys">, { id, profile, salt }: FeedRow): Promise<boolean> {
  if (profile.detail !== "busy") return false;
  return (await unlessSealed(open(deps.keys, sealedFeedPlace(id, "salt"), salt))) === null;
}

/** Returns the `webcal:` address, which calendar programs open on a click; no secure variant is known to all of them. */
export function webcalAddress(address: string): string {
  return address.replace(/^https?:/, "webcal:");
}

/** Returns the address of a feed's free/busy times, given that of its events. */
export function freeBusyAddress(address: string): string {
  return address.replace(/\.ics$/, ".ifb");
}

/**
 * Changes what a feed holds or how it looks; every event is compared again. A feed that will tell less is not served until
 * that is done; calendars keep what they have meanwhile. Throws `conflict` for a feed that has ended, and `bad_input` as
 * `addFeed` does.
 */
export async function updateFeed(
  deps: Deps,
  feed: FeedRow,
  profile: FeedProfile,
  expiresAt: number | null,
): Promise<FeedRow> {
  const nowAt = epochSeconds(deps);
  needAlive(feed);
  needUnexpired({ expiresAt }, nowAt);
  if (profile.decisions === "signed" && feed.profile.decisions !== "signed") {
    await needSignable(deps, feed.accountId);
  }
  const hide = feed.state === "active" && tellsLess(feed.profile, profile);
  const rev = Math.max(feed.rev + 1, nowAt);
  const change = changeFeed(feed.id, {
    profile,
    expiresAt,
    renderedRev: 0,
    rev,
    revisedAt: Math.max(feed.revisedAt + 1, nowAt),
    ...(hide && { state: "loading" as const }),
  });
  if (change !== null) await deps.sql.batch([change, addRevision(feed.id, rev)]);
  return getFeed(deps, feed.id);
}

/**
 * Gives a feed a new address. The old one says for a while that it has ended; its decision links stop working at once. A feed
 * that stood still because a key is lost goes on.
 */
export async function rotateFeed(deps: Deps, feed: FeedRow): Promise<FeedRow> {
  needAlive(feed);
  const secret = newSecret(deps.random);
  const sealed = await sealAll(deps, feed.id, { secret, salt: newSecret(deps.random) });
  const salt = (await standsStill(deps, feed)) ? sealed.salt : feed.salt;
  const change = changeFeed(feed.id, { secret: sealed.secret, salt, links: hex(deps.random(8)), renderedRev: 0 });
  await deps.sql.batch([
    endAddresses(feed.id, epochSeconds(deps), false),
    insertAddress(feed.id, await hashSecret(secret)),
    ...(change === null ? [] : [change]),
  ]);
  deps.log.info("feed_rotated", { feed: feed.id });
  return getFeed(deps, feed.id);
}

/** Ends a feed. Its addresses say so for a while; with `gone` they answer 410 at once. */
export async function revokeFeed(deps: Deps, feed: FeedRow, gone: boolean): Promise<FeedRow> {
  await deps.sql.batch([...endStatements(feed, epochSeconds(deps)), endAddresses(feed.id, epochSeconds(deps), gone)]);
  deps.log.info("feed_revoked", { feed: feed.id, gone });
  return getFeed(deps, feed.id);
}

/** Ends a feed that has expired; its address already says so. */
export async function expireFeed(deps: Deps, feed: FeedRow): Promise<void> {
  await deps.sql.batch(endStatements(feed, feed.expiresAt ?? epochSeconds(deps)));
  deps.log.info("feed_expired", { feed: feed.id });
}

function endStatements(feed: FeedRow, endedAt: number): Statement[] {
  const change = changeFeed(feed.id, {
    state: "ended",
    rev: feed.rev + 1,
    revisedAt: endedAt,
    eventCount: 0,
    byteCount: 0,
    held: [],
  });
  if (feed.state === "ended" || change === null) return [];
  return [change, clearEvents(feed.id), stopTargets({ feedId: feed.id }, "feed-ended", endedReason, endedAt)];
}

const endedReason =
  "Its feed has ended. The events stay in the calendar until somebody says what becomes of them: remove the target, and leave them or take them away.";

/** Throws `conflict` when the feed has ended. */
export function needAlive(feed: FeedRow): void {
  if (feed.state === "ended") throw new AppError("conflict", `feed ${feed.id} has ended; add a new one`);
}

async function needSignable(deps: Deps, accountId: string): Promise<void> {
  if (!deps.config.signedDecisions) {
    throw new AppError(
      "bad_input",
      "decisions: signed is not allowed here, because whoever sees an event could decide; take sign-in, or have the operator set SIGNED_DECISIONS=on",
    );
  }
  const account = await findAccount(deps.sql, accountId);
  if (account === null || !maySignLinks(deps, account)) {
    throw new AppError(
      "bad_input",
      "decisions: signed is for feeds of people who signed in themselves, never for staff or the service's own account, whose rights reach too far; take sign-in",
    );
  }
}

const ranks = { busy: 0, basic: 1, full: 2 } as const;

function tellsLess(before: FeedProfile, after: FeedProfile): boolean {
  return ranks[after.detail] < ranks[before.detail] || JSON.stringify(after.filter) !== JSON.stringify(before.filter);
}

async function sealAll(deps: Deps, id: string, plain: { secret: string; salt: string }) {
  return {
    secret: await seal(deps.keys, sealedFeedPlace(id, "secret"), plain.secret, deps.random),
    salt: await seal(deps.keys, sealedFeedPlace(id, "salt"), plain.salt, deps.random),
  };
}

/** Returns the file name for the address, which some clients show until they have read the calendar's own name. */
function slugOf(name: string): string {
  const plain = name.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
  const slug = plain.replaceAll(/[^a-z0-9]+/g, "-").slice(0, 40);
  return slug.replaceAll(/^-|-$/g, "") || "calendar";
}
