import { readInt } from "./sql/row.ts";
import type { Sql } from "./sql/port.ts";
import { personAccounts } from "./accounts/accounts.ts";
import { json, flag, int, oneOf, type RowOf, table, text } from "./sql/table.ts";

export const results = [
  "done", // Waldur took it, by this click or an earlier one of the same person
  "already", // somebody else had decided the same before
  "other", // it was decided otherwise, or has ended
  "past", // its last period is over
  "moved", // its periods are not those that were answered to
  "not-yours", // the account does not stand for the provider
  "refused", // Waldur says the account may not (403)
  "not-ready", // the customer's side has not approved yet
  "gone", // Waldur does not have it, or does not show it to the account
  "expired", // Waldur does not take the account's token
  "unchanged", // Waldur did not answer as it should; nothing has changed
  "unknown", // Waldur was told, and did not say what became of it
] as const;
export type Result = (typeof results)[number];

export const ways = ["sign-in", "signed", "api", "caldav", "mail"] as const;
/** The way of a decision: by a person who had signed in, by a link alone as the feed's account, over the API, in a calendar program, by the answer to an invitation. */
export type Way = (typeof ways)[number];

const decisions = table("decisions", {
  id: text,
  madeAt: int,
  bookingUuid: text,
  action: oneOf(["accept", "reject"], "reject"),
  result: oneOf(results, "unknown"),
  via: oneOf(ways, "sign-in"),
  /** "" over the API, and from the list of requests. */
  feedId: text,
  accountId: text,
  username: text,
  fullName: text,
  /** Waldur was told with WALDUR_DECISION_TOKEN and names its user. */
  byOperator: flag,
  /** Stood for the provider then, as Waldur had said last. */
  insider: flag,
  /** The address of the client, shortened. */
  address: text,
  /** The resource mailbox whose answer it was; "" for a person's own. */
  mailbox: text,
});

/** A decision, or a try at one. */
export type DecisionRow = RowOf<typeof decisions>;

/** Keeps a decision. */
export async function addDecision(sql: Sql, row: DecisionRow): Promise<void> {
  await sql.batch([decisions.insert(row)]);
}

/** Keeps what became of a decision. */
export async function settleDecision(
  sql: Sql,
  id: string,
  { result, byOperator, insider }: Pick<DecisionRow, "result" | "byOperator" | "insider">,
): Promise<void> {
  await sql.run(
    "UPDATE decisions SET result = ?2, by_operator = ?3, insider = ?4 WHERE id = ?1",
    id,
    result,
    Number(byOperator),
    Number(insider),
  );
}

/** Returns the last decision on a booking that Waldur took from us, made at or after `sinceAt`; or null. */
export async function findDone(sql: Sql, bookingUuid: string, sinceAt: number): Promise<DecisionRow | null> {
  const row = await sql.first(
    `SELECT * FROM decisions WHERE booking_uuid = ?1 AND made_at >= ?2 AND result = 'done'
     ORDER BY made_at DESC, rowid DESC LIMIT 1`,
    bookingUuid,
    sinceAt,
  );
  return row === null ? null : decisions.read(row);
}

/** Returns the SQL that is true for rows of the person behind an account; `parameter` is its id. */
function ofPerson(parameter: string): string {
  return `account_id IN (${personAccounts(parameter)})`;
}

/** Returns the last decision on a booking that Waldur took from us, made at or after `sinceAt`, if it was this one, by the person behind that account; or null. */
export async function findOwnDone(
  sql: Sql,
  { bookingUuid, accountId, action }: Pick<DecisionRow, "bookingUuid" | "accountId" | "action">,
  sinceAt: number,
): Promise<DecisionRow | null> {
  const row = await sql.first(
    `SELECT * FROM (
       SELECT * FROM decisions WHERE booking_uuid = ?1 AND made_at >= ?4 AND result = 'done'
       ORDER BY made_at DESC, rowid DESC LIMIT 1
     ) AS last WHERE action = ?3 AND ${ofPerson("?2")}`,
    bookingUuid,
    accountId,
    action,
    sinceAt,
  );
  return row === null ? null : decisions.read(row);
}

/** Returns the number of decisions of the person behind that account, on a booking, made at or after `sinceAt`. */
export async function countUnknown(
  sql: Sql,
  { bookingUuid, accountId, action }: Pick<DecisionRow, "bookingUuid" | "accountId" | "action">,
  sinceAt: number,
): Promise<number> {
  const row = await sql.first(
    `SELECT count(*) AS found FROM decisions WHERE booking_uuid = ?1 AND made_at >= ?4 AND ${ofPerson("?2")}
       AND action = ?3 AND result = 'unknown'`,
    bookingUuid,
    accountId,
    action,
    sinceAt,
  );
  return row === null ? 0 : readInt(row, "found");
}

/** Returns the last decisions, newest first; of one booking or of all (null). */
export async function listDecisions(sql: Sql, bookingUuid: string | null, limit: number): Promise<DecisionRow[]> {
  const rows =
    bookingUuid === null
      ? await sql.all("SELECT * FROM decisions ORDER BY made_at DESC, rowid DESC LIMIT ?1", limit)
      : await sql.all(
          "SELECT * FROM decisions WHERE booking_uuid = ?1 ORDER BY made_at DESC, rowid DESC LIMIT ?2",
          bookingUuid,
          limit,
        );
  return rows.map(decisions.read);
}

/** A decision with the booking that it is about; null where that is not stored any more. */
export type NamedDecision = DecisionRow & { readonly booking: DecidedBooking | null };

/** The part of a booking that tells it apart from others. `endAt` and `startAt` (epoch seconds) are of its periods together. */
interface DecidedBooking {
  readonly name: string;
  readonly offering: string;
  readonly startAt: number;
  readonly endAt: number;
}

const decided = json<DecidedBooking>();

/** The account that asks for decisions, and the uuids of organisations and offerings for which it acts as provider; null: all. */
export interface DecisionReader {
  readonly accountId: string;
  readonly scopes: readonly string[] | null;
  /** True for its own on bookings of other sources too. */
  readonly everywhere: boolean;
}

/**
 * Returns decisions on bookings of these sources made before `beforeAt`, newest first, of one booking or all (null); `failed`:
 * only those that changed nothing. With a reader only their own, and those on bookings of their providers: what Waldur took,
 * and what others tried who stood for the provider too. A booking is named as these sources have it.
 */
export async function listDecisionsOf(
  sql: Sql,
  sourceIds: readonly string[],
  reader: DecisionReader | null,
  { booking, beforeAt, failed, limit }: { booking: string | null; beforeAt: number; failed: boolean; limit: number },
): Promise<NamedDecision[]> {
  const rows = await sql.all(
    `SELECT decisions.*, (SELECT json_object('name', data->>'$.name', 'offering', data->>'$.offeringName',
           'startAt', first_start_at, 'endAt', last_end_at)
         FROM bookings INDEXED BY bookings_uuid WHERE bookings.uuid = booking_uuid
         AND source_id IN (SELECT value FROM json_each(?1)) LIMIT 1) AS booking
     FROM decisions WHERE made_at < ?2 AND (?5 IS NULL OR booking_uuid = ?5) AND (?3 = 0 OR result NOT IN ('done', 'already'))
       AND ((?8 = 1 AND ${ofPerson("?6")}) OR EXISTS (
         SELECT 1 FROM bookings INDEXED BY bookings_uuid WHERE bookings.uuid = booking_uuid
           AND source_id IN (SELECT value FROM json_each(?1))
           AND (?6 IS NULL OR ${ofPerson("?6")} OR ((insider = 1 OR result = 'done') AND (?7 IS NULL
             OR data->>'$.providerUuid' IN (SELECT value FROM json_each(?7))
             OR data->>'$.offeringUuid' IN (SELECT value FROM json_each(?7)))))))
     ORDER BY made_at DESC, decisions.rowid DESC LIMIT ?4`,
    JSON.stringify(sourceIds),
    beforeAt,
    Number(failed),
    limit,
    booking,
    reader?.accountId ?? null,
    reader === null || reader.scopes === null ? null : JSON.stringify(reader.scopes),
    Number(reader?.everywhere ?? false),
  );
  return rows.map((row) => ({
    ...decisions.read(row),
    booking: row["booking"] === null ? null : decided.read(row, "booking"),
  }));
}

/** Forgets decisions made before then, at most so many. Resolves to their number. */
export async function forgetDecisions(sql: Sql, beforeAt: number, limit: number): Promise<number> {
  return sql.run(
    "DELETE FROM decisions WHERE rowid IN (SELECT rowid FROM decisions WHERE made_at < ?1 LIMIT ?2)",
    beforeAt,
    limit,
  );
}
