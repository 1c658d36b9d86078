import { findCalendars, type FoundCalendar } from "./calendars.ts";
import { makeFailure } from "./failure.ts";
import { findProperty } from "./multistatus.ts";
import type { Failure } from "./port.ts";
import { type Connection, makeWire, propfindRequest, type Wire } from "./wire.ts";
import { caldavSpace, childrenOf } from "./xml.ts";

/** What lies behind an address. */
interface Discovered {
  /** Collections that hold calendars, and where new ones can be made; none when only a calendar's own address is known. */
  readonly homes: readonly string[];
  readonly calendars: readonly FoundCalendar[];
}

/** `confirm`: an origin that it leads to and that the person has not confirmed; nothing secret was sent there. */
export type Discovery = { readonly found: Discovered } | { readonly confirm: string } | { readonly failure: Failure };

const startProps = { "d:current-user-principal": {}, "c:calendar-home-set": {}, "d:resourcetype": {} };

/**
 * The calendars behind an address (RFC 6764 6): the address itself, as a calendar, home or principal; then
 * `/.well-known/caldav` of its origin; then its root. Credentials go only where the signer lets them.
 */
export async function discover(start: string, line: Connection): Promise<Discovery> {
  const wire = makeWire(line);
  const isTrusted = (url: string): boolean => line.signer === null || line.signer.trusts(new URL(url));
  const { origin } = new URL(start);
  let worst: Failure | null = null;
  for (const url of new Set([start, `${origin}/.well-known/caldav`, `${origin}/`])) {
    const step = await look(url, wire, isTrusted);
    if (step === null) continue;
    if (!("failure" in step)) return step;
    const { kind } = step.failure;
    // A well-known address may lead astray, such as to http; the root may still be right.
    if (kind === "unauthorized" || kind === "throttled" || (kind === "blocked" && url === start)) return step;
    worst ??= step.failure;
  }
  return { failure: worst ?? makeFailure("missing", null, { text: `no calendars were found at ${origin}` }) };
}

/** What one address leads to; null: an answer, but no calendars. */
async function look(url: string, wire: Wire, isTrusted: (url: string) => boolean): Promise<Discovery | null> {
  const seen = await ask(url, wire);
  if ("failure" in seen || "confirm" in seen) return seen;
  let homes = seen.homes;
  if (homes.length === 0 && seen.principal !== null) {
    if (!isTrusted(seen.principal)) return { confirm: new URL(seen.principal).origin };
    const principal = await ask(seen.principal, wire);
    if ("failure" in principal || "confirm" in principal) return principal;
    homes = principal.homes;
  }
  const stranger = homes.find((home) => !isTrusted(home));
  if (stranger !== undefined) return { confirm: new URL(stranger).origin };
  const calendars = new Map<string, FoundCalendar>();
  // The address may be a calendar that its owner's home does not list: one that others share.
  for (const [place, depth] of [[seen.url, "0"] as const, ...homes.map((home) => [home, "1"] as const)]) {
    const listed = await findCalendars(place, depth, wire);
    if ("failure" in listed) {
      if (depth === "1") return listed;
      continue;
    }
    for (const one of listed.value) calendars.set(one.url, one);
  }
  if (homes.length === 0 && calendars.size === 0) {
    const inside = await findCalendars(seen.url, "1", wire);
    if ("failure" in inside || inside.value.length === 0) return null;
    return { found: { homes: [seen.url], calendars: inside.value } };
  }
  return { found: { homes, calendars: [...calendars.values()] } };
}

interface Seen {
  /** Where the answer came from. */
  readonly url: string;
  readonly principal: string | null;
  readonly homes: readonly string[];
}

async function ask(
  url: string,
  wire: Wire,
): Promise<Seen | { readonly failure: Failure } | { readonly confirm: string }> {
  const told = await wire.exchange(propfindRequest(url, "0", startProps), {
    milliseconds: 20_000,
    mostBytes: 1024 * 1024,
  });
  if (!("failed" in told) && told.status === 401 && told.withheld) return { confirm: new URL(told.url).origin };
  const answer = wire.parse(told);
  if ("failure" in answer || "failed" in told)
    return "failure" in answer ? answer : { failure: makeFailure("unknown", null) };
  const [member] = answer.value.members;
  const hrefs = (name: string, space?: string): string[] =>
    childrenOf(findProperty(member, name, space), "href").flatMap(({ text }) =>
      URL.canParse(text.trim(), told.url) && text.trim() !== "" ? [new URL(text.trim(), told.url).href] : [],
    );
  return {
    url: told.url,
    principal: hrefs("current-user-principal")[0] ?? null,
    homes: hrefs("calendar-home-set", caldavSpace),
  };
}
