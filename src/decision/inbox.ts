import { listBookingSources, type Viewer } from "../account/access.ts";
import type { Action } from "../calendar/profile.ts";
import { type BookingStatus, bookingStatus, isDecidable } from "../calendar/status.ts";
import { epochSeconds } from "../lib/clock.ts";
import type { Deps } from "../deps.ts";
import { countInbox, type InboxOrder, type InboxPart, type InboxQuery, listInbox } from "../store/bookings/inbox.ts";
import type { LocatedRow } from "../store/bookings/bookings.ts";
import { readOfferings } from "../store/sources/sources.ts";
import { actingScopes } from "../waldur/roles.ts";
import type { Period } from "../calendar/period.ts";
import { type Beside, findBeside, livePeriods } from "./beside.ts";
import { type Caution, cautionOf } from "./caution.ts";
import { offeredActions } from "./rights.ts";

/** A request with what its reader has to know. */
export interface InboxRequest extends LocatedRow {
  readonly meaning: BookingStatus;
  readonly caution: Caution;
  /** The day that is looked at, and what else there is of the offering. */
  readonly day: Period;
  readonly beside: readonly Beside[];
  /** The answers that the viewer can give, and Waldur takes. */
  readonly offered: readonly Action[];
}

/** The requests of all providers of a viewer, and those that the viewer made. */
export interface Inbox {
  readonly requests: readonly InboxRequest[];
  /** The number that the page's query finds on all pages. */
  readonly total: number;
  /** The part that is shown, and its order. */
  readonly part: InboxPart;
  readonly order: InboxOrder;
  readonly counts: Readonly<Record<InboxPart, number>>;
  /** The offerings that have open requests, most of them first. */
  readonly offerings: readonly { readonly uuid: string; readonly name: string; readonly count: number }[];
  /** True when the viewer has a role that may decide for some provider. */
  readonly decides: boolean;
}

/** A query as somebody wrote it. */
export interface InboxSearch extends Omit<InboxQuery, "words" | "names" | "part" | "order"> {
  /** null: what the viewer can decide, or else what waits for others where there is only that. */
  readonly part: InboxPart | null;
  /** null: the soonest first; of what is over, the latest. */
  readonly order: InboxOrder | null;
  readonly words: string;
  readonly names: string;
}

/**
 * Reads a page of the open requests that the viewer sees, with all counts, in a number of statements that does not depend on
 * how many there are. `dayOf` returns the day of a moment in the reader's zone, epoch seconds. Throws `store_failed`.
 */
export async function readInbox(
  deps: Deps,
  viewer: Viewer,
  search: InboxSearch,
  dayOf: (at: number) => Period,
): Promise<Inbox> {
  const { account } = viewer;
  const sources = (await listBookingSources(deps, viewer)).map(({ source }) => source);
  const nowAt = epochSeconds(deps);
  const scope = {
    sourceIds: sources.map(({ id }) => id),
    scopes: account.isStaff ? null : actingScopes(account),
    nowAt,
  };
  const counted = await countInbox(deps.sql, scope);
  const counts = { decide: 0, waiting: 0, over: 0 };
  for (const { part, count } of counted) counts[part] += count;
  const part = search.part ?? (counts.decide === 0 && counts.waiting > 0 ? "waiting" : "decide");
  const order = search.order ?? (part === "over" ? "latest" : "start");
  const query = { ...search, part, order, words: spellWords(search.words), names: spellWords(search.names) };
  const { rows, total } = await listInbox(deps.sql, scope, query);
  const days = new Map(rows.map((row) => [row.booking.uuid, dayOf(momentOf(row, nowAt))]));
  const around = ({ booking }: Pick<LocatedRow, "booking">): Period[] => [days.get(booking.uuid) ?? dayOf(nowAt)];
  const beside = await findBeside(deps.sql, rows, around);
  const names = new Map(sources.flatMap(({ offerings }) => [...readOfferings(offerings)]));
  const ofPart = counted.filter((one) => one.part === part);
  return {
    requests: rows.map((row) => {
      const others = beside.get(row.booking.uuid) ?? [];
      const meaning = bookingStatus(row);
      const caution = cautionOf(row, others, nowAt);
      const open = isDecidable(meaning) && caution.time !== "over";
      const offered = open ? offeredActions(deps, account, row.booking) : [];
      const day = days.get(row.booking.uuid) ?? dayOf(nowAt);
      return { ...row, meaning, caution, day, beside: others, offered };
    }),
    total,
    part,
    order,
    counts,
    offerings: ofPart
      .map(({ offeringUuid: uuid, count }) => ({ uuid, count, name: names.get(uuid)?.name ?? "" }))
      .toSorted((a, b) => b.count - a.count),
    decides: scope.scopes === null || scope.scopes.length > 0,
  };
}

/** Returns the first moment of a booking that is not over; of one that is, its first. */
function momentOf({ slots }: Pick<LocatedRow, "slots">, nowAt: number): number {
  const periods = livePeriods(slots);
  return (periods.find(({ end }) => end > nowAt) ?? periods[0])?.start ?? nowAt;
}

const mostWords = 6;
const longestWord = 60;

/**
 * Returns the words of a search, each as it may be spelt: the database makes only ASCII letters small, so that others are looked
 * for as small letters, as capitals, and with one capital at the beginning.
 */
function spellWords(text: string): string[][] {
  const words = text.normalize("NFC").split(/\s+/).filter(Boolean).slice(0, mostWords);
  return words.map((word) => {
    const small = word.slice(0, longestWord).toLowerCase();
    const [first = ""] = small;
    const spellings = [small, small.toUpperCase(), first.toUpperCase() + small.slice(first.length)];
    return [...new Set(spellings.map(lowerAscii))];
  });
}

function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
