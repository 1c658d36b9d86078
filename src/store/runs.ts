import { int, text } from "./row.ts";
import { type Sql, type SqlRow, type Statement, statement } from "./sql.ts";

/** What one run over a source did that is worth remembering. */
export interface RunRow {
  readonly sourceId: string;
  /** Epoch seconds. */
  readonly endedAt: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly skipped: number;
  /** Asked of Waldur. */
  readonly requests: number;
  /** An error code; "" when it did all there was. */
  readonly failure: string;
  readonly held: string;
}

/** The statement that keeps a run; of two that end in the same second the later one stands. */
export function writeRun(run: RunRow): Statement {
  return statement(
    `INSERT OR REPLACE INTO runs (source_id, ended_at, added, changed, removed, skipped, requests, failure, held)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)`,
    run.sourceId,
    run.endedAt,
    run.added,
    run.changed,
    run.removed,
    run.skipped,
    run.requests,
    run.failure,
    run.held,
  );
}

/** The statement that forgets the runs of a source that ended before then. */
export function forgetRuns(sourceId: string, beforeAt: number): Statement {
  return statement("DELETE FROM runs WHERE source_id = ?1 AND ended_at < ?2", sourceId, beforeAt);
}

/** Runs of these sources that ended before `beforeAt`, newest first; `failed`: only those that did not do all. */
export async function listRuns(
  sql: Sql,
  sourceIds: readonly string[],
  { beforeAt, failed, limit }: { beforeAt: number; failed: boolean; limit: number },
): Promise<RunRow[]> {
  const rows = await sql.all(
    `SELECT * FROM runs WHERE source_id IN (SELECT value FROM json_each(?1)) AND ended_at < ?2
       AND (?3 = 0 OR failure != '' OR held != '')
     ORDER BY ended_at DESC, source_id LIMIT ?4`,
    JSON.stringify(sourceIds),
    beforeAt,
    Number(failed),
    limit,
  );
  return rows.map(readRun);
}

function readRun(row: SqlRow): RunRow {
  return {
    sourceId: text(row, "source_id"),
    endedAt: int(row, "ended_at"),
    added: int(row, "added"),
    changed: int(row, "changed"),
    removed: int(row, "removed"),
    skipped: int(row, "skipped"),
    requests: int(row, "requests"),
    failure: text(row, "failure"),
    held: text(row, "held"),
  };
}
