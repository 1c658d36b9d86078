import { type Sql, statement } from "../sql/port.ts";

/** The row of `meta` that says when the service ran last, in epoch seconds. */
const key = "running";
/** Seconds after which the service counts as having stood still. */
const stillSeconds = 86_400;

/**
 * Notes that the service runs. Time in which it stood still, as between a copy of the database and its restoring, is nobody's
 * absence: everybody counts as having been here as much later. A database that does not say when it ran last ran when somebody was
 * here last. `nowAt`: epoch seconds.
 */
export async function noteRunning(sql: Sql, nowAt: number): Promise<void> {
  const ranAt = `coalesce((SELECT CAST(value AS BIGINT) FROM meta WHERE key = ?1),
    (SELECT max(CASE WHEN seen_at > created_at THEN seen_at ELSE created_at END) FROM accounts), 0)`;
  await sql.batch([
    // Of several nodes that come back together each may do it.
    statement(
      `UPDATE accounts SET seen_at = min(?2, max(seen_at, created_at) + ?2 - ${ranAt}) WHERE ${ranAt} < ?2 - ${stillSeconds}`,
      key,
      nowAt,
    ),
    statement(
      "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      key,
      String(nowAt),
    ),
  ]);
}
