import { epochSeconds } from "../lib/clock.ts";
import type { Deps } from "../deps.ts";
import { isExpired } from "../feed/expiry.ts";
import { feedLinkKind } from "../feed/links.ts";
import { checkLink, type LinkKind, readLink } from "../security/links.ts";
import { type AccountRow, findAccount } from "../store/accounts/accounts.ts";
import { type BookingRow, findBookings } from "../store/bookings/bookings.ts";
import { type FeedRow, findFeed } from "../store/feeds.ts";
import { lostAccess } from "../store/sources/readers.ts";
import { findSource, type SourceRow } from "../store/sources/sources.ts";

/** A link that is still valid, and what it leads to. */
export interface Linked {
  readonly token: string;
  readonly kind: LinkKind;
  readonly feed: FeedRow;
  readonly source: SourceRow;
  /** The feed's account. */
  readonly account: AccountRow;
  readonly known: BookingRow;
}

/**
 * Finds what a link's token leads to. Resolves to null when the token is forged or its key was retired, when the feed was
 * rotated, has ended, was cleared or no longer has links, and when the feed's source does not hold the booking. A signed
 * link becomes a sign-in link once the feed or the operator has withdrawn signed decisions, and while the feed's account
 * may not read the booking itself.
 */
export async function findLinked(deps: Deps, token: string): Promise<Linked | null> {
  const link = readLink(token);
  const feed = link === null ? null : await findFeed(deps.sql, link.feedId);
  if (link === null || feed === null || !(await checkLink(deps.keys, token, feed.links))) return null;
  const source =
    feed.state === "ended" || isExpired(feed, epochSeconds(deps)) ? null : await findSource(deps.sql, feed.sourceId);
  const lost = lostAccess(feed) !== null;
  if (source === null || (lost && feed.state === "suspended")) return null;
  const account = await findAccount(deps.sql, feed.accountId);
  const known = (await findBookings(deps.sql, source.id, [link.bookingUuid])).get(link.bookingUuid);
  const allowed = feedLinkKind(deps, feed.profile, account);
  if (account === null || known === undefined || allowed === null) return null;
  const kind = link.kind === "signed" && allowed === "signed" && !lost ? "signed" : "sign-in";
  return { token, kind, feed, source, account, known };
}
