import type { KnownBooking } from "../calendar/booking.ts";
import type { FeedNotice } from "../calendar/feed.ts";
import { type Window, windowOf } from "../calendar/window.ts";
import type { Deps } from "../deps.ts";
import { listChanged, listMoved, type WindowMove } from "../store/bookings/bookings.ts";
import { type EventRow, listStale } from "../store/events.ts";
import type { FeedChange } from "../store/feeds.ts";
import type { SourceRow } from "../store/sources/sources.ts";
import type { RenderInputs } from "./inputs.ts";
import { type FeedCursor, findNotice } from "./needs.ts";

/** One step of one feed: what is compared and dropped in one transaction, and what its row becomes. */
export interface FeedStep extends Pick<FeedCursor, "feed" | "now"> {
  readonly source: SourceRow;
  readonly window: Window;
  /** Compared with the events that the feed has of them. */
  readonly bookings: readonly KnownBooking[];
  /** Events to drop besides. */
  readonly drop: readonly EventRow[];
  /** True when those are only too old: the last may stay in a feed that would run empty. */
  readonly aged: boolean;
  /** The notice that the feed is out of date, "none" to take it away; null leaves it as it is. */
  readonly notice: FeedNotice | "none" | null;
  /** Columns of the feed's row that the step sets. */
  readonly change: FeedChange;
}

/** Events that a step may have, and one booking may have. Before a run has done anything, a booking may have any number. */
export interface StepBudget {
  readonly step: number;
  readonly left: number;
}

/** Events compared in one transaction; a booking with more is still one step. */
export const stepSize = 500;

/** Returns a step that does nothing. */
export function emptyStep({ feed, now }: Pick<FeedCursor, "feed" | "now">, source: SourceRow, nowAt: number): FeedStep {
  const window = windowOf(now.profile, nowAt);
  return { feed, now, source, window, bookings: [], drop: [], aged: false, notice: null, change: {} };
}

/**
 * Plans the next step of feeds that stand at the same place; with needs other than `changes` they are one feed. Feeds and
 * bookings beyond the budget are left out. Resolves to null when one booking in one feed exceeds it. Throws `store_failed`.
 */
export async function planStep(
  deps: Deps,
  inputs: RenderInputs,
  source: SourceRow,
  cursors: readonly [FeedCursor, ...FeedCursor[]],
  budget: StepBudget,
): Promise<readonly FeedStep[] | null> {
  const [first] = cursors;
  const { now } = first;
  const step = emptyStep(first, source, inputs.nowAt);
  const found = now.state === "loading" ? null : findNotice(deps, now, source, inputs.nowAt);
  const noticeAt = found === null ? 0 : step.window.dayAt;
  const noted = { noticeAt, notice: found?.reason ?? "" } as const;
  switch (first.need) {
    case "changes": {
      const steps = cursors.map((cursor) => emptyStep(cursor, source, inputs.nowAt));
      const most = Math.max(1, Math.floor(budget.step / steps.length));
      const changed = await listChanged(deps.sql, source.id, now.renderedRev, most);
      const part = fitBudget(changed, steps, budget);
      if (part === null) return null;
      const { bookings } = part;
      const rest = bookings.length < changed.length || changed.length === most;
      const change = { renderedRev: rest ? (bookings.at(-1)?.rev ?? source.rev) : source.rev };
      return part.steps.map((each) => ({ ...each, bookings, change }));
    }
    case "window":
      return planWindow(deps, inputs, step, budget);
    case "notice":
      return [{ ...step, notice: found ?? "none", change: noted }];
    case "suspend": {
      const drop = await listStale(deps.sql, now.id, Number.MAX_SAFE_INTEGER, 0, 0);
      const buried = { ...now.buried, ...listTombstones(drop) };
      const change = { ...noted, state: "suspended", renderedRev: 0, held: [], buried } as const;
      return [{ ...step, drop, notice: found, change }];
    }
    case "settle":
      return [step];
  }
}

/** Returns since when each of these rows of bookings is a tombstone, by UID. */
function listTombstones(rows: readonly EventRow[]): Record<string, number> {
  return Object.fromEntries(
    rows.flatMap(({ uid, bookingUuid, cancelledAt }) =>
      bookingUuid === "" || cancelledAt === null ? [] : [[uid, cancelledAt]],
    ),
  );
}

/** Plans a step of the window's daily move: first come the bookings that enter it and the requests
 * that ran out, then the events that have left it go. */
async function planWindow(
  { sql }: Deps,
  { buriedBefore }: RenderInputs,
  step: FeedStep,
  budget: StepBudget,
): Promise<readonly FeedStep[] | null> {
  const { now, source, window } = step;
  const before = windowOf(now.profile, now.windowAt);
  const move: WindowMove = { shown: [before.toAt, window.toAt], today: [before.dayAt, window.dayAt] };
  const moved = await listMoved(sql, source.id, move, now.windowUuid, budget.step);
  const part = fitBudget(moved, [step], budget);
  if (part === null) return null;
  const { bookings } = part;
  const last = bookings.at(-1);
  if (last !== undefined) return [{ ...step, bookings, change: { windowUuid: last.booking.uuid } }];
  const drop = await listStale(sql, now.id, window.fromAt, window.toAt, buriedBefore);
  return [{ ...step, drop, aged: true, change: { windowAt: window.dayAt, windowUuid: "" } }];
}

/** Returns the bookings and the feeds' steps that fit, from the first on and at least one of each; null when not even that. */
function fitBudget<B extends KnownBooking>(
  bookings: readonly B[],
  steps: readonly FeedStep[],
  { step, left }: StepBudget,
): { readonly bookings: readonly B[]; readonly steps: readonly FeedStep[] } | null {
  const [first] = bookings;
  if (first === undefined) return { bookings, steps };
  const size = countEvents(first);
  if (size > left) return null;
  const fit = Math.min(steps.length, Math.max(1, Math.floor(step / size)));
  let events = 0;
  const end = bookings.findIndex((known) => (events += countEvents(known) * fit) > step);
  return { bookings: end < 0 ? bookings : bookings.slice(0, Math.max(1, end)), steps: steps.slice(0, fit) };
}

/** Returns how many events a booking counts as in a budget; one without any counts as one. */
export function countEvents({ slots }: KnownBooking): number {
  return Math.max(1, slots.length);
}
