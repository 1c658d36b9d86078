import { findCalendars, type FoundCalendar } from "./calendars.ts";
import { makeFailure } from "./failure.ts";
import { hrefAddress, withSlash } from "./hrefs.ts";
import { findProperty } from "./multistatus.ts";
import type { Failure, FailureKind } from "./port.ts";
import { type Connection, discoveryLimits, makeWire, propfindRequest, type Wire } from "./wire.ts";
import { caldavSpace, childrenOf } from "./xml.ts";

/** The calendars that an address leads to. */
interface Discovered {
  /** Collections that hold calendars and can take new ones; none when only a calendar's own address is known. */
  readonly homes: readonly string[];
  readonly calendars: readonly FoundCalendar[];
  /** Address of the calendar to which the address itself leads; null: to none, or to several. */
  readonly itself: string | null;
}

/** `confirm`: another origin that the address leads to, for the person to confirm; nothing secret was sent there. */
export type Discovery = { readonly found: Discovered } | { readonly confirm: string } | { readonly failure: Failure };

const startProps = { "d:current-user-principal": {}, "c:calendar-home-set": {}, "d:resourcetype": {} };

/** Failures after which no other home needs to be asked. */
const concernsAll: ReadonlySet<FailureKind> = new Set(["unauthorized", "throttled", "unsent"]);

/**
 * Finds the calendars that an address leads to (RFC 6764 6): at the address itself, as a calendar, home or principal, also
 * with a slash at its end; then at `/.well-known/caldav` of its origin; then at its root. The signer decides which addresses receive the credentials.
 */
export async function discover(start: string, connection: Connection): Promise<Discovery> {
  const wire = makeWire(connection);
  const isTrusted = (url: string): boolean => connection.signer === null || connection.signer.trusts(new URL(url));
  const { origin, pathname, search } = new URL(start);
  const slashed = search === "" && !pathname.endsWith("/") ? `${origin}${pathname}/` : start;
  let worst: Failure | null = null;
  for (const url of new Set([start, slashed, `${origin}/.well-known/caldav`, `${origin}/`])) {
    const step = await discoverAt(url, wire, isTrusted);
    if (step === null) continue;
    if (!("failure" in step)) return step;
    const { kind } = step.failure;
    // A well-known address may lead astray, such as to http; the root may still be right.
    if (kind === "unauthorized" || kind === "throttled" || (kind === "blocked" && url === start)) return step;
    worst ??= step.failure;
  }
  return { failure: worst ?? makeFailure("missing", null, { text: `no calendars were found at ${origin}` }) };
}

/** Finds what one address leads to; null: a response, but no calendars. */
async function discoverAt(url: string, wire: Wire, isTrusted: (url: string) => boolean): Promise<Discovery | null> {
  const seen = await readContext(url, wire);
  if (seen === null || "failure" in seen || "confirm" in seen) return seen;
  let named = seen.homes;
  if (named.length === 0 && seen.principal !== null) {
    if (!isTrusted(seen.principal)) return { confirm: new URL(seen.principal).origin };
    const principal = await readContext(seen.principal, wire);
    if (principal === null || "failure" in principal || "confirm" in principal) return principal;
    named = principal.homes;
  }
  const stranger = named.find((home) => !isTrusted(home));
  if (stranger !== undefined) return { confirm: new URL(stranger).origin };
  const calendars = new Map<string, FoundCalendar>();
  // The address may be a shared calendar, which the person's own home does not list.
  const own = await findCalendars(seen.url, "0", wire);
  const itself = "value" in own ? (own.value[0]?.url ?? null) : null;
  if ("value" in own) for (const one of own.value) calendars.set(one.url, one);
  const homes: string[] = [];
  let failed: Failure | null = null;
  for (const home of named) {
    const listed = await findCalendars(home, "1", wire);
    if ("failure" in listed) {
      if (concernsAll.has(listed.failure.kind)) return listed;
      // Homes of other people may be named that one may not see.
      failed ??= listed.failure;
      continue;
    }
    homes.push(home);
    for (const one of listed.value) calendars.set(one.url, one);
  }
  if (failed !== null && homes.length === 0 && itself === null) return { failure: failed };
  if (named.length === 0 && calendars.size === 0) {
    const inside = await findCalendars(seen.url, "1", wire);
    if ("failure" in inside || inside.value.length === 0) return null;
    return { found: { homes: [seen.url], calendars: inside.value, itself } };
  }
  return { found: { homes, calendars: [...calendars.values()], itself } };
}

/** The properties by which discovery goes on. */
interface DiscoveryContext {
  /** The address that responded, after redirects. */
  readonly url: string;
  readonly principal: string | null;
  readonly homes: readonly string[];
}

/** Reads them; null when the response is a page, which servers without CalDAV and portals give to any method. */
async function readContext(
  url: string,
  wire: Wire,
): Promise<DiscoveryContext | { readonly failure: Failure } | { readonly confirm: string } | null> {
  const result = await wire.exchange(propfindRequest(url, "0", startProps), discoveryLimits);
  if (!("failed" in result) && result.status === 401 && result.withheld) return { confirm: new URL(result.url).origin };
  if (!("failed" in result) && result.status === 200) return null;
  const answer = wire.toMultistatus(result);
  if ("failure" in answer || "failed" in result)
    return "failure" in answer ? answer : { failure: makeFailure("unknown", null) };
  const [member] = answer.value.members;
  const hrefs = (name: string, space?: string): string[] =>
    childrenOf(findProperty(member, name, space), "href").flatMap(
      ({ text }) => hrefAddress(text, new URL(result.url))?.href ?? [],
    );
  return {
    url: result.url,
    principal: hrefs("current-user-principal")[0] ?? null,
    // A home is a collection, whose address some servers take with a slash alone.
    homes: hrefs("calendar-home-set", caldavSpace).map((home) => (home.includes("?") ? home : withSlash(home))),
  };
}
