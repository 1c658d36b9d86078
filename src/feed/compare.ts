import type { KnownBooking } from "../calendar/booking.ts";
import type { Event, EventContext, OfferingFacts } from "../calendar/event.ts";
import { bookingEvents } from "../calendar/booking-events.ts";
import { emptyEvent, noticeEvent } from "../calendar/feed.ts";
import { reviseEvent } from "../calendar/ical.ts";
import { lintEvent } from "../calendar/lint.ts";
import { inWindow, type Window, windowOf } from "../calendar/window.ts";
import type { NoticeReason } from "../calendar/words/calendar-words.ts";
import type { Deps } from "../deps.ts";
import { busyUid } from "../security/hash.ts";
import { open } from "../security/seal.ts";
import { type AccountRow, findAccounts } from "../store/accounts.ts";
import type { EventRow } from "../store/events.ts";
import type { FeedRow } from "../store/feeds.ts";
import { readMeta } from "../store/meta.ts";
import { readOfferings, type SourceRow } from "../store/sources.ts";
import { sealedFeedPlace } from "./commands.ts";
import { decisionUrl, feedLinkKind } from "./links.ts";
import { epochSeconds } from "../clock.ts";
import { homeportKey } from "../account/site.ts";
import { matchesFilter } from "../calendar/filter.ts";

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

/** What feeds are made from besides bookings, as it all stands at `nowAt` (epoch seconds). */
export interface RenderInputs {
  readonly nowAt: number;
  readonly homeport: string | null;
  /** Names and places of offerings, by source. */
  readonly offerings: ReadonlyMap<string, ReadonlyMap<string, OfferingFacts>>;
  /** The sources' accounts by id, where feeds need them. */
  readonly owners: ReadonlyMap<string, AccountRow>;
}

/** The parts of which one feed's rendering is made; they neither read nor write. `rows` are what the feed has. */
export interface FeedSteps {
  readonly window: Window;
  /** Tombstones since before then (epoch seconds) go. */
  readonly buriedBefore: number;
  /** These bookings against the rows they have. */
  compare(bookings: readonly KnownBooking[], rows: readonly EventRow[], held: readonly string[]): Promise<Step>;
  /** The notice that the calendar is out of date, for the day that begins at `dayAt`; 0 takes it away. */
  notice(dayAt: number, reason: NoticeReason, rows: readonly EventRow[], held: readonly string[]): Step;
  /** What stands in a feed that would run empty: some clients take an empty calendar for a failure and keep the old one. */
  placeholder(): EventRow;
}

/** Reads what these feeds over these sources are made from. Throws `store_failed`. */
export async function readInputs(
  deps: Deps,
  sources: readonly SourceRow[],
  feeds: readonly FeedRow[],
): Promise<RenderInputs> {
  const told = feeds.some(({ profile }) => profile.detail !== "busy");
  const homeport = told ? await readMeta(deps.sql, homeportKey(deps)) : null;
  const signed = feeds.some(({ profile }) => profile.decisions === "signed");
  const accounts = [...new Set(sources.map(({ accountId }) => accountId))];
  return {
    nowAt: epochSeconds(deps),
    homeport: homeport === "" ? null : homeport,
    offerings: new Map(sources.map(({ id, offerings }) => [id, readOfferings(offerings)])),
    owners: signed ? await findAccounts(deps.sql, accounts) : new Map(),
  };
}

/** Makes the steps for one feed as it and its source stand. Throws `seal_broken`. */
export async function makeSteps(deps: Deps, sight: RenderInputs, feed: FeedRow, source: SourceRow): Promise<FeedSteps> {
  const { profile } = feed;
  const { nowAt, homeport } = sight;
  const offerings = sight.offerings.get(source.id) ?? new Map<string, OfferingFacts>();
  const window = windowOf(profile, nowAt);
  const salt = profile.detail === "busy" ? await open(deps.keys, sealedFeedPlace(feed.id, "salt"), feed.salt) : null;
  const buriedBefore = nowAt - deps.config.tombstoneDays * 86_400;
  const { states: _states, ...others } = profile.filter;
  const linkKind = feedLinkKind(deps, profile, sight.owners.get(source.accountId) ?? null);

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
      homeport,
      offerings,
      uidOf,
      decisionUrlOf: (uuid) => urls.get(uuid) ?? "",
      sample: deps.sample,
    };
  }

  /** Whether an event is to be in the feed, given the row it has there. */
  function isWanted(known: KnownBooking, event: Event, row: EventRow | undefined): boolean {
    if (!inWindow(event, window)) return false;
    if (event.status !== "CANCELLED") return matchesFilter(known, profile.filter);
    if (profile.cancelled === "drop") return false;
    // What was shown is struck out, whatever the filter says of the state it has now.
    if (row !== undefined) return matchesFilter(known, others) && (row.cancelledAt ?? nowAt) >= buriedBefore;
    const { booking } = known;
    const recent = booking.state === "Terminated" && booking.modifiedMicros / 1_000_000 >= buriedBefore;
    const whole = !known.vanished && known.slots.some((slot) => slot.n === event.n && !slot.gone);
    return recent && whole && matchesFilter(known, profile.filter);
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

  async function compare(
    bookings: readonly KnownBooking[],
    rows: readonly EventRow[],
    heldBefore: readonly string[],
  ): Promise<Step> {
    const uuids = new Set(bookings.map(({ booking }) => booking.uuid));
    const have = new Map(rows.filter((row) => uuids.has(row.bookingUuid)).map((row) => [row.uid, row]));
    const context = await contextOf(bookings);
    const write: { row: EventRow; old: EventRow | undefined }[] = [];
    const held = heldBefore.filter((text) => !uuids.has(text.slice(0, 32)));
    let rendered = 0;
    for (const known of bookings) {
      const { uuid } = known.booking;
      rendered += countEvents(known);
      for (const event of bookingEvents(known, context)) {
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

  function notice(dayAt: number, reason: NoticeReason, rows: readonly EventRow[], held: readonly string[]): Step {
    const uid = `notice-${feed.id}`;
    const old = rows.find((row) => row.uid === uid);
    const still = { aged: false, rendered: dayAt === 0 ? 0 : 1, held };
    if (dayAt === 0) return { ...still, write: [], drop: old === undefined ? [] : [old] };
    const facts = { uid, sinceAt: source.failingSinceAt ?? nowAt, nowAt, reason };
    const row = rowOf(noticeEvent(profile, facts), "", old);
    return { ...still, write: row === null ? [] : [{ row, old }], drop: [] };
  }

  return {
    window,
    buriedBefore,
    compare,
    notice,
    placeholder() {
      const event = emptyEvent(profile, { uid: `empty-${feed.id}`, nowAt });
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
  };
}

/** Events of a booking as they count for a run; one without any counts as one. */
export function countEvents({ slots }: KnownBooking): number {
  return Math.max(1, slots.length);
}
