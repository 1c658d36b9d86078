import type { Deps } from "../../deps.ts";
import { makeSemaphore, type Semaphore } from "../../lib/semaphore.ts";
import { type GuardedFetch, makeGuardedFetch } from "../../security/guard.ts";
import { outsideRules } from "../../security/outside.ts";

/** Answers of more than 256 kB that are read at once in one process: of up to 10 MB each, so 40 MB together. */
const largeAnswers = 4;
/** The places for large answers of each installation in this process. */
const semaphores = new WeakMap<Deps["config"], Semaphore>();

/** Makes the fetch for addresses that users give, under the rules of the settings. */
export function guardedFetch({
  outside,
  deadline,
  config,
}: Pick<Deps, "outside" | "deadline" | "config">): GuardedFetch {
  const semaphore = semaphores.get(config) ?? makeSemaphore(largeAnswers);
  semaphores.set(config, semaphore);
  return makeGuardedFetch({ outside, deadline, rules: outsideRules(config), semaphore });
}
