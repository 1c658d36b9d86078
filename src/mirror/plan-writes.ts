import { isDue } from "../lib/clock.ts";
import { isUnsettled, type LedgerRow } from "../store/ledger.ts";
import { hrefName } from "../caldav/hrefs.ts";
import { isOurName, uidToName, objectUid } from "./remote-object.ts";
import type { SyncChanges, ListedObject } from "../caldav/port.ts";

/** The objects in a calendar: all of them, or those that changed since the last comparison. */
export type RemoteListing = { readonly all: readonly ListedObject[] } | SyncChanges;

/** The objects to read before anything is written. */
export interface Suspects {
  /** Rows whose object may differ from them. */
  readonly rows: readonly LedgerRow[];
  /** Rows whose object a whole listing does not have. */
  readonly missing: readonly LedgerRow[];
  /** Objects with names like ours that no row knows. */
  readonly strays: readonly ListedObject[];
}

/** Returns the name of a row's object in the calendar. */
export function objectName(row: Pick<LedgerRow, "uid" | "generation" | "href">, targetId: string): string {
  return row.href === "" ? uidToName(objectUid(row.uid, targetId, row.generation)) : hrefName(row.href);
}

/** Returns an object's name without its generation. */
export function nameStem(name: string): string {
  return name.replace(/-\d+\.ics$/, "");
}

/** Returns the generation in an object's name. */
export function nameGeneration(name: string): number {
  return Number(/-(\d+)\.ics$/.exec(name)?.[1]);
}

/**
 * Finds the objects to read: those of requests whose outcome is not known and, where the calendar was compared (`remote`),
 * those that differ from the ledger. Rows that wait after a failure are left out until their time.
 */
export function findSuspects(
  ledger: Iterable<LedgerRow>,
  remote: RemoteListing | null,
  targetId: string,
  nowAt: number,
): Suspects {
  const listed = new Map<string, ListedObject>();
  const removed = new Set<string>();
  const whole = remote !== null && "all" in remote;
  if (remote !== null) {
    for (const one of whole ? remote.all : remote.changed) listed.set(hrefName(one.href), one);
    if (!whole) for (const href of remote.removed) removed.add(hrefName(href));
  }
  const known = new Set<string>();
  const rows: LedgerRow[] = [];
  const missing: LedgerRow[] = [];
  for (const row of ledger) {
    const name = objectName(row, targetId);
    known.add(name);
    const one = listed.get(name);
    if (!isSuspect(row, { one, removed: removed.has(name), whole, asked: remote !== null }, nowAt)) continue;
    (whole && one === undefined ? missing : rows).push(row);
  }
  const strays = [...listed.values()].filter(({ href }) => {
    const name = hrefName(href);
    return !known.has(name) && isOurName(name, targetId);
  });
  return { rows, missing, strays };
}

/** Seconds until the next attempt for an event that will hardly be accepted. */
export const longestWait = 21_600;

interface RowEvidence {
  readonly one: ListedObject | undefined;
  readonly removed: boolean;
  readonly whole: boolean;
  readonly asked: boolean;
}

function isSuspect(row: LedgerRow, { one, removed, whole, asked }: RowEvidence, nowAt: number): boolean {
  if (isUnsettled(row)) return isDue(row.nextAt, longestWait, nowAt);
  // A retired event was not watched meanwhile.
  if (row.state === "retired") return row.wantedHash !== "";
  if (!asked) return false;
  // It was gone when a run was cut.
  if (row.lost && row.href !== "") return true;
  if (row.href === "") return one !== undefined;
  if (one !== undefined) return one.etag === null || one.etag !== row.etag;
  return removed || whole || row.etag === null;
}

export type WriteVerb = "create" | "update" | "delete";

/** One write to the calendar. */
export interface PlannedWrite {
  readonly verb: WriteVerb;
  readonly row: LedgerRow;
}

export interface WritePlan {
  /** The writes in order: the soonest events first, deletions last. */
  readonly actions: readonly PlannedWrite[];
  /** Rows whose events left the feed's window: they stay in the calendar. */
  readonly retired: readonly LedgerRow[];
  /** Rows of events that are not wanted and were never there. */
  readonly forgotten: readonly LedgerRow[];
  /** The reason for which deletions are held; "" when none are. */
  readonly held: string;
}

export interface PlanRules {
  readonly nowAt: number;
  /** The window of the feed, epoch seconds: events that left it are not deleted. */
  readonly window: { readonly fromAt: number; readonly toAt: number };
  /** Deletions to do. `guard`: unless they are many; `hold`: none; `allow`: all. */
  readonly deletions: "guard" | "hold" | "allow";
  /** Delete everything of ours, retired events too. */
  readonly removing: boolean;
}

/** Deletions that are never held, as a number and as a share of the events. */
const guardLeast = 10;
const guardShare = 0.3;

/** Returns the write that a row needs; null for none, or none yet. */
export function neededWrite(row: LedgerRow, removing = false): WriteVerb | null {
  if (isUnsettled(row)) return null;
  if (row.wantedHash === "") return row.state === "retired" && !removing ? null : row.href === "" ? null : "delete";
  if (row.wantedHash === row.pushedHash) return null;
  return row.href === "" ? "create" : "update";
}

/** Plans the writes that bring the calendar to what the ledger wants. */
export function planWrites(ledger: Iterable<LedgerRow>, rules: PlanRules): WritePlan {
  const writes: PlannedWrite[] = [];
  const deletes: PlannedWrite[] = [];
  const retired: LedgerRow[] = [];
  const forgotten: LedgerRow[] = [];
  let live = 0;
  for (const row of ledger) {
    if (row.href !== "" && row.state !== "retired") live += 1;
    if (row.wantedHash === "" && row.href === "" && !isUnsettled(row)) {
      forgotten.push(row);
      continue;
    }
    const verb = neededWrite(row, rules.removing);
    if (verb === null) continue;
    if (verb === "delete" && !rules.removing && isOutside(row, rules.window)) retired.push(row);
    else if (isDue(row.nextAt, longestWait, rules.nowAt)) (verb === "delete" ? deletes : writes).push({ verb, row });
  }
  const held = rules.removing ? "" : heldReason(deletes.length, live, rules.deletions);
  const soonest = bySoonest(rules.nowAt);
  return {
    actions: [...writes.sort(soonest), ...(held === "" ? deletes.sort(soonest) : [])],
    retired,
    forgotten,
    held,
  };
}

function isOutside(row: LedgerRow, { fromAt, toAt }: PlanRules["window"]): boolean {
  return row.endAt <= fromAt || row.startAt >= toAt;
}

function heldReason(count: number, live: number, deletions: PlanRules["deletions"]): string {
  if (count === 0 || deletions === "allow") return "";
  if (deletions === "hold") return `${count} deletions wait until Waldur answers again`;
  const most = Math.max(guardLeast, Math.floor(live * guardShare));
  return count <= most ? "" : `${count} of ${live} events would be deleted at once`;
}

/** Orders coming events by their start, then past ones, the latest first. */
function bySoonest(nowAt: number): (a: PlannedWrite, b: PlannedWrite) => number {
  return (a, b) => {
    const [over, other] = [a.row.endAt <= nowAt, b.row.endAt <= nowAt];
    if (over !== other) return over ? 1 : -1;
    const order = over ? b.row.startAt - a.row.startAt : a.row.startAt - b.row.startAt;
    return order || (a.row.uid < b.row.uid ? -1 : 1);
  };
}
