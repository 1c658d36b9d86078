import { getPath } from "hono/utils/url";
import { countBrokenEscapes } from "../../lib/percent.ts";

/** Characters of an address (RFC 9110 4.1 wants 8,000), and of it the segments: ours have fewer than ten. */
const longest = 8192;
const mostSegments = 32;
/** A person who types a percent sign makes one or two. */
const mostBroken = 16;
const nowhere = "/%";

/**
 * Returns the path of a request, for the router. An address with more than 8,192 characters, 32 segments or 16 broken
 * escapes is not one of ours and leads nowhere: Hono tries to decode each escape by itself, and 11 kB of broken ones would
 * take a tenth of a second.
 */
export function requestPath(request: Request): string {
  if (request.url.length > longest || countBrokenEscapes(request.url) > mostBroken) return nowhere;
  const path = getPath(request);
  return path.split("/", mostSegments + 2).length > mostSegments + 1 ? nowhere : path;
}
