import type { Deps } from "../deps.ts";
import { countStatements } from "../store/sql/counted.ts";
import type { Located } from "./beside.ts";
import { type Caution, findCautions, isClear } from "./caution.ts";
import { decide, type Decision, type DecisionRequest } from "./decide.ts";

/** The outcome for one of many bookings. */
export type OneOfMany<T extends Located> =
  | { readonly asked: T; readonly decision: Decision }
  /** Not told to Waldur: somebody has to look at it first. */
  | { readonly asked: T; readonly caution: Caution };

/** Statements and requests that one decision needs at most, and statements for the page after. */
const costs = { statements: 26, requests: 6, statementsAfter: 12 };

/**
 * Accepts those of the bookings that overlap nothing and are ahead, one after the other, as far as the budget of this run goes;
 * one at least. Returns what became of each, and those that were left for another run. Throws as `decide`.
 */
export async function acceptMany<T extends Located>(
  outer: Deps,
  located: readonly T[],
  request: Omit<DecisionRequest, "bookingUuid" | "action" | "answered">,
): Promise<{ readonly decided: readonly OneOfMany<T>[]; readonly left: readonly T[] }> {
  const { sql, counts } = countStatements(outer.sql);
  let requests = 0;
  const deps: Deps = {
    ...outer,
    sql,
    fetch: async (sent) => {
      requests += 1;
      return outer.fetch(sent);
    },
  };
  const cautions = await findCautions(deps, located);
  const decided: OneOfMany<T>[] = [];
  const left: T[] = [];
  let told = 0;
  for (const asked of located) {
    const { uuid } = asked.booking;
    const caution = cautions.get(uuid);
    const statements = outer.budget.statements - counts.statements - costs.statementsAfter;
    const affords = statements >= costs.statements && outer.budget.requests - requests >= costs.requests;
    if (caution !== undefined && !isClear(caution)) decided.push({ asked, caution });
    else if (told > 0 && !affords) left.push(asked);
    else {
      told += 1;
      const budget = { ...outer.budget, statements: Math.max(statements, costs.statements) };
      const wish = { ...request, bookingUuid: uuid, action: "accept", answered: asked.slots } as const;
      const decision = await decide({ ...deps, budget }, wish);
      decided.push({ asked, decision });
    }
  }
  return { decided, left };
}
