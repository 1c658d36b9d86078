import type { FeedProfile } from "../calendar/profile.ts";
import { relink } from "../calendar/ical/relink.ts";
import type { Deps } from "../deps.ts";
import { type LinkKind, signLink } from "../security/links.ts";
import type { AccountRow } from "../store/accounts/accounts.ts";
import type { FeedRow } from "../store/feeds.ts";

/**
 * Returns true when a link may let its holder decide as this account: the operator allows it, the account is not staff,
 * and it is a person's (the sample also lets the service's own account).
 */
export function maySignLinks(
  deps: Pick<Deps, "config" | "sample">,
  account: Pick<AccountRow, "kind" | "isStaff">,
): boolean {
  return deps.config.signedDecisions && !account.isStaff && (deps.sample || account.kind === "person");
}

/** Returns the kind of link in a feed's pending events; null for a feed without links, and while there is no key to sign them. */
export function feedLinkKind(
  deps: Pick<Deps, "config" | "keys" | "sample">,
  profile: Pick<FeedProfile, "detail" | "decisions">,
  account: Pick<AccountRow, "kind" | "isStaff"> | null,
): LinkKind | null {
  if (profile.detail !== "full" || profile.decisions === "off" || deps.keys.lost !== "") return null;
  return profile.decisions === "signed" && account !== null && maySignLinks(deps, account) ? "signed" : "sign-in";
}

/** Returns what a feed's links depend on now: when it changes, the feed is rendered again. "" for a feed without links. */
export function linksVersion(deps: Pick<Deps, "config" | "keys">, profile: FeedProfile): string {
  if (profile.detail !== "full" || profile.decisions === "off") return "";
  const allowed = profile.decisions === "signed" && deps.config.signedDecisions ? "signed" : "sign-in";
  if (deps.keys.lost !== "") return "no key";
  return `${deps.keys.ids[0]} ${allowed} ${deps.config.publicUrl}`;
}

/** Returns the address of the page on which a booking is decided. */
export async function decisionUrl(
  deps: Pick<Deps, "config" | "keys">,
  feed: Pick<FeedRow, "id" | "links">,
  kind: LinkKind,
  bookingUuid: string,
): Promise<string> {
  return `${deps.config.publicUrl}/a/${await signLink(deps.keys, { feedId: feed.id, bookingUuid, kind }, feed.links)}`;
}

/** Returns an event of the feed for a calendar that others see: its signed links are replaced by sign-in links. */
export async function withSignInLinks(
  deps: Pick<Deps, "config" | "keys">,
  feed: Pick<FeedRow, "id" | "links">,
  vevent: string,
): Promise<string> {
  return relink(vevent, async (bookingUuid) => decisionUrl(deps, feed, "sign-in", bookingUuid));
}
