import { retry } from "../lib/backoff.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { hex } from "../security/hash.ts";
import { noteRefused } from "../store/accounts/accounts.ts";
import { countTry, readDecisionTries } from "../store/accounts/attempts.ts";
import { addDecision, type DecisionRow, findOwnDone, settleDecision } from "../store/decisions.ts";
import { makeLease } from "../store/leases.ts";
import { readUuid } from "../waldur/parameters.ts";
import {
  askWaldur,
  type Decision,
  type DecisionRequest,
  findHidden,
  sameClickSeconds,
  undecided,
} from "./ask-waldur.ts";
import { epochSeconds } from "../lib/clock.ts";
import { actsForProvider } from "../waldur/roles.ts";
import { stretchStart } from "../account/tries.ts";

/** Somebody who waits for another decision looks so often, at growing distances (milliseconds): half a minute in all. */
const looks = { tries: 12, first: 650, most: 5300, factor: 1.4 };
/** Tries of one account on one booking, and its failed ones in all, within ten minutes. */
const mostTries = 20;
const mostFailures = 100;

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
    if (!(await lease.take())) return findSame(deps, wish);
    try {
      return (await findSame(deps, wish)) ?? (await decideAlone(deps, wish));
    } finally {
      await lease.release();
    }
  });
  return decision ?? undecided("busy");
}

/** Returns the decision that this one repeats: the last on the booking, the same, made by the same person just now; or null. */
export async function findSame(
  deps: Pick<Deps, "sql" | "now">,
  { bookingUuid, action, account }: Pick<DecisionRequest, "bookingUuid" | "action" | "account">,
): Promise<Decision | null> {
  const click = { bookingUuid, action, accountId: account.id };
  const done = await findOwnDone(deps.sql, click, epochSeconds(deps) - sameClickSeconds);
  return done === null ? null : { result: "done", booking: null, byOperator: done.byOperator };
}

async function decideAlone(deps: Deps, wish: DecisionRequest): Promise<Decision> {
  const { account, bookingUuid, via } = wish;
  // Each account has its own tries, and each network that has only a link, so that nobody uses up another's.
  const name = `decide ${account.id} ${via === "signed" ? wish.address : via}`;
  const begunAt = stretchStart(deps);
  const { tries, stored } = await readDecisionTries(deps.sql, name, begunAt, bookingUuid);
  if (tries >= mostFailures) return undecided("limited");
  if (stored !== null && (await countTry(deps.sql, `${name} ${bookingUuid}`, begunAt)) > mostTries)
    return undecided("limited");
  // Of a booking that Waldur does not show the account there is nothing to note, whether it is stored or invented: its tries
  // are counted, so that nobody fills the audit with what they may not see.
  const hidden = stored !== null && actsForProvider(account, stored) ? null : await findHidden(deps, wish);
  const decision = hidden === null ? await decideNoted(deps, wish) : undecided(hidden);
  const { result, byOperator } = decision;
  if (result !== "done" && result !== "already") await countTry(deps.sql, name, begunAt);
  if (result === "expired") await noteRefused(deps.sql, account.id, epochSeconds(deps));
  else if (result === "done" && account.refusedAt !== null) await noteRefused(deps.sql, account.id, null);
  const level = result === "done" ? "info" : "warn";
  const { action, feedId: feed } = wish;
  deps.log[level]("decision", { booking: bookingUuid, action, via, feed, account: account.id, result, byOperator });
  return decision;
}

/** Decides, with the row of the audit written before Waldur is told and completed after. */
async function decideNoted(deps: Deps, wish: DecisionRequest): Promise<Decision> {
  const { account, bookingUuid, action, via, feedId, address, mailbox = "" } = wish;
  const row: DecisionRow = {
    bookingUuid,
    action,
    via,
    feedId,
    address,
    mailbox,
    id: hex(deps.random(8)),
    madeAt: epochSeconds(deps),
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
  if (result !== "busy" && result !== "limited") {
    await settleDecision(deps.sql, row.id, { result, byOperator, insider });
  }
  return decision;
}

export type { Decision, DecisionRequest };
