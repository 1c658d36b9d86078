import { readInt } from "../sql/row.ts";
import { type Sql, statement } from "../sql/port.ts";
import { int, orNull, type RowOf, table, text } from "../sql/table.ts";

const appPasswords = table("app_passwords", {
  id: text,
  accountId: text,
  /** As its person calls it. */
  name: text,
  /** Hex SHA-256. */
  hash: text,
  /** Epoch seconds, as all times of the row. */
  createdAt: int,
  usedAt: orNull(int),
  /** The program that used it last; "" for none. */
  client: text,
});

/** A password with which one calendar program signs in for a person. */
export type AppPasswordRow = RowOf<typeof appPasswords>;

/** Keeps a new app password. */
export async function addAppPassword(
  sql: Sql,
  row: Pick<AppPasswordRow, "id" | "accountId" | "name" | "hash" | "createdAt">,
): Promise<void> {
  await sql.batch([appPasswords.insert(row)]);
}

/** Returns the app password with that hash, or null. */
export async function findAppPassword(sql: Sql, hash: string): Promise<AppPasswordRow | null> {
  const row = await sql.first("SELECT * FROM app_passwords WHERE hash = ?1", hash);
  return row === null ? null : appPasswords.read(row);
}

/** Returns the app passwords of these accounts, newest first. */
export async function listAppPasswords(sql: Sql, accountIds: readonly string[]): Promise<AppPasswordRow[]> {
  const rows = await sql.all(
    `SELECT * FROM app_passwords WHERE account_id IN (SELECT value FROM json_each(?1)) ORDER BY created_at DESC, id`,
    JSON.stringify(accountIds),
  );
  return rows.map(appPasswords.read);
}

/** Returns the number of app passwords of these accounts. */
export async function countAppPasswords(sql: Sql, accountIds: readonly string[]): Promise<number> {
  const row = await sql.first(
    "SELECT count(*) AS count FROM app_passwords WHERE account_id IN (SELECT value FROM json_each(?1))",
    JSON.stringify(accountIds),
  );
  return row === null ? 0 : readInt(row, "count");
}

/** Deletes the app password of that id, where it is of one of these accounts. Resolves to true when it was there. */
export async function deleteAppPassword(sql: Sql, accountIds: readonly string[], id: string): Promise<boolean> {
  const deleted = await sql.run(
    "DELETE FROM app_passwords WHERE id = ?2 AND account_id IN (SELECT value FROM json_each(?1))",
    JSON.stringify(accountIds),
    id,
  );
  return deleted > 0;
}

/** Notes the use of an app password by that program at `nowAt`, epoch seconds, and that its person was here. */
export async function noteAppPasswordUse(
  sql: Sql,
  { id, accountId }: Pick<AppPasswordRow, "id" | "accountId">,
  client: string,
  nowAt: number,
): Promise<void> {
  await sql.batch([
    statement("UPDATE app_passwords SET used_at = ?2, client = ?3 WHERE id = ?1", id, nowAt, client),
    statement("UPDATE accounts SET seen_at = ?2 WHERE id = ?1", accountId, nowAt),
  ]);
}
