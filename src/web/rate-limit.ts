import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { countTry, readTries } from "../store/attempts.ts";
import { epochSeconds } from "../clock.ts";

const stretchSeconds = 600;
const mostFailures = 20;

/** Throws `too_many` for an address from which too many wrong credentials came within ten minutes. */
export async function checkRateLimit(deps: Deps, what: string, address: string): Promise<void> {
  if ((await readTries(deps.sql, nameOf(what, address), stretchOf(deps))) < mostFailures) return;
  throw new AppError("too_many", "too many wrong tokens came from your address; wait ten minutes");
}

/** Counts a wrong credential that came from an address. */
export async function countWrongCredential(deps: Deps, what: string, address: string): Promise<void> {
  await countTry(deps.sql, nameOf(what, address), stretchOf(deps));
}

function nameOf(what: string, address: string): string {
  return `${what} ${address}`;
}

function stretchOf(deps: Deps): number {
  const nowAt = epochSeconds(deps);
  return nowAt - (nowAt % stretchSeconds);
}
