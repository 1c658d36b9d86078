import { int, intOrNull, text, textOrNull } from "./row.ts";
import type { Sql, SqlRow } from "./sql.ts";

/** What an account keeps of who-am-I. Seconds and epoch seconds. */
export interface User {
  readonly uuid: string;
  readonly username: string;
  readonly fullName: string;
  readonly isStaff: boolean;
  readonly tokenLifetime: number | null;
  readonly tokenExpiresAt: number | null;
}

/** One Waldur credential and the user behind it. */
export interface AccountRow {
  readonly id: string;
  /** Sealed; null for the account whose token comes from the environment. */
  readonly token: string | null;
  readonly userUuid: string | null;
  readonly username: string;
  readonly fullName: string;
  readonly isStaff: boolean;
  /** Seconds a classic token lives after its last use; null: unknown or for ever. */
  readonly tokenLifetime: number | null;
  readonly tokenExpiresAt: number | null;
}

/** Id of the account whose token is `WALDUR_API_TOKEN`. */
export const environmentAccount = "environment";

/** The account of that id, or null. */
export async function findAccount(sql: Sql, id: string): Promise<AccountRow | null> {
  const row = await sql.first("SELECT * FROM accounts WHERE id = ?1", id);
  return row === null ? null : readAccount(row);
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

/**
 * Keeps what who-am-I told, if it is news: an expiry that slides on with each request is not, until it moved by a day.
 */
export async function noteUser(sql: Sql, id: string, user: User): Promise<void> {
  await sql.run(
    `UPDATE accounts SET user_uuid = ?2, username = ?3, full_name = ?4, is_staff = ?5, token_lifetime = ?6,
       token_expires_at = ?7
     WHERE id = ?1 AND (user_uuid IS NOT ?2 OR username != ?3 OR full_name != ?4 OR is_staff != ?5
       OR token_lifetime IS NOT ?6 OR abs(coalesce(token_expires_at, 0) - coalesce(?7, 0)) > 86400)`,
    id,
    user.uuid,
    user.username,
    user.fullName,
    user.isStaff ? 1 : 0,
    user.tokenLifetime,
    user.tokenExpiresAt,
  );
}

function readAccount(row: SqlRow): AccountRow {
  return {
    id: text(row, "id"),
    token: textOrNull(row, "token"),
    userUuid: textOrNull(row, "user_uuid"),
    username: text(row, "username"),
    fullName: text(row, "full_name"),
    isStaff: int(row, "is_staff") === 1,
    tokenLifetime: intOrNull(row, "token_lifetime"),
    tokenExpiresAt: intOrNull(row, "token_expires_at"),
  };
}
