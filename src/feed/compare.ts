import type { KnownBooking } from "../calendar/booking.ts";
import type { Event, EventContext, Revision } from "../calendar/event.ts";
import { bookingEvents } from "../calendar/booking-events.ts";
import { emptyEvent, noticeEvent } from "../calendar/feed.ts";
import { matchesFilter } from "../calendar/filter.ts";
import { reviseEvent } from "../calendar/ical/vevent.ts";
import { lintEvent } from "../calendar/ical/lint.ts";
import { inWindow } from "../calendar/window.ts";
import type { EventRow } from "../store/events.ts";
import type { RenderInputs } from "./inputs.ts";
import { countEvents, type FeedStep } from "./plan.ts";

/** The changes of a feed's events in one step. */
export interface EventChanges {
  /** Events as they become, each with the row it replaces. */
  readonly write: readonly { readonly row: EventRow; readonly old: EventRow | undefined }[];
  readonly drop: readonly EventRow[];
  /** Events rendered and compared; a booking without any counts as one. */
  readonly rendered: number;
  /** Events that the linter newly holds back. */
  readonly faults: readonly { readonly booking: string; readonly n: number; readonly faults: string }[];
}

type Now = Pick<RenderInputs, "nowAt" | "buriedBefore">;

/**
 * Compares what a step is about with the rows that the feed has of it. `rows` are those of the step's bookings and of no
 * booking. A feed that had events is never left without one: some clients take an empty calendar for a failure.
 */
export function compareFeed(step: FeedStep, rows: readonly EventRow[], context: EventContext, now: Now): EventChanges {
  const { feed, notice } = step;
  const uuids = new Set(step.bookings.map(({ booking }) => booking.uuid));
  const have = new Map(rows.filter((row) => uuids.has(row.bookingUuid)).map((row) => [row.uid, row]));
  const write: { row: EventRow; old: EventRow | undefined }[] = [];
  const faults: { booking: string; n: number; faults: string }[] = [];
  let rendered = 0;
  for (const known of step.bookings) {
    const { uuid } = known.booking;
    rendered += countEvents(known);
    for (const event of bookingEvents(known, context)) {
      const old = have.get(event.uid);
      // A feed that was emptied forgot its rows, but not which of them were tombstones.
      const buriedAt = old === undefined ? (step.now.buried[event.uid] ?? null) : old.cancelledAt;
      if (!isWanted(step, known, event, old !== undefined || buriedAt !== null, buriedAt, now)) continue;
      have.delete(event.uid);
      const row = renderRow(event, uuid, old, buriedAt, now.nowAt);
      if (row === null) continue;
      const found = lintEvent(row.vevent);
      if (found.length === 0) write.push({ row, old });
      else faults.push({ booking: uuid, n: event.n, faults: found.join("; ") });
    }
  }
  const drop = [...have.values(), ...step.drop];
  if (notice !== null) {
    const uid = `notice-${feed.id}`;
    const old = rows.find((row) => row.uid === uid);
    if (notice !== "none") {
      const event = noticeEvent(feed.profile, { ...notice, uid, nowAt: now.nowAt });
      const row = renderRow(event, "", old, null, now.nowAt);
      if (row !== null) write.push({ row, old });
      rendered += 1;
    } else if (old !== undefined) drop.push(old);
  }
  return { ...keepOne(step, write, drop, rows, now.nowAt), rendered, faults };
}

/** Returns how many of these events the feed did not have. */
export function countAdded(write: EventChanges["write"]): number {
  return write.filter(({ old }) => old === undefined).length;
}

/** Returns true when an event is to be in the feed, given whether it was shown there and since when it is a tombstone. */
function isWanted(
  { feed: { profile }, window }: FeedStep,
  known: KnownBooking,
  event: Event,
  wasShown: boolean,
  cancelledAt: number | null,
  { nowAt, buriedBefore }: Now,
): boolean {
  const { filter } = profile;
  if (known.unseen === true || !inWindow(event, window)) return false;
  if (event.status !== "CANCELLED") return matchesFilter(known, filter);
  if (profile.cancelled === "drop") return false;
  if (wasShown) {
    // An event that was shown is struck out.
    return matchesFilter(known, filter, true) && (cancelledAt ?? nowAt) >= buriedBefore;
  }
  const { booking } = known;
  const recent =
    booking.state === "Terminated" && (known.endedMicros ?? booking.modifiedMicros) / 1_000_000 >= buriedBefore;
  const whole = !known.vanished && known.slots.some((slot) => slot.n === event.n && !slot.gone);
  return recent && whole && matchesFilter(known, filter);
}

/** Returns the row that shows the event, which is a tombstone since `cancelledAt` if it was one; null when that is `old`. */
function renderRow(
  event: Event,
  bookingUuid: string,
  old: EventRow | undefined,
  cancelledAt: number | null,
  nowAt: number,
): EventRow | null {
  const revised = reviseEvent(event, old ?? null, nowAt);
  if (!revised.changed) return null;
  return eventRow(event, bookingUuid, event.status === "CANCELLED" ? (cancelledAt ?? nowAt) : null, revised);
}

function eventRow(
  event: Event,
  bookingUuid: string,
  cancelledAt: number | null,
  { vevent, revision }: { readonly vevent: string; readonly revision: Revision },
): EventRow {
  return {
    uid: event.uid,
    bookingUuid,
    sequence: revision.sequence,
    stampAt: revision.stamp,
    startAt: event.start,
    endAt: event.end,
    cancelledAt,
    vevent,
  };
}

/** Returns the changes with a placeholder added to a feed that would run empty, or removed from one that no longer is. */
function keepOne(
  { feed, aged }: FeedStep,
  write: EventChanges["write"],
  drop: readonly EventRow[],
  rows: readonly EventRow[],
  nowAt: number,
): Pick<EventChanges, "write" | "drop"> {
  const uid = `empty-${feed.id}`;
  const added = countAdded(write);
  const standing = rows.find((row) => row.uid === uid);
  if (added > 0 && feed.eventCount === 1 && standing !== undefined) return { write, drop: [...drop, standing] };
  if (drop.length === 0 || feed.eventCount + added > drop.length) return { write, drop };
  // A tombstone goes after its time: what it names may be erased in Waldur.
  const newest = drop.filter(({ cancelledAt }) => cancelledAt === null).toSorted((a, b) => b.stampAt - a.stampAt)[0];
  if (aged && newest !== undefined) return { write, drop: drop.filter((row) => row !== newest) };
  const event = emptyEvent(feed.profile, { uid, nowAt });
  const row = eventRow(event, "", nowAt, reviseEvent(event, null, nowAt));
  const old = drop.find((one) => one.uid === uid);
  return { write: [...write, { row, old }], drop: drop.filter((one) => one !== old) };
}
