import type { Booking } from "../calendar/booking.ts";
import type { Action } from "../calendar/profile.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { hex } from "../security/hash.ts";
import { type AccountRow, noteRefused } from "../store/accounts.ts";
import {
  addDecision,
  countTry,
  type DecisionRow,
  findDone,
  countUnknown,
  type Result,
  settleDecision,
  type Way,
} from "../store/decisions.ts";
import { dropLease, takeLease } from "../store/leases.ts";
import type { WaldurClient } from "../waldur/client.ts";
import type { User } from "../waldur/schema.ts";
import { readUuid } from "../waldur/parameters.ts";
import { clientOf, clientWith, identify } from "./account.ts";
import { arrive, expectNews } from "./arrive.ts";
import { manages } from "./lookup.ts";
import { seconds } from "./run.ts";

/** What somebody wants done with a booking. */
export interface Wish {
  readonly bookingUuid: string;
  readonly action: Action;
  /** As whom Waldur is told. */
  readonly account: AccountRow;
  readonly via: Way;
  /** "" over the API. */
  readonly feedId: string;
  /** Of the client, shortened. */
  readonly address: string;
}

/** What became of it. `busy`: another decision on the booking is under way; `limited`: too many tries. Both changed nothing. */
export interface Decision {
  readonly result: Result | "busy" | "limited";
  /** The booking as Waldur showed it last; null: it did not. */
  readonly booking: Booking | null;
  /** Waldur was told with WALDUR_DECISION_TOKEN. */
  readonly byOperator: boolean;
}

/** Longer than all requests of a decision take. */
const leaseSeconds = 600;
/** Somebody who waits for another decision looks this often, at growing distances (milliseconds): half a minute in all. */
const looks = 12;
const firstPauseMilliseconds = 500;
const longestPauseMilliseconds = 4000;
/** An earlier click of the same account counts as this one for so long. */
const sameClickSeconds = 600;
/** Tries that reach Waldur, of one address on one booking in so many seconds. */
const mostTries = 20;
const triesSeconds = 600;

/**
 * Accepts or rejects a booking as this account. Waldur is asked first who the account is and how the booking stands; what
 * it leaves open is read back. One decision at a time is made on a booking: of many at once one reaches Waldur, and the
 * same account's others share its outcome. Then every feed that holds the booking shows it. Throws `store_failed`.
 */
export async function decide(deps: Deps, wish: Wish): Promise<Decision> {
  const name = `booking:${wish.bookingUuid}`;
  const holder = hex(deps.random(8));
  for (let look = 0; look < looks; look += 1) {
    if (look > 0) await deps.sleep(pauseBefore(deps, look));
    const before = await findSame(deps, wish);
    if (before !== null) return before;
    if (!(await takeLease(deps.sql, name, holder, seconds(deps), leaseSeconds))) continue;
    try {
      // Somebody may have decided between the look and the lease.
      return (await findSame(deps, wish)) ?? (await decideAlone(deps, wish));
    } finally {
      await dropLease(deps.sql, name, holder);
    }
  }
  return { result: "busy", booking: null, byOperator: false };
}

/** The same for whoever calls the API. Throws `bad_input`, `store_failed`. */
export async function decideOverApi(
  deps: Deps,
  account: AccountRow,
  uuid: string,
  action: Action,
  address: string,
): Promise<Decision> {
  const bookingUuid = readUuid(uuid);
  if (bookingUuid === null) throw new AppError("bad_input", `${uuid} is no uuid: wanted are 32 hexadecimal digits`);
  return decide(deps, { bookingUuid, action, account, via: "api", feedId: "", address });
}

/** Whether a user acts for the side that is asked: staff, owner or manager of the provider, or anybody set over the offering. */
export function standsFor(user: User, booking: Pick<Booking, "providerUuid" | "offeringUuid">): boolean {
  return (
    user.isStaff ||
    manages(user, booking.providerUuid) ||
    user.roles.some(({ scopeType, scopeUuid }) => scopeType === "offering" && scopeUuid === booking.offeringUuid)
  );
}

/**
 * Whether Waldur is known to let a user reject a booking: staff, who asked for it, and owners and managers of the customer.
 * `operator`: with the operator's token, for owners and managers of the provider.
 */
export function rejectRight(deps: Pick<Deps, "config">, user: User, booking: Booking): "own" | "operator" | "none" {
  const own = user.isStaff || booking.requesterUsername === user.username || manages(user, booking.customerUuid);
  if (own) return "own";
  return deps.config.waldurDecisionToken !== null && manages(user, booking.providerUuid) ? "operator" : "none";
}

/** The end of a booking's last period, epoch seconds. */
export function endOf({ slots, schedules }: Booking): number {
  const periods = slots.length > 0 ? slots : schedules;
  return periods.reduce((latest, { start, end }) => Math.max(latest, start, end), 0);
}

/** Half of it is chance, so that many do not look at once. */
function pauseBefore(deps: Deps, look: number): number {
  const [chance = 0] = deps.random(1);
  return Math.min(firstPauseMilliseconds * 1.4 ** (look - 1), longestPauseMilliseconds) * (0.75 + chance / 512);
}

async function findSame(deps: Deps, { bookingUuid, action, account }: Wish): Promise<Decision | null> {
  const done = await findDone(deps.sql, bookingUuid, seconds(deps) - sameClickSeconds);
  const same = done !== null && done.accountId === account.id && done.action === action;
  return same ? { result: "done", booking: null, byOperator: done.byOperator } : null;
}

async function decideAlone(deps: Deps, wish: Wish): Promise<Decision> {
  const nowAt = seconds(deps);
  const { account, ...asked } = wish;
  const stretch = nowAt - (nowAt % triesSeconds);
  if ((await countTry(deps.sql, `decide:${wish.bookingUuid}:${wish.address}`, stretch)) > mostTries) {
    return { result: "limited", booking: null, byOperator: false };
  }
  const row: DecisionRow = {
    ...asked,
    id: hex(deps.random(8)),
    madeAt: nowAt,
    // Until it is known: a process that dies in between leaves this.
    result: "unknown",
    accountId: account.id,
    username: account.username,
    fullName: account.fullName,
    byOperator: false,
  };
  await addDecision(deps.sql, row);
  const decision = await act(deps, wish);
  const { result, byOperator } = decision;
  if (result === "expired") await noteRefused(deps.sql, account.id, nowAt);
  else if (result === "done" && account.refusedAt !== null) await noteRefused(deps.sql, account.id, null);
  if (result !== "busy" && result !== "limited") await settleDecision(deps.sql, row.id, result, byOperator);
  const level = result === "done" ? "info" : "warn";
  const { bookingUuid: booking, action, via, feedId: feed } = wish;
  deps.log[level]("decision", { booking, action, via, feed, account: account.id, result, byOperator });
  return decision;
}

/** A decision that did not come to Waldur, or that it did not take. */
const nothing = (result: Result, booking: Booking | null = null): Decision => ({ result, booking, byOperator: false });

async function act(deps: Deps, wish: Wish): Promise<Decision> {
  const { bookingUuid, action, account } = wish;
  let client: WaldurClient;
  let user: User;
  let before: Booking;
  try {
    client = await clientOf(deps, account);
    user = await identify(deps, account.id, client);
    if (!user.isActive) return nothing("expired");
    before = await needBooking(client, bookingUuid);
  } catch (error) {
    const failed = failureBefore(error);
    if (failed === "gone") await expectNews(deps, bookingUuid);
    return nothing(failed);
  }
  if (before.state !== "Creating") return settled(deps, client, wish, before);
  if (endOf(before) <= seconds(deps)) return nothing("past", before);
  // Waldur would let whoever asks accept for themselves where they also manage the customer.
  if (action === "accept" && !standsFor(user, before)) return nothing("not-yours", before);
  try {
    await client[action](bookingUuid);
    return await done(deps, client, action, before, false);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === "waldur_forbidden" && action === "reject" && wish.via !== "signed") {
      if (rejectRight(deps, user, before) === "operator") return rejectAsOperator(deps, client, wish, before);
    }
    return refusal(deps, client, wish, before, error, false);
  }
}

/** Rejects with the operator's token, for somebody who was shown to own or manage the provider. */
async function rejectAsOperator(deps: Deps, client: WaldurClient, wish: Wish, before: Booking): Promise<Decision> {
  try {
    await (await clientWith(deps, deps.config.waldurDecisionToken)).reject(before.uuid);
    return await done(deps, client, "reject", before, true);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === "waldur_refused_token" || error.code === "waldur_not_found") {
      deps.log.error("decision_token_refused", { code: error.code, message: error.message });
      return nothing("refused", before);
    }
    return refusal(deps, client, wish, before, error, true);
  }
}

/** What an error of accept or reject means, after a look at the booking where that is left open. */
async function refusal(
  deps: Deps,
  client: WaldurClient,
  wish: Wish,
  before: Booking,
  error: AppError,
  byOperator: boolean,
): Promise<Decision> {
  switch (error.code) {
    case "waldur_not_ready":
      return nothing("not-ready", before);
    case "waldur_forbidden":
    case "waldur_bad_request":
      return nothing("refused", before);
    case "waldur_not_found":
      await expectNews(deps, before.uuid);
      return nothing("gone");
    case "waldur_refused_token":
      return nothing("expired", before);
    case "waldur_throttled":
      return nothing("unchanged", before);
    case "store_failed":
      throw error;
    default:
      return readBack(deps, client, wish, before, error, byOperator);
  }
}

async function readBack(
  deps: Deps,
  client: WaldurClient,
  wish: Wish,
  before: Booking,
  error: AppError,
  byOperator: boolean,
): Promise<Decision> {
  const { action } = wish;
  let after: Booking;
  try {
    after = await needBooking(client, before.uuid);
  } catch {
    await expectNews(deps, before.uuid);
    return nothing("unknown");
  }
  if (error.code === "waldur_conflict") {
    return after.state === "Creating" ? nothing("unchanged", after) : settled(deps, client, wish, after);
  }
  if (after.state === wanted[action]) return done(deps, client, action, after, byOperator);
  if (after.state !== "Creating") return settled(deps, client, wish, after);
  // What timed out may still be on its way.
  if (error.code !== "waldur_timeout") return nothing("unchanged", after);
  await expectNews(deps, before.uuid);
  return nothing("unknown", after);
}

const wanted = { accept: "OK", reject: "Terminated" } as const satisfies Record<Action, Booking["state"]>;
const orders = { accept: "done", reject: "canceled" } as const;

/** Waldur took it: read what it makes of the booking, and show it. */
async function done(
  deps: Deps,
  client: WaldurClient,
  action: Action,
  before: Booking,
  byOperator: boolean,
): Promise<Decision> {
  const booking = await needBooking(client, before.uuid).catch(() => ({ ...before, state: wanted[action] }));
  await arrive(deps, client, booking, orders[action]);
  return { result: "done", booking, byOperator };
}

/** It had been decided before; the feeds may not know yet. */
async function settled(
  deps: Deps,
  client: WaldurClient,
  { action, account }: Wish,
  booking: Booking,
): Promise<Decision> {
  if (booking.state === "OK") await arrive(deps, client, booking, "done");
  // Why it ended only its order tells.
  else await expectNews(deps, booking.uuid);
  if (booking.state !== wanted[action]) return nothing("other", booking);
  const sinceAt = seconds(deps) - sameClickSeconds;
  // This try is one of them; an earlier one means that Waldur had been told by this very account.
  const own = await countUnknown(deps.sql, { bookingUuid: booking.uuid, accountId: account.id, action }, sinceAt);
  return nothing(own > 1 ? "done" : "already", booking);
}

async function needBooking(client: WaldurClient, uuid: string): Promise<Booking> {
  const found = await client.booking(uuid);
  if ("skipped" in found) throw new AppError("waldur_bad_answer", found.skipped);
  return found;
}

/** What a failure means before anything was asked to change. */
function failureBefore(error: unknown): Result {
  if (!(error instanceof AppError) || error.code === "store_failed") throw error;
  if (error.code === "waldur_refused_token" || error.code === "seal_broken") return "expired";
  return error.code === "waldur_not_found" ? "gone" : "unchanged";
}
