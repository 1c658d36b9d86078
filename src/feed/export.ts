import type { Booking } from "../calendar/booking.ts";
import type { OfferingFacts } from "../calendar/event.ts";
import { bookingEvents } from "../calendar/booking-events.ts";
import { joinFeed } from "../calendar/feed.ts";
import { renderEvent } from "../calendar/ical.ts";
import { lintEvent } from "../calendar/lint.ts";
import type { FeedProfile } from "../calendar/profile.ts";
import type { Deps } from "../deps.ts";
import { unstoredBooking, unstoredContext } from "./unstored.ts";
import { AppError } from "../errors.ts";
import type { Page } from "../waldur/client.ts";
import type { Order } from "../waldur/schema.ts";
import type { ActingAccount } from "../account/find-source.ts";
import { bookingFilter, orderFilter, belongs } from "../waldur/scope.ts";

/**
 * Returns all bookings of a provider as one calendar, read from Waldur now; nothing is stored.
 * Throws `conflict` when Waldur has more pages than one run may read here.
 */
export async function exportProvider(
  deps: Deps,
  { client }: ActingAccount,
  providerUuid: string,
  profile: FeedProfile,
): Promise<string> {
  const scope = { kind: "provider", scopeUuid: providerUuid } as const;
  const orders = new Map<string, Order>();
  await readAll(deps, async (page): Promise<Page<Order>> => {
    const listed = await client.orders(orderFilter(scope), page);
    for (const order of listed.rows) if (order.type === "Create") orders.set(order.bookingUuid, order);
    return listed;
  });
  const bookings: Booking[] = [];
  await readAll(deps, async (page): Promise<Page<Booking>> => {
    const listed = await client.richBookings(bookingFilter(scope), page);
    bookings.push(...listed.rows.filter((booking) => belongs(booking, scope)));
    return listed;
  });
  const { homeport } = await client.site();
  const offerings = new Map<string, OfferingFacts>(
    (await client.offerings({ customerUuid: providerUuid })).map((offering) => [offering.uuid, offering]),
  );
  const context = { ...unstoredContext(deps, profile), homeport, offerings };
  const vevents = bookings.flatMap((booking) => {
    const known = unstoredBooking(booking, orders.get(booking.uuid) ?? null);
    const stamp = Math.floor(booking.modifiedMicros / 1_000_000);
    return bookingEvents(known, context)
      .map((event) => ({
        start: event.start,
        vevent: renderEvent(event, {
          sequence: Math.max(0, stamp - Math.floor(booking.createdMicros / 1_000_000)),
          stamp,
        }),
      }))
      .filter(({ vevent }) => lintEvent(vevent).length === 0);
  });
  return joinFeed(
    profile,
    vevents.toSorted((a, b) => a.start - b.start).map(({ vevent }) => vevent),
  );
}

async function readAll<T>(deps: Deps, read: (page: number) => Promise<Page<T>>): Promise<void> {
  let pages = 0;
  for (let page: number | null = 1; page !== null;) {
    if (pages >= deps.budget.pages) {
      throw new AppError(
        "conflict",
        "more bookings than can be read at once here; make a feed, which is loaded in steps",
      );
    }
    pages += 1;
    page = (await read(page)).next;
  }
}
