import type { Action } from "../calendar/profile.ts";
import { int, text, textOrNull } from "./row.ts";
import type { Sql, SqlRow } from "./sql.ts";

export const results = [
  "done", // Waldur took it, by this click or an earlier one of the same account
  "already", // somebody else had decided the same before
  "other", // it was decided otherwise, or has ended
  "past", // its last period is over
  "not-yours", // the account does not stand for the provider
  "refused", // Waldur says the account may not (403)
  "not-ready", // the customer's side has not approved yet
  "gone", // Waldur does not have it, or does not show it to the account
  "expired", // Waldur does not take the account's token
  "unchanged", // Waldur did not answer as it should; nothing has changed
  "unknown", // Waldur was told, and did not say what became of it
] as const;
export type Result = (typeof results)[number];

export const ways = ["sign-in", "signed", "api"] as const;
/** How it was decided: by a person who had signed in, by a link alone as the feed's account, by the operator. */
export type Way = (typeof ways)[number];

/** Who decided what, or tried to. */
export interface DecisionRow {
  readonly id: string;
  readonly madeAt: number;
  readonly bookingUuid: string;
  readonly action: Action;
  readonly result: Result;
  readonly via: Way;
  /** "" over the API, and from the overview. */
  readonly feedId: string;
  readonly accountId: string;
  readonly username: string;
  readonly fullName: string;
  /** Waldur was told with WALDUR_DECISION_TOKEN and names its user. */
  readonly byOperator: boolean;
  /** Of the client, shortened. */
  readonly address: string;
}

/** Keeps a decision. */
export async function addDecision(sql: Sql, row: DecisionRow): Promise<void> {
  await sql.run(
    `INSERT INTO decisions (id, made_at, booking_uuid, action, result, via, feed_id, account_id, username, full_name,
       by_operator, address) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)`,
    row.id,
    row.madeAt,
    row.bookingUuid,
    row.action,
    row.result,
    row.via,
    row.feedId,
    row.accountId,
    row.username,
    row.fullName,
    Number(row.byOperator),
    row.address,
  );
}

/** Keeps what became of a decision. */
export async function settleDecision(sql: Sql, id: string, result: Result, byOperator: boolean): Promise<void> {
  await sql.run("UPDATE decisions SET result = ?2, by_operator = ?3 WHERE id = ?1", id, result, Number(byOperator));
}

/** The last decision on a booking that Waldur took from us, made at or after `sinceAt`; or null. */
export async function findDone(sql: Sql, bookingUuid: string, sinceAt: number): Promise<DecisionRow | null> {
  const row = await sql.first(
    `SELECT * FROM decisions WHERE booking_uuid = ?1 AND made_at >= ?2 AND result = 'done'
     ORDER BY made_at DESC, rowid DESC LIMIT 1`,
    bookingUuid,
    sinceAt,
  );
  return row === null ? null : readDecision(row);
}

/** How many decisions of that account, of which it is not known what became, were made on a booking at or after `sinceAt`. */
export async function countUnknown(
  sql: Sql,
  { bookingUuid, accountId, action }: Pick<DecisionRow, "bookingUuid" | "accountId" | "action">,
  sinceAt: number,
): Promise<number> {
  const row = await sql.first(
    `SELECT count(*) AS found FROM decisions WHERE booking_uuid = ?1 AND made_at >= ?4 AND account_id = ?2
       AND action = ?3 AND result = 'unknown'`,
    bookingUuid,
    accountId,
    action,
    sinceAt,
  );
  return row === null ? 0 : int(row, "found");
}

/** The last decisions, newest first; of one booking or of all (null). */
export async function listDecisions(sql: Sql, bookingUuid: string | null, limit: number): Promise<DecisionRow[]> {
  const rows =
    bookingUuid === null
      ? await sql.all("SELECT * FROM decisions ORDER BY made_at DESC, rowid DESC LIMIT ?1", limit)
      : await sql.all(
          "SELECT * FROM decisions WHERE booking_uuid = ?1 ORDER BY made_at DESC, rowid DESC LIMIT ?2",
          bookingUuid,
          limit,
        );
  return rows.map(readDecision);
}

/** A decision with the name of its booking, "" where that is not stored any more. */
export type NamedDecision = DecisionRow & { readonly bookingName: string };

/** Decisions on bookings of these sources made before `beforeAt`, newest first, of one booking or all (null); `failed`: only those that changed nothing. */
export async function listDecisionsOf(
  sql: Sql,
  sourceIds: readonly string[],
  { booking, beforeAt, failed, limit }: { booking: string | null; beforeAt: number; failed: boolean; limit: number },
): Promise<NamedDecision[]> {
  const rows = await sql.all(
    `SELECT decisions.*, (SELECT data->>'$.name' FROM bookings WHERE bookings.uuid = booking_uuid LIMIT 1) AS booking_name
     FROM decisions WHERE made_at < ?2 AND (?5 IS NULL OR booking_uuid = ?5) AND (?3 = 0 OR result NOT IN ('done', 'already')) AND EXISTS (
       SELECT 1 FROM bookings INDEXED BY bookings_uuid WHERE bookings.uuid = booking_uuid
         AND source_id IN (SELECT value FROM json_each(?1)))
     ORDER BY made_at DESC, decisions.rowid DESC LIMIT ?4`,
    JSON.stringify(sourceIds),
    beforeAt,
    Number(failed),
    limit,
    booking,
  );
  return rows.map((row) => ({ ...readDecision(row), bookingName: textOrNull(row, "booking_name") ?? "" }));
}

/** Forgets decisions made before `decisionsBefore` and tries begun before `triesBefore`. */
export async function forgetDecisions(sql: Sql, decisionsBefore: number, triesBefore: number): Promise<void> {
  await sql.run("DELETE FROM decisions WHERE made_at < ?1", decisionsBefore);
  await sql.run("DELETE FROM attempts WHERE begun_at < ?1", triesBefore);
}

/** Counts a try of that name in the stretch of time that began at `begunAt`; resolves to how many that makes. */
export async function countTry(sql: Sql, name: string, begunAt: number): Promise<number> {
  const row = await sql.first(
    `INSERT INTO attempts (name, begun_at, tries) VALUES (?1, ?2, 1)
     ON CONFLICT (name, begun_at) DO UPDATE SET tries = tries + 1 RETURNING tries`,
    name,
    begunAt,
  );
  return row === null ? 1 : int(row, "tries");
}

/** How many tries of that name were counted in the stretch of time that began at `begunAt`. */
export async function readTries(sql: Sql, name: string, begunAt: number): Promise<number> {
  const row = await sql.first("SELECT tries FROM attempts WHERE name = ?1 AND begun_at = ?2", name, begunAt);
  return row === null ? 0 : int(row, "tries");
}

function readDecision(row: SqlRow): DecisionRow {
  return {
    id: text(row, "id"),
    madeAt: int(row, "made_at"),
    bookingUuid: text(row, "booking_uuid"),
    action: text(row, "action") === "accept" ? "accept" : "reject",
    result: results.find((known) => known === text(row, "result")) ?? "unknown",
    via: ways.find((known) => known === text(row, "via")) ?? "sign-in",
    feedId: text(row, "feed_id"),
    accountId: text(row, "account_id"),
    username: text(row, "username"),
    fullName: text(row, "full_name"),
    byOperator: int(row, "by_operator") === 1,
    address: text(row, "address"),
  };
}
