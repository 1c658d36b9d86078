import { readHomeport } from "../account/site.ts";
import type { KnownBooking } from "../calendar/booking.ts";
import type { OfferingFacts } from "../calendar/event.ts";
import { bookingEvents } from "../calendar/booking-events.ts";
import { joinFeed } from "../calendar/feed.ts";
import { renderEvent } from "../calendar/ical/vevent.ts";
import { lintEvent } from "../calendar/ical/lint.ts";
import type { FeedProfile } from "../calendar/profile.ts";
import { epochSeconds } from "../lib/clock.ts";
import type { Deps } from "../deps.ts";
import { unstoredBooking, unstoredContext } from "./unstored.ts";
import { listChanged } from "../store/bookings/bookings.ts";
import { withLastReads } from "../store/sources/reads.ts";
import { listSources, readOfferings } from "../store/sources/sources.ts";
import { walkPages } from "../waldur/pages.ts";
import type { Order } from "../waldur/schema.ts";
import type { ActingAccount } from "../account/find-source.ts";
import { bookingFilter, orderFilter, belongs } from "../waldur/scope.ts";

/** Bookings of a provider with all that their events need. */
interface ProviderBookings {
  readonly bookings: readonly KnownBooking[];
  readonly homeport: string | null;
  readonly offerings: ReadonlyMap<string, OfferingFacts>;
  /** The time at which they were read, epoch seconds. */
  readonly readAt: number;
}

/** Seconds after their last reading for which stored bookings count as current. */
const currentSeconds = 3600;
const rowsAtOnce = 500;

/**
 * Returns all bookings of a provider as one calendar, and when they were read (epoch seconds): as a feed over the provider
 * has them stored, else from Waldur now, which takes a second or more for every hundred. Nothing is stored. The asker may
 * read the provider. Throws `conflict` when Waldur has more pages than one run may read here.
 */
export async function exportProvider(
  deps: Deps,
  asks: ActingAccount,
  providerUuid: string,
  profile: FeedProfile,
): Promise<{ readonly calendar: string; readonly readAt: number }> {
  const found = (await loadStored(deps, providerUuid)) ?? (await readLive(deps, asks, providerUuid));
  const { homeport, offerings, readAt } = found;
  const context = { ...unstoredContext(deps, profile), homeport, offerings };
  const vevents = found.bookings.flatMap((known) => {
    const { modifiedMicros, createdMicros } = known.booking;
    const stamp = Math.floor(modifiedMicros / 1_000_000);
    const sequence = Math.max(0, stamp - Math.floor(createdMicros / 1_000_000));
    return bookingEvents(known, context)
      .map((event) => ({ start: event.start, vevent: renderEvent(event, { sequence, stamp }) }))
      .filter(({ vevent }) => lintEvent(vevent).length === 0);
  });
  const sorted = vevents.toSorted((a, b) => a.start - b.start).map(({ vevent }) => vevent);
  return { calendar: joinFeed(profile, sorted), readAt };
}

/** Loads the bookings from the source of that provider that was read last; null where none is loaded and current. */
async function loadStored(deps: Deps, providerUuid: string): Promise<ProviderBookings | null> {
  const sources = (await withLastReads(deps.sql, await listSources(deps.sql))).filter(
    (one) =>
      one.kind === "provider" && one.scopeUuid === providerUuid && one.loadedAt !== null && one.failingSinceAt === null,
  );
  const [source] = sources.toSorted((a, b) => (b.freshAt ?? 0) - (a.freshAt ?? 0));
  const readAt = source?.freshAt ?? 0;
  if (source === undefined || epochSeconds(deps) - readAt > currentSeconds) return null;
  const bookings: KnownBooking[] = [];
  for (let rev = 0, more = true; more;) {
    const rows = await listChanged(deps.sql, source.id, rev, rowsAtOnce);
    for (const row of rows) {
      if (!row.vanished) bookings.push({ ...row, slots: row.slots.filter(({ gone }) => !gone) });
      rev = row.rev;
    }
    more = rows.length === rowsAtOnce;
  }
  return { bookings, homeport: await readHomeport(deps), offerings: readOfferings(source.offerings), readAt };
}

async function readLive(deps: Deps, { client }: ActingAccount, providerUuid: string): Promise<ProviderBookings> {
  const scope = { kind: "provider", scopeUuid: providerUuid } as const;
  const readAt = epochSeconds(deps);
  const orders = new Map<string, Order>();
  await walkPages(deps.budget.pages, async (page) => {
    const listed = await client.orders(orderFilter(scope), page);
    for (const order of listed.rows) if (order.type === "Create") orders.set(order.bookingUuid, order);
    return listed;
  });
  const bookings: KnownBooking[] = [];
  await walkPages(deps.budget.pages, async (page) => {
    const listed = await client.richBookings(bookingFilter(scope), page);
    const own = listed.rows.filter((booking) => belongs(booking, scope));
    bookings.push(...own.map((booking) => unstoredBooking(booking, orders.get(booking.uuid) ?? null)));
    return listed;
  });
  const { homeport } = await client.site();
  const offerings = new Map<string, OfferingFacts>(
    (await client.offerings({ customerUuid: providerUuid })).map((offering) => [offering.uuid, offering]),
  );
  return { bookings, homeport, offerings, readAt };
}
