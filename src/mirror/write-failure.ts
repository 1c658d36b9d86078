import type { LedgerRow } from "../store/ledger-row.ts";
import { parentPath } from "../caldav/hrefs.ts";
import type { Failure, RemoteObject } from "../caldav/port.ts";
import { applyReconciled, objectHref, classifyObject, rowUid } from "./read-remote.ts";
import { haltRun, putRow, countTrouble, type PushRun } from "./run.ts";
import { epochSeconds } from "../clock.ts";

/** Answers without use in a row after which the server is left alone. */
const mostTrouble = 5;
/** Events refused in a row without a reason: then it is the calendar that may not be written to. */
const mostDenied = 3;
/** What the server asks for is waited for at once only when it is so short. */
const shortWait = 5;
/** Seconds until an event that could not be written is tried again. */
const waits = [60, 300, 1800, 21_600] as const;
/** For what will hardly be taken the next time. */
export const longestWait = 21_600;
const fullWait = 1800;

/** Deals with a failure of one request. True: the event's row tells what comes next; false: no more of it in this run. */
export async function handleFailure(run: PushRun, row: LedgerRow, failure: Failure): Promise<boolean> {
  switch (failure.kind) {
    case "exists":
    case "changed":
      run.report.conflict += 1;
      return readBack(run, row);
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
      if ((failure.retryAfter ?? shortWait + 1) > shortWait || run.trouble >= mostTrouble) {
        haltRun(run, failure);
        return false;
      }
      await run.deps.sleep((failure.retryAfter ?? 0) * 1000);
      // Were it done after all, the condition of the next try says so, unless that is refused for another reason.
      run.unsure.add(row.uid);
      putRow(run, revert(row));
      return true;
    case "unknown":
      countTrouble(run);
      if (run.trouble >= mostTrouble) haltRun(run, failure);
      return run.halt === null && (await readBack(run, row));
    case "unauthorized":
    case "read-only":
    case "blocked":
    case "unsent":
      putRow(run, rollBack(run, row));
      haltRun(run, failure);
      return false;
  }
}

/**
 * What is at the event's href now. The ETag is asked for first: an older one makes the next write fail, a newer one
 * would let it overwrite what was not seen. Some servers tell a stale ETag with the body.
 */
async function readBack(run: PushRun, row: LedgerRow): Promise<boolean> {
  const looked = await run.port.look(objectHref(run, row));
  if ("failure" in looked) return leaveUnsettled(run, row, looked.failure);
  if (looked.value === null) return reconcileRow(run, row, null);
  const read = await run.port.read([objectHref(run, row)]);
  if ("failure" in read) return leaveUnsettled(run, row, read.failure);
  const object = read.value.get(objectHref(run, row)) ?? null;
  if (object === null) return reconcileRow(run, row, null);
  const etag = looked.value.etag ?? object.etag;
  if (etag === null && row.state !== "create") {
    failRow(run, row, "the server gives no ETag, so the event cannot be changed safely");
    return false;
  }
  return reconcileRow(run, row, { ...object, etag });
}

function reconcileRow(run: PushRun, row: LedgerRow, object: RemoteObject | null): boolean {
  run.unsure.delete(row.uid);
  applyReconciled(run, row, object === null ? null : classifyObject(run, row, object));
  return true;
}

/** The outcome stays unknown: the row keeps its intent and is read before anything else is done to it. */
function leaveUnsettled(run: PushRun, row: LedgerRow, failure: Failure): boolean {
  if (failure.kind === "unsent") {
    haltRun(run, failure);
    return false;
  }
  if (failure.kind === "unknown" || failure.kind === "throttled") {
    countTrouble(run);
    if (failure.kind === "throttled" || run.trouble >= mostTrouble) haltRun(run, failure);
  } else haltRun(run, failure);
  const attempts = row.attempts + 1;
  run.report.failed += 1;
  const nextAt = epochSeconds(run.deps) + waitAfter(attempts);
  putRow(run, { ...row, attempts, nextAt, failure: failureText(failure) });
  return false;
}

/** The UID is elsewhere: where that is ours it is taken up, else the event goes under the next one. */
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
  const { generation } = row;
  putRow(run, { ...revert(row), href: "", etag: null, state: "new", pushedHash: "", generation: generation + 1 });
  return true;
}

/** An answer that may mean that the calendar is gone. */
async function checkCalendar(run: PushRun, row: LedgerRow, failure: Failure): Promise<boolean> {
  const state = await run.port.state();
  if ("failure" in state) {
    if (state.failure.kind === "unknown") return leaveUnsettled(run, row, state.failure);
    putRow(run, rollBack(run, row));
    haltRun(run, state.failure);
    return false;
  }
  if (row.state !== "create" && failure.status !== 403) return readBack(run, row);
  failRow(run, row, failureText(failure));
  if (failure.status === 403) run.denied += 1;
  if (run.denied >= mostDenied) haltRun(run, { ...failure, kind: "read-only" });
  return false;
}

/** The row as it was before a request that was refused for sure. */
export function revert(row: LedgerRow): LedgerRow {
  return { ...row, state: row.href === "" ? "new" : "synced", intentHash: "", intentAt: null };
}

/** The row after a refusal: as it was before, unless an earlier try may have been done, which then is read first. */
export function rollBack(run: PushRun, row: LedgerRow): LedgerRow {
  return run.unsure.has(row.uid) ? row : revert(row);
}

export function failRow(run: PushRun, row: LedgerRow, text: string, wait: number = waitAfter(row.attempts + 1)): void {
  run.report.failed += 1;
  putRow(run, {
    ...rollBack(run, row),
    attempts: row.attempts + 1,
    nextAt: epochSeconds(run.deps) + wait,
    failure: text,
  });
}

function waitAfter(attempts: number): number {
  return waits[Math.min(attempts, waits.length) - 1] ?? waits[0];
}

const fullText = "the calendar is full";

/** What an event's failure, as its row notes it, tells people: whether the calendar is full, and what the server itself said; "" for nothing. */
export function describeFailure(noted: string): { readonly full: boolean; readonly said: string } {
  const full = noted.startsWith(fullText);
  return { full, said: !full && /^\d{3}\b/.test(noted) ? noted : "" };
}

function failureText({ status, precondition, text }: Failure): string {
  return [String(status ?? "no answer"), precondition, text].filter((part) => part !== "").join(" ");
}
