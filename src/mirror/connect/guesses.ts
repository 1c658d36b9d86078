import { beginTry } from "../../account/tries.ts";
import { outsidePace, takeTurn } from "../../account/turns.ts";
import type { Deps } from "../../deps.ts";
import { AppError } from "../../errors.ts";
import { environmentAccount } from "../../store/accounts/accounts.ts";
import { readConnectError } from "./error.ts";

const mostWrong = 20;

/**
 * Does what shows a server the credentials that somebody has just given. Throws `too_many` once twenty of that account were
 * wrong within ten minutes: nobody guesses passwords of other servers through us.
 */
export async function limitGuesses<T>(deps: Deps, accountId: string, work: () => Promise<T>): Promise<T> {
  const guess = await beginTry(deps, `calendar ${accountId}`, mostWrong);
  if (guess === null) {
    throw new AppError("too_many", "you have given too many wrong user names and passwords; wait ten minutes");
  }
  try {
    const done = await visitServer(deps, accountId, work);
    await guess.takeBack();
    return done;
  } catch (error) {
    const wrong = error instanceof AppError && readConnectError(error)?.reason === "unauthorized";
    if (!wrong) await guess.takeBack();
    throw error;
  }
}

/** Talks with a server that somebody named, in the turn of their account; the operator's never waits. Throws `too_many`. */
export async function visitServer<T>(deps: Deps, accountId: string, work: () => Promise<T>): Promise<T> {
  return accountId === environmentAccount ? work() : takeTurn(deps, accountId, outsidePace, work);
}
