import { readInt, readText } from "../sql/row.ts";
import { type Sql, statement, type Statement } from "../sql/port.ts";

/** Bounces after which nothing goes to an address any more. */
const mostBounces = 2;
/** The beginning of the reason of a mail that came back, before the address and a colon. */
const prefix = "came back from ";

/** A mail that the server took: whose data it was, by the uuid in Waldur, and whom it went to, as in `OutboxRow`. */
export interface SentMail {
  readonly userUuid: string;
  readonly recipient: string;
}

/** Returns the mail of that id, if it was about somebody and the server had taken it; or null. */
export async function findSent(sql: Sql, id: string): Promise<SentMail | null> {
  const row = await sql.first(
    "SELECT user_uuid, recipient FROM outbox WHERE id = ?1 AND state = 'sent' AND user_uuid != '' AND channel = 'mail'",
    id,
  );
  return row === null ? null : { userUuid: readText(row, "user_uuid"), recipient: readText(row, "recipient") };
}

/** Notes that a mail which the server had taken came back from this address. Resolves to false when it was noted before. */
export async function noteBounce(
  sql: Sql,
  id: string,
  address: string,
  diagnostic: string,
  nowAt: number,
): Promise<boolean> {
  const reason = `${prefix}${address}: ${diagnostic}`;
  const changed = await sql.run(
    "UPDATE outbox SET state = 'failed', reason = ?2, ended_at = ?3 WHERE id = ?1 AND state = 'sent'",
    id,
    reason,
    nowAt,
  );
  return changed === 1;
}

/** Returns the SQL that is true where mails to an address of a person came back so often that nothing goes there any more. */
export function isPaused(userUuid: string, address: string): string {
  const start = `'${prefix}' || ${address} || ':'`;
  return `(SELECT CASE WHEN count(*) >= ${mostBounces} THEN 1 ELSE 0 END FROM outbox AS bounced INDEXED BY outbox_user
    WHERE bounced.user_uuid = ${userUuid} AND bounced.state = 'failed' AND bounced.ended_at > 0
      AND substr(bounced.reason, 1, length(${start})) = ${start})`;
}

/** Returns true where mails to an address of a person came back so often that nothing goes there any more. */
export async function isAddressPaused(sql: Sql, userUuid: string, address: string): Promise<boolean> {
  const row = await sql.first(`SELECT ${isPaused("?1", "?2")} AS paused`, userUuid, address);
  return row !== null && readInt(row, "paused") === 1;
}

/** Makes the statement after which mails of a person go to that address again, whatever came back. */
export function forgetBounces(userUuid: string, address: string): Statement {
  return statement(
    `UPDATE outbox SET reason = 'came back' WHERE user_uuid = ?1 AND state = 'failed' AND substr(reason, 1, length(?2)) = ?2`,
    userUuid,
    `${prefix}${address}:`,
  );
}
