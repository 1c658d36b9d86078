import type { LedgerRow } from "../../caldav/entry.ts";
import type { Seen } from "../../caldav/judge.ts";
import { markerOf, nameOfUid, objectUid, readObject } from "../../caldav/object.ts";
import type { RemoteObject } from "../../caldav/port.ts";
import { haltFor, noteTrouble, type PushRun } from "./run.ts";

export interface SeenObject extends Seen {
  /** It has our marker, which proves that it is ours. */
  readonly marked: boolean;
  readonly startAt: number;
  readonly endAt: number;
}

const readSize = 100;
/** Requests that what is begun may still need. */
const reserve = 3;

/** Whether the run may not begin anything more: it has ended, or its requests or its time have. */
export function needsLook(run: PushRun): boolean {
  const over = run.requestsLeft <= reserve || run.deps.now() >= run.until;
  if (run.halt === null && over) run.halt = { wait: 0, reason: "" };
  return run.halt !== null;
}

/** Parts as large as one reading. */
export function chunksOf<T>(items: readonly T[]): T[][] {
  const chunks: T[][] = [];
  for (let from = 0; from < items.length; from += readSize) chunks.push(items.slice(from, from + readSize));
  return chunks;
}

/** The href of a row's object: the server's spelling, or the one it would have. */
export function hrefOf(run: PushRun, row: LedgerRow): string {
  if (row.href !== "") return row.href;
  return new URL(nameOfUid(uidOf(run, row)), run.target.calendarUrl).pathname;
}

/** The UID a row's object has in the calendar. */
export function uidOf(run: PushRun, row: LedgerRow): string {
  return row.eventRev < 0 ? row.uid : objectUid(row.uid, run.target.id, row.generation);
}

/** Reads the objects of these rows in one go, by the rows' UIDs; null sets `halt`: the calendar gave no answer. */
export async function readSeen(
  run: PushRun,
  rows: readonly LedgerRow[],
): Promise<ReadonlyMap<string, SeenObject | null> | null> {
  const answer = await run.port.read(rows.map((row) => hrefOf(run, row)));
  if ("failure" in answer) {
    if (answer.failure.kind === "unknown" || answer.failure.kind === "throttled") noteTrouble(run);
    haltFor(run, answer.failure);
    return null;
  }
  return new Map(
    rows.map((row) => {
      const object = answer.value.get(hrefOf(run, row)) ?? null;
      return [row.uid, object === null ? null : seeObject(run, row, object)];
    }),
  );
}

/** What an object at a row's href is to us. Without a UID in it, it is somebody else's. */
export function seeObject(run: PushRun, row: LedgerRow, object: RemoteObject): SeenObject {
  const { href, etag } = object;
  const read = readObject(object.body);
  if (read === null) return { href, etag, hash: "", own: false, marked: false, startAt: 0, endAt: 0 };
  const { uid, marker, hash, startAt, endAt } = read;
  const named = uid === uidOf(run, row);
  const marked = named && marker === markerOf(run.owner);
  // Some servers strip what they do not know; then our ledger and the UID have to do.
  return { href, etag, hash, own: marked || (named && marker === ""), marked, startAt, endAt };
}
