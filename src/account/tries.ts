import { epochSeconds } from "../lib/clock.ts";
import type { Deps } from "../deps.ts";
import { countTry, countTryOfEach, forgetTry } from "../store/accounts/attempts.ts";

const stretchSeconds = 600;
const mostWrongTokens = 20;
const pauseMilliseconds = 2000;

/** A try that counts unless it is taken back. */
export interface Try {
  takeBack(): Promise<void>;
}

/**
 * Counts a try of that name before it is made, so that many at once count too. Resolves to null when `most` of them count
 * within ten minutes: then it may not be made.
 */
export async function beginTry(deps: Deps, name: string, most: number): Promise<Try | null> {
  const begunAt = stretchStart(deps);
  const count = await countTry(deps.sql, name, begunAt);
  return count > most ? null : { takeBack: async () => forgetTry(deps.sql, name, begunAt) };
}

/**
 * Counts a wrong token from a network, and waits where many came from it: only what is wrong waits, so that nobody is kept
 * out by others' guesses.
 */
export async function slowWrongToken(deps: Deps, network: string): Promise<void> {
  const count = await countTry(deps.sql, `token ${network}`, stretchStart(deps));
  if (count > mostWrongTokens) await deps.sleep(pauseMilliseconds);
}

/**
 * Counts wrong credentials of a calendar program by network and by the hash of the user name, and waits as `slowWrongToken`
 * does. One program that goes on with a revoked password is no guesser, and does not wait for others of its network.
 */
export async function slowWrongAppPassword(deps: Deps, network: string, userHash: string): Promise<void> {
  const names = [`password ${network}`, `password of ${userHash.slice(0, 16)}`];
  if ((await countTryOfEach(deps.sql, names, stretchStart(deps))) > mostWrongTokens)
    await deps.sleep(pauseMilliseconds);
}

/** Returns when the present stretch of counting began, epoch seconds. */
export function stretchStart(deps: Pick<Deps, "now">): number {
  const nowAt = epochSeconds(deps);
  return nowAt - (nowAt % stretchSeconds);
}
