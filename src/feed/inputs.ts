import { readHomeport } from "../account/site.ts";
import type { Booking, KnownBooking } from "../calendar/booking.ts";
import type { EventContext, OfferingFacts } from "../calendar/event.ts";
import { bookingStatus, isDecidable } from "../calendar/status.ts";
import type { Window } from "../calendar/window.ts";
import { actsForProvider } from "../waldur/roles.ts";
import { epochSeconds } from "../lib/clock.ts";
import type { Deps } from "../deps.ts";
import { busyUid } from "../security/hash.ts";
import { open } from "../security/seal.ts";
import { type AccountRow, findAccounts } from "../store/accounts/accounts.ts";
import type { FeedRow } from "../store/feeds.ts";
import { readOfferings, type SourceRow } from "../store/sources/sources.ts";
import { sealedFeedPlace } from "./commands.ts";
import { decisionUrl, feedLinkKind } from "./links.ts";

/** The inputs of rendering besides bookings, as of `nowAt` (epoch seconds). */
export interface RenderInputs {
  readonly nowAt: number;
  /** Tombstones since before then (epoch seconds) go. */
  readonly buriedBefore: number;
  readonly homeport: string | null;
  /** Names and places of offerings, by source. */
  readonly offerings: ReadonlyMap<string, ReadonlyMap<string, OfferingFacts>>;
  /** The feeds' accounts by id; empty when all sources are of providers and no feed has signed links. */
  readonly owners: ReadonlyMap<string, AccountRow>;
}

/** Reads what these feeds over these sources are rendered from. Throws `store_failed`. */
export async function readInputs(
  deps: Deps,
  sources: readonly SourceRow[],
  feeds: readonly FeedRow[],
): Promise<RenderInputs> {
  const linked = feeds.some(({ profile }) => profile.detail !== "busy");
  const homeport = linked ? await readHomeport(deps) : null;
  const owned =
    feeds.some(({ profile }) => profile.decisions === "signed") ||
    sources.some(({ customerUuid }) => customerUuid === "");
  const accounts = [...new Set(feeds.map(({ accountId }) => accountId))];
  const nowAt = epochSeconds(deps);
  return {
    nowAt,
    buriedBefore: nowAt - deps.config.tombstoneDays * 86_400,
    homeport,
    offerings: new Map(sources.map(({ id, offerings }) => [id, readOfferings(offerings)])),
    owners: owned ? await findAccounts(deps.sql, accounts) : new Map(),
  };
}

/** Makes what the events of these bookings need in one feed: their UIDs, and the links to decide of those that were not over
 * when the window's day began. Throws `seal_broken`. */
export async function eventContext(
  deps: Deps,
  inputs: RenderInputs,
  { feed, source, window }: { readonly feed: FeedRow; readonly source: SourceRow; readonly window: Window },
  bookings: readonly KnownBooking[],
): Promise<EventContext> {
  const { profile } = feed;
  const uids = new Map<string, string>();
  if (profile.detail === "busy" && bookings.length > 0) {
    const salt = await open(deps.keys, sealedFeedPlace(feed.id, "salt"), feed.salt);
    const slots = bookings.flatMap(({ booking: { uuid }, slots }) => slots.map(({ n }) => ({ uuid, n })));
    await Promise.all(slots.map(async ({ uuid, n }) => uids.set(`${uuid}-${n}`, await busyUid(salt, uuid, n))));
  }
  const urls = new Map<string, string>();
  const owner = inputs.owners.get(feed.accountId) ?? null;
  const linkKind = feedLinkKind(deps, profile, owner);
  if (linkKind !== null) {
    const pending = bookings.filter((known) => isDecidable(bookingStatus(known)) && lastEnd(known) > window.dayAt);
    const uuids = pending.map(({ booking }) => booking.uuid);
    await Promise.all(uuids.map(async (uuid) => urls.set(uuid, await decisionUrl(deps, feed, linkKind, uuid))));
  }
  return {
    profile,
    homeport: inputs.homeport,
    offerings: inputs.offerings.get(source.id) ?? new Map<string, OfferingFacts>(),
    uidOf: (uuid, n) => uids.get(`${uuid}-${n}`) ?? `${uuid}-${n}`,
    decisionUrlOf: (uuid) => urls.get(uuid) ?? "",
    sideOf: (booking) => readerSide(feed, source, owner, booking),
    sample: deps.sample,
  };
}

/**
 * Returns on whose side the reader of a feed stands. A list that one organisation's roles open is of a provider that the
 * account stands for; a customer's, a project's and one's own are read to know what becomes of requests.
 */
function readerSide(
  { profile }: FeedRow,
  { kind, customerUuid }: SourceRow,
  owner: AccountRow | null,
  booking: Booking,
): "provider" | "requester" {
  if (customerUuid !== "") return "provider";
  if (owner === null || kind === "customer" || kind === "project") return "requester";
  const own = profile.filter.requesters?.every((name) => name === owner.username) ?? false;
  return !own && actsForProvider(owner, booking) ? "provider" : "requester";
}

/** Returns the end of the last period that a booking has, epoch seconds. The store keeps the same as `last_end_at`. */
function lastEnd({ slots }: KnownBooking): number {
  return Math.max(0, ...slots.filter(({ gone }) => !gone).map(({ start, end }) => Math.max(start, end)));
}
