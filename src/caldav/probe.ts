import { cleanLine, truncate } from "../calendar/text.ts";
import { hex } from "../security/hash.ts";
import { findCalendars } from "./calendars.ts";
import { makeCalendarPort } from "./client.ts";
import { writeLimits } from "./exchange.ts";
import { makeFailure } from "./failure.ts";
import type { ReadResult, CalendarPort, CollectionState, Failure, ServerProfile } from "./port.ts";
import { type Connection, makeWire, propfindRequest } from "./wire.ts";

/** How often what the probe wrote is looked for and taken away again. */
const cleanings = 3;
const invented = '"waldur-calendar-no-such-etag"';

/** Ends a probe that cannot go on. */
class Stopped extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.text);
    this.failure = failure;
  }
}

/**
 * Finds out how a server behaves (RFC 4791 5.3.2, RFC 9110 13) by one event of its own: create, read, update, update and
 * delete with a stale ETag, create again, delete. The event lies in 2020, blocks no time, and is gone afterwards, also when
 * the probe fails on its way. `concurrency`: requests at once that the preset allows.
 */
export async function probe(
  url: string,
  line: Connection,
  random: (bytes: number) => Uint8Array,
  concurrency = 4,
): Promise<ReadResult<ServerProfile>> {
  const wire = makeWire(line);
  const found = await findCalendars(url, "0", wire);
  if ("failure" in found) return found;
  const [calendar] = found.value;
  if (calendar === undefined) return stopped("missing", "there is no calendar here");
  if (calendar.notWritable !== null) return stopped("read-only", calendar.notWritable);
  const told = await wire.exchange(propfindRequest(url, "0", { "d:resourcetype": {} }), writeLimits);
  const software = "failed" in told ? "" : softwareOf(told.headers);
  const port = makeCalendarPort(url, line);
  const uid = `waldur-probe-${hex(random(8))}`;
  try {
    const { maxBytes, minAt, maxAt } = calendar;
    return { value: { ...(await observe(port, uid)), maxBytes, minAt, maxAt, concurrency, software } };
  } catch (error) {
    if (error instanceof Stopped) return { failure: error.failure };
    throw error;
  } finally {
    await clean(port, new URL(`${uid}.ics`, url).pathname);
  }
}

type Observed = Omit<ServerProfile, "maxBytes" | "minAt" | "maxAt" | "concurrency" | "software">;

/** The steps; the object may be left behind. Throws `Stopped` where one fails that must not. */
async function observe(port: CalendarPort, uid: string): Promise<Observed> {
  const before = valueOf(await port.state());
  const written = eventOf(uid, 0);
  const created = doneOf(await port.create(`${uid}.ics`, written));
  const { href } = created;
  const kept = valueOf(await port.read([href])).get(href);
  if (kept === null || kept === undefined)
    throw new Stopped(makeFailure("unknown", null, { text: "what was written is not there" }));
  const changeFeed = await changeFeedOf(port, before, href);

  const first = await etagAt(port, href);
  const updated = doneOf(await port.update(href, first, eventOf(uid, 1)));
  const second = await etagAt(port, href);
  const stale = first === second ? invented : first;

  const honoursIfMatch = isRefused(await port.update(href, stale, eventOf(uid, 2)));
  const honoursIfNoneMatch = isRefused(await port.create(`${uid}.ics`, eventOf(uid, 3)));
  const current = await etagAt(port, href);
  const honoursIfMatchOnDelete = isRefused(await port.remove(href, stale === current ? invented : stale));
  if (honoursIfMatchOnDelete) doneOf(await port.remove(href, current));
  return {
    honoursIfNoneMatch,
    honoursIfMatch,
    honoursIfMatchOnDelete,
    tellsEtag: created.etag === first && updated.etag === second,
    rewrites: kept.body.replaceAll("\r\n", "\n").trim() !== written.replaceAll("\r\n", "\n").trim(),
    changeFeed,
  };
}

/** By what a change of the calendar can be noticed: seen at the object that was just made. */
async function changeFeedOf(
  port: CalendarPort,
  before: CollectionState,
  href: string,
): Promise<ServerProfile["changeFeed"]> {
  if (before.syncToken !== null) {
    const answer = await port.changes(before.syncToken);
    const changes = "value" in answer && answer.value !== "token-lost" ? answer.value : null;
    if (changes?.changed.some((one) => one.href === href) === true) return "sync-token";
  }
  return before.ctag !== null && valueOf(await port.state()).ctag !== before.ctag ? "ctag" : "none";
}

/** The ETag of the object that must be there and have one: without, no change by others could be told from ours. */
async function etagAt(port: CalendarPort, href: string): Promise<string> {
  const etag = valueOf(await port.look(href))?.etag ?? null;
  if (etag === null) {
    throw new Stopped(
      makeFailure("refused", null, {
        text: "the server gives no ETags: what others change could not be told from what we wrote",
      }),
    );
  }
  return etag;
}

/** Takes away what the probe wrote, as far as the server lets it. */
async function clean(port: CalendarPort, href: string): Promise<void> {
  for (let turn = 0; turn < cleanings; turn += 1) {
    const seen = await port.look(href);
    if ("value" in seen && seen.value === null) return;
    const etag = "value" in seen ? (seen.value?.etag ?? null) : null;
    // A server that gives no ETag may still take "any there is": a condition all the same.
    if ("value" in seen) await port.remove(href, etag ?? "*");
  }
}

/** Whether a change that should be refused was; throws where something else went wrong. */
function isRefused(outcome: Awaited<ReturnType<CalendarPort["create"]>>): boolean {
  if ("done" in outcome) return false;
  const { kind } = outcome.failure;
  if (kind === "changed" || kind === "exists" || kind === "uid-taken") return true;
  throw new Stopped(outcome.failure);
}

function doneOf(outcome: Awaited<ReturnType<CalendarPort["create"]>>): {
  readonly href: string;
  readonly etag: string | null;
} {
  if ("failure" in outcome) throw new Stopped(outcome.failure);
  return outcome;
}

function valueOf<T>(answer: ReadResult<T>): T {
  if ("failure" in answer) throw new Stopped(answer.failure);
  return answer.value;
}

function stopped(kind: Failure["kind"], text: string): { failure: Failure } {
  return { failure: makeFailure(kind, null, { text }) };
}

function softwareOf(headers: Headers): string {
  const told = ["Server", "X-Powered-By", "DAV"].flatMap((name) => headers.get(name) ?? []);
  return truncate(cleanLine(told.join("; ")), 200);
}

function eventOf(uid: string, sequence: number): string {
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//waldur-calendar//probe//EN",
    "BEGIN:VEVENT",
    `UID:${uid}`,
    `SEQUENCE:${sequence}`,
    "DTSTAMP:20200101T000000Z",
    "DTSTART:20200101T000000Z",
    "DTEND:20200101T003000Z",
    "SUMMARY:Connection test of waldur-calendar",
    "TRANSP:TRANSPARENT",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}
