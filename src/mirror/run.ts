import type { LedgerRow } from "../store/ledger-row.ts";
import { serverText } from "../caldav/failure.ts";
import { googleHost } from "../caldav/auth/google.ts";
import type { Owner } from "./remote-object.ts";
import type { PlannedWrite } from "./plan-writes.ts";
import type { CalendarPort, Failure, FailureKind, ServerProfile } from "../caldav/port.ts";
import { AppError } from "../errors.ts";
import type { FeedRow } from "../store/feeds.ts";
import type { Lease } from "../store/leases.ts";
import { forgetLedger, writeLedger } from "../store/ledger.ts";
import { changeTarget, type StopCode, type TargetChange, type TargetRow } from "../store/targets.ts";
import type { MeteredDeps } from "./request-meter.ts";

/** What one run did to one target. */
export interface PushReport {
  readonly id: string;
  readonly name: string;
  created: number;
  updated: number;
  deleted: number;
  /** Writes of a run that was cut, found done. */
  adopted: number;
  /** Events put back after somebody changed or deleted them in the calendar. */
  restored: number;
  /** Writes the calendar refused because something else was there. */
  conflict: number;
  /** Events that could not be written; each is tried again by itself. */
  failed: number;
  requests: number;
  /** Deletions held because they are so many; "" for none. */
  held: string;
  /** Why the run ended early; "" when it did not. */
  failure: string;
  /** What kind of answer ended it; "" for none. */
  cause: FailureKind | "";
  /** What the server itself said then; "" when it said nothing. */
  said: string;
  /** Whether nothing that may be done now is left. */
  complete: boolean;
  /** What a dry run would do. */
  planned: readonly PlannedWrite[];
}

/** What is kept of the last run that did something. */
export type LastReport = Omit<PushReport, "id" | "name" | "planned"> & {
  /** Epoch seconds. */
  readonly endedAt: number;
};

/** The text that a target keeps of a run. */
export function encodeReport(
  { id: _id, name: _name, planned: _planned, ...rest }: PushReport,
  endedAt: number,
): string {
  const kept: LastReport = { ...rest, endedAt };
  return JSON.stringify(kept);
}

/** The last run that did something, as a target keeps it; null before the first. */
export function readLastReport({ report }: Pick<TargetRow, "report">): LastReport | null {
  if (report === "") return null;
  const kept: LastReport = { cause: "", said: "", ...JSON.parse(report) };
  return kept;
}

/** Why a run goes no further. `stop`: somebody must act first; else seconds to wait, null for what the back-off says. */
export type Halt =
  | { readonly stop: Exclude<StopCode, "">; readonly reason: string }
  | { readonly wait: number | null; readonly reason: string };

/** Ends a run that did what it might: nothing failed, and the next one goes on at once. */
export const outOfBudget: Halt = { wait: 0, reason: "" };

/** One run over one target. */
export interface PushRun {
  readonly deps: MeteredDeps;
  readonly port: CalendarPort;
  readonly feed: FeedRow;
  readonly profile: ServerProfile;
  readonly owner: Owner;
  readonly lease: Lease;
  /** Nothing is written, neither here nor there. */
  readonly dry: boolean;
  readonly report: PushReport;
  readonly ledger: Map<string, LedgerRow>;
  /** UIDs whose rows are not saved as they are. */
  readonly unsaved: Set<string>;
  /** UIDs written without being told the ETag. */
  readonly unread: Set<string>;
  /** UIDs whose write was refused for now and may have been done after all: what is there is not known. */
  readonly unsure: Set<string>;
  target: TargetRow;
  saving: Promise<void>;
  /** Requests at once, and clean answers since that changed. */
  limit: number;
  clean: number;
  /** Answers in a row that tell nothing. */
  trouble: number;
  /** Refusals in a row that give no reason. */
  denied: number;
  /** Epoch milliseconds after which nothing is begun. */
  readonly until: number;
  /** The calendar takes nothing new. */
  full: boolean;
  wrote: boolean;
  halt: Halt | null;
}

const mostAtOnce = 6;
const cleanToGrow = 50;

/** Takes the target's lease, or makes it longer when a third of it is over. Throws `conflict` when another run has it. */
export async function holdLease(run: PushRun): Promise<void> {
  if (!run.dry) await run.lease.hold();
}

/** Puts a row in the ledger; it is written with the next save. */
export function putRow(run: PushRun, row: LedgerRow): void {
  run.ledger.set(row.uid, row);
  run.unsaved.add(row.uid);
}

/** Takes a row out of the ledger. */
export function dropRow(run: PushRun, uid: string): void {
  run.ledger.delete(uid);
  run.unsaved.add(uid);
}

/**
 * Writes what has changed in the ledger, and columns of the target, all or nothing and one save after the other.
 * Throws `conflict` when another run took the lease: then nothing of it was written.
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

/** Requests that the run may still send. */
export function requestsLeft({ deps }: PushRun): number {
  return deps.meter.most - deps.meter.sent;
}

/** An answer that was as it should be. */
export function countSuccess(run: PushRun): void {
  run.trouble = 0;
  run.denied = 0;
  run.clean += 1;
  if (run.clean < cleanToGrow || run.limit >= mostAtOnce) return;
  run.clean = 0;
  run.limit += 1;
}

/** An answer that tells the server has enough, or nothing. */
export function countTrouble(run: PushRun): void {
  run.clean = 0;
  run.trouble += 1;
  run.limit = Math.max(1, Math.floor(run.limit / 2));
}

/** Ends the run for a failure that concerns more than one event. The first reason stays. */
export function haltRun(run: PushRun, failure: Failure): void {
  if (run.halt !== null) return;
  if (failure.kind === "unsent") {
    run.halt = outOfBudget;
    return;
  }
  run.halt = haltOf(failure, run.target.host);
  run.report.cause = failure.kind;
  run.report.said = serverText(failure);
}

function haltOf(failure: Failure, host: string): Halt {
  const said = serverText(failure) || `no answer${failure.text === "" ? "" : `: ${failure.text}`}`;
  switch (failure.kind) {
    case "unauthorized":
      return {
        stop: "credentials",
        reason:
          host === googleHost
            ? "Google lets this service in no more: the permission was taken back or ran out. Its owner must give it again on the target's page."
            : "The server does not take the user name or password any more. Give new ones with `targets credentials`.",
      };
    case "read-only":
      return { stop: "read-only", reason: `The account may not write to this calendar (${said}).` };
    case "missing":
      return { stop: "gone", reason: `The calendar is not there any more (${said}).` };
    case "blocked":
      return { stop: "blocked", reason: `The rules of this service forbid the calendar's address (${failure.text}).` };
    case "throttled":
      return { wait: failure.retryAfter, reason: `The server asks to be left alone for a while (${said}).` };
    default:
      return { wait: failure.retryAfter, reason: `The server gave no useful answer (${said}).` };
  }
}
