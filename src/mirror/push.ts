import { type BackOff, pauseAfter } from "../backoff.ts";
import type { Owner } from "./remote-object.ts";
import { planWrites, type PlanRules } from "./plan-writes.ts";
import type { CalendarPort, ServerProfile } from "../caldav/port.ts";
import { isUnsettled } from "../store/ledger-row.ts";
import { windowOf } from "../calendar/window.ts";
import type { Deps } from "../deps.ts";
import { hex } from "../security/hash.ts";
import type { FeedRow } from "../store/feeds.ts";
import { makeLease } from "../store/leases.ts";
import { listLedger } from "../store/ledger.ts";
import { readMeta, settleMeta } from "../store/meta.ts";
import {
  countRefused,
  findTarget,
  restHost,
  stopTargets,
  type TargetChange,
  type TargetRow,
} from "../store/targets.ts";
import { forgetTarget } from "./forget.ts";
import { checkSeconds, pull, isPullDue, tagGrainSeconds } from "./pull.ts";
import { noteWanted } from "./note-wanted.ts";
import {
  dropRow,
  type Halt,
  holdLease,
  putRow,
  type PushReport,
  type PushRun,
  encodeReport,
  saveLedger,
} from "./run.ts";
import type { MeteredDeps } from "./request-meter.ts";
import { executeWrites } from "./write.ts";
import { epochSeconds } from "../clock.ts";

export type { PushReport } from "./run.ts";

export interface PushOptions {
  /** Only tell what would be done; the calendar is read and nothing is written. */
  readonly dryRun?: boolean;
  /** Deletions that are held for their number are done. */
  readonly allowRemovals?: boolean;
  /** Ask the calendar whether it is due or not, and do not wait after failures. */
  readonly now?: boolean;
  /** Epoch milliseconds after which nothing more is begun. */
  readonly until?: number;
}

/** Whether anything about a target may be to do: its feed has changed, or its time has come. */
export function isTargetDue(deps: Pick<Deps, "now">, target: TargetRow, feed: FeedRow | undefined): boolean {
  const nowAt = epochSeconds(deps);
  if (target.state === "removing") return target.dueAt <= nowAt;
  if (target.state !== "on" || feed === undefined || !isReady(feed)) return false;
  return target.dueAt <= nowAt || (target.failures === 0 && feed.rev !== target.feedRev);
}

/** Before its first load is done, or while it is hidden, a feed tells nothing to a calendar. */
function isReady({ state }: FeedRow): boolean {
  return state === "active" || state === "suspended";
}

/**
 * Makes the calendar of a target what its feed is, as far as the meter and the budget let it; what is left is a smaller
 * difference for the next run. Only objects of this target are written or deleted, each under a condition. What the calendar answers
 * ends in the report and on the target, never in an exception. Throws `conflict` when another run is at this target,
 * `store_failed`.
 */
export async function push(
  deps: MeteredDeps,
  target: TargetRow,
  feed: FeedRow,
  port: CalendarPort,
  options: PushOptions = {},
): Promise<PushReport> {
  const run = await beginRun(deps, target, feed, port, options);
  const { report } = run;
  try {
    // Read before the lease was taken, it may have been another run's since.
    run.target = (await findTarget(deps.sql, target.id)) ?? target;
    if (run.target.state !== target.state) return report;
    for (const row of await listLedger(deps.sql, target.id)) run.ledger.set(row.uid, row);
    const removing = target.state === "removing";
    const noted = removing ? wantNothing(run) : isReady(feed) && (await noteWanted(run));
    const asked = removing || options.now === true;
    if (asked || isPullDue(run) || [...run.ledger.values()].some(isUnsettled)) await pull(run, asked);
    if (run.halt === null && (removing || isReady(feed))) await writeWanted(run, options);
    await finishRun(run, noted);
  } finally {
    await run.saving;
    await run.lease.release();
  }
  return report;
}

async function beginRun(
  deps: MeteredDeps,
  target: TargetRow,
  feed: FeedRow,
  port: CalendarPort,
  options: PushOptions,
): Promise<PushRun> {
  const profile: ServerProfile = JSON.parse(target.profile);
  const installation = await ensureInstallation(deps);
  const owner: Owner = { installation, targetId: target.id };
  const { id, name } = target;
  const counts = { created: 0, updated: 0, deleted: 0, adopted: 0, restored: 0, conflict: 0, failed: 0, requests: 0 };
  const report: PushReport = {
    id,
    name,
    ...counts,
    held: "",
    failure: "",
    cause: "",
    said: "",
    complete: false,
    planned: [],
  };
  const run: PushRun = {
    deps,
    port,
    feed,
    profile,
    owner,
    lease: makeLease(deps, "target", id),
    dry: options.dryRun === true,
    report,
    ledger: new Map(),
    unsaved: new Set(),
    unread: new Set(),
    unsure: new Set(),
    target,
    saving: Promise.resolve(),
    limit: Math.max(1, profile.concurrency),
    clean: 0,
    trouble: 0,
    denied: 0,
    until: options.until ?? Number.POSITIVE_INFINITY,
    full: false,
    wrote: false,
    halt: null,
  };
  await holdLease(run);
  return run;
}

const installationKey = "installation";

/** What this installation's objects are marked with: a random name, made on first use. */
export async function ensureInstallation(deps: Pick<Deps, "sql" | "random">): Promise<string> {
  const known = await readMeta(deps.sql, installationKey);
  return known ?? settleMeta(deps.sql, installationKey, hex(deps.random(8)));
}

/** An event that the calendar does not let go after so many tries stays there. */
const mostAttempts = 4;

/** Everything is to go. */
function wantNothing(run: PushRun): boolean {
  for (const row of run.ledger.values()) {
    if (row.wantedHash !== "") putRow(run, { ...row, wantedHash: "", attempts: 0, nextAt: 0 });
    else if (row.attempts >= mostAttempts) {
      run.deps.log.warn("event_stays", { target: run.target.id, uid: row.uid, failure: row.failure });
      dropRow(run, row.uid);
    }
  }
  return true;
}

async function writeWanted(run: PushRun, options: PushOptions): Promise<void> {
  const plan = planWrites(run.ledger.values(), planRules(run, options));
  for (const row of plan.retired) putRow(run, { ...row, state: "retired" });
  for (const row of plan.forgotten) dropRow(run, row.uid);
  run.report.held = plan.held;
  if (run.dry) {
    run.report.planned = plan.actions;
    return;
  }
  if (plan.actions.length > 0) await executeWrites(run, plan.actions);
}

function planRules(run: PushRun, { allowRemovals = false }: PushOptions): PlanRules {
  const { feed, target } = run;
  // The rows were made for the window of that day, which moves before they do.
  const window = windowOf(feed.profile, feed.windowAt);
  const deletions = feed.state === "suspended" ? "hold" : allowRemovals ? "allow" : "guard";
  return { nowAt: epochSeconds(run.deps), window, deletions, removing: target.state === "removing" };
}

/** Notes on the target how it went and when it is due again. */
async function finishRun(run: PushRun, noted: boolean): Promise<void> {
  const { report, target, halt } = run;
  const nowAt = epochSeconds(run.deps);
  const left = planWrites(run.ledger.values(), planRules(run, {}));
  report.requests = run.deps.meter.sent;
  report.complete = noted && halt === null && left.actions.length === 0;
  report.failure = halt?.reason ?? "";
  if (run.dry) return;
  const own: TargetChange = {
    held: report.held,
    restores: target.restores + report.restored,
    ...(run.wrote && { dirty: true, writtenAt: nowAt }),
    ...(isNews(report) && { report: encodeReport(report, nowAt) }),
  };
  if (halt !== null && "stop" in halt) return stopTarget(run, halt, own);
  if (halt !== null && halt.reason !== "") {
    const failures = target.failures + 1;
    const pause = Math.ceil(pauseAfter(failures, pauses, run.deps.random));
    const failing = { failures, failure: halt.reason, failingSinceAt: target.failingSinceAt ?? nowAt };
    return saveLedger(run, { ...own, ...failing, dueAt: nowAt + Math.max(halt.wait ?? 0, pause) });
  }
  const well = { failures: 0, failure: "", failingSinceAt: null };
  if (report.complete && target.state === "removing" && run.ledger.size === 0) {
    await forgetTarget(run.deps, target);
    run.deps.log.info("target_removed", { target: target.id });
    return;
  }
  const dueAt = nextDueAt(run, report.complete && noted, own.writtenAt ?? target.writtenAt);
  await saveLedger(run, { ...own, ...well, dueAt, ...(report.complete && { mirroredAt: nowAt }) });
}

/** A run that finds nothing to do leaves the report of the one before. */
function isNews({ created, updated, deleted, restored, conflict, failed, failure, held }: PushReport): boolean {
  return created + updated + deleted + restored + conflict + failed > 0 || failure !== "" || held !== "";
}

function nextDueAt(run: PushRun, complete: boolean, writtenAt: number): number {
  const nowAt = epochSeconds(run.deps);
  if (!complete) return nowAt;
  const dirty = run.wrote || run.target.dirty;
  let dueAt = dirty ? writtenAt + tagGrainSeconds : nowAt + checkSeconds;
  for (const row of run.ledger.values()) {
    if (row.nextAt > nowAt && row.nextAt < dueAt) dueAt = row.nextAt;
  }
  return dueAt;
}

/** Seconds between runs that fail. */
const pauses: BackOff = { first: 6, most: 1350 };

/** So many accounts of one host refused within an hour: the server, not the passwords, may be at fault. */
const refusedAccounts = 3;
const hostRest = 900;

async function stopTarget(run: PushRun, halt: Extract<Halt, { stop: string }>, own: TargetChange): Promise<void> {
  const { deps, target } = run;
  const nowAt = epochSeconds(deps);
  if (target.state === "removing" && halt.stop === "gone") {
    await forgetTarget(deps, target);
    return;
  }
  const stopped = { state: "stopped", stopCode: halt.stop, stopReason: halt.reason, stoppedAt: nowAt } as const;
  await saveLedger(run, { ...own, ...stopped, failure: halt.reason });
  deps.log.error("target_stopped", { target: target.id, code: halt.stop, reason: halt.reason });
  if (halt.stop !== "credentials") return;
  await deps.sql.batch([stopTargets({ account: target.account }, halt.stop, halt.reason, nowAt)]);
  if ((await countRefused(deps.sql, target.host, nowAt - 3600)) >= refusedAccounts) {
    await deps.sql.batch([restHost(target.host, nowAt + hostRest)]);
    deps.log.error("host_rests", { host: target.host, seconds: hostRest });
  }
}
