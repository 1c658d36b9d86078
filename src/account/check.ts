import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { endSentence } from "../lib/sentence.ts";
import { tokenClient } from "./client.ts";
import { actAsOperator } from "./find-source.ts";
import { watchClock } from "../waldur/clock.ts";
import { manages } from "../waldur/roles.ts";

/** The state of the connection to Waldur. Times are epoch seconds, lifetimes seconds. */
export interface WaldurCheck {
  readonly ok: boolean;
  /** The error code of a useless or missing answer from Waldur. */
  readonly code: string | null;
  readonly url: string | null;
  readonly user: string | null;
  readonly isStaff: boolean;
  readonly canAccept: boolean;
  readonly canReject: boolean;
  readonly sees: { readonly bookings: number; readonly providers: number } | null;
  readonly tokenLifetime: number | null;
  readonly tokenExpiresAt: number | null;
  /** Seconds by which this machine's clock is ahead of Waldur's; 0 for both being about right. */
  readonly clockAhead: number;
  /** Faults and gaps, each with what to do. */
  readonly problems: readonly string[];
}

const daySeconds = 86_400;

/** Asks Waldur who we are, what we see and what we may do. Waldur's failures are in the answer, not thrown. */
export async function checkWaldur(deps: Deps): Promise<WaldurCheck> {
  const url = deps.config.waldurApiUrl;
  const nothing = { url, user: null, isStaff: false, canAccept: false, canReject: false, sees: null };
  const { fetch, ahead } = watchClock(deps);
  try {
    const { client, user } = await actAsOperator({ ...deps, fetch });
    const bookings = await client.countBookings({});
    const own = (await client.serviceProviders()).filter(({ customerUuid }) => manages(user, customerUuid));
    const problems: string[] = [];
    if (!user.isActive) problems.push("The user is not active: ask the operator of Waldur.");
    const canAccept = user.isStaff || own.length > 0;
    if (!canAccept) {
      problems.push(
        "The account is neither staff nor owner or manager of a provider: Waldur shows it only bookings it made itself.",
      );
    }
    const rejects = await checkDecisionToken(deps);
    if (rejects !== null) problems.push(rejects);
    else if (!user.isStaff && own.length > 0 && deps.config.waldurDecisionToken === null) {
      problems.push(
        "Reject: Waldur lets a provider reject only bookings of its own organisation. With WALDUR_DECISION_TOKEN, a token of a staff account, owners and managers of a provider can reject all of them here.",
      );
    }
    if (bookings === 0) problems.push("Waldur shows this account no booking.");
    const left = user.tokenExpiresAt === null ? null : user.tokenExpiresAt - deps.now() / 1000;
    if (left !== null && left < daySeconds) {
      problems.push(
        "The token expires within a day; each request prolongs a sliding one, a fixed one must be renewed.",
      );
    }
    return {
      ok: user.isActive && (canAccept || bookings > 0),
      code: null,
      url,
      user: user.username,
      isStaff: user.isStaff,
      canAccept,
      canReject: user.isStaff || (deps.config.waldurDecisionToken !== null && rejects === null),
      sees: { bookings, providers: own.length },
      tokenLifetime: user.tokenLifetime,
      tokenExpiresAt: user.tokenExpiresAt,
      clockAhead: ahead() ?? 0,
      problems,
    };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return {
      ...nothing,
      ok: false,
      code: error.code,
      tokenLifetime: null,
      tokenExpiresAt: null,
      clockAhead: ahead() ?? 0,
      problems: [advise(error)],
    };
  }
}

/** Returns why WALDUR_DECISION_TOKEN is not good for rejecting; null when it is good, or not set. */
async function checkDecisionToken(deps: Deps): Promise<string | null> {
  if (deps.config.waldurDecisionToken === null) return null;
  try {
    const user = await (await tokenClient(deps, deps.config.waldurDecisionToken)).whoAmI();
    if (user.isStaff && user.isActive) return null;
    return `Reject: WALDUR_DECISION_TOKEN is of ${user.username}, who is not staff, so providers cannot reject with it. Give a token of a staff account.`;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return `Reject: WALDUR_DECISION_TOKEN does not work: ${endSentence(error.message)}`;
  }
}

/** Returns the failure with what to do about it. */
export function advise(error: AppError): string {
  const told = endSentence(error.message);
  if (error.facts["noWaldur"] === true) return told;
  switch (error.code) {
    case "waldur_refused_token":
      if (error.facts.inactive === true) {
        return `${told} The user is not active in Waldur: ask its operator to activate the user again; the token stays as it is.`;
      }
      return `${told} Make a new token in Waldur and set WALDUR_API_TOKEN to it.`;
    case "waldur_unreachable":
    case "waldur_timeout":
      return `${told} Check WALDUR_API_URL and that this machine can reach it.`;
    case "waldur_bad_answer":
      return `${told} Check that WALDUR_API_URL is the address of the API, not of HomePort.`;
    case "waldur_forbidden":
      return `${told} The account lacks a right; ask the operator of Waldur.`;
    default:
      return told;
  }
}
