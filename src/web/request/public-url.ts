import { hasPublicUrl } from "../../config/config.ts";
import type { Deps } from "../../deps.ts";
import { texts } from "../../text/index.ts";
import { isLoopback } from "./own-machine.ts";

/** Returns true when a request comes from elsewhere, and the addresses that are given out only work on this very machine. */
export function lacksPublicUrl({ config }: Pick<Deps, "config">, requestUrl: string): boolean {
  return !hasPublicUrl(config) && isLoopback(config.publicUrl) && !isLoopback(requestUrl);
}

/** Returns the address at which calendar programs find a person's calendars (RFC 4791); `/.well-known/caldav` leads there. */
export function davAddress({ publicUrl }: { readonly publicUrl: string }): string {
  return `${publicUrl}/dav/`;
}

/** Returns that for the operator, in English. */
export function publicUrlMissing(publicUrl: string): string {
  return texts.en.calendars.publicUrlMissing(publicUrl);
}
