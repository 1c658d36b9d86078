import type { Deps } from "./deps.ts";

/** Returns the time in whole epoch seconds: what every `…At` of the program is. */
export function epochSeconds(deps: Pick<Deps, "now">): number {
  return Math.floor(deps.now() / 1000);
}
