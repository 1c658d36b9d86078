import type { Deps } from "../deps.ts";
import { type Guarded, makeGuarded } from "../security/guard.ts";
import { rulesOf } from "../security/outside.ts";

/** Requests to places that users name, under the rules of the settings. */
export function guardedFetch({ outside, deadline, config }: Pick<Deps, "outside" | "deadline" | "config">): Guarded {
  return makeGuarded({ outside, deadline, rules: rulesOf(config) });
}
