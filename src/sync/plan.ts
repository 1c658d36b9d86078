import type { KnownBooking } from "../calendar/booking.ts";
import { windowOf } from "../calendar/window.ts";
import type { Deps } from "../deps.ts";
import { listChanged, listStarting } from "../store/bookings.ts";
import { type EventRow, listStale } from "../store/events.ts";
import type { FeedChange, FeedRow } from "../store/feeds.ts";
import { type Need, noticeDayOf, reasonOf } from "./need.ts";
import { type Sight, sizeOf, type Step, type Steps } from "./step.ts";

/** A feed, as its row is stored, that may have more to do. */
export interface Turn {
  readonly feed: FeedRow;
  readonly steps: Steps;
}

/** One whose rendering goes on from the row `now`. */
export interface Place extends Turn {
  readonly now: FeedRow;
}

/** The next step of feeds that stand at the same place. */
export interface Plan {
  /** Of how many of the feeds asked for, from the first on. */
  readonly feeds: number;
  /** Whose rows the step is made from. */
  readonly bookingUuids: readonly string[];
  readonly change: FeedChange;
  /** Makes the step of one feed, given the rows it has of those bookings and of none. */
  readonly make: (place: Place, rows: readonly EventRow[]) => Step | Promise<Step>;
}

/** How many events a step is to have, and how many one booking may have; before anything was done in a run, any number. */
export interface Room {
  readonly step: number;
  readonly left: number;
}

/**
 * Plans what feeds need next that stand at the same place; for other needs than `changes` they are one feed. Null where
 * there is no room even for the first booking in one feed. Throws `store_failed`.
 */
export async function planOf(
  deps: Deps,
  sight: Sight,
  need: Need,
  [first, ...others]: readonly [Place, ...Place[]],
  room: Room,
): Promise<Plan | null> {
  const { source, nowAt } = sight;
  const { now, steps } = first;
  const one = { feeds: 1, bookingUuids: [] };
  switch (need) {
    case "changes":
      return planChanges(deps, sight, now, 1 + others.length, room);
    case "window":
      return planMove(deps, sight, first, room);
    case "notice": {
      const noticeAt = noticeDayOf(deps, now, source, nowAt);
      const make: Plan["make"] = (_, rows) => steps.notice(noticeAt, reasonOf(source), rows, now.held);
      return { ...one, change: { noticeAt }, make };
    }
    case "suspend": {
      const noticeAt = noticeDayOf(deps, now, source, nowAt);
      const drop = await listStale(deps.sql, now.id, Number.MAX_SAFE_INTEGER, 0, 0);
      const make: Plan["make"] = (_, rows) => ({ ...steps.notice(noticeAt, "suspended", rows, []), drop });
      return { ...one, change: { noticeAt, state: "suspended", renderedRev: 0 }, make };
    }
    case "settle":
      return { ...one, change: {}, make: () => ({ write: [], drop: [], aged: false, rendered: 0, held: now.held }) };
  }
}

async function planChanges(
  deps: Deps,
  { source }: Sight,
  { renderedRev }: FeedRow,
  feeds: number,
  room: Room,
): Promise<Plan | null> {
  const most = Math.max(1, Math.floor(room.step / feeds));
  const changed = await listChanged(deps.sql, source.id, renderedRev, most);
  const part = partOf(changed, feeds, room);
  if (part === null) return null;
  const rest = part.bookings.length < changed.length || changed.length === most;
  return comparing(part, { renderedRev: rest ? (part.bookings.at(-1)?.rev ?? source.rev) : source.rev });
}

/** One step of the daily move of the window: bookings that come into sight are rendered, then what has left goes. */
async function planMove(deps: Deps, { source }: Sight, { now, steps }: Place, room: Room): Promise<Plan | null> {
  const { dayAt, fromAt, toAt } = steps.window;
  const before = windowOf(now.profile, now.windowAt);
  const entering = await listStarting(deps.sql, source.id, before.toAt, toAt, now.windowUuid, room.step);
  const part = partOf(entering, 1, room);
  if (part === null) return null;
  const last = part.bookings.at(-1);
  if (last !== undefined) return comparing(part, { windowUuid: last.booking.uuid });
  const drop = await listStale(deps.sql, now.id, fromAt, toAt, steps.buriedBefore);
  return {
    feeds: 1,
    bookingUuids: [],
    change: { windowAt: dayAt, windowUuid: "" },
    make: () => ({ write: [], drop, aged: true, rendered: 0, held: now.held }),
  };
}

interface Part<B> {
  readonly bookings: readonly B[];
  readonly feeds: number;
}

function comparing({ bookings, feeds }: Part<KnownBooking>, change: FeedChange): Plan {
  return {
    feeds,
    bookingUuids: bookings.map(({ booking }) => booking.uuid),
    change,
    make: async ({ now, steps }, rows) => steps.compare(bookings, rows, now.held),
  };
}

/** The bookings and the feeds, from the first on, that make a step, at least one of each; null without room for that. */
function partOf<B extends KnownBooking>(bookings: readonly B[], feeds: number, { step, left }: Room): Part<B> | null {
  const [first] = bookings;
  if (first === undefined) return { bookings, feeds };
  const size = sizeOf(first);
  if (size > left) return null;
  const fit = Math.min(feeds, Math.max(1, Math.floor(step / size)));
  let events = 0;
  const end = bookings.findIndex((known) => (events += sizeOf(known) * fit) > step);
  return { bookings: end < 0 ? bookings : bookings.slice(0, Math.max(1, end)), feeds: fit };
}
