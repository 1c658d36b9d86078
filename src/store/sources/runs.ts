import { type Sql, type Statement, statement } from "../sql/port.ts";
import { int, type RowOf, table, text } from "../sql/table.ts";

const runs = table("runs", {
  sourceId: text,
  /** Epoch seconds. */
  endedAt: int,
  added: int,
  changed: int,
  removed: int,
  skipped: int,
  /** Asked of Waldur. */
  requests: int,
  /** An error code; "" when it did all there was. */
  failure: text,
  held: text,
});

/** A run over a source that did something worth remembering. */
export type RunRow = RowOf<typeof runs>;

const writeSql = runs.upsert(["sourceId", "endedAt"], "?1");

/** Makes the statement that keeps a run; of two that end in the same second the later one stands. */
export function writeRun(run: RunRow): Statement {
  return statement(writeSql, JSON.stringify([runs.encode(run)]));
}

/** Makes the statement that forgets the runs of a source that ended before then. */
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
  return rows.map(runs.read);
}
