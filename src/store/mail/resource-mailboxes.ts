import { readInt, readTextOrNull } from "../sql/row.ts";
import { type Sql, statement, type Statement } from "../sql/port.ts";
import { int, orNull, type RowOf, table, text } from "../sql/table.ts";
import { isPaused } from "./bounces.ts";

const mailboxes = table("resource_mailboxes", {
  /** 32 hex digits, which follow from offering and address. */
  id: text,
  offeringUuid: text,
  offeringName: text,
  address: text,
  /** The user of Waldur who set it, and as whom it decides; "": they are forgotten. */
  userUuid: text,
  setAt: int,
  /** null: it is asked. */
  endedAt: orNull(int),
});

/** The mailbox of a room or equipment that is asked about the requests of an offering. Times are epoch seconds. */
export type ResourceMailbox = RowOf<typeof mailboxes>;

/** One that is asked or was, with who set it. */
export interface KnownMailbox extends ResourceMailbox {
  /** Mails to it came back: nothing goes there any more. */
  readonly paused: boolean;
  /** The full name of whoever set it; null where no account of theirs is left. */
  readonly setBy: string | null;
}

/** Returns the mailboxes that are asked, and those that were, in the order of their offerings' names. */
export async function listResourceMailboxes(sql: Sql): Promise<KnownMailbox[]> {
  const rows = await sql.all(
    `SELECT ${mailboxes.list("one")}, ${isPaused("one.user_uuid", "one.address")} AS paused,
       (SELECT max(full_name) FROM accounts WHERE accounts.user_uuid = one.user_uuid AND kind != 'operator') AS set_by
     FROM resource_mailboxes AS one ORDER BY one.offering_name, one.id`,
  );
  return rows.map((row) => ({
    ...mailboxes.read(row),
    paused: readInt(row, "paused") === 1,
    setBy: readTextOrNull(row, "set_by"),
  }));
}

/** Makes the statements after which a mailbox is asked about its offering, and no other. */
export function askMailbox(row: ResourceMailbox): Statement[] {
  return [
    statement(
      "UPDATE resource_mailboxes SET ended_at = ?3 WHERE offering_uuid = ?1 AND id != ?2 AND ended_at IS NULL",
      row.offeringUuid,
      row.id,
      row.setAt,
    ),
    mailboxes.insert(
      row,
      `ON CONFLICT (id) DO UPDATE SET offering_name = excluded.offering_name, user_uuid = excluded.user_uuid,
       set_at = excluded.set_at, ended_at = NULL`,
    ),
  ];
}

/** Makes the statement after which no mailbox is asked about an offering. */
export function endMailbox(offeringUuid: string, nowAt: number): Statement {
  return statement(
    "UPDATE resource_mailboxes SET ended_at = ?2 WHERE offering_uuid = ?1 AND ended_at IS NULL",
    offeringUuid,
    nowAt,
  );
}

/** Forgets mailboxes that ended before then, at most so many. Resolves to their number. */
export async function forgetEndedMailboxes(sql: Sql, beforeAt: number, limit: number): Promise<number> {
  return sql.run(
    `DELETE FROM resource_mailboxes WHERE id IN (SELECT id FROM resource_mailboxes WHERE ended_at < ?1 LIMIT ?2)`,
    beforeAt,
    limit,
  );
}

/**
 * Makes the statements after which the mailboxes that the persons of these accounts set are asked no more and name nobody, nor does
 * what waits to go to them: it takes back what they hold, or says how it stands.
 */
export function forgetMailboxes(accountIds: readonly string[], nowAt: number): Statement[] {
  const persons = "(SELECT user_uuid FROM accounts WHERE id IN (SELECT value FROM json_each(?1)))";
  return [
    statement(
      `UPDATE outbox SET user_uuid = '' WHERE state = 'queued' AND user_uuid IN ${persons}
         AND recipient IN (SELECT address FROM resource_mailboxes)`,
      JSON.stringify(accountIds),
    ),
    statement(
      `UPDATE resource_mailboxes SET user_uuid = '', ended_at = coalesce(ended_at, ?2) WHERE user_uuid IN ${persons}`,
      JSON.stringify(accountIds),
      nowAt,
    ),
  ];
}
