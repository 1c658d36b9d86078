import { newEntry, type LedgerRow } from "../store/ledger.ts";
import { hrefName } from "../caldav/hrefs.ts";
import { uidToName } from "./remote-object.ts";
import { findSuspects, nameGeneration, nameStem, objectName, type RemoteListing } from "./plan-writes.ts";
import type { CollectionState, ListedObject } from "../caldav/port.ts";
import { findGone, findLoss } from "./loss.ts";
import { multigetChunks, applyReconciled, findEarlier, isExhausted, readObjects } from "./read-remote.ts";
import { parkUnread } from "./write-failure.ts";
import { haltRun, putRow, countTrouble, type PushRun, saveLedger } from "./run.ts";
import { epochSeconds, hasElapsed } from "../lib/clock.ts";

/** Seconds between two checks of a calendar. */
export const checkSeconds = 900;
/** Seconds between two complete listings, and where a server takes any sync-token for one it gave. */
const listSeconds = 86_400;
const silentListSeconds = 3600;
/** Seconds after a write during which a ctag or sync-token may miss the next write, since some servers' count seconds. */
const tagGrainSeconds = 2;

/** Seconds by which a server's clock may be wrong. */
const clockSkew = 300;

/**
 * Returns true when a ctag or sync-token is the second of the last change (as SOGo's are) and that was just now: another
 * change in that second leaves it the same, so that it is worth nothing once we have written.
 */
export function countsSeconds(tag: string | null, nowAt: number): boolean {
  return (tag?.match(/\d{10}/g) ?? []).some((digits) => Math.abs(Number(digits) - nowAt) < clockSkew);
}

/** Returns true when the changes in the calendar must be read. */
export function isPullDue(run: Pick<PushRun, "target" | "deps" | "profile">): boolean {
  return hasElapsed(run.target.checkedAt, checkSeconds, epochSeconds(run.deps)) || isListingDue(run);
}

function isListingDue({ target, profile, deps }: Pick<PushRun, "target" | "deps" | "profile">): boolean {
  const seconds = profile.silentTokens === true ? silentListSeconds : listSeconds;
  return hasElapsed(target.listedAt, seconds, epochSeconds(deps));
}

/**
 * Updates the ledger from the calendar: the outcome of an earlier run's requests and, when a comparison is due (or
 * `asked`), other people's changes. `whole`: by a listing, whatever its tags say. Saves its findings before the ctag and sync-token, so that an interrupted run compares
 * again. Sets `halt` when the calendar does not respond.
 */
export async function pull(run: PushRun, asked: boolean, whole = false): Promise<void> {
  const look = asked || whole || isPullDue(run) ? await pullChanges(run, whole) : nothingPulled;
  if (look === null) return;
  const nowAt = epochSeconds(run.deps);
  const { remote } = look;
  if (remote !== null) await noteLoss(run, remote);
  const { rows, missing, strays } = findSuspects(run.ledger.values(), remote, run.target.id, nowAt);
  // An object that is missing from the listing and written again anyway, under a precondition, need not be read.
  const sure = run.target.edits === "mirror";
  if (sure) for (const row of missing) applyReconciled(run, row, null);
  for (const some of multigetChunks(run, sure ? rows : [...rows, ...missing]))
    if (!(await reconcileRows(run, some, remote))) return;
  for (const some of multigetChunks(run, strays)) if (!(await reconcileStrays(run, some))) return;
  if (look.change !== null) await saveLedger(run, look.change);
  else if (run.unsaved.size > 0) await saveLedger(run);
}

/** Notes that most events are gone at once. */
async function noteLoss(run: PushRun, remote: RemoteListing): Promise<void> {
  const gone = findLoss(run.ledger.values(), remote);
  if (gone.length === 0) return;
  if (!run.dry) run.deps.log.warn("events_lost", { target: run.target.id, edits: run.target.edits });
  await markLost(run, gone);
}

/** Marks events as gone though nobody deleted them, before any of them is judged: the run may be cut at each. */
async function markLost(run: PushRun, rows: readonly LedgerRow[]): Promise<void> {
  run.loss = true;
  if (run.target.edits === "mirror") return;
  for (const row of rows) putRow(run, { ...row, lost: true });
  await saveLedger(run);
}

interface Pulled {
  readonly remote: RemoteListing | null;
  /** The columns of the target to save once all changes are dealt with. */
  readonly change: Parameters<typeof saveLedger>[1] | null;
}

const nothingPulled: Pulled = { remote: null, change: null };

/** Reads the changes with as few requests as possible. Resolves to null when the calendar does not respond. */
async function pullChanges(run: PushRun, listed: boolean): Promise<Pulled | null> {
  const { target, port, profile } = run;
  const nowAt = epochSeconds(run.deps);
  const whole = listed || isListingDue(run) || profile.changeFeed === "none" || target.state === "removing";
  const noted = { checkedAt: nowAt, dirty: !hasElapsed(target.writtenAt, tagGrainSeconds, nowAt) };
  if (!whole && target.dirty && target.syncToken !== null) {
    const changes = await readChangesSince(run, target.syncToken, noted);
    if (changes !== "token-lost") return changes;
  }
  // Read before the listing, so that a change between the two is seen next time.
  const state = await port.state();
  if ("failure" in state) return haltPull(run, state.failure);
  if (!whole && !target.dirty && hasSameTags(state.value, target))
    return { remote: null, change: { ...noted, ctag: state.value.ctag } };
  if (!whole && !target.dirty && target.syncToken !== null) {
    const changes = await readChangesSince(run, target.syncToken, noted);
    if (changes !== "token-lost") return changes;
  }
  const list = await port.list();
  if ("failure" in list) return haltPull(run, list.failure);
  const { ctag, syncToken } = state.value;
  return {
    remote: { all: list.value },
    change: { ...noted, listedAt: nowAt, ...(!noted.dirty && { ctag, syncToken }) },
  };
}

async function readChangesSince(
  run: PushRun,
  token: string,
  noted: { readonly dirty: boolean },
): Promise<Pulled | null | "token-lost"> {
  const answer = await run.port.changes(token);
  if ("failure" in answer) return haltPull(run, answer.failure);
  if (answer.value === "token-lost") return answer.value;
  const { changed, removed, token: next } = answer.value;
  // The tags differ, or we wrote: some servers answer so to a token from before the calendar was made again or restored.
  if (changed.length + removed.length === 0 || isEarlier(next, token)) return "token-lost";
  // A token that may miss the next write is not kept.
  const tags = noted.dirty ? {} : { syncToken: answer.value.token, ctag: null };
  return { remote: answer.value, change: { ...noted, ...tags } };
}

function haltPull(run: PushRun, failure: Parameters<typeof haltRun>[1]): null {
  if (failure.kind === "unknown" || failure.kind === "throttled") countTrouble(run);
  haltRun(run, failure);
  return null;
}

function hasSameTags(state: CollectionState, { ctag, syncToken }: PushRun["target"]): boolean {
  if (syncToken === null) return ctag !== null && state.ctag === ctag;
  return state.syncToken === syncToken && (ctag === null || state.ctag === null || state.ctag === ctag);
}

/** Returns true when both tokens count and the first one counts less: the server was restored from an older copy. */
function isEarlier(token: string, than: string): boolean {
  const [one, other] = [token, than].map((text) => /^(.*?)(\d{1,15})$/s.exec(text));
  return one !== null && other !== null && one?.[1] === other?.[1] && Number(one?.[2]) < Number(other?.[2]);
}

/** Reads the objects of these rows and reconciles them. Resolves to false when the run cannot go on. */
async function reconcileRows(run: PushRun, rows: readonly LedgerRow[], remote: RemoteListing | null): Promise<boolean> {
  if (isExhausted(run)) return false;
  const listed = remote === null ? [] : "all" in remote ? remote.all : remote.changed;
  const seen = await readObjects(run, rows, listed);
  if (seen === null) return false;
  const earlier = await findEarlier(run, rows, seen);
  // What is missing from an older copy was deleted by nobody.
  if (earlier.size > 0) await markLost(run, remote === null ? [] : findGone(run.ledger.values(), remote));
  for (const row of rows) {
    const object = seen.get(row.uid);
    if (object === undefined) parkUnread(run, row);
    else applyReconciled(run, row, object === null ? null : { ...object, earlier: earlier.has(row.uid) });
  }
  await saveLedger(run);
  return true;
}

/**
 * Reads objects with names like ours that the ledger does not know: from before the database was restored, or from a run
 * that had lost its lease. Those with our marker are adopted, or deleted when the event is there twice.
 */
async function reconcileStrays(run: PushRun, strays: readonly ListedObject[]): Promise<boolean> {
  if (isExhausted(run)) return false;
  const rows = strays.map(({ href }) => ({ ...newEntry(hrefName(href).replace(/\.ics$/, "")), href }));
  const seen = await readObjects(run, rows, strays);
  if (seen === null) return false;
  const waiting = new Map(
    [...run.ledger.values()]
      .filter(({ href }) => href === "")
      .map((row) => [nameStem(objectName(row, run.target.id)), row]),
  );
  for (const stray of rows) {
    const object = seen.get(stray.uid);
    if (object === undefined || object === null || !object.marked) continue;
    const name = uidToName(stray.uid);
    const row = waiting.get(nameStem(name));
    if (row === undefined || row.state === "left") {
      const { etag, hash, startAt, endAt } = object;
      putRow(run, { ...stray, etag, state: "synced", pushedHash: hash, startAt, endAt });
      continue;
    }
    applyReconciled(run, { ...row, generation: nameGeneration(name) }, { ...object, own: true });
    waiting.delete(nameStem(name));
  }
  await saveLedger(run);
  return true;
}
