import { hasPublicUrl } from "../config.ts";
import type { Deps } from "../deps.ts";
import { texts } from "../text/index.ts";
import { isLoopback } from "./own-machine.ts";

/** Returns true when a request comes from elsewhere, and the addresses that are given out only work on this very machine. */
export function lacksPublicUrl({ config }: Pick<Deps, "config">, requestUrl: string): boolean {
  return !hasPublicUrl(config) && isLoopback(config.publicUrl) && !isLoopback(requestUrl);
}

/** Returns that for the operator, in English. */
export function publicUrlMissing(publicUrl: string): string {
  return texts.en.overview.publicUrlMissing(publicUrl);
}
