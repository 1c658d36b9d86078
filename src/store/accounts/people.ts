import { readText } from "../sql/row.ts";
import { type Sql, type Statement, statement } from "../sql/port.ts";

/** Returns the ids of the accounts of a user of Waldur, given by username or uuid; never the operator's. */
export async function listAccountsOf(sql: Sql, user: string): Promise<string[]> {
  const rows = await sql.all(
    "SELECT id FROM accounts WHERE kind != 'operator' AND (username = ?1 OR user_uuid = ?1)",
    user,
  );
  return rows.map((row) => readText(row, "id"));
}

/** Makes the statement that takes a person's name and network out of the decisions that their accounts, or somebody of that username, made. */
export function forgetNames(accountIds: readonly string[], username: string): Statement {
  return statement(
    `UPDATE decisions SET username = '', full_name = '', address = ''
     WHERE (account_id IN (SELECT value FROM json_each(?1)) OR username = ?2) AND username != ''`,
    JSON.stringify(accountIds),
    username,
  );
}

/** Makes the statement that leaves of these accounts only what their feeds refer to: no token, no session, no name. */
export function emptyAccounts(ids: readonly string[]): Statement {
  return statement(
    `UPDATE accounts SET token = '', user_uuid = NULL, username = '', full_name = '', email = '', is_staff = 0, roles = '[]', zone = '', language = '',
       session_no = session_no + 1, ended_sessions = '[]', refused_at = NULL
     WHERE id IN (SELECT value FROM json_each(?1))`,
    JSON.stringify(ids),
  );
}

/** Makes the statements that take away what calendar programs of these accounts sign in with, and what is kept for them. */
export function forgetPrograms(ids: readonly string[]): Statement[] {
  const list = JSON.stringify(ids);
  return ["app_passwords", "refused_writes", "calendar_choices"].map((table) =>
    statement(`DELETE FROM ${table} WHERE account_id IN (SELECT value FROM json_each(?1))`, list),
  );
}
