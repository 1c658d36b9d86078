import { retry } from "../backoff.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { hex } from "../security/hash.ts";
import { noteRefused } from "../store/accounts.ts";
import { countTry } from "../store/attempts.ts";
import { addDecision, type DecisionRow, findOwnDone, settleDecision } from "../store/decisions.ts";
import { makeLease } from "../store/leases.ts";
import { readUuid } from "../waldur/parameters.ts";
import { askWaldur, type Decision, sameClickSeconds, type DecisionRequest } from "./ask-waldur.ts";
import { epochSeconds } from "../clock.ts";

/** Somebody who waits for another decision looks so often, at growing distances (milliseconds): half a minute in all. */
const looks = { tries: 12, first: 650, most: 5300, factor: 1.4 };
/** Attempts that may reach Waldur from one address on one booking, within a number of seconds. */
const mostTries = 20;
const triesSeconds = 600;

/**
 * Accepts or rejects a booking as this account. Asks Waldur first who the account is and how the booking stands, and reads
 * back what the answer leaves open. Makes one decision at a time on a booking: of many at once one reaches Waldur, and the
 * same person's others share its outcome. Then every feed that holds the booking shows it. Throws `bad_input` for what is
 * no uuid, `store_failed`, and `bad_config` without a Waldur.
 */
export async function decide(deps: Deps, request: DecisionRequest): Promise<Decision> {
  const bookingUuid = readUuid(request.bookingUuid);
  if (bookingUuid === null) {
    throw new AppError("bad_input", `${request.bookingUuid} is no uuid: wanted are 32 hexadecimal digits`);
  }
  const wish = { ...request, bookingUuid };
  const lease = makeLease(deps, "booking", bookingUuid);
  const decision = await retry(deps, looks, async () => {
    const before = await findSame(deps, wish);
    if (before !== null || !(await lease.take())) return before;
    try {
      // Somebody may have decided between the look and the lease.
      return (await findSame(deps, wish)) ?? (await decideAlone(deps, wish));
    } finally {
      await lease.release();
    }
  });
  return decision ?? { result: "busy", booking: null, byOperator: false };
}

async function findSame(deps: Deps, { bookingUuid, action, account }: DecisionRequest): Promise<Decision | null> {
  const click = { bookingUuid, action, accountId: account.id };
  const done = await findOwnDone(deps.sql, click, epochSeconds(deps) - sameClickSeconds);
  return done === null ? null : { result: "done", booking: null, byOperator: done.byOperator };
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
    // A process that dies before the result is known leaves this.
    result: "unknown",
    accountId: account.id,
    username: account.username,
    fullName: account.fullName,
    byOperator: false,
    insider: false,
  };
  await addDecision(deps.sql, row);
  const { insider, ...decision } = await askWaldur(deps, wish);
  const { result, byOperator } = decision;
  if (result === "expired") await noteRefused(deps.sql, account.id, nowAt);
  else if (result === "done" && account.refusedAt !== null) await noteRefused(deps.sql, account.id, null);
  if (result !== "busy" && result !== "limited") {
    await settleDecision(deps.sql, row.id, { result, byOperator, insider });
  }
  const level = result === "done" ? "info" : "warn";
  const { bookingUuid: booking, action, via, feedId: feed } = wish;
  deps.log[level]("decision", { booking, action, via, feed, account: account.id, result, byOperator });
  return decision;
}

export type { Decision, DecisionRequest };
