import { cleanName } from "../calendar/foreign-text.ts";
import { isolate } from "../calendar/text.ts";
import type { Language } from "../calendar/profile.ts";
import { decide, type Decision, type DecisionRequest } from "../decision/decide.ts";
import { findWait } from "../decision/find-wait.ts";
import type { ErrorCode } from "../errors.ts";
import { requestNetwork } from "./address.ts";
import type { PageContext } from "./env.ts";
import type { Notice } from "./notice.ts";
import { texts } from "../text/index.ts";
import { personName } from "./person-name.ts";

/** The HTTP status of each result, its tone on pages, and its error code in the API (null: it is no error). */
const outcomes = {
  done: { status: 200, tone: "good", code: null },
  already: { status: 200, tone: "good", code: null },
  other: { status: 409, tone: "bad", code: "conflict" },
  past: { status: 409, tone: "bad", code: "conflict" },
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
  const { action, account } = request;
  const { result, booking, byOperator } = await decide(c.env, { ...request, address: requestNetwork(c) });
  const wait = result === "not-ready" && booking !== null ? await findWait(c.env, booking.uuid) : null;
  const { outcome, unnamed } = texts[language].decision;
  const text = outcome[result]({
    action,
    byOperator,
    status: wait?.status ?? null,
    provider: isolate(cleanName(booking?.providerName ?? "")) || unnamed.provider,
    customer: isolate(cleanName(booking?.customerName ?? "")) || unnamed.customer,
    name: personName(account) || unnamed.account,
  });
  return { ...outcomes[result], result, byOperator, text, order: wait?.order ?? "" };
}
