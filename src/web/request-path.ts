import { getPath } from "hono/utils/url";
import { countBrokenEscapes } from "../percent.ts";

/** A person who types a percent sign makes one or two. */
const mostBroken = 16;

/**
 * Returns the path of a request, for the router. An address with more than 16 broken escapes is none of ours and leads
 * nowhere: Hono tries to decode each by itself, and 11 kB of them would take a tenth of a second.
 */
export function requestPath(request: Request): string {
  return countBrokenEscapes(request.url) > mostBroken ? "/%" : getPath(request);
}
