import type { SlimBooking } from "../calendar/booking.ts";
import { findSlim } from "../store/bookings/bookings.ts";
import type { Page } from "../waldur/client.ts";
import type { Order } from "../waldur/schema.ts";
import {
  commitRun,
  deferColumns,
  enterRun,
  noteSkipped,
  type SourceRun,
  slimText,
  spendListing,
  spendPage,
  spendRequest,
} from "./run.ts";
import { isBeyondClock, moveMark, overlapMicros } from "./marks.ts";
import { listSlotted } from "./slotless.ts";
import { rereadBookings, rereadPage, singly } from "./reread.ts";
import type { SourceChange } from "../store/sources/sources.ts";
import { bookingFilter, orderFilter } from "../waldur/scope.ts";
import { writeOrders } from "../store/bookings/write-bookings.ts";

/**
 * Does the cheap minute: reads what the order list and the bookings' own `modified` say has changed since the marks, and bookings
 * whose slots Waldur writes without telling. Two requests when nothing did, three where some have no slots yet.
 */
export async function poll(run: SourceRun): Promise<void> {
  const before = run.source.ordersMicros;
  const orders = await readOrders(run, run.source.ordersMicros - overlapMicros);
  const changes = await readChanges(run, orders);
  const touched = [...orders.touched].filter((uuid) => !changes.read.has(uuid) && !changes.few.has(uuid));
  // As after a mass approval: the list of orders tells their states, and a sweep finds the slots.
  const many = touched.length > singly;
  if (many) await saveOrders(run, [...orders.creating.values()]);
  const named = new Set([...changes.few, ...(many ? [] : touched)]);
  const slotted = many ? [] : await listSlotted(run, named);
  const { left, absent } = await rereadBookings(run, [...named], orders.creating);
  await rereadBookings(run, slotted, new Map());

  // Marks move only past what was dealt with; the rest, and a booking that is suddenly absent, is for a sweep.
  const dealtWith = left.length === 0 && changes.whole;
  const { bookingsMicros, ordersMicros, sweepWanted } = run.source;
  const beyond = isBeyondClock(run, bookingsMicros) || isBeyondClock(run, ordersMicros);
  const moved = dealtWith || beyond;
  const next = {
    sweepWanted: sweepWanted || beyond || !dealtWith || many || absent.length > 0,
    bookingsMicros: moved ? moveMark(run, bookingsMicros, changes.highest) : bookingsMicros,
    // Saving may have set it back, for a booking whose order is still to be seen.
    ordersMicros: moved && ordersMicros === before ? moveMark(run, before, orders.highest) : ordersMicros,
  };
  if (
    next.sweepWanted !== sweepWanted ||
    next.bookingsMicros !== bookingsMicros ||
    next.ordersMicros !== ordersMicros
  ) {
    await commitRun(run, next);
  }
  if (dealtWith && orders.whole && !beyond) run.seenMicros = run.serverMicros() - overlapMicros;
}

interface ChangedBookings {
  /** Bookings that are to be read one by one. */
  readonly few: Set<string>;
  /** Bookings that were read with the pages they stand on. */
  readonly read: Set<string>;
  readonly highest: number;
  /** False when the list was not read to its end. */
  readonly whole: boolean;
}

/**
 * Reads the list of bookings changed since the mark, and with all columns the pages on which many did. A list of several pages,
 * as where Waldur takes only a date for `modified`, is left to the sweeps while its length and the orders stand still, and one
 * for which this run has too few pages altogether.
 */
async function readChanges(run: SourceRun, orders: ChangedOrders): Promise<ChangedBookings> {
  const { bookingsMicros, changesCount } = run.source;
  const filter = { ...bookingFilter(run.source), modified: Math.max(0, bookingsMicros - overlapMicros) };
  const [few, read] = [new Set<string>(), new Set<string>()];
  let highest = bookingsMicros;
  if (changesCount > 0 && orders.touched.size === 0 && spendRequest(run)) {
    const same = (await run.client.countBookings(filter)) === changesCount;
    if (same) return { few, read, highest, whole: true };
  }
  let page: number | null = 1;
  while (page !== null && spendListing(run, page)) {
    const listed: Page<SlimBooking> = await run.client.slimBookings(filter, page);
    const several = listed.next !== null || page > 1;
    const fits = page > 1 || listed.next === null || run.pagesLeft >= 2 * (listed.count / run.client.pageSize);
    if (page === 1 && (several ? listed.count : 0) !== changesCount) {
      deferColumns(run, { changesCount: several ? listed.count : 0 });
    }
    if (!fits) break;
    noteSkipped(run, listed.skipped);
    const known = await findSlim(
      run.deps.sql,
      run.source.id,
      listed.rows.map((row) => row.uuid),
    );
    const unread = listed.rows.filter((row) => {
      const stored = known.get(row.uuid);
      return stored === undefined || stored.slim !== slimText(row) || stored.vanished;
    });
    const uuids = unread.map(({ uuid }) => uuid);
    const left = await rereadPage(run, filter, page, uuids, orders.creating);
    for (const uuid of uuids) (left.includes(uuid) ? few : read).add(uuid);
    for (const row of listed.rows) highest = Math.max(highest, row.modifiedMicros);
    page = listed.next;
  }
  return { few, read, highest, whole: page === null };
}

interface ChangedOrders {
  /** The order that made each booking. */
  readonly creating: Map<string, Order>;
  /** Bookings whose orders say that they should be read again. */
  readonly touched: Set<string>;
  readonly highest: number;
  /** False when the list was not read to its end. */
  readonly whole: boolean;
}

async function readOrders(run: SourceRun, since: number): Promise<ChangedOrders> {
  const creating = new Map<string, Order>();
  const touched = new Set<string>();
  let highest = run.source.ordersMicros;
  let page: number | null = 1;
  while (page !== null && spendListing(run, page)) {
    const listed: Page<Order> = await run.client.orders(
      { ...orderFilter(run.source), modifiedMicros: Math.max(0, since) },
      page,
    );
    for (const order of listed.rows) {
      if (order.type === "Create") creating.set(order.bookingUuid, order);
      // One that Waldur's clock is not near stays on the list until it is: its state tells whether it is news.
      const news = order.modifiedMicros > run.source.ordersMicros && !isBeyondClock(run, order.modifiedMicros);
      if (news) touched.add(order.bookingUuid);
      highest = Math.max(highest, order.modifiedMicros);
    }
    page = listed.next;
  }
  const known = await findSlim(run.deps.sql, run.source.id, [...creating.keys()]);
  for (const [uuid, { state }] of creating) {
    const stored = known.get(uuid);
    if (stored !== undefined && stored.orderState !== state) touched.add(uuid);
  }
  // More pages than this run may read: those read so far are dealt with, and the mark stays where it was.
  return { creating, touched, highest: page === null ? highest : run.source.ordersMicros, whole: page === null };
}

/** Keeps the states of orders that made bookings, where they are news, with these columns of the source. */
async function saveOrders(run: SourceRun, creating: readonly Order[], change: SourceChange = {}): Promise<void> {
  const known = await findSlim(
    run.deps.sql,
    run.source.id,
    creating.map((order) => order.bookingUuid),
  );
  await enterRun(run);
  let { rev } = run.source;
  const changed = creating
    .filter(({ bookingUuid }) => known.has(bookingUuid) && !run.overtaken.has(bookingUuid))
    .filter(({ bookingUuid, state }) => known.get(bookingUuid)?.orderState !== state)
    .map((order) => ({
      uuid: order.bookingUuid,
      orderState: order.state,
      orderUuid: order.uuid,
      rev: (rev += 1),
    }));
  await commitRun(run, { rev, ...change }, changed.length === 0 ? [] : [writeOrders(run.source.id, changed)]);
  if (run.source.loadedAt !== null) run.report.changed += changed.length;
}

/** Walks through the whole order list at the first load, for the state of the order behind each booking. Spans runs; resolves to true when done. */
export async function walkOrders(run: SourceRun): Promise<boolean> {
  let page: number | null = run.source.ordersPage ?? 1;
  while (page !== null) {
    if (!spendPage(run)) return false;
    const listed: Page<Order> = await run.client.orders(orderFilter(run.source), page);
    page = listed.next;
    await saveOrders(
      run,
      listed.rows.filter((order) => order.type === "Create"),
      { ordersPage: page },
    );
  }
  return true;
}
