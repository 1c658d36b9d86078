import { hasElapsed } from "../lib/clock.ts";
import type { LedgerRow } from "../store/ledger.ts";

/** The object at an event's href. */
export interface RemoteState {
  readonly href: string;
  readonly etag: string | null;
  readonly hash: string;
  /** It has the UID we gave it and is not marked as another's. */
  readonly own: boolean;
  /** It is an earlier version of ours, as in a calendar that was restored from an older copy: nobody's edit. */
  readonly earlier?: boolean;
}

/** The rules for what differs from what was written. */
export interface EditRules {
  readonly edits: "mirror" | "respect";
  readonly nowAt: number;
  /** Most events are gone at once, which is nobody's edit: under `respect` they wait until somebody has them put back. */
  readonly loss: boolean;
}

/** The result of reading an object. `row` null: nothing is left to remember. */
export interface Reconciled {
  readonly row: LedgerRow | null;
  /** The finding: our own write, a foreign change that is undone, or one that is left. */
  readonly found: "" | "adopted" | "restored" | "left";
}

const daySeconds = 86_400;
/** Times that an event is put back within a day; after that another program is undoing it, and neither would ever stop. */
const mostRestores = 3;

/** Returns true for an event that was written, and whose ETag was not learned since. */
export function isUnread({ state, etag, pushedHash, failure }: LedgerRow): boolean {
  return state === "synced" && etag === null && pushedHash !== "" && failure === "";
}

/**
 * Returns an event's row after its object was read; `seen` null: there is none. Edits and deletions in the calendar are
 * undone (`mirror`), or left until the booking itself changes (`respect`).
 */
export function reconcile(row: LedgerRow, seen: RemoteState | null, rules: EditRules): Reconciled {
  if (seen === null) return reconcileMissing(row, rules);
  if (seen.own && isUnread(row)) return { row: settleEtag(row, seen), found: "" };
  // The object is somebody else's: ours is gone, and may only come back under the next name.
  if (!seen.own) return reconcileMissing({ ...row, generation: row.generation + 1 }, rules);
  const { hash } = seen;
  const read: LedgerRow = { ...row, href: seen.href, etag: seen.etag, intentHash: "", state: "synced", lost: false };
  const adopted = row.state === "create" || row.state === "new" ? "adopted" : "";
  if (row.wantedHash !== "" && hash === row.wantedHash) {
    const settled = { pushedHash: hash, remoteHash: "", attempts: 0, nextAt: 0, failure: "" };
    return { row: { ...read, ...settled }, found: adopted };
  }
  if (hash === row.intentHash) return { row: { ...read, pushedHash: hash }, found: adopted };
  if (row.wantedHash === "") return { row: row.state === "retired" ? { ...read, state: "retired" } : read, found: "" };
  if (hash === row.pushedHash || hash === row.remoteHash) return { row: read, found: "" };
  // The booking changed too, our last write is not known, or it was taken back: ours is written over it.
  if (row.wantedHash !== row.pushedHash || seen.earlier === true)
    return { row: { ...read, pushedHash: "" }, found: "" };
  if (row.state === "left") return { row: { ...read, state: "left" }, found: "" };
  return putBack({ ...read, pushedHash: "" }, row, rules);
}

function reconcileMissing(row: LedgerRow, rules: EditRules): Reconciled {
  if (row.wantedHash === "") return { row: null, found: "" };
  const gone = blankRow(row);
  // It never was there, or we may have deleted it ourselves, or the booking changed too.
  const ours = row.state === "new" || row.state === "create" || row.state === "delete";
  if (ours || row.wantedHash !== row.pushedHash) return { row: gone, found: "" };
  const lost = row.lost || (rules.loss && rules.edits === "respect");
  if (row.state === "left") return { row: { ...gone, state: "left", pushedHash: row.pushedHash, lost }, found: "" };
  return putBack({ ...gone, lost }, row, rules);
}

/** Returns the row of an event that has no object in the calendar. */
function blankRow(row: LedgerRow): LedgerRow {
  const nothing = { href: "", etag: null, pushedHash: "", intentHash: "", remoteHash: "" } as const;
  return { ...row, ...nothing, state: "new", lost: false };
}

function putBack(restored: LedgerRow, row: LedgerRow, { edits, nowAt }: EditRules): Reconciled {
  const fresh = hasElapsed(row.restoredAt, daySeconds, nowAt);
  const restores = fresh ? 0 : row.restores;
  if (edits === "respect" || restores >= mostRestores) {
    return { row: { ...restored, state: "left", pushedHash: row.pushedHash }, found: "left" };
  }
  const counted = { restores: restores + 1, restoredAt: fresh ? nowAt : row.restoredAt };
  return { row: { ...restored, ...counted }, found: "restored" };
}

/**
 * Returns the row of an event that was written without learning its ETag, after it was read. A difference from
 * what was written is overwritten once; if it then comes back, it is this server's way of storing the event.
 */
function settleEtag(row: LedgerRow, seen: RemoteState): LedgerRow {
  const read = { ...row, href: seen.href, etag: seen.etag };
  if (seen.hash === row.pushedHash) return { ...read, remoteHash: "" };
  if (seen.hash === row.remoteHash) return read;
  return { ...read, pushedHash: "", remoteHash: seen.hash };
}
