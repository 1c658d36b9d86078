import type { Booking, NumberedSlot } from "../calendar/booking.ts";
import type { Action } from "../calendar/profile.ts";
import { numberSlots } from "../calendar/slots.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import type { AccountRow } from "../store/accounts/accounts.ts";
import { findInSources } from "../store/bookings/bookings.ts";
import { countUnknown, type Result, type Way } from "../store/decisions.ts";
import type { WaldurClient } from "../waldur/client.ts";
import type { User } from "../waldur/schema.ts";
import { accountClient, tokenClient, identify } from "../account/client.ts";
import { livePeriods } from "./beside.ts";
import { propagate, requestReread } from "./propagate.ts";
import { bookingEnd, mayUseOperator } from "./rights.ts";
import { epochSeconds } from "../lib/clock.ts";
import type { Knowing } from "../store/push-subscriptions.ts";
import { actsForProvider } from "../waldur/roles.ts";

/** A request to accept or reject a booking. */
export interface DecisionRequest {
  /** As it was written, with or without hyphens. */
  readonly bookingUuid: string;
  readonly action: Action;
  /** Account that tells Waldur. */
  readonly account: AccountRow;
  readonly via: Way;
  /** Feed whose link was clicked; "" for none. */
  readonly feedId: string;
  /** Shortened address of the client. */
  readonly address: string;
  /** The resource mailbox that answered in the account's place. */
  readonly mailbox?: string;
  /** The periods that the answer is to, as they are stored: with others in Waldur nothing is decided. Absent: with any. */
  readonly answered?: readonly NumberedSlot[];
  /** The subscribers that know of it, since their program makes it. Absent: none. */
  readonly knowing?: Knowing;
}

/** The result of a request. `busy` (another decision is under way) and `limited` (too many attempts) changed nothing. */
export interface Decision {
  readonly result: Result | "busy" | "limited";
  /** The booking as Waldur showed it last; null: it did not. */
  readonly booking: Booking | null;
  /** Waldur was told with WALDUR_DECISION_TOKEN. */
  readonly byOperator: boolean;
}

/** Seconds for which an earlier click of the same person counts as this one. */
export const sameClickSeconds = 600;

/** Returns a decision that did not reach Waldur, or that Waldur did not accept. */
export const undecided = (result: Decision["result"], booking: Booking | null = null): Decision => ({
  result,
  booking,
  byOperator: false,
});

/**
 * Accepts or rejects a booking as its account: asks Waldur who that is and how the booking stands, tells it the decision,
 * reads back what its answer leaves open, and updates every feed that holds the booking. The caller holds the booking's
 * lease. `insider`: the account stands for the booking's provider.
 * Throws `store_failed`, and `bad_config` without a Waldur.
 */
export async function askWaldur(deps: Deps, wish: DecisionRequest): Promise<Decision & { readonly insider: boolean }> {
  const { bookingUuid, account } = wish;
  let client: WaldurClient;
  let user: User;
  let before: Booking;
  try {
    client = await accountClient(deps, account);
    user = await identify(deps, account.id, client);
    if (!user.isActive) return await unanswered(deps, wish, "expired");
    before = await needBooking(client, bookingUuid);
  } catch (error) {
    const failed = failureBefore(error);
    if (failed === "gone") await requestReread(deps, bookingUuid);
    return unanswered(deps, wish, failed);
  }
  const decision = await tellWaldur({ deps, client, wish, before, byOperator: false }, user);
  return { ...decision, insider: actsForProvider(user, before) };
}

/** Returns a decision on a booking that Waldur did not show. The account stands for the provider as Waldur said last. */
async function unanswered(deps: Deps, { account, bookingUuid }: DecisionRequest, result: Result) {
  const stored = await findInSources(deps.sql, bookingUuid);
  const insider = [...stored.values()].some(({ booking }) => actsForProvider(account, booking));
  return { ...undecided(result), insider };
}

/** Tells Waldur the decision of that user, if it can be made, and shows what becomes of it. */
async function tellWaldur(asked: SentDecision, user: User): Promise<Decision> {
  const { deps, client, wish, before } = asked;
  const { action } = wish;
  if (before.state !== "Creating") return showSettled(deps, wish, before);
  if (bookingEnd(before) <= epochSeconds(deps)) return undecided("past", before);
  if (hasMoved(wish, before)) {
    await requestReread(deps, before.uuid);
    return undecided("moved", before);
  }
  // Waldur would let whoever asks accept for themselves where they also manage the customer. An answer by mail is the provider's,
  // and never withdraws what the approver asked for.
  if ((action === "accept" || wish.via === "mail") && !actsForProvider(user, before)) {
    return undecided("not-yours", before);
  }
  try {
    await client[action](before.uuid);
    return await showDone(asked, before);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const person = wish.via !== "signed" && mayUseOperator(deps, user, before);
    if (error.code === "waldur_forbidden" && action === "reject" && person) {
      return rejectAsOperator(deps, client, wish, before);
    }
    return refusal(asked, error);
  }
}

/** A booking that Waldur has and that cannot be read counts as it is stored. */
function hasMoved({ answered }: DecisionRequest, booking: Booking): boolean {
  if (answered === undefined) return false;
  const times = (slots: readonly NumberedSlot[]): string => JSON.stringify(livePeriods(slots));
  return times(answered) !== times(numberSlots(answered, booking));
}

/** Rejects with the operator's token, for an owner or manager of the provider. */
async function rejectAsOperator(
  deps: Deps,
  client: WaldurClient,
  wish: DecisionRequest,
  before: Booking,
): Promise<Decision> {
  try {
    await (await tokenClient(deps, deps.config.waldurDecisionToken)).reject(before.uuid);
    return await showDone({ deps, client, wish, before, byOperator: true }, before);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === "waldur_refused_token" || error.code === "waldur_not_found") {
      deps.log.error("decision_token_refused", { code: error.code, message: error.message });
      return undecided("refused", before);
    }
    return refusal({ deps, client, wish, before, byOperator: true }, error);
  }
}

/** A decision for Waldur, with the booking as it was shown before. */
interface SentDecision {
  readonly deps: Deps;
  readonly client: WaldurClient;
  readonly wish: DecisionRequest;
  readonly before: Booking;
  readonly byOperator: boolean;
}

/** Returns what an error of accept or reject means; reads the booking again where the error leaves that open. */
async function refusal(asked: SentDecision, error: AppError): Promise<Decision> {
  const { deps, before } = asked;
  switch (error.code) {
    case "waldur_not_ready":
      return undecided("not-ready", before);
    case "waldur_forbidden":
    case "waldur_bad_request":
      return undecided("refused", before);
    case "waldur_not_found":
      await requestReread(deps, before.uuid);
      return undecided("gone");
    case "waldur_refused_token":
      return undecided("expired", before);
    case "waldur_throttled":
      return undecided("unchanged", before);
    case "store_failed":
      throw error;
    default:
      return readOutcome(asked, error);
  }
}

async function readOutcome(
  { deps, client, wish, before, byOperator }: SentDecision,
  error: AppError,
): Promise<Decision> {
  const { action } = wish;
  let after: Booking;
  try {
    after = await needBooking(client, before.uuid);
  } catch {
    await requestReread(deps, before.uuid);
    return undecided("unknown");
  }
  if (error.code === "waldur_conflict") {
    return after.state === "Creating" ? undecided("unchanged", after) : showSettled(deps, wish, after);
  }
  if (after.state === wanted[action]) return showDone({ deps, client, wish, before, byOperator }, after);
  if (after.state !== "Creating") return showSettled(deps, wish, after);
  // What timed out may still be on its way.
  if (error.code !== "waldur_timeout") return undecided("unchanged", after);
  await requestReread(deps, before.uuid);
  return undecided("unknown", after);
}

const wanted = { accept: "OK", reject: "Terminated" } as const satisfies Record<Action, Booking["state"]>;
const orders = { accept: "done", reject: "canceled" } as const;

/** Reads the booking that Waldur has just changed, and shows it in every feed. */
async function showDone({ deps, client, wish, byOperator }: SentDecision, before: Booking): Promise<Decision> {
  const { action, knowing } = wish;
  const booking = await needBooking(client, before.uuid).catch(() => ({ ...before, state: wanted[action] }));
  await propagate(deps, booking, orders[action], knowing);
  return { result: "done", booking, byOperator };
}

/** Returns the result for a booking that had been decided before, and updates the feeds, which may not know yet. */
async function showSettled(deps: Deps, wish: DecisionRequest, booking: Booking): Promise<Decision> {
  const { action, account, knowing } = wish;
  if (booking.state === "OK") await propagate(deps, booking, "done", knowing);
  // Only its order says why it ended.
  else await requestReread(deps, booking.uuid);
  if (booking.state !== wanted[action]) return undecided("other", booking);
  const sinceAt = epochSeconds(deps) - sameClickSeconds;
  // This attempt is one of them; an earlier one means that this very person had told Waldur.
  const own = await countUnknown(deps.sql, { bookingUuid: booking.uuid, accountId: account.id, action }, sinceAt);
  return undecided(own > 1 ? "done" : "already", booking);
}

/** Returns why the account cannot read the booking in Waldur; null when it can. Throws `store_failed`, and `bad_config` without a Waldur. */
export async function findHidden(
  deps: Deps,
  { account, bookingUuid }: Pick<DecisionRequest, "account" | "bookingUuid">,
): Promise<Result | null> {
  try {
    await needBooking(await accountClient(deps, account), bookingUuid);
    return null;
  } catch (error) {
    return failureBefore(error);
  }
}

async function needBooking(client: WaldurClient, uuid: string): Promise<Booking> {
  const found = await client.booking(uuid);
  if ("skipped" in found) throw new AppError("waldur_bad_answer", found.skipped);
  return found;
}

/** Returns what a failure means before Waldur was asked to change anything. */
function failureBefore(error: unknown): Result {
  if (!(error instanceof AppError) || error.code === "store_failed" || error.code === "bad_config") throw error;
  if (error.code === "waldur_refused_token" || error.code === "seal_broken") return "expired";
  return error.code === "waldur_not_found" ? "gone" : "unchanged";
}
