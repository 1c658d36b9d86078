import { type ObjectRow, touched } from "./objects.ts";
import { readInt, readText } from "./sql/row.ts";
import type { Sql } from "./sql/port.ts";

/** An object that changed or went, at that revision of its feed. */
export interface ChangeRow extends ObjectRow {
  readonly gone: boolean;
}

/** A place in the history of a feed: everything of the revisions before `rev`, and of that one up to `uid`; "" for all of it. */
export interface FeedPlace {
  readonly rev: number;
  readonly uid: string;
}

/**
 * Returns true when it is known what changed in an account's calendar since then: the feed had these revisions, and the
 * account's programs were told at `touchedAt` (epoch milliseconds; 0: never) to read something again.
 */
export async function knowsSince(
  sql: Sql,
  feedId: string,
  accountId: string,
  revs: readonly number[],
  touchedAt: number,
): Promise<boolean> {
  const row = await sql.first(
    `SELECT NOT EXISTS (SELECT 1 FROM json_each(?3) AS asked WHERE NOT EXISTS (
         SELECT 1 FROM revisions WHERE feed_id = ?1 AND rev = CAST(asked.value AS BIGINT))) AND (?4 = 0 OR EXISTS (
       SELECT 1 FROM refused_writes WHERE feed_id = ?1 AND account_id = ?2 AND changed_at = ?4)) AS known`,
    feedId,
    accountId,
    JSON.stringify(revs),
    touchedAt,
  );
  return row !== null && readInt(row, "known") === 1;
}

/** Returns the objects that changed or went after a place, in the order of places, at most so many. */
export async function listChanges(
  sql: Sql,
  feedId: string,
  accountId: string,
  { rev, uid }: FeedPlace,
  limit: number,
): Promise<ChangeRow[]> {
  // A place with "" comes after all UIDs of its revision.
  const from = uid === "" ? rev + 1 : rev;
  const rows = await sql.all(
    `SELECT uid, rev, ${touched}, 0 AS gone FROM events INDEXED BY events_rev
       WHERE feed_id = ?1 AND rev >= ?3 AND (rev, uid) > (?3, ?4)
     UNION ALL SELECT value AS uid, rev, 0 AS touched_at, 1 AS gone FROM revisions, json_each(removed)
       WHERE feed_id = ?1 AND rev >= ?3 AND (rev, value) > (?3, ?4)
     ORDER BY rev, uid LIMIT ?5`,
    feedId,
    accountId,
    from,
    uid,
    limit,
  );
  return rows.map((row) => ({
    uid: readText(row, "uid"),
    rev: readInt(row, "rev"),
    touchedAt: readInt(row, "touched_at"),
    gone: readInt(row, "gone") === 1,
  }));
}

/** Returns the names of objects that an account's programs were told to read again after `touchedAt` (epoch milliseconds). */
export async function listTouched(sql: Sql, feedId: string, accountId: string, touchedAt: number): Promise<string[]> {
  const rows = await sql.all(
    "SELECT DISTINCT name FROM refused_writes WHERE feed_id = ?1 AND account_id = ?2 AND changed_at > ?3 ORDER BY name",
    feedId,
    accountId,
    touchedAt,
  );
  return rows.map((row) => readText(row, "name"));
}
