import { chunkRows } from "./sql/bulk.ts";
import type { Fence } from "./leases.ts";
import { readInt, readIntOrNull, readText } from "./sql/row.ts";
import { type Sql, type Statement, statement } from "./sql/port.ts";
import { flag, int, oneOf, orNull, type RowOf, table, text } from "./sql/table.ts";

/**
 * The place of one event in a calendar. `new`: nothing was sent; `synced`: the calendar has what was pushed; `create`,
 * `update`, `delete`: a request may have been sent and its outcome is not known; `left`: left as somebody made it in the
 * calendar, until the booking changes; `retired`: out of the feed's window, never touched again.
 */
const ledgerStates = ["new", "synced", "create", "update", "delete", "left", "retired"] as const;

const columns = {
  /** The event's UID in the feed. */
  uid: text,
  /** Counts the UIDs it has had in the calendar. */
  generation: int,
  /** As the server spells it; "" before it is known. */
  href: text,
  /** Null: not known. */
  etag: orNull(text),
  state: oneOf(ledgerStates, "synced"),
  /** Hash of what the calendar should have; "" for nothing. */
  wantedHash: text,
  /** The event's rev in its feed of which `wantedHash` was made. */
  eventRev: int,
  /** Hash of what the calendar last took from us; "" for nothing, or for something else. */
  pushedHash: text,
  /** Hash of what a request whose outcome is not known tries to put there; "" for nothing. */
  intentHash: text,
  /** Hash of how the server keeps what it took, where it changes it; "" where it does not. */
  remoteHash: text,
  startAt: int,
  endAt: int,
  /** Failures in a row of this event alone. */
  attempts: int,
  /** Before this it is not tried again. */
  nextAt: int,
  /** The reason for which the last attempt failed; "" when it did not. */
  failure: text,
  /** Times it was put back since `restoredAt`. */
  restores: int,
  restoredAt: int,
  /** It is gone with most others at once, and waits until somebody has it put back. */
  lost: flag,
};
const ledger = table("ledger", columns);

/** The state of one event in one target. */
export type LedgerRow = RowOf<typeof ledger>;

/** Returns the row of an event that the ledger does not have. */
export function newEntry(uid: string): LedgerRow {
  return {
    uid,
    generation: 1,
    href: "",
    etag: null,
    state: "new",
    wantedHash: "",
    eventRev: -1,
    pushedHash: "",
    intentHash: "",
    remoteHash: "",
    startAt: 0,
    endAt: 0,
    attempts: 0,
    nextAt: 0,
    failure: "",
    restores: 0,
    restoredAt: 0,
    lost: false,
  };
}

/** Returns true when a request for it may have been sent whose outcome is not known. */
export function isUnsettled({ state }: Pick<LedgerRow, "state">): boolean {
  return state === "create" || state === "update" || state === "delete";
}

/** Returns every row of a target. */
export async function listLedger(sql: Sql, targetId: string): Promise<LedgerRow[]> {
  const rows = await sql.all("SELECT * FROM ledger WHERE target_id = ?1", targetId);
  return rows.map(ledger.read);
}

/** An event of a feed that a target has not taken note of as it is now. */
export interface NewsRow {
  readonly uid: string;
  readonly rev: number;
  readonly startAt: number;
  readonly endAt: number;
  readonly cancelledAt: number | null;
  readonly vevent: string;
}

/** Returns at most `limit` events of a feed that differ in rev from what the target's ledger noted, without `exceptUid`. */
export async function listNews(
  sql: Sql,
  targetId: string,
  feedId: string,
  exceptUid: string,
  limit: number,
): Promise<NewsRow[]> {
  const rows = await sql.all(
    `SELECT events.uid, events.rev, events.start_at, events.end_at, events.cancelled_at, events.vevent
     FROM events LEFT JOIN ledger ON ledger.target_id = ?1 AND ledger.uid = events.uid
     WHERE events.feed_id = ?2 AND events.uid != ?3 AND (ledger.uid IS NULL OR ledger.event_rev != events.rev)
     ORDER BY events.start_at, events.uid LIMIT ?4`,
    targetId,
    feedId,
    exceptUid,
    limit,
  );
  return rows.map((row) => ({
    uid: readText(row, "uid"),
    rev: readInt(row, "rev"),
    startAt: readInt(row, "start_at"),
    endAt: readInt(row, "end_at"),
    cancelledAt: readIntOrNull(row, "cancelled_at"),
    vevent: readText(row, "vevent"),
  }));
}

/** Returns UIDs that the ledger noted and the feed does not have any more. */
export async function listGone(sql: Sql, targetId: string, feedId: string): Promise<string[]> {
  const rows = await sql.all(
    `SELECT uid FROM ledger WHERE target_id = ?1 AND wanted_hash != ''
       AND NOT EXISTS (SELECT 1 FROM events WHERE events.feed_id = ?2 AND events.uid = ledger.uid)`,
    targetId,
    feedId,
  );
  return rows.map((row) => readText(row, "uid"));
}

/** Returns the VEVENTs of these events of a feed, by UID. */
export async function findTexts(sql: Sql, feedId: string, uids: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql.all(
    "SELECT uid, vevent FROM events WHERE feed_id = ?1 AND uid IN (SELECT value FROM json_each(?2))",
    feedId,
    JSON.stringify(uids),
  );
  return new Map(rows.map((row) => [readText(row, "uid"), readText(row, "vevent")]));
}

export interface LedgerCounts {
  /** Events that stand in the calendar. */
  readonly events: number;
  /** Events left as somebody made them in the calendar, without those that are lost. */
  readonly left: number;
  readonly retired: number;
  /** Events whose last attempt failed. */
  readonly failing: number;
  /** One of their failures; "" when there is none. */
  readonly failure: string;
}

/** Counts what a target holds. Walks the target's rows: not for each minute. */
export async function countLedger(sql: Sql, targetId: string): Promise<LedgerCounts> {
  const row = await sql.first(
    `SELECT count(*) FILTER (WHERE href != '' AND state != 'retired') AS events,
       count(*) FILTER (WHERE state = 'left' AND lost = 0) AS "left", count(*) FILTER (WHERE state = 'retired') AS retired,
       count(*) FILTER (WHERE failure != '') AS failing, coalesce(max(failure), '') AS failure
     FROM ledger WHERE target_id = ?1`,
    targetId,
  );
  if (row === null) return { events: 0, left: 0, retired: 0, failing: 0, failure: "" };
  return {
    events: readInt(row, "events"),
    left: readInt(row, "left"),
    retired: readInt(row, "retired"),
    failing: readInt(row, "failing"),
    failure: readText(row, "failure"),
  };
}

const written = table("ledger", { targetId: text, ...columns });
const writeSql = written.upsert(["targetId", "uid"], "?1", "(SELECT holder FROM leases WHERE name = ?2) = ?3");

/** Makes the statements that write these rows, as few as D1's limits allow; each changes no row once another run has the lease. */
export function writeLedger(targetId: string, fence: Fence, rows: readonly LedgerRow[]): Statement[] {
  const { chunks } = chunkRows(rows.map((row) => written.encode({ targetId, ...row })));
  return chunks.map((json) => statement(writeSql, json, fence.name, fence.holder));
}

/** Makes the statement that forgets these events; it changes no row once another run has the lease. */
export function forgetLedger(targetId: string, fence: Fence, uids: readonly string[]): Statement {
  return statement(
    `DELETE FROM ledger WHERE target_id = ?1 AND uid IN (SELECT value FROM json_each(?4))
       AND (SELECT holder FROM leases WHERE name = ?2) = ?3`,
    targetId,
    fence.name,
    fence.holder,
    JSON.stringify(uids),
  );
}

/** Makes the statement that lets everything be tried anew: failures, and what was given up after it was put back again and again. */
export function clearLedgerFailures(targetId: string): Statement {
  return statement(
    `UPDATE ledger SET attempts = 0, next_at = 0, failure = '', restores = 0, restored_at = 0,
       pushed_hash = CASE WHEN state = 'left' AND restores > 0 THEN '' ELSE pushed_hash END,
       state = CASE WHEN state != 'left' OR restores = 0 THEN state WHEN href = '' THEN 'new' ELSE 'synced' END
     WHERE target_id = ?1 AND (failure != '' OR restores > 0)`,
    targetId,
  );
}

/** Makes the statement that lets the lost events of a target be written anew. */
export function restoreLost(targetId: string): Statement {
  return statement(
    "UPDATE ledger SET state = 'new', pushed_hash = '', lost = 0 WHERE target_id = ?1 AND lost = 1 AND href = ''",
    targetId,
  );
}
