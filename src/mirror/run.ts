import { serverText } from "../caldav/failure.ts";
import type { Owner } from "./remote-object.ts";
import type { CalendarPort, Failure, ServerProfile } from "../caldav/port.ts";
import { AppError } from "../errors.ts";
import type { FeedRow } from "../store/feeds.ts";
import type { Lease } from "../store/leases.ts";
import { forgetLedger, type LedgerRow, writeLedger } from "../store/ledger.ts";
import { changeTarget, type TargetChange, type TargetRow } from "../store/targets.ts";
import type { MeteredDeps } from "./request-meter.ts";
import type { PushReport } from "./report.ts";
import { type Halt, makeHalt, outOfBudget } from "./halt.ts";

/** One run over one target: its inputs, its progress and its pace. */
export interface PushRun {
  readonly deps: MeteredDeps;
  readonly port: CalendarPort;
  readonly feed: FeedRow;
  readonly profile: ServerProfile;
  readonly owner: Owner;
  readonly lease: Lease;
  /** Epoch milliseconds after which nothing is begun. */
  readonly until: number;
  /** Nothing is written, neither to the calendar nor to the database. */
  readonly dry: boolean;
  readonly report: PushReport;
  /** The target as it was last saved. */
  target: TargetRow;

  /** Rows by UID. */
  readonly ledger: Map<string, LedgerRow>;
  /** UIDs whose rows differ from the database. */
  readonly unsaved: Set<string>;
  /** Settles with the last save: one is made after the other. */
  saving: Promise<void>;

  /** Most events are gone from the calendar at once. */
  loss: boolean;
  /** UIDs that were written and whose ETag is not known. */
  readonly unread: Set<string>;
  /** UIDs whose write was refused for now but may have been done nevertheless. */
  readonly unsure: Set<string>;
  /** SEQUENCEs of the objects that were read, by UID of the row. */
  readonly sequences: Map<string, number>;
  /** UIDs whose write was refused for its precondition though nothing had changed in the calendar. */
  readonly unmoved: Set<string>;
  /** Rows as they were before their next UID was tried, to come back to when that is refused as well. */
  readonly burnt: Map<string, LedgerRow>;
  /** Times that an event was met locked, by UID. */
  readonly locks: Map<string, number>;
  /** Events in a row that stayed locked. */
  stayedLocked: number;
  /** A write was done, or may have been. */
  wrote: boolean;
  /** The tags of the target were those of the calendar before the first write; null before that. */
  clean: boolean | null;
  /** The calendar takes nothing new (RFC 4331). */
  full: boolean;

  /** Concurrent requests; grows with good responses and halves with bad ones. */
  limit: number;
  /** The most that `limit` grows to. */
  mostAtOnce: number;
  /** Good responses since `limit` changed. */
  successes: number;
  /** Useless responses in a row. */
  troubles: number;
  /** Events in a row that failed for the first time and were readably not written. */
  unwritten: number;
  /** Refusals in a row without a reason. */
  denials: number;
  /** The reason for which nothing more is begun; null while the run goes on. */
  halt: Halt | null;
}

/** The most concurrent requests to any server. */
export const mostAtOnce = 6;
const successesToGrow = 50;

/** Takes or renews the lease of the target. Throws `conflict` when another run has it. */
export async function holdLease(run: PushRun): Promise<void> {
  if (!run.dry) await run.lease.hold();
}

/** Puts a row in the ledger; it is written with the next save. */
export function putRow(run: PushRun, row: LedgerRow): void {
  run.ledger.set(row.uid, row);
  run.unsaved.add(row.uid);
}

/** Takes a row out of the ledger; it is deleted with the next save. */
export function dropRow(run: PushRun, uid: string): void {
  run.ledger.delete(uid);
  run.unsaved.add(uid);
}

/**
 * Saves the changed rows of the ledger and columns of the target, all or nothing, one save after the other.
 * Throws `conflict`, with nothing written, when another run took the lease.
 */
export async function saveLedger(run: PushRun, change: TargetChange = {}): Promise<void> {
  const next = run.saving.then(async () => saveNow(run, change));
  run.saving = next.catch(() => undefined);
  await next;
}

async function saveNow(run: PushRun, change: TargetChange): Promise<void> {
  run.target = { ...run.target, ...change };
  if (run.dry) return;
  await holdLease(run);
  const rows: LedgerRow[] = [];
  const gone: string[] = [];
  for (const uid of run.unsaved) {
    const row = run.ledger.get(uid);
    if (row === undefined) gone.push(uid);
    else rows.push(row);
  }
  run.unsaved.clear();
  const own = changeTarget(run.target.id, change, run.lease);
  const sure = [...writeLedger(run.target.id, run.lease, rows), ...(own === null ? [] : [own])];
  const statements = gone.length === 0 ? sure : [...sure, forgetLedger(run.target.id, run.lease, gone)];
  if (statements.length === 0) return;
  const changed = await run.deps.sql.batch(statements);
  if (changed.slice(0, sure.length).includes(0)) {
    throw new AppError("conflict", "another run has taken this target over");
  }
}

/** Returns the requests that the run may still send. */
export function requestsLeft({ deps }: PushRun): number {
  return deps.meter.most - deps.meter.sent;
}

/** Counts a good response; enough of them allow one more concurrent request. */
export function countSuccess(run: PushRun): void {
  run.troubles = 0;
  run.denials = 0;
  run.unwritten = 0;
  run.stayedLocked = 0;
  run.successes += 1;
  if (run.successes < successesToGrow || run.limit >= run.mostAtOnce) return;
  run.successes = 0;
  run.limit += 1;
}

/** Counts a useless or throttling response. */
export function countTrouble(run: PushRun): void {
  run.troubles += 1;
  slowDown(run);
}

/** Halves the concurrent requests. */
export function slowDown(run: PushRun): void {
  run.successes = 0;
  run.limit = Math.max(1, Math.floor(run.limit / 2));
}

/** Ends the run for a failure that concerns more than one event. The first reason stays. */
export function haltRun(run: PushRun, failure: Failure): void {
  if (run.halt !== null) return;
  run.halt = makeHalt(failure, run.target.host);
  if (run.halt === outOfBudget) return;
  run.report.cause = failure.kind;
  run.report.said = serverText(failure);
}
