import type { KnownBooking } from "../calendar/booking.ts";
import { windowOf } from "../calendar/window.ts";
import type { Deps } from "../deps.ts";
import { listChanged, listStarting } from "../store/bookings.ts";
import { type EventRow, listStale } from "../store/events.ts";
import type { FeedChange, FeedRow } from "../store/feeds.ts";
import type { SourceRow } from "../store/sources.ts";
import { type Need, noticeDay, noticeReason } from "./needs.ts";
import { type RenderInputs, countEvents, type Step, type FeedSteps } from "./compare.ts";

/** A feed, as its row is stored, that may have more to do. */
export interface FeedRenderer {
  readonly feed: FeedRow;
  readonly source: SourceRow;
  readonly steps: FeedSteps;
}

/** One whose rendering goes on from the row `now`. */
export interface FeedCursor extends FeedRenderer {
  readonly now: FeedRow;
}

/** A step of many feeds. */
export interface StepPlan {
  readonly places: readonly FeedCursor[];
  /** Whose rows the step is made from. */
  readonly bookingUuids: readonly string[];
  readonly change: FeedChange;
  /** Makes the step of one feed, given the rows it has of those bookings and of none. */
  readonly make: (place: FeedCursor, rows: readonly EventRow[]) => Step | Promise<Step>;
}

/** How many events a step is to have, and how many one booking may have; before anything was done in a run, any number. */
export interface StepBudget {
  readonly step: number;
  readonly left: number;
}

/** Events compared in one transaction, unless one booking has more. */
export const stepSize = 500;

/**
 * Plans what feeds need next that stand at the same place; for other needs than `changes` they are one feed. What there is
 * no room for is left out; null where that is even the first booking in one feed. Throws `store_failed`.
 */
export async function planStep(
  deps: Deps,
  { nowAt }: RenderInputs,
  need: Need,
  places: readonly [FeedCursor, ...FeedCursor[]],
  room: StepBudget,
): Promise<StepPlan | null> {
  const [first] = places;
  const { now, source, steps } = first;
  const one = { places: [first], bookingUuids: [] };
  switch (need) {
    case "changes":
      return planChanges(deps, first, places, room);
    case "window":
      return planMove(deps, first, room);
    case "notice": {
      const noticeAt = noticeDay(deps, now, source, nowAt);
      const make: StepPlan["make"] = (_, rows) => steps.notice(noticeAt, noticeReason(source), rows, now.held);
      return { ...one, change: { noticeAt }, make };
    }
    case "suspend": {
      const noticeAt = noticeDay(deps, now, source, nowAt);
      const drop = await listStale(deps.sql, now.id, Number.MAX_SAFE_INTEGER, 0, 0);
      const make: StepPlan["make"] = (_, rows) => ({ ...steps.notice(noticeAt, "suspended", rows, []), drop });
      return { ...one, change: { noticeAt, state: "suspended", renderedRev: 0 }, make };
    }
    case "settle":
      return { ...one, change: {}, make: () => ({ write: [], drop: [], aged: false, rendered: 0, held: now.held }) };
  }
}

async function planChanges(
  deps: Deps,
  { source, now }: FeedCursor,
  places: readonly FeedCursor[],
  room: StepBudget,
): Promise<StepPlan | null> {
  const most = Math.max(1, Math.floor(room.step / places.length));
  const changed = await listChanged(deps.sql, source.id, now.renderedRev, most);
  const part = partOf(changed, places, room);
  if (part === null) return null;
  const rest = part.bookings.length < changed.length || changed.length === most;
  return comparing(part, { renderedRev: rest ? (part.bookings.at(-1)?.rev ?? source.rev) : source.rev });
}

/** One step of the daily move of the window: bookings that come into sight are rendered, then what has left goes. */
async function planMove(deps: Deps, place: FeedCursor, room: StepBudget): Promise<StepPlan | null> {
  const { now, source, steps } = place;
  const { dayAt, fromAt, toAt } = steps.window;
  const before = windowOf(now.profile, now.windowAt);
  const entering = await listStarting(deps.sql, source.id, before.toAt, toAt, now.windowUuid, room.step);
  const part = partOf(entering, [place], room);
  if (part === null) return null;
  const last = part.bookings.at(-1);
  if (last !== undefined) return comparing(part, { windowUuid: last.booking.uuid });
  const drop = await listStale(deps.sql, now.id, fromAt, toAt, steps.buriedBefore);
  return {
    places: [place],
    bookingUuids: [],
    change: { windowAt: dayAt, windowUuid: "" },
    make: () => ({ write: [], drop, aged: true, rendered: 0, held: now.held }),
  };
}

interface Part<B> {
  readonly bookings: readonly B[];
  readonly places: readonly FeedCursor[];
}

function comparing({ bookings, places }: Part<KnownBooking>, change: FeedChange): StepPlan {
  return {
    places,
    bookingUuids: bookings.map(({ booking }) => booking.uuid),
    change,
    make: async ({ now, steps }, rows) => steps.compare(bookings, rows, now.held),
  };
}

/** The bookings and the feeds, from the first on, that make a step, at least one of each; null without room for that. */
function partOf<B extends KnownBooking>(
  bookings: readonly B[],
  places: readonly FeedCursor[],
  { step, left }: StepBudget,
): Part<B> | null {
  const [first] = bookings;
  if (first === undefined) return { bookings, places };
  const size = countEvents(first);
  if (size > left) return null;
  const fit = Math.min(places.length, Math.max(1, Math.floor(step / size)));
  let events = 0;
  const end = bookings.findIndex((known) => (events += countEvents(known) * fit) > step);
  return { bookings: end < 0 ? bookings : bookings.slice(0, Math.max(1, end)), places: places.slice(0, fit) };
}
