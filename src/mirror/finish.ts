import { removeLeftovers } from "../caldav/probe.ts";
import { type BackOff, pauseAfter } from "../lib/backoff.ts";
import { epochSeconds } from "../lib/clock.ts";
import { countRefused, restHost, stopTargets, type TargetChange } from "../store/targets.ts";
import { forgetTarget } from "./connect/forget.ts";
import type { Halt } from "./halt.ts";
import { checkSeconds } from "./pull.ts";
import { neededWrite } from "./plan-writes.ts";
import { isUnsettled, type LedgerRow } from "../store/ledger.ts";
import { encodeReport, type PushReport } from "./report.ts";
import { type PushRun, saveLedger } from "./run.ts";

/**
 * Notes the outcome and the next due time on the target; stops it, or forgets it when all its events are removed.
 * `written`: nothing is left to write.
 */
export async function finishRun(run: PushRun, written: boolean): Promise<void> {
  const { report, target, halt } = run;
  const nowAt = epochSeconds(run.deps);
  report.requests = run.deps.meter.sent;
  report.complete = written && halt === null;
  report.waiting = countWaiting(run);
  report.lost = [...run.ledger.values()].filter(({ lost }) => lost).length;
  report.failure = halt?.reason ?? "";
  if (run.dry) return;
  const own: TargetChange = {
    held: report.held,
    lost: report.lost,
    restores: target.restores + report.restored,
    ...(run.wrote ? { dirty: true, writtenAt: nowAt } : run.clean === true && { dirty: false }),
    ...(isNews(report) && { report: encodeReport(report, nowAt) }),
  };
  if (halt !== null && "stop" in halt) {
    // Whoever removes it wants no right to write, but the events gone.
    const left = target.state === "removing" && halt.stop === "read-only" ? leftoverHalt(run) : halt;
    return stopTarget(run, left, own);
  }
  if (halt !== null && halt.reason !== "") {
    const failures = target.failures + 1;
    const pause = Math.ceil(pauseAfter(failures, pauses, run.deps.random));
    const failing = { failures, failure: halt.reason, failingSinceAt: target.failingSinceAt ?? nowAt };
    return saveLedger(run, { ...own, ...failing, dueAt: nowAt + Math.max(halt.wait ?? 0, pause) });
  }
  const well = { failures: 0, failure: "", failingSinceAt: null };
  if (report.complete && target.state === "removing" && run.ledger.size === 0) {
    await removeLeftovers(run.port, nowAt);
    await forgetTarget(run.deps, target);
    run.deps.log.info("target_removed", { target: target.id });
    return;
  }
  const left = target.state === "removing" ? leftEvents(run) : null;
  if (left !== null) return stopTarget(run, left, own);
  const dueAt = nextDueAt(run);
  await saveLedger(run, { ...own, ...well, dueAt, ...(report.complete && { mirroredAt: nowAt }) });
}

/** Returns the number of events that are to be written or read, and wait. */
function countWaiting({ ledger, target, deps }: PushRun): number {
  const nowAt = epochSeconds(deps);
  const removing = target.state === "removing";
  const waits = (row: LedgerRow) => row.nextAt > nowAt && (isUnsettled(row) || neededWrite(row, removing) !== null);
  return [...ledger.values()].filter(waits).length;
}

/** Attempts to delete an event, after which a person must act. */
const mostAttempts = 4;

/** Returns the reason to stop a removal that only has events left which the server does not delete; null to go on. */
function leftEvents(run: PushRun): Extract<Halt, { stop: string }> | null {
  const rows = [...run.ledger.values()];
  const gaveUp = rows.length > 0 && rows.every(({ attempts }) => attempts >= mostAttempts);
  return run.report.complete && gaveUp ? leftoverHalt(run) : null;
}

function leftoverHalt({ ledger }: PushRun): Extract<Halt, { stop: string }> {
  const rows = [...ledger.values()];
  const said = rows.find(({ failure }) => failure !== "")?.failure ?? "";
  const reason = `${rows.length} of its events could not be deleted and are still in the calendar (${said}). Remove them again with \`targets remove --events remove\`, or leave them with \`--events leave\`.`;
  return { stop: "leftover", reason };
}

/** Returns true when a report has news; a run without news keeps the report before it. */
function isNews({ created, updated, deleted, restored, conflict, failed, failure, held }: PushReport): boolean {
  return created + updated + deleted + restored + conflict + failed > 0 || failure !== "" || held !== "";
}

/**
 * Returns the time at which the target is due again, epoch seconds. What others did after our writes is asked with the next
 * check, whose answer names our writes too.
 */
function nextDueAt(run: PushRun): number {
  const nowAt = epochSeconds(run.deps);
  if (!run.report.complete) return nowAt;
  let dueAt = Math.min(run.target.checkedAt, nowAt) + checkSeconds;
  for (const row of run.ledger.values()) {
    if (row.nextAt > nowAt && row.nextAt < dueAt) dueAt = row.nextAt;
  }
  return dueAt;
}

/** Seconds between runs that fail. */
const pauses: BackOff = { first: 6, most: 1350 };

/** Accounts of a host refused within an hour for which the server, not their passwords, may be at fault. */
const refusedAccounts = 3;
const hostRestSeconds = 900;

/** Stops the target, and every other of the account when its credentials are refused. */
async function stopTarget(run: PushRun, halt: Extract<Halt, { stop: string }>, own: TargetChange): Promise<void> {
  const { deps, target } = run;
  const nowAt = epochSeconds(deps);
  if (target.state === "removing" && halt.stop === "gone") {
    await forgetTarget(deps, target);
    return;
  }
  const stopped = { state: "stopped", stopCode: halt.stop, stopReason: halt.reason, stoppedAt: nowAt } as const;
  // Resumed, it notes its feed anew.
  const anew = target.state === "removing" ? { feedRev: -1 } : {};
  await saveLedger(run, { ...own, ...stopped, ...anew, failure: halt.reason });
  deps.log.error("target_stopped", { target: target.id, code: halt.stop, reason: halt.reason });
  if (halt.stop !== "credentials") return;
  await deps.sql.batch([stopTargets({ account: target.account }, halt.stop, halt.reason, nowAt)]);
  if ((await countRefused(deps.sql, target.host, nowAt - 3600)) >= refusedAccounts) {
    await deps.sql.batch([restHost(target.host, nowAt + hostRestSeconds)]);
    deps.log.error("host_rests", { host: target.host, seconds: hostRestSeconds });
  }
}
