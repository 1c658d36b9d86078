import type { LedgerRow } from "../../caldav/entry.ts";
import { judge, settle } from "../../caldav/judge.ts";
import { nameOfUid, writeObject } from "../../caldav/object.ts";
import { type Action, type Verb, verbOf } from "../../caldav/plan.ts";
import type { Failure, WriteOutcome } from "../../caldav/port.ts";
import { findTexts } from "../../store/ledger.ts";
import { seconds } from "../run.ts";
import { hashOf } from "./intake.ts";
import { countsSeconds } from "./compare.ts";
import { chunksOf, hrefOf, needsLook, readSeen, seeObject, uidOf } from "./look.ts";
import { forget, haltFor, holdLease, keep, noteClean, noteTrouble, type PushRun, save } from "./run.ts";

/** Intents written at once, and at most so many to be read again after a crash. */
const jobsAtOnce = 50;
/** An event that changes under our hands is left for the next run. */
const mostTurns = 5;
/** Answers without use in a row after which the server is left alone. */
const mostTrouble = 5;
/** Events refused in a row without a reason: then it is the calendar that may not be written to. */
const mostDenied = 3;
/** What the server asks for is waited for at once only when it is so short. */
const shortWait = 5;
/** Seconds until an event that could not be written is tried again. */
const waits = [60, 300, 1800, 21_600] as const;
const fullWait = 1800;
/** Larger objects are refused by many servers and shown by few programs. */
const mostBytes = 65_536;

interface Job {
  readonly verb: Verb;
  readonly uid: string;
  /** The stored VEVENT; "" for a deletion. */
  readonly vevent: string;
}

/**
 * Does these actions, several at once: intents are written before their requests, outcomes after them. Ends early when
 * `halt` is set; what is left is a smaller difference for the next run. Throws `conflict`, `store_failed`.
 */
export async function write(run: PushRun, actions: readonly Action[]): Promise<void> {
  const queue = jobsOf(run, actions);
  const workers: Promise<void>[] = [];
  let active = 0;
  let broken: { readonly error: unknown } | null = null;
  const work = async (): Promise<void> => {
    active += 1;
    try {
      for (let job = await queue.next(); job !== null && broken === null; job = await queue.next()) {
        await perform(run, job);
        // Fewer at once, or more: this one ends, or brings another.
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
  await save(run);
  await readUnread(run);
}

function rethrow(broken: { readonly error: unknown } | null): void {
  if (broken !== null) throw broken.error;
}

interface Jobs {
  /** The next one; null when there is none, or the run may not go on. Before the first of each part its intents are written. */
  next(): Promise<Job | null>;
  /** Takes back the intents of those that were never sent. */
  giveUp(): void;
}

function jobsOf(run: PushRun, actions: readonly Action[]): Jobs {
  const ready: Job[] = [];
  let from = 0;
  let preparing: Promise<void> | null = null;
  const prepare = async (): Promise<void> => {
    const some = actions.slice(from, from + Math.min(jobsAtOnce, Math.max(1, run.requestsLeft)));
    from += some.length;
    ready.push(...(await intend(run, some)));
  };
  return {
    async next() {
      while (!needsLook(run)) {
        const job = ready.shift();
        if (job !== undefined) return job;
        if (from >= actions.length) return null;
        preparing ??= prepare().finally(() => (preparing = null));
        await preparing;
      }
      return null;
    },
    giveUp() {
      for (const { uid } of ready) {
        const row = run.ledger.get(uid);
        if (row !== undefined) keep(run, revert(row));
      }
    },
  };
}

/** Writes what is about to be sent; an event that cannot be written at all is noted as failed instead. */
async function intend(run: PushRun, actions: readonly Action[]): Promise<Job[]> {
  const uids = actions.filter(({ verb }) => verb !== "delete").map(({ row }) => row.uid);
  const texts = uids.length === 0 ? new Map<string, string>() : await findTexts(run.deps.sql, run.feed.id, uids);
  const jobs: Job[] = [];
  const nowAt = seconds(run.deps);
  for (const { verb, row } of actions) {
    const vevent = texts.get(row.uid) ?? "";
    if (verb === "create" && run.full) continue;
    if (verb !== "delete") {
      // It went meanwhile; the next run notes that.
      if (vevent === "") continue;
      const fault = whyUnfit(run, row, vevent);
      if (fault !== "") {
        failItem(run, row, fault, waits.length - 1);
        continue;
      }
    }
    const wantedHash = verb === "delete" ? "" : hashOf(run, row.uid, row.generation, vevent);
    keep(run, intent({ ...row, wantedHash }, verb, nowAt));
    jobs.push({ verb, uid: row.uid, vevent });
  }
  const { dirty, ctag, syncToken } = run.target;
  const useless = !dirty && [ctag, syncToken].some((tag) => countsSeconds(tag, nowAt));
  await save(run, { dirty: true, writtenAt: nowAt, ...(useless && { ctag: null, syncToken: null }) });
  return jobs;
}

function intent(row: LedgerRow, verb: Verb, nowAt: number): LedgerRow {
  return { ...row, state: verb, intentHash: row.wantedHash, intentAt: nowAt };
}

function whyUnfit(run: PushRun, row: LedgerRow, vevent: string): string {
  const { maxBytes, minAt, maxAt } = run.profile;
  const bytes = new TextEncoder().encode(vevent).length + 500;
  const most = Math.min(mostBytes, maxBytes ?? mostBytes);
  if (bytes > most) return `the event has ${bytes} bytes and this calendar takes ${most}`;
  if (minAt !== null && row.startAt < minAt) return "the event is before the time that this calendar holds";
  if (maxAt !== null && row.endAt > maxAt) return "the event is after the time that this calendar holds";
  return "";
}

/** Sends one request and whatever follows from its answer, until the event is settled or left for a later run. */
async function perform(run: PushRun, job: Job): Promise<void> {
  for (let turn = 0; turn < mostTurns; turn += 1) {
    const row = run.ledger.get(job.uid);
    if (row === undefined) return;
    if (run.halt !== null || (run.full && row.state === "create")) {
      keep(run, revert(row));
      return;
    }
    await holdLease(run);
    const outcome = await send(run, row, job.vevent);
    if ("done" in outcome) {
      noteClean(run);
      done(run, row, outcome);
      return;
    }
    const again = await answerFailure(run, row, outcome.failure);
    if (!again) return;
    const now = run.ledger.get(job.uid);
    const verb = now === undefined ? null : verbOf(now, run.target.state === "removing");
    if (now === undefined || verb === null) {
      if (job.verb === "delete" && now === undefined) run.report.deleted += 1;
      return;
    }
    keep(run, intent(now, verb, seconds(run.deps)));
    if (now.generation !== row.generation) await save(run);
  }
  const row = run.ledger.get(job.uid);
  if (row !== undefined) failItem(run, row, "the calendar changes it as fast as it is written");
}

async function send(run: PushRun, row: LedgerRow, vevent: string): Promise<WriteOutcome> {
  const { port, profile } = run;
  run.wrote = true;
  if (row.state === "create") {
    const uid = uidOf(run, row);
    if (!profile.honoursIfNoneMatch) {
      const there = await port.look(hrefOf(run, row));
      if ("failure" in there) return { failure: there.failure };
      if (there.value !== null) return { failure: weSaw("exists") };
    }
    return port.create(nameOfUid(uid), writeObject(vevent, uid, run.owner));
  }
  if (row.etag === null) return { failure: weSaw("changed") };
  if (row.state === "update") return port.update(row.href, row.etag, writeObject(vevent, uidOf(run, row), run.owner));
  if (!profile.honoursIfMatchOnDelete) {
    const there = await port.look(row.href);
    if ("failure" in there) return { failure: there.failure };
    if (there.value === null) return { done: true, href: row.href, etag: null };
    if (there.value.etag !== row.etag) return { failure: weSaw("changed") };
  }
  return port.remove(row.href, row.etag);
}

/** A refusal that we make ourselves, where the server would make none. */
function weSaw(kind: "exists" | "changed"): Failure {
  return { kind, status: null, precondition: "", text: "", retryAfter: null, href: null };
}

function done(run: PushRun, row: LedgerRow, { href, etag }: { href: string; etag: string | null }): void {
  if (row.state === "delete") {
    run.report.deleted += 1;
    forget(run, row.uid);
    return;
  }
  if (row.state === "create") run.report.created += 1;
  else run.report.updated += 1;
  if (etag === null) run.unread.add(row.uid);
  const written = { href, etag, state: "synced", pushedHash: row.wantedHash } as const;
  const settled = { intentHash: "", intentAt: null, attempts: 0, nextAt: 0, failure: "" } as const;
  keep(run, { ...row, ...written, ...settled, remoteHash: etag === null ? row.remoteHash : "" });
}

/** Deals with a failure of one request. True: the event's row tells what comes next; false: no more of it in this run. */
async function answerFailure(run: PushRun, row: LedgerRow, failure: Failure): Promise<boolean> {
  switch (failure.kind) {
    case "exists":
    case "changed":
      run.report.conflict += 1;
      return readBack(run, row);
    case "uid-taken":
      run.report.conflict += 1;
      return findTaken(run, row, failure);
    case "missing":
      return askWhetherGone(run, row, failure);
    case "refused":
      failItem(run, row, told(failure), waits.length - 1);
      return false;
    case "locked":
      failItem(run, row, told(failure));
      return false;
    case "full":
      run.full = true;
      failItem(run, row, `the calendar is full (${told(failure)})`, 0, fullWait);
      return false;
    case "throttled":
      noteTrouble(run);
      if ((failure.retryAfter ?? shortWait + 1) > shortWait || run.trouble >= mostTrouble) {
        haltFor(run, failure);
        return false;
      }
      await run.deps.sleep((failure.retryAfter ?? 0) * 1000);
      // Were it done after all, the condition of the next try says so.
      keep(run, revert(row));
      return true;
    case "unknown":
      noteTrouble(run);
      if (run.trouble >= mostTrouble) haltFor(run, failure);
      return run.halt === null && (await readBack(run, row));
    case "unauthorized":
    case "read-only":
    case "blocked":
      keep(run, revert(row));
      haltFor(run, failure);
      return false;
  }
}

/**
 * What is at the event's href now. The ETag is asked for first: an older one makes the next write fail, a newer one
 * would let it overwrite what was not seen. Some servers tell a stale ETag with the body.
 */
async function readBack(run: PushRun, row: LedgerRow): Promise<boolean> {
  const looked = await run.port.look(hrefOf(run, row));
  if ("failure" in looked) return noAnswer(run, row, looked.failure);
  if (looked.value === null) return decide(run, row, null);
  const read = await run.port.read([hrefOf(run, row)]);
  if ("failure" in read) return noAnswer(run, row, read.failure);
  const object = read.value.get(hrefOf(run, row)) ?? null;
  if (object === null) return decide(run, row, null);
  const etag = looked.value.etag ?? object.etag;
  if (etag === null && row.state !== "create") {
    failItem(run, row, "the server gives no ETag, so the event cannot be changed safely");
    return false;
  }
  return decide(run, row, { ...object, etag });
}

function decide(run: PushRun, row: LedgerRow, object: Parameters<typeof seeObject>[2] | null): boolean {
  const seen = object === null ? null : seeObject(run, row, object);
  const { row: next, found } = judge(row, seen, run.target.edits, seconds(run.deps));
  if (found === "adopted") run.report.adopted += 1;
  if (found === "restored") run.report.restored += 1;
  if (next === null) forget(run, row.uid);
  else keep(run, next);
  return true;
}

/** The outcome stays unknown: the row keeps its intent and is read before anything else is done to it. */
function noAnswer(run: PushRun, row: LedgerRow, failure: Failure): boolean {
  if (failure.kind === "unknown" || failure.kind === "throttled") {
    noteTrouble(run);
    if (failure.kind === "throttled" || run.trouble >= mostTrouble) haltFor(run, failure);
  } else haltFor(run, failure);
  const attempts = row.attempts + 1;
  run.report.failed += 1;
  const nextAt = seconds(run.deps) + waitAfter(attempts);
  keep(run, { ...row, attempts, nextAt, failure: told(failure) });
  return false;
}

/** The UID is elsewhere: where that is ours it is taken up, else the event goes under the next one. */
async function findTaken(run: PushRun, row: LedgerRow, failure: Failure): Promise<boolean> {
  let { href } = failure;
  if (href === null) {
    const found = await run.port.findUid(uidOf(run, row));
    if ("failure" in found) return noAnswer(run, row, found.failure);
    href = found.value;
  }
  const folder = new URL(run.target.calendarUrl).pathname;
  if (href !== null && decodeURI(href).startsWith(decodeURI(folder))) {
    const read = await run.port.read([href]);
    if ("failure" in read) return noAnswer(run, row, read.failure);
    const object = read.value.get(href) ?? null;
    if (object !== null && seeObject(run, row, object).marked) return decide(run, row, object);
  }
  const { generation } = row;
  keep(run, { ...revert(row), href: "", etag: null, state: "new", pushedHash: "", generation: generation + 1 });
  return true;
}

/** An answer that may mean that the calendar is gone. */
async function askWhetherGone(run: PushRun, row: LedgerRow, failure: Failure): Promise<boolean> {
  const state = await run.port.state();
  if ("failure" in state) {
    if (state.failure.kind === "unknown") return noAnswer(run, row, state.failure);
    keep(run, revert(row));
    haltFor(run, state.failure);
    return false;
  }
  if (row.state !== "create" && failure.status !== 403) return readBack(run, row);
  failItem(run, row, told(failure));
  if (failure.status === 403) run.denied += 1;
  if (run.denied >= mostDenied) haltFor(run, { ...failure, kind: "read-only" });
  return false;
}

/** The row as it was before a request that was refused for sure. */
function revert(row: LedgerRow): LedgerRow {
  return { ...row, state: row.href === "" ? "new" : "synced", intentHash: "", intentAt: null };
}

function failItem(
  run: PushRun,
  row: LedgerRow,
  text: string,
  step = row.attempts,
  wait: number = waitAfter(step + 1),
): void {
  run.report.failed += 1;
  keep(run, { ...revert(row), attempts: row.attempts + 1, nextAt: seconds(run.deps) + wait, failure: text });
}

function waitAfter(attempts: number): number {
  return waits[Math.min(attempts, waits.length) - 1] ?? waits[0];
}

function told({ status, precondition, text }: Failure): string {
  return [String(status ?? "no answer"), precondition, text].filter((part) => part !== "").join(" ");
}

/** Reads what was written without being told its ETag. What cannot be read now is found by the next comparison. */
async function readUnread(run: PushRun): Promise<void> {
  const rows = [...run.unread].flatMap((uid) => run.ledger.get(uid) ?? []);
  for (const some of chunksOf(rows.filter(({ state, etag }) => state === "synced" && etag === null))) {
    if (needsLook(run)) return;
    const seen = await readSeen(run, some);
    if (seen === null) return;
    for (const row of some) {
      const object = seen.get(row.uid) ?? null;
      if (object?.own === true) keep(run, settle(row, object));
      else {
        const verdict = judge(row, object, run.target.edits, seconds(run.deps));
        if (verdict.row === null) forget(run, row.uid);
        else keep(run, verdict.row);
      }
    }
    await save(run);
  }
}
