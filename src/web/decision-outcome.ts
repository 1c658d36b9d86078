import type { Action } from "../calendar/profile.ts";
import type { ErrorCode } from "../errors.ts";
import type { Decision } from "../decision/decide.ts";
import { decisionWords } from "../text/decision.ts";

/** What each outcome of a decision answers with, on the page and over the API. */
export const outcomeStatus = {
  done: 200,
  already: 200,
  other: 409,
  past: 409,
  "not-yours": 403,
  refused: 403,
  "not-ready": 409,
  gone: 404,
  expired: 401,
  unchanged: 502,
  unknown: 504,
  busy: 503,
  limited: 429,
} as const satisfies Record<Decision["result"], number>;

const codes: Readonly<Record<Decision["result"], ErrorCode | null>> = {
  done: null,
  already: null,
  other: "conflict",
  past: "conflict",
  "not-yours": "waldur_forbidden",
  refused: "waldur_forbidden",
  "not-ready": "waldur_not_ready",
  gone: "waldur_not_found",
  expired: "waldur_refused_token",
  unchanged: "waldur_failed",
  unknown: "waldur_timeout",
  busy: "conflict",
  limited: "conflict",
};

/** A decision as the API answers it: what came of it, and for whatever is not as it was wanted an error that says why. */
export function outcomeJson({ result, booking, byOperator }: Decision, action: Action, requestId: string) {
  const code = codes[result];
  const told = {
    action,
    provider: booking?.providerName || "the provider",
    customer: booking?.customerName || "the customer",
    name: "the account",
    byOperator,
  };
  const message = decisionWords.en.outcome[result](told);
  return code === null ? { result, byOperator, message } : { result, error: { code, message, requestId } };
}
