import { findTexts, type LedgerRow } from "../store/ledger.ts";
import { reconcile, type RemoteState } from "./reconcile.ts";
import { ownerMarker, uidToName, objectUid, readObject, writeObject } from "./remote-object.ts";
import { hrefName } from "../caldav/hrefs.ts";
import type { ListedObject, RemoteObject } from "../caldav/port.ts";
import { dropRow, haltRun, putRow, countTrouble, type PushRun, requestsLeft } from "./run.ts";
import { epochSeconds } from "../lib/clock.ts";
import { outOfBudget } from "./halt.ts";

export interface SeenObject extends RemoteState {
  /** True when it has our marker, which proves that it is ours. */
  readonly marked: boolean;
  readonly sequence: number;
  readonly stampAt: number;
  readonly startAt: number;
  readonly endAt: number;
}

/** Objects read at once. */
const readSize = 100;
/** Requests reserved for work that has begun. */
const reserve = 3;
/** The most requests that one object takes when a multiget leaves it out: a PROPFIND and a GET, each redirected once. */
const requestsPerObject = 4;

/** Returns true when the run may begin nothing more: it has ended, or its requests or its time are spent. */
export function isExhausted(run: PushRun): boolean {
  const over = requestsLeft(run) <= reserve || run.deps.now() >= run.until;
  if (run.halt === null && over) run.halt = outOfBudget;
  return run.halt !== null;
}

/** Yields chunks of the size that one reading may have, even if the multiget leaves all objects out. */
export function* multigetChunks<T>(run: PushRun, items: readonly T[]): Generator<T[]> {
  for (let from = 0; from < items.length;) {
    const size = Math.max(1, Math.min(readSize, Math.floor((requestsLeft(run) - reserve - 2) / requestsPerObject)));
    yield items.slice(from, from + size);
    from += size;
  }
}

/** Returns the href of a row's object: in the server's spelling, or the one that it would get. */
export function objectHref(run: PushRun, row: LedgerRow): string {
  if (row.href !== "") return row.href;
  return new URL(uidToName(rowUid(run, row)), run.target.calendarUrl).pathname;
}

/** Returns the UID of a row's object in the calendar. */
export function rowUid(run: PushRun, row: LedgerRow): string {
  return row.eventRev < 0 ? row.uid : objectUid(row.uid, run.target.id, row.generation);
}

/**
 * Reads the objects of these rows, by UID of the row; those that the server refuses to show are left out. `listed`: what a
 * listing has just shown. Resolves to null and sets `halt` when the calendar does not respond.
 */
export async function readObjects(
  run: PushRun,
  rows: readonly LedgerRow[],
  listed: readonly ListedObject[] = [],
): Promise<ReadonlyMap<string, SeenObject | null> | null> {
  const etags = new Map(listed.map(({ href, etag }) => [hrefName(href), etag]));
  const hrefs = rows.map((row) => objectHref(run, row));
  const answer = await run.port.read(hrefs, new Map(hrefs.map((href) => [href, etags.get(hrefName(href)) ?? null])));
  if ("failure" in answer) {
    if (answer.failure.kind === "unknown" || answer.failure.kind === "throttled") countTrouble(run);
    haltRun(run, answer.failure);
    return null;
  }
  return new Map(
    rows.flatMap((row): [string, SeenObject | null][] => {
      const object = answer.value.get(objectHref(run, row));
      if (object === undefined) return [];
      return [[row.uid, object === null ? null : classifyObject(run, row, object)]];
    }),
  );
}

/** Returns the state of an object at a row's href; one without a UID is somebody else's. */
export function classifyObject(run: PushRun, row: LedgerRow, object: RemoteObject): SeenObject {
  const { href, etag } = object;
  const read = readObject(object.body);
  if (read === null) {
    const nothing = { sequence: 0, stampAt: 0, startAt: 0, endAt: 0 };
    return { href, etag, hash: "", own: false, marked: false, ...nothing };
  }
  const { uid, marker, hash, sequence, stampAt, startAt, endAt } = read;
  const named = uid === rowUid(run, row);
  const marked = named && marker === ownerMarker(run.owner);
  run.sequences.set(row.uid, sequence);
  // Some servers strip unknown properties; then the ledger and the UID must suffice.
  return { href, etag, hash, own: marked || (named && marker === ""), marked, sequence, stampAt, startAt, endAt };
}

/**
 * Returns the UIDs of events whose objects are earlier versions of ours. Whoever edits an event raises its SEQUENCE and
 * DTSTAMP or leaves them (RFC 5545 3.8.7), and we raise both, so that only a calendar restored from an older copy has both
 * below ours. Only `respect` must know.
 */
export async function findEarlier(
  run: PushRun,
  rows: readonly LedgerRow[],
  seen: ReadonlyMap<string, SeenObject | null>,
): Promise<ReadonlySet<string>> {
  if (run.target.edits === "mirror") return new Set();
  const edited = rows.filter((row) => {
    const object = seen.get(row.uid);
    return object?.own === true && row.wantedHash === row.pushedHash && object.hash !== row.pushedHash;
  });
  if (edited.length === 0) return new Set();
  const texts = await findTexts(
    run.deps.sql,
    run.feed.id,
    edited.map(({ uid }) => uid),
  );
  const earlier = edited.filter((row) => {
    const ours = readObject(writeObject(texts.get(row.uid) ?? "", rowUid(run, row), run.owner));
    const { sequence, stampAt } = seen.get(row.uid) ?? { sequence: 0, stampAt: 0 };
    return ours !== null && sequence < ours.sequence && stampAt < ours.stampAt;
  });
  return new Set(earlier.map(({ uid }) => uid));
}

/** Reconciles a row with the object at its href, in the ledger and the report; null: there is none. */
export function applyReconciled(run: PushRun, row: LedgerRow, seen: RemoteState | null): void {
  const rules = { edits: run.target.edits, nowAt: epochSeconds(run.deps), loss: run.loss };
  const { row: next, found } = reconcile(row, seen, rules);
  if (found === "adopted") run.report.adopted += 1;
  // Nothing is written in a dry run, which tells what would be put back.
  if (found === "restored" && run.dry) run.report.restored += 1;
  if (next === null) dropRow(run, row.uid);
  else putRow(run, next);
}
