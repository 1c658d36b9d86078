import type { LedgerRow } from "../store/ledger.ts";
import { longestWait } from "./plan-writes.ts";
import { parentPath } from "../caldav/hrefs.ts";
import type { Failure, RemoteObject } from "../caldav/port.ts";
import { applyReconciled, objectHref, classifyObject, rowUid } from "./read-remote.ts";
import { neededWrite } from "./plan-writes.ts";
import { readLastReport } from "./report.ts";
import { haltRun, putRow, countTrouble, type PushRun, slowDown } from "./run.ts";
import { epochSeconds } from "../lib/clock.ts";

/** Useless responses in a row after which the run ends. */
const mostTroubles = 5;
/** Events in a row that failed for the first time, after which the fault is the server's and not theirs. */
const mostUnwritten = 5;
/** Refusals in a row without a reason after which the calendar counts as read-only. */
const mostDenials = 3;
/** Longest Retry-After, in seconds, for which a run itself waits. */
const shortWait = 5;
/** Longest wait, in seconds, of an event after an answer that says nothing of the event itself. */
const longestUnknownWait = 1800;
/** Seconds until the next attempt for an event that could not be written, by the number of attempts before. */
const waits = [60, 300, 1800, longestWait] as const;
const fullWait = 1800;
/** The most further UIDs that one attempt tries after a refusal that may be for the UID, beside the next one. */
const mostFurther = 4;

/**
 * Deals with the failure of one write. Resolves to true when the row says what comes next, false when the event is left for
 * a later run.
 */
export async function handleFailure(run: PushRun, row: LedgerRow, failure: Failure): Promise<boolean> {
  switch (failure.kind) {
    case "exists":
    case "changed":
      run.report.conflict += 1;
      return readMoved(run, row, failure);
    case "uid-taken":
      run.report.conflict += 1;
      return findTakenUid(run, row, failure);
    case "missing":
      return checkCalendar(run, row, failure);
    case "refused":
      failRow(run, row, failureText(failure), longestWait);
      return false;
    case "locked":
      failRow(run, row, failureText(failure));
      return false;
    case "full":
      run.full = true;
      failRow(run, row, `${fullText} (${failureText(failure)})`, fullWait);
      return false;
    case "throttled":
      countTrouble(run);
      if ((failure.retryAfter ?? shortWait + 1) > shortWait || run.troubles >= mostTroubles) {
        haltRun(run, failure);
        return false;
      }
      await run.deps.sleep((failure.retryAfter ?? 0) * 1000);
      // If it was done nevertheless, the next attempt fails for its precondition, unless it is refused for another reason.
      run.unsure.add(row.uid);
      putRow(run, revert(row));
      return true;
    case "unknown":
      return settleUnknown(run, row, failure);
    case "unauthorized":
    case "read-only":
    case "blocked":
    case "unsent":
      putRow(run, rollBack(run, row));
      haltRun(run, failure);
      return false;
  }
}

/** Times that a locked event is tried in one run; milliseconds before the others go on. */
const mostLocks = 4;
const lockWait = 1000;
/** Events in a row that stayed locked, after which none is waited for. */
const mostStayedLocked = 5;

/**
 * Slows down after a 423: some servers take one write at a time. Resolves to true when the event is to be tried again in
 * this run, after the others.
 */
export async function waitUnlocked(run: PushRun, row: LedgerRow): Promise<boolean> {
  slowDown(run);
  run.mostAtOnce = run.limit;
  const locks = (run.locks.get(row.uid) ?? 0) + 1;
  run.locks.set(row.uid, locks);
  if (run.stayedLocked >= mostStayedLocked) return false;
  if (locks >= mostLocks) {
    run.stayedLocked += 1;
    return false;
  }
  await run.deps.sleep(lockWait);
  return true;
}

/** Reads what made a precondition fail. When it was nothing, twice, the server means the event itself, which waits. */
async function readMoved(run: PushRun, row: LedgerRow, failure: Failure): Promise<boolean> {
  if (!(await readBack(run, row))) return false;
  const now = run.ledger.get(row.uid);
  if (failure.status === null || now === undefined || now.href !== row.href || now.etag !== row.etag) return true;
  if (neededWrite(now, run.target.state === "removing") === null) return true;
  if (!run.unmoved.has(row.uid)) {
    run.unmoved.add(row.uid);
    return true;
  }
  failRow(run, now, failureText(failure));
  return false;
}

/** Reads what came of a write whose outcome is unknown. One that was readably not done waits alone. */
async function settleUnknown(run: PushRun, row: LedgerRow, failure: Failure): Promise<boolean> {
  slowDown(run);
  if (!(await readBack(run, row))) return false;
  const now = run.ledger.get(row.uid);
  if (now === undefined || neededWrite(now, run.target.state === "removing") === null) return true;
  failRow(run, now, failureText(failure), Math.min(waitAfter(now.attempts + 1), longestUnknownWait));
  if (now.attempts === 0) run.unwritten += 1;
  if (run.unwritten >= mostUnwritten) haltRun(run, failure);
  return false;
}

/**
 * Reads what is at the event's href now. The ETag is read first: an older one makes the next write fail, a newer one would
 * let it overwrite a change that was not read. Some servers give a stale ETag with the body.
 */
async function readBack(run: PushRun, row: LedgerRow): Promise<boolean> {
  const looked = await run.port.look(objectHref(run, row));
  if ("failure" in looked) return leaveUnsettled(run, row, looked.failure);
  if (looked.value === null) return reconcileRow(run, row, null);
  const href = objectHref(run, row);
  const read = await run.port.read([href], new Map([[href, looked.value.etag]]));
  if ("failure" in read) return leaveUnsettled(run, row, read.failure);
  const object = read.value.get(href);
  if (object === undefined) {
    parkUnread(run, row);
    return false;
  }
  if (object === null) return reconcileRow(run, row, null);
  const etag = looked.value.etag ?? object.etag;
  if (etag === null && row.state !== "create") {
    failRow(run, row, "the server gives no ETag, so the event cannot be changed safely");
    return false;
  }
  return reconcileRow(run, row, { ...object, etag });
}

/** Reconciles the row with the object that was read; null: there is none. */
function reconcileRow(run: PushRun, row: LedgerRow, object: RemoteObject | null): boolean {
  run.unsure.delete(row.uid);
  applyReconciled(run, row, object === null ? null : classifyObject(run, row, object));
  return true;
}

/** Leaves the outcome open: the row keeps its intent, and its object is read before anything else is done to it. */
async function leaveUnsettled(run: PushRun, row: LedgerRow, failure: Failure): Promise<boolean> {
  if (failure.kind === "unsent") {
    haltRun(run, failure);
    return false;
  }
  if (failure.kind === "unknown" || failure.kind === "throttled") {
    countTrouble(run);
    if (failure.kind === "throttled" || run.troubles >= mostTroubles) haltRun(run, failure);
  } else if (mayConcernObject(failure)) {
    // One object that may not be read says nothing of the calendar, which is asked itself.
    const state = await run.port.state();
    if ("failure" in state) haltRun(run, state.failure);
  } else haltRun(run, failure);
  const attempts = row.attempts + 1;
  run.report.failed += 1;
  const nextAt = epochSeconds(run.deps) + waitAfter(attempts);
  putRow(run, { ...row, attempts, nextAt, failure: failureText(failure) });
  return false;
}

/** Returns true for a failure of a reading that may be of the object alone. */
function mayConcernObject({ kind }: Failure): boolean {
  return kind === "missing" || kind === "read-only" || kind === "refused" || kind === "locked";
}

/**
 * Finds the object that has the UID: ours is adopted, otherwise the event gets the next UID. A UID that was deleted may be
 * refused for ever, and so may those after it, of which a ledger that was lost knows nothing.
 */
async function findTakenUid(run: PushRun, row: LedgerRow, failure: Failure): Promise<boolean> {
  let { href } = failure;
  if (href === null) {
    const found = await run.port.findUid(rowUid(run, row));
    if ("failure" in found) return leaveUnsettled(run, row, found.failure);
    href = found.value;
  }
  if (href !== null && parentPath(href) === parentPath(run.target.calendarUrl)) {
    const read = await run.port.read([href]);
    if ("failure" in read) return leaveUnsettled(run, row, read.failure);
    const object = read.value.get(href) ?? null;
    if (object !== null && classifyObject(run, row, object).marked) return reconcileRow(run, row, object);
  }
  const text = failureText(failure);
  const first = run.burnt.get(row.uid);
  const further = first === undefined ? 0 : row.generation - first.generation;
  if (failure.kind !== "uid-taken" && first !== undefined && further > Math.min(first.attempts, mostFurther)) {
    // The next UIDs were refused as well, so that it is hardly for the UID; the next attempt goes one further.
    failRow(run, { ...row, generation: first.generation, attempts: first.attempts }, text);
    return false;
  }
  run.burnt.set(row.uid, first ?? row);
  const next = { href: "", etag: null, state: "new", pushedHash: "", generation: row.generation + 1 } as const;
  // Until it is written it has failed, also when the run ends before that.
  putRow(run, noteFailure(run, { ...revert(row), ...next }, text));
  return true;
}

/** Reads the state of the calendar after a response that may mean it is gone. */
async function checkCalendar(run: PushRun, row: LedgerRow, failure: Failure): Promise<boolean> {
  const state = await run.port.state();
  if ("failure" in state) {
    if (state.failure.kind === "unknown") return leaveUnsettled(run, row, state.failure);
    putRow(run, rollBack(run, row));
    haltRun(run, state.failure);
    return false;
  }
  // Some servers never take the UID of a deleted event again and say no more than 409.
  if (row.state === "create" && failure.status === 409) return findTakenUid(run, row, failure);
  if (row.state !== "create" && failure.status !== 403) return readMoved(run, row, failure);
  failRow(run, row, failureText(failure));
  if (failure.status === 403) run.denials += 1;
  if (run.denials >= mostDenials && !wroteLately(run)) haltRun(run, { ...failure, kind: "read-only" });
  return false;
}

/** Returns true when an event was written in this run, or in the last one that had something to write. */
function wroteLately({ report, target }: PushRun): boolean {
  const last = readLastReport(target);
  return [report, last].some((one) => one !== null && one.created + one.updated + one.deleted > 0);
}

/** Returns the row as it was before a request that was certainly not done. */
export function revert(row: LedgerRow): LedgerRow {
  return { ...row, state: row.href === "" ? "new" : "synced", intentHash: "" };
}

/** Returns the row after a refusal: as it was before, unless an earlier attempt may have been done, which is read first. */
export function rollBack(run: PushRun, row: LedgerRow): LedgerRow {
  return run.unsure.has(row.uid) ? row : revert(row);
}

/** Leaves an event whose object the server does not show as it is; it is read again after a wait. */
export function parkUnread(run: PushRun, row: LedgerRow): void {
  const attempts = row.attempts + 1;
  run.report.failed += 1;
  // Without an ETag it is read by the next comparison.
  const unread = { etag: null, attempts, nextAt: epochSeconds(run.deps) + waitAfter(attempts) };
  putRow(run, { ...row, ...unread, failure: "the server does not let the event be read" });
}

/** Notes the reason for which an event could not be written; it is tried again after `wait` seconds. */
export function failRow(run: PushRun, row: LedgerRow, text: string, wait: number = waitAfter(row.attempts + 1)): void {
  run.report.failed += 1;
  putRow(run, noteFailure(run, rollBack(run, row), text, wait));
}

function noteFailure(run: PushRun, row: LedgerRow, failure: string, wait = waitAfter(row.attempts + 1)): LedgerRow {
  return { ...row, attempts: row.attempts + 1, nextAt: epochSeconds(run.deps) + wait, failure };
}

function waitAfter(attempts: number): number {
  return waits[Math.min(attempts, waits.length) - 1] ?? waits[0];
}

const fullText = "the calendar is full";

/** Returns the failure that a row noted, for people. `full`: the calendar is full; `said`: the server's words, or "". */
export function describeFailure(noted: string): { readonly full: boolean; readonly said: string } {
  const full = noted.startsWith(fullText);
  return { full, said: !full && /^\d{3}\b/.test(noted) ? noted : "" };
}

/** Returns a failure as a row notes it: status, precondition, the server's words. */
function failureText({ status, precondition, text }: Failure): string {
  if (status === null) return text || "no answer";
  return [String(status), precondition, text].filter((part) => part !== "").join(" ");
}
