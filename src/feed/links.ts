import type { FeedProfile } from "../calendar/profile.ts";
import { relink } from "../calendar/relink.ts";
import type { Deps } from "../deps.ts";
import { checkLink, type LinkKind, readLink, signLink } from "../security/links.ts";
import { type AccountRow, findAccount } from "../store/accounts.ts";
import { type BookingRow, findBookings } from "../store/bookings.ts";
import { type FeedRow, findFeed } from "../store/feeds.ts";
import { findSource, type SourceRow } from "../store/sources.ts";
import { epochSeconds } from "../clock.ts";

/**
 * Whether links may let whoever holds them decide as this account: where the operator allows it, and never for staff or,
 * but for the sample, for the account of the environment.
 */
export function maySignLinks(
  deps: Pick<Deps, "config" | "sample">,
  account: Pick<AccountRow, "kind" | "isStaff">,
): boolean {
  return deps.config.signedDecisions && !account.isStaff && (deps.sample || account.kind === "person");
}

/** The kind of link that a feed's pending events have; null: none. */
export function feedLinkKind(
  deps: Pick<Deps, "config" | "sample">,
  profile: Pick<FeedProfile, "detail" | "decisions">,
  account: Pick<AccountRow, "kind" | "isStaff"> | null,
): LinkKind | null {
  if (profile.detail !== "full" || profile.decisions === "off") return null;
  return profile.decisions === "signed" && account !== null && maySignLinks(deps, account) ? "signed" : "sign-in";
}

/** With what the links of a feed are made now: when it changes, the feed's rows are rendered again. "" for a feed without. */
export function linksVersion(deps: Pick<Deps, "config" | "keys">, profile: FeedProfile): string {
  if (profile.detail !== "full" || profile.decisions === "off") return "";
  const allowed = profile.decisions === "signed" && deps.config.signedDecisions ? "signed" : "sign-in";
  return `${deps.keys.ids[0]} ${allowed} ${deps.config.publicUrl}`;
}

/** The address of the page on which a booking is decided. */
export async function decisionUrl(
  deps: Pick<Deps, "config" | "keys">,
  feed: Pick<FeedRow, "id" | "links">,
  kind: LinkKind,
  bookingUuid: string,
): Promise<string> {
  return `${deps.config.publicUrl}/a/${await signLink(deps.keys, { feedId: feed.id, bookingUuid, kind }, feed.links)}`;
}

/**
 * An event of the feed for a calendar that others see: a link in it that would decide for whoever holds it asks who it is.
 */
export async function withSignInLinks(
  deps: Pick<Deps, "config" | "keys">,
  feed: Pick<FeedRow, "id" | "links">,
  vevent: string,
): Promise<string> {
  return relink(vevent, async (bookingUuid) => decisionUrl(deps, feed, "sign-in", bookingUuid));
}

/** What a living link opens. */
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
 * What a token opens; null for one that is forged or changed, of a key that was retired, of a feed that was rotated, has
 * ended or has no links any more, or of a booking the feed's source does not hold. A link that was signed is one to sign
 * in with where the feed or the operator has taken that back.
 */
export async function findLinked(deps: Deps, token: string): Promise<Linked | null> {
  const link = readLink(token);
  const feed = link === null ? null : await findFeed(deps.sql, link.feedId);
  if (link === null || feed === null || !(await checkLink(deps.keys, token, feed.links))) return null;
  const expired = feed.expiresAt !== null && feed.expiresAt <= epochSeconds(deps);
  const source = feed.state === "ended" || expired ? null : await findSource(deps.sql, feed.sourceId);
  if (source === null || source.access !== "ok") return null;
  const account = await findAccount(deps.sql, source.accountId);
  const known = (await findBookings(deps.sql, source.id, [link.bookingUuid])).get(link.bookingUuid);
  const allowed = feedLinkKind(deps, feed.profile, account);
  if (account === null || known === undefined || allowed === null) return null;
  const kind = link.kind === "signed" && allowed === "signed" ? "signed" : "sign-in";
  return { token, kind, feed, source, account, known };
}
