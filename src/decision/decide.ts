import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { hex } from "../security/hash.ts";
import { noteRefused } from "../store/accounts.ts";
import { addDecision, countTry, type DecisionRow, findDone, settleDecision } from "../store/decisions.ts";
import { dropLease, takeLease } from "../store/leases.ts";
import { readUuid } from "../waldur/parameters.ts";
import { askWaldur, type Decision, sameClickSeconds, type DecisionRequest } from "./ask-waldur.ts";
import { epochSeconds } from "../clock.ts";

/** Longer than a decision takes; Waldur itself takes no second one after that. */
const leaseSeconds = 180;
/** Somebody who waits for another decision looks this often, at growing distances (milliseconds): half a minute in all. */
const looks = 12;
const firstPauseMilliseconds = 500;
const longestPauseMilliseconds = 4000;
/** Tries that reach Waldur, of one address on one booking in so many seconds. */
const mostTries = 20;
const triesSeconds = 600;

/**
 * Accepts or rejects a booking as this account. Asks Waldur first who the account is and how the booking stands, and reads
 * back what the answer leaves open. Makes one decision at a time on a booking: of many at once one reaches Waldur, and the
 * same account's others share its outcome. Then every feed that holds the booking shows it. Throws `bad_input` for what is
 * no uuid, `store_failed`, and `bad_config` without a Waldur.
 */
export async function decide(deps: Deps, request: DecisionRequest): Promise<Decision> {
  const bookingUuid = readUuid(request.bookingUuid);
  if (bookingUuid === null) {
    throw new AppError("bad_input", `${request.bookingUuid} is no uuid: wanted are 32 hexadecimal digits`);
  }
  const wish = { ...request, bookingUuid };
  const name = `booking:${wish.bookingUuid}`;
  const holder = hex(deps.random(8));
  for (let look = 0; look < looks; look += 1) {
    if (look > 0) await deps.sleep(pauseBefore(deps, look));
    const before = await findSame(deps, wish);
    if (before !== null) return before;
    if (!(await takeLease(deps.sql, name, holder, epochSeconds(deps), leaseSeconds))) continue;
    try {
      // Somebody may have decided between the look and the lease.
      return (await findSame(deps, wish)) ?? (await decideAlone(deps, wish));
    } finally {
      await dropLease(deps.sql, name, holder);
    }
  }
  return { result: "busy", booking: null, byOperator: false };
}

/** Half of it is chance, so that many do not look at once. */
function pauseBefore(deps: Deps, look: number): number {
  const [chance = 0] = deps.random(1);
  return Math.min(firstPauseMilliseconds * 1.4 ** (look - 1), longestPauseMilliseconds) * (0.75 + chance / 512);
}

async function findSame(deps: Deps, { bookingUuid, action, account }: DecisionRequest): Promise<Decision | null> {
  const done = await findDone(deps.sql, bookingUuid, epochSeconds(deps) - sameClickSeconds);
  const same = done !== null && done.accountId === account.id && done.action === action;
  return same ? { result: "done", booking: null, byOperator: done.byOperator } : null;
}

async function decideAlone(deps: Deps, wish: DecisionRequest): Promise<Decision> {
  const nowAt = epochSeconds(deps);
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
  const decision = await askWaldur(deps, wish);
  const { result, byOperator } = decision;
  if (result === "expired") await noteRefused(deps.sql, account.id, nowAt);
  else if (result === "done" && account.refusedAt !== null) await noteRefused(deps.sql, account.id, null);
  if (result !== "busy" && result !== "limited") await settleDecision(deps.sql, row.id, result, byOperator);
  const level = result === "done" ? "info" : "warn";
  const { bookingUuid: booking, action, via, feedId: feed } = wish;
  deps.log[level]("decision", { booking, action, via, feed, account: account.id, result, byOperator });
  return decision;
}

export type { Decision, DecisionRequest };
