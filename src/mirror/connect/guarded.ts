import type { Deps } from "../../deps.ts";
import { type GuardedFetch, makeGuardedFetch } from "../../security/guard.ts";
import { outsideRules } from "../../security/outside.ts";

/** Makes the fetch for addresses that users give, under the rules of the settings. */
export function guardedFetch({
  outside,
  deadline,
  config,
}: Pick<Deps, "outside" | "deadline" | "config">): GuardedFetch {
  return makeGuardedFetch({ outside, deadline, rules: outsideRules(config) });
}
