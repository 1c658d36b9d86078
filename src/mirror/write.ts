import { isUnread } from "./reconcile.ts";
import { uidToName, writeObject } from "./remote-object.ts";
import { longestWait, type PlannedWrite, type WriteVerb, neededWrite } from "./plan-writes.ts";
import type { Failure, WriteOutcome } from "../caldav/port.ts";
import { type LedgerRow, findTexts } from "../store/ledger.ts";
import { withSignInLinks } from "../feed/links.ts";
import { hashWanted } from "./note-wanted.ts";
import { countsSeconds } from "./pull.ts";
import { multigetChunks, applyReconciled, objectHref, isExhausted, readObjects, rowUid } from "./read-remote.ts";
import { handleFailure, failRow, revert, rollBack, waitUnlocked } from "./write-failure.ts";
import { dropRow, holdLease, putRow, countSuccess, type PushRun, requestsLeft, saveLedger } from "./run.ts";
import { epochSeconds } from "../lib/clock.ts";

/** Intents saved at once: the most objects that are read again after a crash. */
const jobsAtOnce = 50;
/** Attempts after which an event that others keep changing is left for the next run. */
const mostTries = 5;
/** Bytes of the largest object: many servers refuse larger ones and few programs show them. */
const mostBytes = 65_536;

/** One write whose intent is saved. */
interface Job {
  readonly verb: WriteVerb;
  readonly uid: string;
  /** The stored VEVENT; "" for a deletion. */
  readonly vevent: string;
}

/**
 * Makes these writes, several at once: saves the intents before the requests and the outcomes after them. Ends early when
 * `halt` is set; the rest is a smaller difference for the next run. Throws `conflict`, `store_failed`.
 */
export async function executeWrites(run: PushRun, actions: readonly PlannedWrite[]): Promise<void> {
  const queue = queueJobs(run, actions);
  const workers: Promise<void>[] = [];
  let active = 0;
  let broken: { readonly error: unknown } | null = null;
  const work = async (): Promise<void> => {
    active += 1;
    try {
      for (let job = await queue.next(); job !== null && broken === null; job = await queue.next()) {
        if ((await performJob(run, job)) === "locked") queue.putBack(job);
        // The limit may have changed: this worker ends, or starts another.
        if (active > run.limit) break;
        if (active < run.limit) workers.push(work());
      }
    } catch (error) {
      broken ??= { error };
    } finally {
      active -= 1;
    }
  };
  for (let at = 0; at < Math.min(run.limit, actions.length); at += 1) workers.push(work());
  for (let at = 0; at < workers.length; at += 1) await workers[at];
  rethrow(broken);
  queue.giveUp();
  await saveLedger(run);
  await readUnread(run);
}

function rethrow(broken: { readonly error: unknown } | null): void {
  if (broken !== null) throw broken.error;
}

interface Jobs {
  /** Resolves to the next job, after its intent was saved; null when none is left, or the run may not go on. */
  next(): Promise<Job | null>;
  /** Puts a job at the end of the queue. */
  putBack(job: Job): void;
  /** Takes back the intents of jobs that were never sent. */
  giveUp(): void;
}

function queueJobs(run: PushRun, actions: readonly PlannedWrite[]): Jobs {
  const ready: Job[] = [];
  let from = 0;
  let preparing: Promise<void> | null = null;
  const prepare = async (): Promise<void> => {
    const some = actions.slice(from, from + Math.min(jobsAtOnce, Math.max(1, requestsLeft(run))));
    from += some.length;
    ready.push(...(await noteIntents(run, some)));
  };
  return {
    async next() {
      while (!isExhausted(run)) {
        const job = ready.shift();
        if (job !== undefined) return job;
        if (preparing === null && from >= actions.length) return null;
        preparing ??= prepare().finally(() => (preparing = null));
        await preparing;
      }
      return null;
    },
    putBack(job) {
      ready.push(job);
    },
    giveUp() {
      for (const { uid } of ready) {
        const row = run.ledger.get(uid);
        if (row !== undefined) putRow(run, revert(row));
      }
    },
  };
}

/** Saves the intents of writes. An event that this calendar cannot take is noted as failed instead. */
async function noteIntents(run: PushRun, actions: readonly PlannedWrite[]): Promise<Job[]> {
  const uids = actions.filter(({ verb }) => verb !== "delete").map(({ row }) => row.uid);
  const texts = uids.length === 0 ? new Map<string, string>() : await findTexts(run.deps.sql, run.feed.id, uids);
  const jobs: Job[] = [];
  const nowAt = epochSeconds(run.deps);
  for (const { verb, row } of actions) {
    const vevent = await withSignInLinks(run.deps, run.feed, texts.get(row.uid) ?? "");
    if (verb === "create" && run.full) continue;
    if (verb !== "delete") {
      // The event is gone by now; the next run notes that.
      if (vevent === "") continue;
      const fault = unfitReason(run, row, vevent);
      if (fault !== "") {
        failRow(run, row, fault, longestWait);
        continue;
      }
    }
    const wantedHash = verb === "delete" ? "" : hashWanted(run, row.uid, row.generation, vevent);
    putRow(run, withIntent({ ...row, wantedHash }, verb));
    jobs.push({ verb, uid: row.uid, vevent });
  }
  const { dirty, ctag, syncToken } = run.target;
  run.clean ??= !dirty;
  const useless = !dirty && [ctag, syncToken].some((tag) => countsSeconds(tag, nowAt));
  await saveLedger(run, { dirty: true, writtenAt: nowAt, ...(useless && { ctag: null, syncToken: null }) });
  return jobs;
}

/** Returns the row with the intent of a write; where one is made there is nothing of ours. */
function withIntent(row: LedgerRow, verb: WriteVerb): LedgerRow {
  const intended = { ...row, state: verb, intentHash: row.wantedHash };
  return verb === "create" ? { ...intended, pushedHash: "", lost: false } : intended;
}

/** Returns the reason for which this calendar cannot take an event; "" when it can. */
function unfitReason(run: PushRun, row: LedgerRow, vevent: string): string {
  const { maxBytes, minAt, maxAt } = run.profile;
  const bytes = new TextEncoder().encode(vevent).length + 500;
  const most = Math.min(mostBytes, maxBytes ?? mostBytes);
  if (bytes > most) return `the event has ${bytes} bytes and this calendar takes ${most}`;
  if (minAt !== null && row.startAt < minAt) return "the event is before the earliest time that this calendar takes";
  if (maxAt !== null && row.endAt > maxAt) return "the event is after the latest time that this calendar takes";
  return "";
}

/**
 * Sends one write and its follow-ups, until the event is settled or left for a later run. Resolves to `locked` when the
 * job is to be done again after the others.
 */
async function performJob(run: PushRun, job: Job): Promise<"done" | "locked"> {
  for (let turn = 0; turn < mostTries; turn += 1) {
    const row = run.ledger.get(job.uid);
    if (row === undefined) return "done";
    if (run.halt !== null || (run.full && row.state === "create")) {
      putRow(run, rollBack(run, row));
      return "done";
    }
    await holdLease(run);
    const outcome = await sendWrite(run, row, job.vevent);
    if ("done" in outcome || mayBeDone(outcome.failure)) run.wrote = true;
    if ("done" in outcome) {
      countSuccess(run);
      noteDone(run, row, outcome);
      return "done";
    }
    if (outcome.failure.kind === "locked" && (await waitUnlocked(run, row))) return "locked";
    const again = await handleFailure(run, row, outcome.failure);
    if (!again) return "done";
    const now = run.ledger.get(job.uid);
    const verb = now === undefined ? null : neededWrite(now, run.target.state === "removing");
    if (now === undefined || verb === null) {
      if (job.verb === "delete" && now === undefined) run.report.deleted += 1;
      return "done";
    }
    putRow(run, withIntent(now, verb));
    if (now.generation !== row.generation) await saveLedger(run);
  }
  const row = run.ledger.get(job.uid);
  if (row !== undefined) failRow(run, row, "the calendar changes the event as fast as it is written");
  return "done";
}

/** Returns true when a write that failed may have been done nevertheless. */
function mayBeDone({ kind }: Failure): boolean {
  return kind === "unknown" || kind === "throttled";
}

/** Sends the write that a row intends; checks the precondition itself when the server ignores it. */
async function sendWrite(run: PushRun, row: LedgerRow, vevent: string): Promise<WriteOutcome> {
  const { port, profile } = run;
  if (row.state === "create") {
    const uid = rowUid(run, row);
    if (!profile.honoursIfNoneMatch) {
      const there = await port.look(objectHref(run, row));
      if ("failure" in there) return { failure: there.failure };
      if (there.value !== null) return { failure: ownRefusal("exists") };
    }
    return port.create(uidToName(uid), writeObject(vevent, uid, run.owner));
  }
  if (row.etag === null) return { failure: ownRefusal("changed") };
  if (row.state === "update") {
    // Some servers refuse what is older by its SEQUENCE than what is there, as where a person edited it.
    const there = run.sequences.get(row.uid);
    return port.update(row.href, row.etag, writeObject(vevent, rowUid(run, row), run.owner, there));
  }
  if (!profile.honoursIfMatchOnDelete) {
    const there = await port.look(row.href);
    if ("failure" in there) return { failure: there.failure };
    if (there.value === null) return { done: true, href: row.href, etag: null };
    if (there.value.etag !== row.etag) return { failure: ownRefusal("changed") };
  }
  return port.remove(row.href, row.etag);
}

/** Returns the failure of a precondition that we checked ourselves because the server ignores it. */
function ownRefusal(kind: "exists" | "changed"): Failure {
  return { kind, status: null, precondition: "", text: "", retryAfter: null, href: null };
}

/** Notes a write that was done, in the ledger and the report. */
function noteDone(run: PushRun, row: LedgerRow, { href, etag }: { href: string; etag: string | null }): void {
  if (row.state === "delete") {
    run.report.deleted += 1;
    dropRow(run, row.uid);
    return;
  }
  if (row.state === "create") run.report.created += 1;
  else run.report.updated += 1;
  if (row.pushedHash === "" && row.restores > 0) run.report.restored += 1;
  if (etag === null) run.unread.add(row.uid);
  const written = { href, etag, state: "synced", pushedHash: row.wantedHash } as const;
  const settled = { intentHash: "", attempts: 0, nextAt: 0, failure: "" } as const;
  putRow(run, { ...row, ...written, ...settled, remoteHash: etag === null ? row.remoteHash : "" });
}

/** Reads the objects that were written without learning their ETags. The next comparison finds those it cannot read. */
async function readUnread(run: PushRun): Promise<void> {
  const rows = [...run.unread].flatMap((uid) => run.ledger.get(uid) ?? []);
  for (const some of multigetChunks(run, rows.filter(isUnread))) {
    if (isExhausted(run)) return;
    const seen = await readObjects(run, some);
    if (seen === null) return;
    for (const row of some) {
      const object = seen.get(row.uid);
      if (object !== undefined) applyReconciled(run, row, object);
    }
    await saveLedger(run);
  }
}
