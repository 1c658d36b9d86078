import { overlapping, type Period } from "../../calendar/period.ts";
import { hasElapsed } from "../../lib/clock.ts";
import type { InvitationRow } from "../../store/mail/invitations.ts";

/** Periods of a request about which a mailbox is asked; one with more is for people. */
const mostPeriods = 20;
/** Seconds after which a request that was not answered is asked about again. */
const repeatSeconds = 86_400;

/** A booking of the offering whose mailbox it is, with what is left of its periods: none overlaps another. */
export interface OfferedBooking {
  readonly uuid: string;
  /** When it was asked for, epoch microseconds. */
  readonly createdMicros: number;
  readonly periods: readonly Period[];
  /**
   * `standing`: it is accepted; `open`: the person behind the mailbox may accept it now; `soon`: perhaps, which Waldur's next list
   * tells; `none`: neither.
   */
  readonly state: "standing" | "open" | "soon" | "none";
  /** The person acts for its provider. */
  readonly acts: boolean;
}

/** The mailbox, as a plan is made for it. */
export interface ResourceState {
  readonly bookings: readonly OfferedBooking[];
  /** All that the mailbox was told of periods that are not over, also what was taken back. */
  readonly told: readonly InvitationRow[];
  /** False: it is asked no more, and what it has is only put right or taken back. */
  readonly asks: boolean;
  /** The keys that still sign. */
  readonly keyIds: readonly string[];
  /** Epoch seconds. */
  readonly nowAt: number;
}

/** A period of a booking about which the mailbox is to be told. */
export interface ToldPeriod {
  readonly bookingUuid: string;
  readonly period: Period;
  readonly standing: boolean;
  /** What it was told of that period before; null: nothing. */
  readonly before: InvitationRow | null;
}

/** The answer of a mailbox to a request, which waits for the decision. */
export interface ResourceAnswer {
  readonly bookingUuid: string;
  readonly action: "accept" | "reject";
  /** DTSTAMP of the last question. */
  readonly askedAt: number;
}

/** The difference between what a mailbox should hold and what it was told, and what its answers come to. */
export interface ResourcePlan {
  /** What is taken back, before all else. */
  readonly freed: readonly InvitationRow[];
  /** What it is told or asked after that, in this order. */
  readonly asked: readonly ToldPeriod[];
  readonly answers: readonly ResourceAnswer[];
}

/**
 * Compares what the mailbox of a room should hold with what it was told. It should hold the periods of bookings that stand, and of
 * requests in the order in which they were made: one that overlaps an earlier request waits until that is decided, so that what it
 * declines is taken by what stands or is not ours. What was freed after a question without a yes asks it again, and so does a day
 * without an answer. A period whose invitation is signed with a lost key cannot be freed any more: requests that overlap it are left
 * to people.
 */
export function planResource({ bookings, told, asks, keyIds, nowAt }: ResourceState): ResourcePlan {
  const rows = new Map(told.map((row) => [keyOf(row.bookingUuid, periodOf(row)), row]));
  const rowOf = (uuid: string, period: Period): InvitationRow | null => rows.get(keyOf(uuid, period)) ?? null;
  const isOpen = (uuid: string, period: Period): boolean => rowOf(uuid, period)?.open === true;
  const isLost = (row: InvitationRow): boolean => row.open && !keyIds.includes(row.keyId);
  const held = new Set(told.filter(({ open }) => open).map(({ bookingUuid }) => bookingUuid));
  const known = new Set(bookings.map(({ uuid }) => uuid));

  const standing = bookings.filter((one) => one.state === "standing");
  const requests = chooseRequests({ bookings: asks ? bookings : [], held, lost: told.filter(isLost) });
  const wanted = [...standing.filter(({ uuid, acts }) => held.has(uuid) || (asks && acts)), ...requests].flatMap(
    ({ uuid, periods, state }) =>
      periods.map((period): ToldPeriod => {
        const before = rowOf(uuid, period);
        return { bookingUuid: uuid, period, standing: state === "standing", before };
      }),
  );
  const kept = new Set(wanted.map(({ bookingUuid, period }) => keyOf(bookingUuid, period)));
  // While nobody sees a booking its time stays taken.
  const freed = told.filter(
    (row) => row.open && !isLost(row) && known.has(row.bookingUuid) && !kept.has(keyOf(row.bookingUuid, periodOf(row))),
  );

  const free = [...told.filter(({ open }) => !open), ...freed.map((row) => ({ ...row, stampAt: Infinity }))];
  const asked = wanted.filter(({ before, standing: stands }) => {
    if (before?.open !== true) return true;
    if (before.answer === "ACCEPTED" || isLost(before)) return false;
    if (before.answer === "" && !stands && hasElapsed(before.stampAt, repeatSeconds, nowAt)) return true;
    const later = free.filter(({ answer, stampAt }) => answer !== "DECLINED" && stampAt > before.stampAt);
    return overlapping([periodOf(before)], later.map(periodOf)).length > 0;
  });
  const again = new Set(asked.map(({ bookingUuid }) => bookingUuid));
  const answers = requests.flatMap(({ uuid, periods }): ResourceAnswer[] => {
    if (again.has(uuid) || !periods.every((period) => isOpen(uuid, period))) return [];
    const own = periods.flatMap((period) => rowOf(uuid, period) ?? []);
    const declined = own.some(({ answer }) => answer === "DECLINED");
    if (!declined && own.some(({ answer }) => answer !== "ACCEPTED")) return [];
    const askedAt = Math.max(...own.map(({ stampAt }) => stampAt));
    return [{ bookingUuid: uuid, action: declined ? "reject" : "accept", askedAt }];
  });
  return { freed, asked, answers };
}

interface Choice {
  readonly bookings: readonly OfferedBooking[];
  /** The bookings of which the mailbox holds something. */
  readonly held: ReadonlySet<string>;
  /** What cannot be freed any more. */
  readonly lost: readonly InvitationRow[];
}

/** Returns the requests about which the mailbox is asked now, in the order in which they were made. */
function chooseRequests({ bookings, held, lost }: Choice): OfferedBooking[] {
  const before: Period[] = lost.map(periodOf);
  return bookings
    .filter(({ state }) => state === "open" || state === "soon")
    .toSorted((a, b) => a.createdMicros - b.createdMicros || (a.uuid < b.uuid ? -1 : 1))
    .filter(({ uuid, state, periods }) => {
      const waits = overlapping(before, periods).length > 0;
      before.push(...periods);
      return state === "open" && !waits && (periods.length <= mostPeriods || held.has(uuid));
    });
}

/** Returns the period that an invitation of a mailbox is about, for ever. */
export function periodOf({ startAt, endAt }: Pick<InvitationRow, "startAt" | "endAt">): Period {
  return { start: startAt, end: endAt };
}

/** Returns the name of a period in `InvitationRow.attendee`, behind the id of the mailbox. */
export function periodName({ start, end }: Period): string {
  return `${start}-${end}`;
}

function keyOf(bookingUuid: string, period: Period): string {
  return `${bookingUuid} ${periodName(period)}`;
}
