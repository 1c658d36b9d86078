import { readInt } from "./sql/row.ts";
import { type Sql, statement } from "./sql/port.ts";

/** Rows that are kept for one person and feed: a program that has read an older state reads the calendar anew. */
const mostRows = 500;

/** The last `changed_at` of a person and feed, where the parameters are feed and account. */
const last = "coalesce((SELECT max(changed_at) FROM refused_writes WHERE feed_id = ?1 AND account_id = ?2), 0)";

/** The columns of the last row of a name, ?4. */
const lastOfName = (column: string): string =>
  `(SELECT ${column} FROM refused_writes WHERE feed_id = ?1 AND account_id = ?2 AND name = ?4 ORDER BY changed_at DESC LIMIT 1)`;

/** An object of a person's calendar: `name` is the last segment of its address. */
export interface ObjectName {
  readonly feedId: string;
  readonly accountId: string;
  readonly name: string;
}

/**
 * Notes that a person's programs must read an object again, since a change of it was refused at `now` (epoch milliseconds).
 * The object shows `word` until `untilAt`; a refusal without a word ("") leaves the one before.
 */
export async function noteRefusedWrite(
  sql: Sql,
  { feedId, accountId, name }: ObjectName,
  word: string,
  now: number,
  untilAt: number,
): Promise<void> {
  await sql.batch([
    statement(
      `INSERT INTO refused_writes (feed_id, account_id, changed_at, name, word, until_at)
       SELECT ?1, ?2, max(?3, ${last} + 1), ?4,
         CASE WHEN ?5 = '' THEN coalesce(${lastOfName("word")}, '') ELSE ?5 END,
         CASE WHEN ?5 = '' THEN ${lastOfName("until_at")} ELSE ?6 END`,
      feedId,
      accountId,
      now,
      name,
      word,
      untilAt,
    ),
    statement(
      `UPDATE refused_writes SET until_at = NULL
       WHERE feed_id = ?1 AND account_id = ?2 AND name = ?3 AND until_at IS NOT NULL AND changed_at < ${last}`,
      feedId,
      accountId,
      name,
    ),
    statement(
      `DELETE FROM refused_writes WHERE feed_id = ?1 AND account_id = ?2 AND changed_at <= (
         SELECT changed_at FROM refused_writes WHERE feed_id = ?1 AND account_id = ?2
         ORDER BY changed_at DESC LIMIT 1 OFFSET ?3)`,
      feedId,
      accountId,
      mostRows,
    ),
  ]);
}

/** Takes away the sentences whose time is over at `now` (epoch milliseconds). Returns the last `changed_at` then. */
export async function settleOverdue(sql: Sql, feedId: string, accountId: string, now: number): Promise<number> {
  await sql.batch([
    statement(
      `INSERT INTO refused_writes (feed_id, account_id, changed_at, name, word)
       SELECT ?1, ?2, max(?3, ${last}) + row_number() OVER (ORDER BY name), name, '' FROM refused_writes
       WHERE feed_id = ?1 AND account_id = ?2 AND until_at <= ?3`,
      feedId,
      accountId,
      now,
    ),
    statement(
      "UPDATE refused_writes SET until_at = NULL WHERE feed_id = ?1 AND account_id = ?2 AND until_at <= ?3",
      feedId,
      accountId,
      now,
    ),
  ]);
  const row = await sql.first(`SELECT ${last} AS changed_at`, feedId, accountId);
  return row === null ? 0 : readInt(row, "changed_at");
}
