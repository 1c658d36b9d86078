import { readInt, readText } from "./sql/row.ts";
import type { Sql } from "./sql/port.ts";

/** Returns the ids of the sources under the living feeds of an account, each with the number of these feeds. */
export async function countFeedsBySource(sql: Sql, accountId: string): Promise<Map<string, number>> {
  const rows = await sql.all(
    "SELECT source_id, count(*) AS found FROM feeds WHERE account_id = ?1 AND state != 'ended' GROUP BY source_id",
    accountId,
  );
  return new Map(rows.map((row) => [readText(row, "source_id"), readInt(row, "found")]));
}

/** Returns the number of targets that mirror the living feeds of an account. */
export async function countTargets(sql: Sql, accountId: string): Promise<number> {
  const row = await sql.first(
    `SELECT count(*) AS found FROM targets JOIN feeds ON feeds.id = targets.feed_id
     WHERE feeds.account_id = ?1 AND feeds.state != 'ended'`,
    accountId,
  );
  return row === null ? 0 : readInt(row, "found");
}
