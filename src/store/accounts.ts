import type { Role, User } from "../waldur/schema.ts";
import type { Sql } from "./sql/port.ts";
import { flag, int, json, oneOf, orNull, type RowOf, table, text } from "./sql/table.ts";

/** The part of who-am-I that an account keeps. */
type KnownUser = Omit<User, "isActive">;

const accountKinds = ["operator", "person", "decider"] as const;
/** `operator`: the one of the environment; `person`: signed in on the pages; `decider`: signed in only to decide. */
export type AccountKind = (typeof accountKinds)[number];

const accounts = table("accounts", {
  id: text,
  kind: oneOf(accountKinds, "operator"),
  /** Sealed; null for the account whose token comes from the environment. */
  token: orNull(text),
  userUuid: orNull(text),
  username: text,
  fullName: text,
  isStaff: flag,
  /** Seconds a classic token lives after its last use; null: unknown or for ever. */
  tokenLifetime: orNull(int),
  tokenExpiresAt: orNull(int),
  /** Cookies carry it; raising it ends them all. */
  sessionNo: int,
  /** Since when Waldur does not take the token, epoch seconds; null: it did the last time. */
  refusedAt: orNull(int),
  /** As who-am-I told them last. */
  roles: json<readonly Role[]>(),
  /** Time of the last who-am-I for a page or the API, epoch seconds; 0: never. */
  askedAt: int,
});

/** One Waldur credential and the user behind it. */
export type AccountRow = RowOf<typeof accounts>;

/** Id of the account whose token is `WALDUR_API_TOKEN`. */
export const environmentAccount = "environment";

/** Returns the account of that id, or null. */
export async function findAccount(sql: Sql, id: string): Promise<AccountRow | null> {
  const row = await sql.first("SELECT * FROM accounts WHERE id = ?1", id);
  return row === null ? null : accounts.read(row);
}

/** Makes the account unless it is there. */
export async function addAccount(sql: Sql, id: string, token: string | null, nowAt: number): Promise<void> {
  await sql.run(
    "INSERT INTO accounts (id, token, created_at) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING",
    id,
    token,
    nowAt,
  );
}

/** Returns those of these accounts that exist, by id. */
export async function findAccounts(sql: Sql, ids: readonly string[]): Promise<Map<string, AccountRow>> {
  const rows = await sql.all(
    "SELECT * FROM accounts WHERE id IN (SELECT value FROM json_each(?1))",
    JSON.stringify(ids),
  );
  return new Map(rows.map(accounts.read).map((account) => [account.id, account]));
}

/** Returns the account of that kind whose user has that uuid, or null. */
export async function findUser(
  sql: Sql,
  kind: Exclude<AccountKind, "operator">,
  userUuid: string,
): Promise<AccountRow | null> {
  const row = await sql.first("SELECT * FROM accounts WHERE kind = ?1 AND user_uuid = ?2", kind, userUuid);
  return row === null ? null : accounts.read(row);
}

/** Makes an account for a user of Waldur. Writes nothing when there is one of that kind already. */
export async function addUser(
  sql: Sql,
  account: { readonly id: string; readonly kind: Exclude<AccountKind, "operator">; readonly token: string },
  user: KnownUser,
  nowAt: number,
): Promise<void> {
  await sql.run(
    `INSERT INTO accounts (id, kind, token, user_uuid, username, full_name, is_staff, token_lifetime, token_expires_at,
       created_at, roles)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT (kind, user_uuid) WHERE kind != 'operator' DO NOTHING`,
    account.id,
    account.kind,
    account.token,
    user.uuid,
    user.username,
    user.fullName,
    user.isStaff ? 1 : 0,
    user.tokenLifetime,
    user.tokenExpiresAt,
    nowAt,
    JSON.stringify(user.roles),
  );
}

/** Gives an account another sealed token, which ends its sessions. */
export async function changeToken(sql: Sql, id: string, token: string): Promise<void> {
  await sql.run(
    "UPDATE accounts SET token = ?2, session_no = session_no + 1, refused_at = NULL WHERE id = ?1",
    id,
    token,
  );
}

/** Returns the SQL that lists the accounts of the person behind an account, none for the operator's; `parameter` is its id. */
export function personAccounts(parameter: string): string {
  return `SELECT id FROM accounts WHERE kind != 'operator' AND kind IN ('person', 'decider')
    AND user_uuid = (SELECT user_uuid FROM accounts WHERE kind != 'operator' AND id = ${parameter})`;
}

/** Ends every session of the person behind an account, whatever token began it; never one of the operator. */
export async function endPersonSessions(sql: Sql, id: string): Promise<void> {
  await sql.run(`UPDATE accounts SET session_no = session_no + 1 WHERE id IN (${personAccounts("?1")})`, id);
}

/** Ends every session of an account. */
export async function endSessions(sql: Sql, id: string): Promise<void> {
  await sql.run("UPDATE accounts SET session_no = session_no + 1 WHERE id = ?1", id);
}

/** Notes that Waldur does not take the account's token (since `refusedAt`, epoch seconds), or takes it again (null). */
export async function noteRefused(sql: Sql, id: string, refusedAt: number | null): Promise<void> {
  await sql.run(
    "UPDATE accounts SET refused_at = ?2 WHERE id = ?1 AND (refused_at IS NULL) != (?2 IS NULL)",
    id,
    refusedAt,
  );
}

/**
 * Keeps what who-am-I told, if it is news: an expiry that slides on with each request is not, until it moved by a day.
 */
export async function noteUser(sql: Sql, id: string, user: KnownUser): Promise<void> {
  await sql.run(
    `UPDATE accounts SET user_uuid = ?2, username = ?3, full_name = ?4, is_staff = ?5, token_lifetime = ?6,
       token_expires_at = ?7, roles = ?8
     WHERE id = ?1 AND (user_uuid IS NOT ?2 OR username != ?3 OR full_name != ?4 OR is_staff != ?5
       OR token_lifetime IS NOT ?6 OR roles != ?8 OR abs(coalesce(token_expires_at, 0) - coalesce(?7, 0)) > 86400)`,
    id,
    user.uuid,
    user.username,
    user.fullName,
    user.isStaff ? 1 : 0,
    user.tokenLifetime,
    user.tokenExpiresAt,
    JSON.stringify(user.roles),
  );
}

/** Notes that who-am-I was asked for an account, epoch seconds. */
export async function noteAsked(sql: Sql, id: string, askedAt: number): Promise<void> {
  await sql.run("UPDATE accounts SET asked_at = ?2 WHERE id = ?1", id, askedAt);
}

/** Returns every account, by id. */
export async function listAccounts(sql: Sql): Promise<Map<string, AccountRow>> {
  const rows = await sql.all("SELECT * FROM accounts ORDER BY id");
  return new Map(rows.map(accounts.read).map((account) => [account.id, account]));
}
