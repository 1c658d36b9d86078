import { overlapping, type Period } from "../../calendar/period.ts";
import { hasElapsed } from "../../lib/clock.ts";
import type { InvitationRow, ToldRow } from "../../store/mail/invitations.ts";

/** Periods of a request about which a mailbox is asked; one with more is for people. */
const mostPeriods = 20;
/** Seconds after which a request that was not answered is asked about again, and what did not arrive is sent again. */
const repeatSeconds = 86_400;
/** Seconds between two such mails while none arrives: the mailbox may be gone. */
const againSeconds = 3600;

/** A booking of the offering whose mailbox it is, with what is left of its periods: none overlaps another. */
export interface OfferedBooking {
  readonly uuid: string;
  /** The time of the request, epoch microseconds. */
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
  readonly told: readonly ToldRow[];
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
  /** The last message about that period; null: none. */
  readonly before: ToldRow | null;
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
  /** Taken back, before all else. */
  readonly freed: readonly InvitationRow[];
  /** Told or asked after that, in this order. */
  readonly asked: readonly ToldPeriod[];
  readonly answers: readonly ResourceAnswer[];
}

/**
 * Compares what the mailbox of a room should hold with what it was told. It should hold the periods of bookings that stand, and of
 * requests in the order in which they were made: one that overlaps an earlier request waits until that is decided, so that what it
 * declines is taken by what stands or is not ours. What was freed after a question without a yes asks it again, and so does a day
 * without an answer. A period whose invitation is signed with a lost key cannot be freed any more: requests that overlap it are left
 * to people. What did not arrive is told again after a day, one at a time; what could not be freed keeps requests waiting until it is.
 */
export function planResource({ bookings, told, asks, keyIds, nowAt }: ResourceState): ResourcePlan {
  const open = told.filter((row) => row.open);
  const lost = open.filter(({ keyId }) => !keyIds.includes(keyId));
  const holds = ({ uuid }: OfferedBooking): boolean => open.some(({ bookingUuid }) => bookingUuid === uuid);

  const stuck = told.filter((row) => !row.open && row.undelivered);
  const isDue = ({ stampAt }: InvitationRow): boolean => hasElapsed(stampAt, repeatSeconds, nowAt);

  const ahead: Period[] = [...lost, ...stuck].map(periodOf);
  const requests = bookings
    .filter(({ state }) => asks && (state === "open" || state === "soon"))
    .toSorted((a, b) => a.createdMicros - b.createdMicros || (a.uuid < b.uuid ? -1 : 1))
    .filter((one) => {
      const waits = overlapping(ahead, one.periods).length > 0;
      ahead.push(...one.periods);
      return one.state === "open" && !waits && (one.periods.length <= mostPeriods || holds(one));
    });
  const standing = bookings.filter((one) => one.state === "standing" && (holds(one) || (asks && one.acts)));
  const wanted = [...standing, ...requests].flatMap(({ uuid, periods, state }) =>
    periods.map((period): ToldPeriod => {
      const name = `.${periodName(period)}`;
      const before = told.find((row) => row.bookingUuid === uuid && row.attendee.endsWith(name));
      return { bookingUuid: uuid, period, standing: state === "standing", before: before ?? null };
    }),
  );
  const isWanted = (row: ToldRow): boolean => wanted.some(({ before }) => before === row);
  const missed = wanted.flatMap(({ before, standing: stands }) =>
    before?.open === true && stands && before.undelivered && before.answer === "" ? [before] : [],
  );
  const isRecent = ({ undelivered, stampAt }: ToldRow): boolean =>
    undelivered && !hasElapsed(stampAt, againSeconds, nowAt);
  const [again] = told.some(isRecent)
    ? []
    : [...stuck.filter((row) => !isWanted(row)), ...missed]
        .filter((row) => keyIds.includes(row.keyId) && isDue(row))
        .toSorted((a, b) => a.stampAt - b.stampAt);
  const freed = told.filter(
    (row) =>
      !isWanted(row) &&
      (row === again ||
        // While nobody sees a booking its time stays taken.
        (row.open && !lost.includes(row) && bookings.some(({ uuid }) => uuid === row.bookingUuid))),
  );
  const free = told.filter((row) => row.answer !== "DECLINED" && (!row.open || freed.includes(row)));
  const asked = wanted.filter(({ before, standing: stands }) => {
    if (before?.open !== true) return true;
    if (before.answer === "ACCEPTED" || lost.includes(before)) return false;
    if (before === again || (before.answer === "" && !stands && isDue(before))) return true;
    const later = free.filter((row) => row.open || row.stampAt > before.stampAt);
    return overlapping([periodOf(before)], later.map(periodOf)).length > 0;
  });
  const answers = requests.flatMap(({ uuid }): ResourceAnswer[] => {
    if (asked.some(({ bookingUuid }) => bookingUuid === uuid)) return [];
    const own = wanted.flatMap(({ bookingUuid, before }) => (bookingUuid === uuid ? (before ?? []) : []));
    const declined = own.some(({ answer }) => answer === "DECLINED");
    if (!declined && own.some(({ answer }) => answer !== "ACCEPTED")) return [];
    const askedAt = Math.max(...own.map(({ stampAt }) => stampAt));
    return [{ bookingUuid: uuid, action: declined ? "reject" : "accept", askedAt }];
  });
  return { freed, asked, answers };
}

/** Returns the period that an invitation of a mailbox is about, for ever. */
export function periodOf({ startAt, endAt }: Pick<InvitationRow, "startAt" | "endAt">): Period {
  return { start: startAt, end: endAt };
}

/** Returns the name of a period in `InvitationRow.attendee`, behind the id of the mailbox. */
export function periodName({ start, end }: Period): string {
  return `${start}-${end}`;
}
