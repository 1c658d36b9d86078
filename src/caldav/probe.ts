import { hrefName, sameHref } from "./hrefs.ts";
import { cleanLine, truncate } from "../calendar/text.ts";
import { hex } from "../security/hash.ts";
import { findCalendars } from "./calendars.ts";
import { makeCalendarPort } from "./client.ts";
import { makeFailure, serverText } from "./failure.ts";
import type { ReadResult, CalendarPort, CollectionState, Failure, ServerProfile, WriteOutcome } from "./port.ts";
import { type Connection, makeWire, propfindRequest, writeLimits } from "./wire.ts";

/** The result of a probe. `leftover`: its event could not be deleted and may still be there. */
export type ProbeResult = { readonly value: ServerProfile } | { readonly failure: Failure; readonly leftover?: true };

/** The number of attempts to delete the event of the probe. */
const cleanings = 3;
/** An ETag that no object has. */
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
 * Finds out how a server behaves (RFC 4791 5.3.2, RFC 9110 13) with one event of its own: create, read, update, update and
 * delete with a stale ETag, create again, delete. The event lies in 2020, blocks no time, and is gone afterwards, also when
 * the probe fails; a server that lets nothing be deleted is a failure. `concurrency`: concurrent requests that the preset allows.
 */
export async function probe(
  url: string,
  connection: Connection,
  random: (bytes: number) => Uint8Array,
  concurrency = 4,
): Promise<ProbeResult> {
  const wire = makeWire(connection);
  const found = await findCalendars(url, "0", wire);
  if ("failure" in found) return found;
  const [calendar] = found.value;
  if (calendar === undefined) return probeFailed("missing", "there is no calendar here");
  if (calendar.notWritable !== null) return probeFailed("read-only", calendar.notWritable);
  const result = await wire.exchange(propfindRequest(url, "0", { "d:resourcetype": {} }), writeLimits);
  const software = "failed" in result ? "" : readSoftware(result.headers);
  const port = makeCalendarPort(url, connection);
  const nowAt = Math.floor(connection.now() / 1000);
  await removeLeftovers(port, nowAt);
  const uid = `waldur-probe-${nowAt}-${hex(random(8))}`;
  const places = new Set([new URL(`${uid}.ics`, url).pathname]);
  let seen: ReadResult<Observed>;
  try {
    seen = { value: await observe(port, uid, places) };
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    seen = { failure: error.failure };
  }
  const left = await removeProbe(port, uid, places);
  if (left !== null) {
    const failure = "failure" in seen ? seen.failure : makeFailure("refused", null, { text: left });
    return { failure, leftover: true };
  }
  if ("failure" in seen) return seen;
  const { maxBytes, minAt, maxAt } = calendar;
  return { value: { ...seen.value, maxBytes, minAt, maxAt, concurrency, software } };
}

const probeSummary = "Connection test of waldur-calendar";
/** Seconds after which the event of another probe was left by it, and is not in use. */
const probeSeconds = 600;

/** Deletes the events that earlier probes left since they were cut off, as far as the server allows it. */
export async function removeLeftovers(port: CalendarPort, nowAt: number): Promise<void> {
  const listed = await port.list();
  if ("failure" in listed) return;
  for (const { href } of listed.value) {
    const [, uid = "", at = "0"] = /^(waldur-probe-(?:(\d{9,11})-)?[0-9a-f]{16})\.ics$/.exec(hrefName(href)) ?? [];
    if (uid === "" || nowAt - Number(at) <= probeSeconds) continue;
    const read = await port.read([href]);
    const body = "value" in read ? (read.value.get(href)?.body ?? "") : "";
    if (body.includes(`SUMMARY:${probeSummary}`)) await removeProbe(port, uid, new Set([href]));
  }
}

type Observed = Omit<ServerProfile, "maxBytes" | "minAt" | "maxAt" | "concurrency" | "software">;

/**
 * Takes the steps; the event may be left behind, at one of the `places`, to which it adds. Throws `Stopped` when a necessary
 * step fails.
 */
async function observe(port: CalendarPort, uid: string, places: Set<string>): Promise<Observed> {
  const before = needValue(await port.state());
  const written = probeEvent(uid, 0);
  const created = needDone(await port.create(`${uid}.ics`, written));
  const { href } = created;
  places.add(href);
  const kept = needValue(await port.read([href])).get(href);
  if (kept === null || kept === undefined) {
    for (const place of await findRenamed(port, before, uid)) places.add(place);
    throw new Stopped(makeFailure("refused", null, { text: "the server does not keep events under their names" }));
  }
  const changeFeed = await findChangeFeed(port, before, href);
  const silentTokens = changeFeed === "sync-token" && (await takesAnyToken(port));

  const first = await readEtag(port, href);
  const updated = needDone(asWeak(first, await port.update(href, first, probeEvent(uid, 1))));
  const second = await readEtag(port, href);
  const stale = first === second ? invented : first;

  const honoursIfMatch = isRefused(await port.update(href, stale, probeEvent(uid, 2)));
  const honoursIfNoneMatch = isRefused(await port.create(`${uid}.ics`, probeEvent(uid, 3)));
  const current = await readEtag(port, href);
  const honoursIfMatchOnDelete = isRefused(await port.remove(href, stale === current ? invented : stale));
  if (honoursIfMatchOnDelete) needDone(await port.remove(href, current));
  return {
    honoursIfNoneMatch,
    honoursIfMatch,
    honoursIfMatchOnDelete,
    tellsEtag: created.etag === first && updated.etag === second,
    rewrites: kept.body.replaceAll("\r\n", "\n").trim() !== written.replaceAll("\r\n", "\n").trim(),
    changeFeed,
    silentTokens,
  };
}

/** Says why a change with an ETag that was just read is refused, where it is a weak one (RFC 9110 13.1.1). */
function asWeak(etag: string, outcome: WriteOutcome): WriteOutcome {
  if ("done" in outcome || outcome.failure.kind !== "changed" || !etag.startsWith("W/")) return outcome;
  const text = "the server gives only weak ETags and takes no change with them; a proxy before it may be the reason";
  return { failure: makeFailure("refused", null, { text }) };
}

/** Finds the tag that shows changes of the calendar, by the object that was just created. */
async function findChangeFeed(
  port: CalendarPort,
  before: CollectionState,
  href: string,
): Promise<ServerProfile["changeFeed"]> {
  if (before.syncToken !== null) {
    const answer = await port.changes(before.syncToken);
    const changes = "value" in answer && answer.value !== "token-lost" ? answer.value : null;
    if (changes?.changed.some((one) => sameHref(one.href, href)) === true) return "sync-token";
  }
  return before.ctag !== null && needValue(await port.state()).ctag !== before.ctag ? "ctag" : "none";
}

/** Resolves to true when a token that was never given is taken, so that none tells what is gone from a calendar that was made again. */
async function takesAnyToken(port: CalendarPort): Promise<boolean> {
  const { syncToken } = needValue(await port.state());
  const parts = /^(.*?)(\d{1,15})(\D*)$/s.exec(syncToken ?? "");
  const [, before = "", digits = "", after = ""] = parts ?? ["", syncToken ?? "", "", ""];
  const answer = await port.changes(`${before}${Number(digits) + 1_000_000}${after}`);
  // With a list of everything as well: as a change it names nothing that is gone.
  return "value" in answer && answer.value !== "token-lost";
}

/** Resolves to the ETag of an object. Throws `Stopped` without one: other people's changes would look like ours. */
async function readEtag(port: CalendarPort, href: string): Promise<string> {
  const etag = needValue(await port.look(href))?.etag ?? null;
  if (etag === null) {
    throw new Stopped(
      makeFailure("refused", null, {
        text: "the server gives no ETags, so that other people's changes could not be told from ours",
      }),
    );
  }
  return etag;
}

/** Finds the event of the probe where the server has put it under another name, by its index and by what changed. */
async function findRenamed(port: CalendarPort, before: CollectionState, uid: string): Promise<readonly string[]> {
  const found = await port.findUid(uid);
  if ("value" in found && found.value !== null) return [found.value];
  const changes = before.syncToken === null ? null : await port.changes(before.syncToken);
  if (changes === null || "failure" in changes || changes.value === "token-lost") return [];
  const read = await port.read(changes.value.changed.map(({ href }) => href));
  if ("failure" in read) return [];
  return [...read.value.values()].flatMap((one) => (one?.body.includes(uid) === true ? [one.href] : []));
}

/** Deletes the event of the probe wherever it may be. Resolves to the reason for which it is still there; null: it is gone. */
async function removeProbe(port: CalendarPort, uid: string, places: Set<string>): Promise<string | null> {
  const found = await port.findUid(uid);
  if ("value" in found && found.value !== null) places.add(found.value);
  let left: string | null = null;
  for (const place of places) left = (await removeAt(port, place)) ?? left;
  return left;
}

/** Deletes one object of ours. Resolves to the server's words while it is there; null: it is gone. */
async function removeAt(port: CalendarPort, href: string): Promise<string | null> {
  let said = "";
  for (let turn = 0; turn <= cleanings; turn += 1) {
    const seen = await port.look(href);
    if ("failure" in seen) {
      said = seen.failure.text;
      continue;
    }
    if (seen.value === null) return null;
    if (turn === cleanings) break;
    // A server that gives no ETag, or a weak one, may still take "*", which is a condition too.
    const etag = turn === 0 && seen.value.etag?.startsWith("W/") === false ? seen.value.etag : "*";
    const removed = await port.remove(href, etag);
    if ("failure" in removed) said = serverText(removed.failure) || removed.failure.text;
  }
  return said;
}

/** Returns true when the precondition made a change fail. Throws `Stopped` when something else did. */
function isRefused(outcome: WriteOutcome): boolean {
  if ("done" in outcome) return false;
  const { kind } = outcome.failure;
  if (kind === "changed" || kind === "exists" || kind === "uid-taken") return true;
  throw new Stopped(outcome.failure);
}

function needDone(outcome: WriteOutcome): {
  readonly href: string;
  readonly etag: string | null;
} {
  if ("failure" in outcome) throw new Stopped(outcome.failure);
  return outcome;
}

function needValue<T>(answer: ReadResult<T>): T {
  if ("failure" in answer) throw new Stopped(answer.failure);
  return answer.value;
}

function probeFailed(kind: Failure["kind"], text: string): { failure: Failure } {
  return { failure: makeFailure(kind, null, { text }) };
}

function readSoftware(headers: Headers): string {
  const found = ["Server", "X-Powered-By", "DAV"].flatMap((name) => headers.get(name) ?? []);
  return truncate(cleanLine(found.join("; ")), 200);
}

function probeEvent(uid: string, sequence: number): string {
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
    `SUMMARY:${probeSummary}`,
    "TRANSP:TRANSPARENT",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ].join("\r\n");
}
