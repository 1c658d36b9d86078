import type { Language } from "../calendar/profile.ts";
import type { Deps } from "../deps.ts";
import { decide, type Decision, type DecisionRequest } from "../decision/decide.ts";
import { findWait } from "../decision/find-wait.ts";
import type { ErrorCode } from "../errors.ts";
import { requestNetwork } from "./request/address.ts";
import type { PageContext } from "./env.ts";
import type { Notice } from "./notice.ts";
import { outcomeText } from "../text/outcome.ts";
import { tick } from "../tick.ts";

/** The HTTP status of each result, its tone on pages, and its error code in the API (null: it is no error). */
const outcomes = {
  done: { status: 200, tone: "good", code: null },
  already: { status: 200, tone: "good", code: null },
  other: { status: 409, tone: "bad", code: "conflict" },
  past: { status: 409, tone: "bad", code: "conflict" },
  moved: { status: 409, tone: "bad", code: "conflict" },
  "not-yours": { status: 403, tone: "bad", code: "waldur_forbidden" },
  refused: { status: 403, tone: "bad", code: "waldur_forbidden" },
  "not-ready": { status: 409, tone: "wait", code: "waldur_not_ready" },
  gone: { status: 404, tone: "bad", code: "waldur_not_found" },
  expired: { status: 401, tone: "bad", code: "waldur_refused_token" },
  unchanged: { status: 502, tone: "bad", code: "waldur_failed" },
  unknown: { status: 504, tone: "bad", code: "waldur_timeout" },
  busy: { status: 503, tone: "wait", code: "conflict" },
  limited: { status: 429, tone: "bad", code: "conflict" },
} as const satisfies Record<Decision["result"], { status: number; tone: Notice["tone"]; code: ErrorCode | null }>;

/** A decision as every page and the API show it. */
export interface DecisionOutcome extends Notice, Pick<Decision, "result" | "byOperator"> {
  readonly status: (typeof outcomes)[Decision["result"]]["status"];
  readonly code: ErrorCode | null;
  /** The order in HomePort that has to move first; "" for none. */
  readonly order: string;
}

/** Accepts or rejects a booking for the client of this request. Throws as `decide`. */
export async function decideBooking(
  c: PageContext,
  request: Omit<DecisionRequest, "address">,
  language: Language,
): Promise<DecisionOutcome> {
  const decision = await decide(c.env, { ...request, address: requestNetwork(c) });
  readWhatDiffers(c.env, [decision]);
  return describeDecision(c.env, decision, request, language);
}

/** Results that may show the booking otherwise than it is stored. */
const surprises: ReadonlySet<Decision["result"]> = new Set(["already", "other", "moved", "gone", "unknown"]);

/**
 * Starts a run after the answer where a decision has found a booking otherwise than it is stored, and could not store it: its
 * lists are due, and the row would stand among the requests until the next minute.
 */
export function readWhatDiffers(deps: Deps, decisions: readonly Decision[]): void {
  if (decisions.some(({ result, booking }) => surprises.has(result) && booking?.state !== "OK")) deps.defer(tick(deps));
}

/** Returns a decision in the words of every page and of the API. */
export async function describeDecision(
  deps: Deps,
  decision: Decision,
  request: Pick<DecisionRequest, "action" | "account">,
  language: Language,
): Promise<DecisionOutcome> {
  const { result, booking, byOperator } = decision;
  const wait = result === "not-ready" && booking !== null ? await findWait(deps, booking.uuid) : null;
  const text = outcomeText(decision, request, wait?.status ?? null, language);
  return { ...outcomes[result], result, byOperator, text, order: wait?.order ?? "" };
}
