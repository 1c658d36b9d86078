import { isNeeded } from "./presence.ts";
import { type Language, languages } from "../../calendar/profile.ts";
import type { Role, User } from "../../waldur/schema.ts";
import { readText } from "../sql/row.ts";
import type { Sql, SqlRow } from "../sql/port.ts";
import { flag, int, json, oneOf, orNull, type RowOf, table, text } from "../sql/table.ts";

/** The part of who-am-I that an account keeps. */
type KnownUser = Omit<User, "isActive">;

const accountKinds = ["operator", "person", "decider"] as const;
/** `operator`: the one of the environment; `person`: signed in on the pages; `decider`: signed in only to decide. */
export type AccountKind = (typeof accountKinds)[number];

const accounts = table("accounts", {
  id: text,
  kind: oneOf(accountKinds, "operator"),
  /** Sealed; null for the account whose token comes from the environment, "" once it was dropped. */
  token: orNull(text),
  userUuid: orNull(text),
  username: text,
  fullName: text,
  /** As who-am-I told it last; it may be no address. */
  email: text,
  isStaff: flag,
  /** Seconds a classic token lives after its last use; null: unknown or for ever. */
  tokenLifetime: orNull(int),
  tokenExpiresAt: orNull(int),
  /** Cookies carry it; raising it ends them all. */
  sessionNo: int,
  /** Ids and ends (epoch seconds) of sessions that ended in their browser before their time. */
  endedSessions: json<readonly (readonly [string, number])[]>(),
  /** Since when Waldur does not take the token, epoch seconds; null: it did the last time. */
  refusedAt: orNull(int),
  /** The IANA zone and the language of pages that the person chose; "" follows the service and the browser. */
  zone: text,
  language: oneOf(["", ...languages], ""),
  /** As who-am-I told them last. */
  roles: json<readonly Role[]>(),
  /** Time at which who-am-I was last asked for a page, the API or a run, epoch seconds; 0: never. */
  askedAt: int,
  /** Time at which it last told the roles, epoch seconds; null: never. */
  provenAt: orNull(int),
});

/** One Waldur credential and the user behind it. */
export type AccountRow = RowOf<typeof accounts>;

/** Reads a row of the table. Throws `store_failed` where it is none. */
export const readAccount = (row: SqlRow): AccountRow => accounts.read(row);

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

/** Makes an account for a user of Waldur, with what the same person chose before. Writes nothing when there is one of that kind already. */
export async function addUser(
  sql: Sql,
  account: { readonly id: string; readonly kind: Exclude<AccountKind, "operator">; readonly token: string },
  user: KnownUser,
  nowAt: number,
): Promise<void> {
  await sql.run(
    `INSERT INTO accounts (id, kind, token, user_uuid, username, full_name, is_staff, token_lifetime, token_expires_at,
       roles, email, created_at, zone, language)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, coalesce(max(zone), ''), coalesce(max(language), '')
     FROM accounts WHERE kind != 'operator' AND user_uuid = ?4 ON CONFLICT (kind, user_uuid) WHERE kind != 'operator' DO NOTHING`,
    account.id,
    account.kind,
    account.token,
    ...valuesOf(user),
    nowAt,
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

/**
 * Returns the SQL that lists the accounts of the person behind an account, that account among them: a person is the user of
 * Waldur, whatever token or session shows it. `parameter` is the account's id.
 */
export function personAccounts(parameter: string): string {
  return `SELECT ${parameter} UNION ${peopleAccounts(parameter)}
    UNION SELECT id FROM accounts WHERE id = '${environmentAccount}' AND user_uuid = ${userOf(parameter)}`;
}

/** Returns the SQL that lists those of them that people sign in with, so not the operator's. */
function peopleAccounts(parameter: string): string {
  return `SELECT id FROM accounts WHERE kind != 'operator' AND kind IN ('person', 'decider') AND user_uuid = ${userOf(parameter)}`;
}

function userOf(parameter: string): string {
  return `(SELECT user_uuid FROM accounts WHERE id = ${parameter})`;
}

/** Returns the ids of the accounts of the person behind an account, that one among them. */
export async function listPersonAccounts(sql: Sql, id: string): Promise<string[]> {
  const rows = await sql.all(
    `SELECT value AS id FROM (SELECT NULL AS value WHERE 1 = 0 UNION ${personAccounts("?1")}) AS own`,
    id,
  );
  return rows.map((row) => readText(row, "id"));
}

/** Keeps the zone and the language that somebody chose, for all accounts of the same person. */
export async function chooseWishes(
  sql: Sql,
  id: string,
  { zone, language }: { readonly zone: string; readonly language: Language | "" },
): Promise<void> {
  await sql.run(
    `UPDATE accounts SET zone = ?2, language = ?3 WHERE id = ?1
       OR (?1 != '${environmentAccount}' AND id IN (${peopleAccounts("?1")}))`,
    id,
    zone,
    language,
  );
}

/** Drops the token of an account that needs it for no feed, no calendar program, no answer by mail and no webhook; without sessions it serves nothing. */
const dropToken = `token = CASE WHEN kind != 'operator' AND NOT EXISTS (
    SELECT 1 FROM feeds WHERE feeds.account_id = accounts.id AND feeds.state != 'ended')
  AND NOT EXISTS (SELECT 1 FROM app_passwords WHERE app_passwords.account_id = accounts.id) AND NOT ${isNeeded} THEN '' ELSE token END`;

/**
 * Ends every session of the person behind an account, of both kinds, whatever token began it. Those of the operator, which
 * ADMIN_TOKEN begins, end only for the operator's account, and alone. Tokens that nothing
 * needs are dropped; app passwords stay, each a credential of its own that is revoked by itself.
 */
export async function endPersonSessions(sql: Sql, id: string): Promise<void> {
  await sql.run(
    `UPDATE accounts SET session_no = session_no + 1, ${dropToken}
     WHERE id = ?1 OR (?1 != '${environmentAccount}' AND id IN (${peopleAccounts("?1")}))`,
    id,
  );
}

/** Most sessions that an account has noted as ended. */
const mostEnded = 50;

/** Ends one session of an account, which would last until `untilAt` (epoch seconds); where too many did, all of them. */
export async function endSession(sql: Sql, id: string, session: string, untilAt: number, nowAt: number): Promise<void> {
  await sql.run(
    `UPDATE accounts SET session_no = session_no + CASE WHEN json_array_length(ended_sessions) >= ?5 THEN 1 ELSE 0 END,
       ended_sessions = CASE WHEN json_array_length(ended_sessions) >= ?5 THEN '[]' ELSE json_insert(
         (SELECT json_group_array(json(value)) FROM json_each(ended_sessions) WHERE CAST(value->>1 AS BIGINT) > ?4),
         '$[#]', json_array(?2, ?3)) END
     WHERE id = ?1`,
    id,
    session,
    untilAt,
    nowAt,
    mostEnded,
  );
}

/** Notes that Waldur does not take the account's token (since `refusedAt`, epoch seconds), or takes it again (null). */
export async function noteRefused(sql: Sql, id: string, refusedAt: number | null): Promise<void> {
  await sql.run(
    "UPDATE accounts SET refused_at = ?2 WHERE id = ?1 AND (refused_at IS NULL) != (?2 IS NULL)",
    id,
    refusedAt,
  );
}

/** Sets the columns of `valuesOf`, whose parameters begin at ?2. */
const setUser = `user_uuid = ?2, username = ?3, full_name = ?4, is_staff = ?5, token_lifetime = ?6,
  token_expires_at = ?7, roles = ?8, email = ?9`;

function valuesOf(user: KnownUser): (string | number | null)[] {
  const { uuid, username, fullName, email, isStaff, tokenLifetime, tokenExpiresAt, roles } = user;
  return [uuid, username, fullName, isStaff ? 1 : 0, tokenLifetime, tokenExpiresAt, JSON.stringify(roles), email];
}

/**
 * Keeps what who-am-I told, if it is news: an expiry that slides on with each request is not, until it moved by a day.
 */
export async function noteUser(sql: Sql, id: string, user: KnownUser): Promise<void> {
  await sql.run(
    `UPDATE accounts SET ${setUser} WHERE id = ?1 AND (user_uuid IS NOT ?2 OR username != ?3 OR full_name != ?4 OR is_staff != ?5
       OR token_lifetime IS NOT ?6 OR roles != ?8 OR email != ?9 OR abs(coalesce(token_expires_at, 0) - coalesce(?7, 0)) > 86400)`,
    id,
    ...valuesOf(user),
  );
}

/** Notes that the person of an account was here at `nowAt` (epoch seconds), and that who-am-I was asked then. */
export async function noteSeen(sql: Sql, id: string, nowAt: number): Promise<void> {
  await sql.run("UPDATE accounts SET asked_at = ?2, seen_at = ?2 WHERE id = ?1", id, nowAt);
}

/** Keeps what who-am-I told a run at `nowAt`, epoch seconds; that a user is not active as a token that Waldur does not take. */
export async function noteProof(sql: Sql, id: string, user: User, nowAt: number): Promise<void> {
  await sql.run(
    `UPDATE accounts SET ${setUser}, asked_at = ?10, proven_at = ?10,
       refused_at = CASE WHEN ?11 = 1 THEN NULL ELSE coalesce(refused_at, ?10) END
     WHERE id = ?1`,
    id,
    ...valuesOf(user),
    nowAt,
    user.isActive ? 1 : 0,
  );
}

/** Notes that Waldur did not take the account's token when it was asked at `nowAt`, epoch seconds. */
export async function noteRefusedProof(sql: Sql, id: string, nowAt: number): Promise<void> {
  await sql.run("UPDATE accounts SET asked_at = ?2, refused_at = coalesce(refused_at, ?2) WHERE id = ?1", id, nowAt);
}

/** Returns every account, by id. */
export async function listAccounts(sql: Sql): Promise<Map<string, AccountRow>> {
  const rows = await sql.all("SELECT * FROM accounts ORDER BY id");
  return new Map(rows.map(accounts.read).map((account) => [account.id, account]));
}
