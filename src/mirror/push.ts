import { longestWaitSeconds } from "../caldav/failure.ts";
import { windowOf } from "../calendar/window.ts";
import type { CalendarPort, ServerProfile } from "../caldav/port.ts";
import { epochSeconds, isDue } from "../lib/clock.ts";
import type { Deps } from "../deps.ts";
import type { FeedRow } from "../store/feeds.ts";
import { makeLease } from "../store/leases.ts";
import { listLedger, isUnsettled } from "../store/ledger.ts";
import { findTarget, type TargetRow } from "../store/targets.ts";
import { finishRun } from "./finish.ts";
import { ensureInstallation } from "./installation.ts";
import { noteWanted } from "./note-wanted.ts";
import { type PlanRules, planWrites } from "./plan-writes.ts";
import { checkSeconds, isPullDue, pull } from "./pull.ts";
import type { PushReport } from "./report.ts";
import type { MeteredDeps } from "./request-meter.ts";
import { dropRow, holdLease, mostAtOnce, type PushRun, putRow } from "./run.ts";
import { executeWrites } from "./write.ts";

export interface PushOptions {
  /** True to report only: the calendar is read and nothing is written. */
  readonly dryRun?: boolean;
  /** True to make the deletions that are held because there are so many. */
  readonly allowRemovals?: boolean;
  /** True to read the calendar before it is due, and not to wait after failures. */
  readonly now?: boolean;
  /** True to list the calendar wholly, whatever its tags say. */
  readonly whole?: boolean;
  /** Epoch milliseconds after which nothing more is begun. */
  readonly until?: number;
}

/** Returns true when a target may need a run: its feed has changed, or its time has come. */
export function isTargetDue(deps: Pick<Deps, "now">, target: TargetRow, feed: FeedRow | undefined): boolean {
  const nowAt = epochSeconds(deps);
  const due = isDue(target.dueAt, target.failures === 0 ? checkSeconds : longestWaitSeconds, nowAt);
  if (target.state === "removing") return due;
  if (target.state !== "on" || feed === undefined || !isReady(feed)) return false;
  return due || (target.failures === 0 && feed.rev !== target.feedRev);
}

/** Returns false while a feed may not be mirrored: before its first load, while it is hidden, after its end. */
function isReady({ state }: FeedRow): boolean {
  return state === "active" || state === "suspended";
}

/**
 * Brings the calendar of a target up to its feed, as far as the meter and the budget allow; the rest is a smaller
 * difference for the next run. Writes and deletes only objects of this target, each with a precondition. Failures of the
 * server go into the report and onto the target and are never thrown. Throws `conflict` when another run has this target,
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
    // Another run may have changed it before the lease was taken.
    run.target = (await findTarget(deps.sql, target.id)) ?? target;
    if (run.target.state !== target.state) return report;
    for (const row of await listLedger(deps.sql, target.id)) {
      run.ledger.set(row.uid, options.now === true ? { ...row, nextAt: 0 } : row);
    }
    const removing = target.state === "removing";
    if (removing) wantNothing(run);
    const noted = removing || (isReady(feed) && (await noteWanted(run)));
    const asked = removing || options.now === true;
    if (asked || options.whole === true || isPullDue(run) || [...run.ledger.values()].some(isUnsettled))
      await pull(run, asked, options.whole);
    if (run.halt === null && (removing || isReady(feed))) await writeWanted(run, options);
    await finishRun(run, noted && planWrites(run.ledger.values(), planRules(run, {})).actions.length === 0);
  } finally {
    run.deps.meter.beforeSend = null;
    await run.saving;
    await run.lease.release();
  }
  return report;
}

/** Seconds after which a target is free again whose run was killed: longer than one request takes. */
const leaseSeconds = 60;

/** Starts a run and takes the lease of the target. */
async function beginRun(
  deps: MeteredDeps,
  target: TargetRow,
  feed: FeedRow,
  port: CalendarPort,
  options: PushOptions,
): Promise<PushRun> {
  const profile: ServerProfile = JSON.parse(target.profile);
  const installation = await ensureInstallation(deps);
  const owner = { installation, targetId: target.id };
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
    waiting: 0,
    lost: 0,
    complete: false,
    planned: [],
  };
  const run: PushRun = {
    deps,
    port,
    feed,
    profile,
    owner,
    lease: makeLease(deps, "target", id, leaseSeconds),
    dry: options.dryRun === true,
    report,
    ledger: new Map(),
    unsaved: new Set(),
    loss: false,
    unread: new Set(),
    unsure: new Set(),
    sequences: new Map(),
    unmoved: new Set(),
    burnt: new Map(),
    locks: new Map(),
    stayedLocked: 0,
    target,
    saving: Promise.resolve(),
    limit: Math.max(1, profile.concurrency),
    mostAtOnce,
    successes: 0,
    troubles: 0,
    denials: 0,
    unwritten: 0,
    until: options.until ?? Number.POSITIVE_INFINITY,
    full: false,
    wrote: false,
    clean: null,
    halt: null,
  };
  await holdLease(run);
  deps.meter.beforeSend = async () => holdLease(run);
  return run;
}

/** Notes in the ledger that the calendar should have none of our events; a target that is resumed takes note of them anew. */
function wantNothing(run: PushRun): void {
  for (const row of run.ledger.values()) {
    const eventRev = Math.min(row.eventRev, 0);
    if (row.wantedHash !== "") putRow(run, { ...row, wantedHash: "", eventRev, attempts: 0, nextAt: 0 });
  }
}

/** Writes the events that the ledger wants and the calendar lacks; a dry run only reports them. */
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
  // The window of the day for which the events were rendered: today's may already be another.
  const window = windowOf(feed.profile, feed.windowAt);
  // What Waldur no longer shows to the feed's account must leave; what it only does not answer for stays.
  const lost = feed.state === "suspended" && feed.notice.endsWith("-cleared");
  const deletions = lost || allowRemovals ? "allow" : feed.state === "suspended" ? "hold" : "guard";
  return { nowAt: epochSeconds(run.deps), window, deletions, removing: target.state === "removing" };
}
