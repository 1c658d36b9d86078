import type { KnownBooking } from "../calendar/booking.ts";
import type { Event, EventContext } from "../calendar/event.ts";
import { eventsOf, matches } from "../calendar/events.ts";
import { emptyEvent, noticeEvent } from "../calendar/feed.ts";
import { reviseEvent } from "../calendar/ical.ts";
import { lintEvent } from "../calendar/lint.ts";
import { inWindow, type Window, windowOf } from "../calendar/window.ts";
import type { NoticeReason } from "../calendar/words.ts";
import type { Deps } from "../deps.ts";
import { busyUid } from "../security/hash.ts";
import { open } from "../security/seal.ts";
import { findAccount } from "../store/accounts.ts";
import { listStarting } from "../store/bookings.ts";
import { type EventRow, findEvents, listStale } from "../store/events.ts";
import type { FeedChange, FeedRow } from "../store/feeds.ts";
import { readMeta } from "../store/meta.ts";
import { readOfferings, type SourceRow } from "../store/sources.ts";
import { feedPlace } from "./feeds.ts";
import { decisionUrl, linkKindOf } from "./links.ts";
import { seconds } from "./run.ts";

/** What is to be written of a feed's events in one transaction. */
export interface Step {
  readonly write: readonly { readonly row: EventRow; readonly old: EventRow | undefined }[];
  readonly drop: readonly EventRow[];
  /** What is dropped is only too old: the last of it may stay where the feed would run empty. */
  readonly aged: boolean;
  /** Events rendered and compared; a booking without any counts as one. */
  readonly rendered: number;
  /** Events of the whole feed that the linter holds back. */
  readonly held: readonly string[];
}

/** How many events a step is to have, and how many one booking may have; before anything was done in a run, any number. */
export interface Room {
  readonly step: number;
  readonly left: number;
}

/** The parts of which a feed's rendering is made; each only reads. */
export interface Steps {
  /** These bookings against the rows they have. */
  compare(bookings: readonly KnownBooking[], held: readonly string[]): Promise<Step>;
  /**
   * One step of the daily move of the window: what has left goes, bookings that come into sight are rendered. Null when
   * there is no room for the next one.
   */
  move(feed: FeedRow, room: Room): Promise<{ step: Step; change: FeedChange } | null>;
  /** The notice that the calendar is out of date, for the day that begins at `dayAt`; 0 takes it away. */
  notice(dayAt: number, reason: NoticeReason): Promise<Step>;
  /** Every event of a booking goes. */
  clear(): Promise<Step>;
  /** What stands in a feed that would run empty: some clients take an empty calendar for a failure and keep the old one. */
  placeholder(): EventRow;
  /** The row of the placeholder, if it stands. */
  findPlaceholder(): Promise<EventRow | undefined>;
}

/** Makes the steps for one feed as it and its source stand at `nowAt`. Throws `seal_broken`, `store_failed`. */
export async function stepsOf(deps: Deps, feed: FeedRow, source: SourceRow, window: Window): Promise<Steps> {
  const { profile } = feed;
  const nowAt = seconds(deps);
  const salt = profile.detail === "busy" ? await open(deps.keys, feedPlace(feed.id, "salt"), feed.salt) : null;
  const homeport = profile.detail === "busy" ? null : await readMeta(deps.sql, homeportKey(deps));
  const offerings = readOfferings(source.offerings);
  const buriedBefore = nowAt - deps.config.tombstoneDays * 86_400;
  const { states: _states, ...others } = profile.filter;
  const owner = profile.decisions === "signed" ? await findAccount(deps.sql, source.accountId) : null;
  const linkKind = linkKindOf(deps, profile, owner);

  async function contextOf(known: readonly KnownBooking[]): Promise<EventContext> {
    const uids = new Map<string, string>();
    if (salt !== null) {
      const ids = known.flatMap(({ booking, slots }) => slots.map(({ n }) => ({ uuid: booking.uuid, n })));
      await Promise.all(ids.map(async ({ uuid, n }) => uids.set(`${uuid}-${n}`, await busyUid(salt, uuid, n))));
    }
    const uidOf = (uuid: string, n: number): string => uids.get(`${uuid}-${n}`) ?? `${uuid}-${n}`;
    const urls = new Map<string, string>();
    if (linkKind !== null) {
      const pending = known.filter(({ booking, vanished }) => booking.state === "Creating" && !vanished);
      await Promise.all(
        pending.map(async ({ booking: { uuid } }) => urls.set(uuid, await decisionUrl(deps, feed, linkKind, uuid))),
      );
    }
    return {
      profile,
      homeport: homeport === "" ? null : homeport,
      offerings,
      uidOf,
      decisionUrlOf: (uuid) => urls.get(uuid) ?? "",
      sample: deps.sample,
    };
  }

  /** Whether an event is to be in the feed, given the row it has there. */
  function isWanted(known: KnownBooking, event: Event, row: EventRow | undefined): boolean {
    if (!inWindow(event, window)) return false;
    if (event.status !== "CANCELLED") return matches(known, profile.filter);
    if (profile.cancelled === "drop") return false;
    // What was shown is struck out, whatever the filter says of the state it has now.
    if (row !== undefined) return matches(known, others) && (row.cancelledAt ?? nowAt) >= buriedBefore;
    const { booking } = known;
    const recent = booking.state === "Terminated" && booking.modifiedMicros / 1_000_000 >= buriedBefore;
    const whole = !known.vanished && known.slots.some((slot) => slot.n === event.n && !slot.gone);
    return recent && whole && matches(known, profile.filter);
  }

  /** The row that shows the event; null when it is the one that stands. */
  function rowOf(event: Event, bookingUuid: string, old: EventRow | undefined): EventRow | null {
    const { vevent, revision, changed } = reviseEvent(event, old ?? null, nowAt);
    if (!changed) return null;
    return {
      uid: event.uid,
      bookingUuid,
      sequence: revision.sequence,
      stampAt: revision.stamp,
      startAt: event.start,
      endAt: event.end,
      cancelledAt: event.status === "CANCELLED" ? (old?.cancelledAt ?? nowAt) : null,
      vevent,
    };
  }

  async function compare(bookings: readonly KnownBooking[], heldBefore: readonly string[]): Promise<Step> {
    const uuids = new Set(bookings.map(({ booking }) => booking.uuid));
    const have = new Map((await findEvents(deps.sql, feed.id, [...uuids])).map((row) => [row.uid, row]));
    const context = await contextOf(bookings);
    const write: { row: EventRow; old: EventRow | undefined }[] = [];
    const held = heldBefore.filter((text) => !uuids.has(text.slice(0, 32)));
    let rendered = 0;
    for (const known of bookings) {
      const { uuid } = known.booking;
      rendered += sizeOf(known);
      for (const event of eventsOf(known, context)) {
        const old = have.get(event.uid);
        if (!isWanted(known, event, old)) continue;
        have.delete(event.uid);
        const row = rowOf(event, uuid, old);
        if (row === null) continue;
        const faults = lintEvent(row.vevent);
        if (faults.length === 0) {
          write.push({ row, old });
          continue;
        }
        held.push(`${uuid}-${event.n}: ${faults.join("; ")}`);
        deps.log.error("event_held", { feed: feed.id, booking: uuid, n: event.n, faults: faults.join("; ") });
      }
    }
    return { write, drop: [...have.values()], aged: false, rendered, held };
  }

  async function move(now: FeedRow, room: Room): Promise<{ step: Step; change: FeedChange } | null> {
    const before = windowOf(profile, now.windowAt);
    const entering = await listStarting(deps.sql, source.id, before.toAt, window.toAt, now.windowUuid, room.step);
    const some = take(entering, room);
    if (some === null) return null;
    const last = some.at(-1);
    if (last !== undefined) return { step: await compare(some, now.held), change: { windowUuid: last.booking.uuid } };
    const drop = await listStale(deps.sql, feed.id, window.fromAt, window.toAt, buriedBefore);
    const step = { write: [], drop, aged: true, rendered: 0, held: now.held };
    return { step, change: { windowAt: window.dayAt, windowUuid: "" } };
  }

  async function notice(dayAt: number, reason: NoticeReason): Promise<Step> {
    const uid = `notice-${feed.id}`;
    const old = (await findEvents(deps.sql, feed.id, [""])).find((row) => row.uid === uid);
    const still = { aged: false, rendered: dayAt === 0 ? 0 : 1, held: feed.held };
    if (dayAt === 0) return { ...still, write: [], drop: old === undefined ? [] : [old] };
    const facts = { uid, sinceAt: source.failingSinceAt ?? nowAt, nowAt, reason };
    const row = rowOf(noticeEvent(profile, facts), "", old);
    return { ...still, write: row === null ? [] : [{ row, old }], drop: [] };
  }

  async function clear(): Promise<Step> {
    const drop = await listStale(deps.sql, feed.id, Number.MAX_SAFE_INTEGER, 0, 0);
    return { write: [], drop, aged: false, rendered: 0, held: [] };
  }

  const placeholderUid = `empty-${feed.id}`;
  return {
    compare,
    move,
    notice,
    clear,
    placeholder() {
      const event = emptyEvent(profile, { uid: placeholderUid, nowAt });
      const { vevent, revision } = reviseEvent(event, null, nowAt);
      return {
        uid: event.uid,
        bookingUuid: "",
        sequence: revision.sequence,
        stampAt: revision.stamp,
        startAt: event.start,
        endAt: event.end,
        cancelledAt: nowAt,
        vevent,
      };
    },
    async findPlaceholder() {
      return (await findEvents(deps.sql, feed.id, [""])).find((row) => row.uid === placeholderUid);
    },
  };
}

/** The bookings, from the first on, that make a step, at least one; null when there is no room even for the first. */
export function take<B extends KnownBooking>(bookings: readonly B[], { step, left }: Room): readonly B[] | null {
  const [first] = bookings;
  if (first !== undefined && sizeOf(first) > left) return null;
  let events = 0;
  const end = bookings.findIndex((known) => (events += sizeOf(known)) > step);
  return end < 0 ? bookings : bookings.slice(0, Math.max(1, end));
}

function sizeOf({ slots }: KnownBooking): number {
  return Math.max(1, slots.length);
}

/** Under which key of `meta` the address of HomePort is kept. */
export function homeportKey(deps: Pick<Deps, "config">): string {
  return `homeport:${deps.config.waldurApiUrl ?? ""}`;
}
