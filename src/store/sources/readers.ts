import { hasElapsed } from "../../lib/clock.ts";
import { type SourceRow, sources } from "./sources.ts";
import { readText } from "../sql/row.ts";
import { type Sql, type SqlRow, type Statement, statement } from "../sql/port.ts";
import { int, oneOf, orNull, type RowOf, table, text } from "../sql/table.ts";

const losses = ["role", "inactive", "expired", "part"] as const;

export const loss = table("readers", {
  /**
   * The loss of the account in Waldur: the role that opens the list, its user's being active, any proof of its role for
   * long, or the roles that showed some of the bookings; "" for nothing.
   */
  lost: oneOf(["", ...losses], ""),
  /** Since when, as far as we know; null for nothing. */
  lostAt: orNull(int),
});

/** The part of a list that an account may not read any more. */
export type Loss = RowOf<typeof loss>;

const reader = table("readers", {
  /** The account that asked for the list. */
  readerId: text,
  /** The last time at which it began to read the list for all, epoch seconds; null: never. */
  readAt: orNull(int),
  /** The last time at which its person signed in, epoch seconds: the list is read for a while without a feed; null: never. */
  visitedAt: orNull(int),
});

/** A source as one of the accounts has it that asked for its list. */
export type ReadSource = Omit<SourceRow, "accountId"> &
  Loss & { readonly accountId: string; readonly readAt: number | null; readonly visitedAt: number | null };

/** Seconds for which a list is read after somebody came for it, without a feed over it. */
const visitSeconds = 30 * 86_400;

/** Returns true when the person of the account was here not long ago. */
export function isVisited({ visitedAt }: Pick<ReadSource, "visitedAt">, nowAt: number): boolean {
  return visitedAt !== null && !hasElapsed(visitedAt, visitSeconds, nowAt);
}

/** Losses after which an account can read nothing of a list. */
export type LostAccess = Exclude<Loss["lost"], "" | "part">;

/** Returns what an account has lost so that it can read nothing of a list; null while it can. */
export function lostAccess({ lost }: Pick<Loss, "lost">): LostAccess | null {
  return lost === "" || lost === "part" ? null : lost;
}

/** Returns the time, epoch seconds, from which what an account has lost is not shown to it any more; null when it lost nothing. */
export function clearTime(
  { accessClearHours }: { readonly accessClearHours: number },
  { lostAt }: Pick<Loss, "lostAt">,
): number | null {
  return lostAt === null ? null : lostAt + accessClearHours * 3600;
}

/** Returns what all of these readers of one list have lost, as the one that lost it last; nothing while one of them reads it. */
export function commonLoss(readers: readonly Loss[]): Loss {
  const last = readers.toSorted((a, b) => (b.lostAt ?? 0) - (a.lostAt ?? 0))[0];
  const kept = readers.find((one) => lostAccess(one) === null);
  const { lost, lostAt } = kept ?? last ?? { lost: "", lostAt: null };
  return { lost, lostAt };
}

const select = `SELECT ${sources.list("sources")}, readers.account_id AS reader_id, readers.lost, readers.lost_at, readers.read_at,
  readers.visited_at
  FROM readers JOIN sources ON sources.id = readers.source_id`;

/** Returns every source as each of its readers has it, those due longest first; or those that an account asked for. */
export async function listReadSources(sql: Sql, accountId?: string): Promise<ReadSource[]> {
  const rows =
    accountId === undefined
      ? await sql.all(`${select} ORDER BY sources.due_at, sources.id, readers.account_id`)
      : await sql.all(`${select} WHERE readers.account_id = ?1 ORDER BY sources.id`, accountId);
  return rows.map(readSource);
}

/** Returns a source as this reader has it, or null. */
export async function findReadSource(sql: Sql, id: string, accountId: string): Promise<ReadSource | null> {
  const row = await sql.first(`${select} WHERE sources.id = ?1 AND readers.account_id = ?2`, id, accountId);
  return row === null ? null : readSource(row);
}

/** Returns what those accounts have lost of each source's list that have a feed over it, by source. */
export async function listLosses(sql: Sql): Promise<Map<string, Loss[]>> {
  const rows = await sql.all(
    `SELECT source_id, lost, lost_at FROM readers WHERE EXISTS (
       SELECT 1 FROM feeds WHERE feeds.account_id = readers.account_id AND feeds.source_id = readers.source_id
         AND feeds.state != 'ended')`,
  );
  const groups = Map.groupBy(rows, (row) => readText(row, "source_id"));
  return new Map([...groups].map(([id, group]) => [id, group.map(loss.read)]));
}

function readSource(row: SqlRow): ReadSource {
  const { readerId, readAt, visitedAt } = reader.read(row);
  return { ...sources.read(row), ...loss.read(row), accountId: readerId, readAt, visitedAt };
}

/** Makes the statement that notes what an account has lost of these lists, or has again. */
export function writeLosses(accountId: string, changes: readonly (Loss & { readonly sourceId: string })[]): Statement {
  return statement(
    `WITH change AS MATERIALIZED (SELECT value->>'$.sourceId' AS id, value->>'$.lost' AS lost, CAST(value->>'$.lostAt' AS BIGINT) AS lost_at
       FROM json_each(?2))
     UPDATE readers SET lost = change.lost, lost_at = change.lost_at FROM change
     WHERE readers.account_id = ?1 AND readers.source_id = change.id`,
    accountId,
    JSON.stringify(changes),
  );
}

/**
 * Makes the statement that has sources read at once and swept anew, of which an account reads again what it had lost: a sweep
 * that was under way may have missed what the account did not see.
 */
export function wakeSources(ids: readonly string[], nowAt: number): Statement {
  return statement(
    `UPDATE sources SET due_at = ?2, sweep_page = NULL, sweep_rich = 0, sweep_wanted = 1
     WHERE id IN (SELECT value FROM json_each(?1))`,
    JSON.stringify(ids),
    nowAt,
  );
}

/** Notes that an account reads a list for all from now on. */
export async function noteReader(sql: Sql, sourceId: string, accountId: string, nowAt: number): Promise<void> {
  await sql.run("UPDATE readers SET read_at = ?3 WHERE source_id = ?1 AND account_id = ?2", sourceId, accountId, nowAt);
}

/** Notes that the person of an account, which asked for these lists, signed in. */
export async function noteVisit(
  sql: Sql,
  sourceIds: readonly string[],
  accountId: string,
  nowAt: number,
): Promise<void> {
  await sql.run(
    "UPDATE readers SET visited_at = ?3 WHERE account_id = ?2 AND source_id IN (SELECT value FROM json_each(?1))",
    JSON.stringify(sourceIds),
    accountId,
    nowAt,
  );
}
