import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { countTry, readTries } from "../store/attempts.ts";
import { epochSeconds } from "../clock.ts";

const stretchSeconds = 600;
const mostFailures = 20;

/** Throws `too_many` for an address that has sent too many wrong credentials within ten minutes. */
export async function checkRateLimit(deps: Deps, what: string, address: string): Promise<void> {
  if ((await readTries(deps.sql, counterName(what, address), stretchStart(deps))) < mostFailures) return;
  throw new AppError("too_many", "too many wrong tokens came from your address; wait ten minutes");
}

/** Counts a wrong credential from an address. */
export async function countWrongCredential(deps: Deps, what: string, address: string): Promise<void> {
  await countTry(deps.sql, counterName(what, address), stretchStart(deps));
}

function counterName(what: string, address: string): string {
  return `${what} ${address}`;
}

function stretchStart(deps: Deps): number {
  const nowAt = epochSeconds(deps);
  return nowAt - (nowAt % stretchSeconds);
}
