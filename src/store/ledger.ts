import { type LedgerRow, ledgerStates } from "./ledger-row.ts";
import { chunkRows } from "./bulk.ts";
import type { Fence } from "./leases.ts";
import { int, intOrNull, text, textOrNull } from "./row.ts";
import { type Sql, type SqlRow, type Statement, statement } from "./sql.ts";

/** Every row of a target. */
export async function listLedger(sql: Sql, targetId: string): Promise<LedgerRow[]> {
  const rows = await sql.all("SELECT * FROM ledger WHERE target_id = ?1", targetId);
  return rows.map(readRow);
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

/** At most `limit` events of a feed that differ in rev from what the target's ledger noted, without `exceptUid`. */
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
    uid: text(row, "uid"),
    rev: int(row, "rev"),
    startAt: int(row, "start_at"),
    endAt: int(row, "end_at"),
    cancelledAt: intOrNull(row, "cancelled_at"),
    vevent: text(row, "vevent"),
  }));
}

/** UIDs that the ledger noted and the feed does not have any more. */
export async function listGone(sql: Sql, targetId: string, feedId: string): Promise<string[]> {
  const rows = await sql.all(
    `SELECT uid FROM ledger WHERE target_id = ?1 AND wanted_hash != ''
       AND NOT EXISTS (SELECT 1 FROM events WHERE events.feed_id = ?2 AND events.uid = ledger.uid)`,
    targetId,
    feedId,
  );
  return rows.map((row) => text(row, "uid"));
}

/** The VEVENTs of these events of a feed, by UID. */
export async function findTexts(sql: Sql, feedId: string, uids: readonly string[]): Promise<Map<string, string>> {
  const rows = await sql.all(
    "SELECT uid, vevent FROM events WHERE feed_id = ?1 AND uid IN (SELECT value FROM json_each(?2))",
    feedId,
    JSON.stringify(uids),
  );
  return new Map(rows.map((row) => [text(row, "uid"), text(row, "vevent")]));
}

export interface LedgerCounts {
  /** Events that stand in the calendar. */
  readonly events: number;
  /** Events left as somebody made them in the calendar. */
  readonly left: number;
  readonly retired: number;
  /** Events whose last attempt failed. */
  readonly failing: number;
  /** One of their failures; "" when there is none. */
  readonly failure: string;
}

/** What a target holds, counted. Walks the target's rows: not for each minute. */
export async function countLedger(sql: Sql, targetId: string): Promise<LedgerCounts> {
  const row = await sql.first(
    `SELECT count(*) FILTER (WHERE state NOT IN ('new', 'create', 'retired')) AS events,
       count(*) FILTER (WHERE state = 'left') AS "left", count(*) FILTER (WHERE state = 'retired') AS retired,
       count(*) FILTER (WHERE failure != '') AS failing, coalesce(max(failure), '') AS failure
     FROM ledger WHERE target_id = ?1`,
    targetId,
  );
  if (row === null) return { events: 0, left: 0, retired: 0, failing: 0, failure: "" };
  return {
    events: int(row, "events"),
    left: int(row, "left"),
    retired: int(row, "retired"),
    failing: int(row, "failing"),
    failure: text(row, "failure"),
  };
}

/** The statements that write these rows, as few as D1's limits allow; each changes no row once another run has the lease. */
export function writeLedger(targetId: string, fence: Fence, rows: readonly LedgerRow[]): Statement[] {
  return chunkRows(rows).chunks.map((json) =>
    statement(
      `INSERT INTO ledger (target_id, uid, generation, href, etag, state, wanted_hash, event_rev, pushed_hash, intent_hash,
         remote_hash, start_at, end_at, intent_at, attempts, next_at, failure, restores, restored_at)
       SELECT ?1, value->>'$.uid', value->>'$.generation', value->>'$.href', value->>'$.etag', value->>'$.state',
         value->>'$.wantedHash', value->>'$.eventRev', value->>'$.pushedHash', value->>'$.intentHash', value->>'$.remoteHash', value->>'$.startAt', value->>'$.endAt',
         value->>'$.intentAt', value->>'$.attempts', value->>'$.nextAt', value->>'$.failure', value->>'$.restores',
         value->>'$.restoredAt'
       FROM json_each(?4) WHERE (SELECT holder FROM leases WHERE name = ?2) = ?3
       ON CONFLICT (target_id, uid) DO UPDATE SET generation = excluded.generation, href = excluded.href,
         etag = excluded.etag, state = excluded.state, wanted_hash = excluded.wanted_hash, event_rev = excluded.event_rev,
         pushed_hash = excluded.pushed_hash,
         intent_hash = excluded.intent_hash, remote_hash = excluded.remote_hash, start_at = excluded.start_at,
         end_at = excluded.end_at, intent_at = excluded.intent_at, attempts = excluded.attempts,
         next_at = excluded.next_at, failure = excluded.failure, restores = excluded.restores,
         restored_at = excluded.restored_at`,
      targetId,
      fence.name,
      fence.holder,
      json,
    ),
  );
}

/** The statement that forgets these events; it changes no row once another run has the lease. */
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

/** The statement that lets everything be tried anew: failures, and what was given up after it was put back again and again. */
export function clearLedgerFailures(targetId: string): Statement {
  return statement(
    `UPDATE ledger SET attempts = 0, next_at = 0, failure = '', restores = 0, restored_at = 0,
       pushed_hash = CASE WHEN state = 'left' AND restores > 0 THEN '' ELSE pushed_hash END,
       state = CASE WHEN state != 'left' OR restores = 0 THEN state WHEN href = '' THEN 'new' ELSE 'synced' END
     WHERE target_id = ?1 AND (failure != '' OR restores > 0)`,
    targetId,
  );
}

function readRow(row: SqlRow): LedgerRow {
  const state = text(row, "state");
  return {
    uid: text(row, "uid"),
    generation: int(row, "generation"),
    href: text(row, "href"),
    etag: textOrNull(row, "etag"),
    state: ledgerStates.find((known) => known === state) ?? "synced",
    wantedHash: text(row, "wanted_hash"),
    eventRev: int(row, "event_rev"),
    pushedHash: text(row, "pushed_hash"),
    intentHash: text(row, "intent_hash"),
    remoteHash: text(row, "remote_hash"),
    startAt: int(row, "start_at"),
    endAt: int(row, "end_at"),
    intentAt: intOrNull(row, "intent_at"),
    attempts: int(row, "attempts"),
    nextAt: int(row, "next_at"),
    failure: text(row, "failure"),
    restores: int(row, "restores"),
    restoredAt: int(row, "restored_at"),
  };
}
