import type { Booking, OrderState } from "../calendar/booking.ts";
import { retry } from "../lib/backoff.ts";
import type { Deps } from "../deps.ts";
import { AppError, codeOf, messageOf } from "../errors.ts";
import { hex } from "../security/hash.ts";
import { tellOfDecision } from "../push/tell.ts";
import type { FeedMove, Knowing } from "../store/push-subscriptions.ts";
import { findInSources } from "../store/bookings/bookings.ts";
import { chunkRows } from "../store/sql/bulk.ts";
import { countStatements } from "../store/sql/counted.ts";
import { dropLeases, leaseName, leaseSeconds, takeLeases } from "../store/leases.ts";
import { listSourcesWith, makeDue, moveSources } from "../store/sources/sources.ts";
import { bookingChange } from "../source/run.ts";
import { type StoredBooking, showBooking } from "../feed/show-booking.ts";
import { epochSeconds } from "../lib/clock.ts";
import { belongs } from "../waldur/scope.ts";
import { type BookingWrite, writeBookings, encodeBooking } from "../store/bookings/write-bookings.ts";

/** Attempts while another run has the row, and the pause between them (milliseconds). */
const pauses = { tries: 6, first: 550, most: 550 };
/** SQL statements reserved for the rest of a decision, and the most that an attempt, and one more step of feeds, needs. */
const statementsKept = 11;
const statementsOfTry = 18;
const statementsOfStep = 7;

/**
 * Writes what Waldur has just said about a booking and its order to every source that holds it and every feed over those:
 * the next GET of each shows it, targets see that their feeds have moved on, and subscribers are told. Leaves what cannot be written now
 * (another run has it, no budget left) to the next run; never throws.
 */
export async function propagate(
  outer: Deps,
  booking: Booking,
  orderState: OrderState,
  knowing?: Knowing,
): Promise<void> {
  const { sql, counts } = countStatements(outer.sql);
  const deps: Deps = { ...outer, sql };
  const affords = (statements: number): boolean =>
    deps.budget.statements - statementsKept - counts.statements >= statements;
  /** Ids of sources that do not have it yet. */
  let unsaved: readonly string[] = [];
  /** Ids of those, and of sources with a feed that does not show it yet; null before the first attempt. */
  let open: ReadonlySet<string> | null = null;
  const moves: FeedMove[] = [];
  await attemptPropagation(deps, async () => {
    const shown = await retry(deps, pauses, async () => {
      const sources = (await listSourcesWith(sql, booking.uuid)).filter((source) => belongs(booking, source));
      unsaved = sources.map(({ id }) => id).filter((id) => open?.has(id) ?? true);
      if (unsaved.length === 0) return true;
      const holdings = await storeBooking(deps, unsaved, booking, orderState);
      unsaved = unsaved.filter((id) => !holdings.has(id));
      const step = await showBooking(deps, holdings, () => affords(statementsOfStep));
      moves.push(...step.moves);
      open = new Set([...unsaved, ...step.overtaken]);
      return open.size === 0 || !affords(statementsOfTry) ? true : null;
    });
    if (shown === null) throw new AppError("conflict", "another run is writing this booking");
  });
  if (unsaved.length > 0) await attemptPropagation(deps, async () => makeDue(sql, unsaved, epochSeconds(deps)));
  const { requests, statements } = deps.budget;
  // What is left of an invocation of a Worker, which a decision shares.
  await tellOfDecision(outer, moves, knowing, {
    requests: Math.floor(requests / 4),
    statements: Math.min(statements / 2, statements - statementsKept - counts.statements),
  });
}

/** Makes the next run read again the sources that hold a booking. */
export async function requestReread(deps: Deps, bookingUuid: string): Promise<void> {
  await attemptPropagation(deps, async () => {
    const sources = await listSourcesWith(deps.sql, bookingUuid);
    await makeDue(
      deps.sql,
      sources.map(({ id }) => id),
      epochSeconds(deps),
    );
  });
}

/** Stores a booking in those of the sources that no other run is writing to. Resolves to what these now hold, by id. */
async function storeBooking(
  deps: Deps,
  ids: readonly string[],
  booking: Booking,
  orderState: OrderState,
): Promise<ReadonlyMap<string, StoredBooking>> {
  const holder = hex(deps.random(8));
  const names = ids.map((id) => leaseName("source", id));
  const leases = await takeLeases(deps.sql, names, holder, epochSeconds(deps), leaseSeconds);
  const holdings = new Map<string, StoredBooking>();
  if (leases.size === 0) return holdings;
  try {
    const writes: BookingWrite[] = [];
    const stored = await findInSources(deps.sql, booking.uuid);
    for (const source of await listSourcesWith(deps.sql, booking.uuid)) {
      const known = stored.get(source.id);
      if (known === undefined || !leases.has(leaseName("source", source.id))) continue;
      const write = bookingChange(source.id, known, booking, { state: orderState, uuid: null }, source.rev + 1);
      if (write === null) {
        holdings.set(source.id, { source, known });
        continue;
      }
      writes.push(write);
      holdings.set(source.id, { source: { ...source, rev: write.rev }, known: { ...write, vanished: false } });
    }
    const { chunks } = chunkRows(writes.map(encodeBooking));
    const revs = new Map(writes.map(({ sourceId, rev }) => [sourceId, rev]));
    if (writes.length > 0) await deps.sql.batch([...chunks.map(writeBookings), moveSources(revs)]);
  } finally {
    await dropLeases(deps.sql, [...leases], holder);
  }
  return holdings;
}

/** Does the work; logs its failure. */
async function attemptPropagation(deps: Deps, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    deps.log.error("propagate_failed", { code: codeOf(error) ?? "bug", message: messageOf(error) });
  }
}
