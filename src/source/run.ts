import type { Booking, OrderState, SlimBooking } from "../calendar/booking.ts";
import { numberSlots } from "../calendar/slots.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import type { AccountRow } from "../store/accounts/accounts.ts";
import { type BookingRow, findBookings, listChangedUuids } from "../store/bookings/bookings.ts";
import { chunkRows } from "../store/sql/bulk.ts";
import type { Lease } from "../store/leases.ts";
import type { Loss, LostAccess } from "../store/sources/readers.ts";
import { changeSource, findSource, type SourceChange, type SourceRow } from "../store/sources/sources.ts";
import type { Statement } from "../store/sql/port.ts";
import type { Skipped, WaldurClient } from "../waldur/client.ts";
import { belongs } from "../waldur/scope.ts";
import { type BookingWrite, writeBookings, encodeBooking } from "../store/bookings/write-bookings.ts";

/** The outcome of one run over one source. */
export interface RefreshReport {
  readonly id: string;
  readonly name: string;
  added: number;
  changed: number;
  removed: number;
  skipped: number;
  /** Pages and single bookings asked of Waldur. */
  requests: number;
  /** The full pages among these requests. */
  pages: number;
  /** The reason for which the run stopped early; "" when it did everything. */
  failure: string;
  /** The report of a mass removal held back; "" for none. */
  held: string;
}

/** Returns the report of a run that has done nothing yet. */
export function newReport({ id, name }: Pick<SourceRow, "id" | "name">): RefreshReport {
  const costs = { requests: 0, pages: 0 };
  return { id, name, added: 0, changed: 0, removed: 0, skipped: 0, ...costs, failure: "", held: "" };
}

/** Returns the report of two turns of one source in the same run. */
export function addReport(first: RefreshReport | undefined, then: RefreshReport): RefreshReport {
  if (first === undefined) return then;
  return {
    ...then,
    added: first.added + then.added,
    changed: first.changed + then.changed,
    removed: first.removed + then.removed,
    skipped: Math.max(first.skipped, then.skipped),
    requests: first.requests + then.requests,
    pages: first.pages + then.pages,
  };
}

/** One run over one source: what it may spend, what it did, and the only way it writes. */
export interface SourceRun {
  readonly deps: Deps;
  readonly client: WaldurClient;
  /** The account that reads. */
  readonly account: AccountRow;
  /** The part of the list that it could not read when the run began, or has lost sight of since. */
  loss: Loss;
  /** The loss found in this run for which it can read nothing any more; null while it can. */
  lost: LostAccess | null;
  readonly lease: Lease;
  readonly allowRemovals: boolean;
  readonly report: RefreshReport;
  /** As read when the run began. */
  readonly started: SourceRow;
  source: SourceRow;
  /** Epoch milliseconds after which nothing more is asked, so that others have their turn. */
  readonly until: number;
  /** Returns what Waldur's clock showed with its first answer to this run, epoch microseconds; 0 before it, or without one. */
  readonly serverMicros: () => number;
  /** Waldur's clock up to which polling has read both lists to their end, epoch microseconds; 0: it has not. */
  seenMicros: number;
  pagesLeft: number;
  requestsLeft: number;
  /** Columns that may wait for the next write, or for the end of the run. */
  deferred: SourceChange;
  /** Bookings that others have written since this run began to read: what it read of them may be older. */
  overtaken: ReadonlySet<string>;
}

/** Counts another page; returns false, and counts none, when the budget has none left or the turn is over. */
export function spendPage(run: SourceRun): boolean {
  if (run.pagesLeft < 1 || run.requestsLeft < 1 || isTurnOver(run)) return false;
  run.pagesLeft -= 1;
  run.requestsLeft -= 1;
  run.report.requests += 1;
  run.report.pages += 1;
  return true;
}

/** Counts another single request; returns false, and counts none, when the budget has none left or the turn is over. */
export function spendRequest(run: SourceRun): boolean {
  if (run.requestsLeft < 1 || isTurnOver(run)) return false;
  run.requestsLeft -= 1;
  run.report.requests += 1;
  return true;
}

/** Counts a page of a list of changes: the first is a single request, each further one is as large as a page of a sweep. */
export function spendListing(run: SourceRun, page: number): boolean {
  return page === 1 ? spendRequest(run) : spendPage(run);
}

function isTurnOver({ deps, until }: SourceRun): boolean {
  return deps.now() >= until;
}

/**
 * Takes the lease of the source, before the first write: a run that finds nothing to do costs no row. Bookings may have been
 * written since the run read the source, as decisions do: it goes on from the rev at which the source stands now, and leaves
 * these alone. To be called before a rev is counted up. Throws `conflict` when another run has the source, or has read it.
 */
export async function enterRun(run: SourceRun): Promise<void> {
  if (!(await run.lease.hold())) return;
  const { deps, started } = run;
  const now = await findSource(deps.sql, started.id);
  if (now === null || readersColumns.some((column) => now[column] !== started[column])) {
    throw new AppError("conflict", "another run has moved this source on");
  }
  if (now.rev === started.rev) return;
  run.overtaken = new Set(await listChangedUuids(deps.sql, started.id, started.rev));
  run.source = { ...run.source, rev: now.rev };
}

/** Columns that only runs set which read Waldur. */
const readersColumns = [
  "loadedAt",
  "ordersMicros",
  "bookingsMicros",
  "ordersPage",
  "sweepId",
  "sweepPage",
  "sweptAt",
  "offerings",
] as const;

/**
 * Writes statements and columns of the source, all or nothing, under its lease. Throws `conflict` when another run has the
 * source or has read it meanwhile.
 */
export async function commitRun(
  run: SourceRun,
  change: SourceChange,
  statements: readonly Statement[] = [],
): Promise<void> {
  await enterRun(run);
  const own = changeSource(run.source.id, { ...run.deferred, ...change });
  const all = own === null ? [...statements] : [...statements, own];
  if (all.length > 0) await run.deps.sql.batch(all);
  run.deferred = {};
  run.source = { ...run.source, ...change };
}

/** Sets columns of the source that need no write of their own. */
export function deferColumns(run: SourceRun, change: SourceChange): void {
  run.source = { ...run.source, ...change };
  run.deferred = { ...run.deferred, ...change };
}

/** Writes what was noted; without a lease when the run wrote nothing else, so that an unchanged source costs one row. */
export async function writeDeferred(run: SourceRun): Promise<void> {
  const own = changeSource(run.source.id, run.deferred);
  run.deferred = {};
  if (own !== null) await run.deps.sql.run(own.sql, ...own.parameters);
}

/** News of the order that made a booking. */
export interface ToldOrder {
  readonly state: OrderState;
  /** null: not told. */
  readonly uuid: string | null;
}

/** Returns the text by which a slim listing tells whether a booking changed. */
export function slimText(booking: SlimBooking): string {
  return JSON.stringify([
    booking.name,
    booking.state,
    booking.modifiedMicros,
    booking.slots.map((slot) => [slot.start, slot.end, slot.backendId]),
    booking.projectName,
  ]);
}

/**
 * Stores what Waldur now says of these bookings: only those that differ are written, each under a rev of its own.
 * Bookings that turn out not to be of the source, and those that others have written meanwhile, are left out. `orders` are what the order list just told.
 */
export async function saveBookings(
  run: SourceRun,
  bookings: readonly Booking[],
  orders: ReadonlyMap<string, ToldOrder> = new Map(),
): Promise<void> {
  const own = bookings.filter((booking) => belongs(booking, run.source));
  if (own.length < bookings.length) {
    run.deps.log.warn("bookings_not_of_source", { source: run.source.id, count: bookings.length - own.length });
  }
  // A list that moves while it is read may have a row twice; PostgreSQL refuses a statement that writes one twice.
  const once = new Map(own.map((booking) => [booking.uuid, booking]));
  const stored = await findBookings(run.deps.sql, run.source.id, [...once.keys()]);
  const changeOf = (booking: Booking, rev: number): BookingWrite | null =>
    bookingChange(run.source.id, stored.get(booking.uuid), booking, orders.get(booking.uuid), rev);
  const changed = [...once.values()].filter((booking) => changeOf(booking, 0) !== null);
  if (changed.length === 0) return;
  await enterRun(run);
  let { rev } = run.source;
  let added = 0;
  let orderless = Number.MAX_SAFE_INTEGER;
  const writes: Record<string, string | number | null>[] = [];
  for (const booking of changed) {
    const known = stored.get(booking.uuid);
    const write = run.overtaken.has(booking.uuid) ? null : changeOf(booking, rev + 1);
    if (write === null) continue;
    rev += 1;
    if (known === undefined) {
      added += 1;
      if (write.orderState === null) orderless = Math.min(orderless, booking.createdMicros);
    }
    const unread = booking.unreadSlots?.length ?? 0;
    if (unread > 0) run.deps.log.warn("slots_skipped", { source: run.source.id, booking: booking.uuid, count: unread });
    writes.push(encodeBooking(write));
  }
  if (writes.length === 0) return;
  const { chunks, tooLarge } = chunkRows(writes);
  noteSkipped(
    run,
    tooLarge.map((index) => ({ uuid: String(writes[index]?.uuid ?? ""), reason: "larger than a row may be" })),
  );
  // A booking found before its order was seen: the next poll reads the order list again from there.
  const rewound = run.source.loadedAt !== null && orderless < run.source.ordersMicros;
  await commitRun(
    run,
    { rev, ...(rewound && { ordersMicros: orderless }) },
    chunks.map((json) => writeBookings(json)),
  );
  run.report.added += added;
  run.report.changed += writes.length - added;
}

/**
 * Returns what is written under `rev` of a booking of which the source has stored `known`; null when that is what it is.
 * `told` is what Waldur just said of its order.
 */
export function bookingChange(
  sourceId: string,
  known: BookingRow | undefined,
  booking: Booking,
  told: ToldOrder | undefined,
  rev: number,
): BookingWrite | null {
  const orderState = told?.state ?? known?.orderState ?? null;
  const orderUuid = told?.uuid ?? known?.orderUuid ?? null;
  const slots = numberSlots(known?.slots ?? [], booking);
  const endedMicros = known?.booking.state === "Terminated" ? known.endedMicros : undefined;
  const ended = booking.state === "Terminated" && { endedMicros: endedMicros ?? booking.modifiedMicros };
  const write = { sourceId, booking, orderState, orderUuid, slots, slim: slimText(booking), rev, ...ended };
  return known !== undefined && same(known, write) ? null : write;
}

function same(known: BookingRow, write: BookingWrite): boolean {
  return (
    !known.vanished &&
    known.orderState === write.orderState &&
    JSON.stringify(known.booking) === JSON.stringify(write.booking) &&
    JSON.stringify(known.slots) === JSON.stringify(write.slots)
  );
}

/** Counts and logs rows of Waldur that could not be used. */
export function noteSkipped(run: SourceRun, skipped: readonly Skipped[]): void {
  run.report.skipped += skipped.length;
  for (const { uuid, reason } of skipped) {
    run.deps.log.warn("booking_skipped", { source: run.source.id, booking: uuid ?? "", reason });
  }
}
