import { type Sql, statement } from "../sql/port.ts";

/** The row of `meta` that says when the service ran last, in epoch seconds. */
const key = "running";
/** Seconds after which the service counts as having stood still. */
const stillSeconds = 86_400;

/**
 * Notes that the service runs. Time in which it stood still, as between a copy of the database and its restoring, is nobody's
 * absence: everybody counts as having been here as much later. A database that does not say when it ran last ran when somebody was
 * here last. `nowAt`: epoch seconds.
 */
export async function noteRunning(sql: Sql, nowAt: number): Promise<void> {
  const ranAt = `coalesce((SELECT CAST(value AS BIGINT) FROM meta WHERE key = ?1),
    (SELECT max(CASE WHEN seen_at > created_at THEN seen_at ELSE created_at END) FROM accounts), 0)`;
  await sql.batch([
    // Of several nodes that come back together each may do it.
    statement(
      `UPDATE accounts SET seen_at = min(?2, max(seen_at, created_at) + ?2 - ${ranAt}) WHERE ${ranAt} < ?2 - ${stillSeconds}`,
      key,
      nowAt,
    ),
    statement(
      "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      key,
      String(nowAt),
    ),
  ]);
}

/**
 * The SQL that is true of an account that is needed though its person never comes here: they want invitations, set a mailbox that is
 * asked in their place, or have a webhook.
 */
export const isNeeded = `(
  EXISTS (SELECT 1 FROM notices WHERE notices.user_uuid = accounts.user_uuid AND notices.wishes LIKE '%"invitations":true%')
  OR EXISTS (SELECT 1 FROM resource_mailboxes
    WHERE resource_mailboxes.user_uuid = accounts.user_uuid AND resource_mailboxes.ended_at IS NULL)
  OR EXISTS (SELECT 1 FROM webhooks INDEXED BY webhooks_user
    WHERE webhooks.user_uuid = accounts.user_uuid AND webhooks.ended_at IS NULL))`;

/** Seconds for which somebody counts as being here who was sent a mail. */
const mailedSeconds = 30 * 86_400;
/** The SQL that is true of an account whose person was sent a mail not long before ?1. */
const isMailed = `EXISTS (SELECT 1 FROM outbox INDEXED BY outbox_user
  WHERE outbox.user_uuid = accounts.user_uuid AND outbox.ended_at > ?1 - ${mailedSeconds}
    AND outbox.channel = 'mail' AND outbox.state = 'sent')`;

/**
 * Notes once a day of people who are needed, or were sent a mail lately, that they were here, as those are who look at a page: their
 * lists go on being read and their accounts stay. Not of those whose token Waldur does not take. `nowAt`: epoch seconds.
 */
export async function notePresence(sql: Sql, nowAt: number): Promise<void> {
  const here = `accounts.kind != 'operator' AND accounts.token != '' AND accounts.refused_at IS NULL
    AND (${isNeeded} OR ${isMailed})`;
  await sql.batch([
    statement(
      `UPDATE readers SET visited_at = ?1 WHERE visited_at < ?1 - 86400
         AND account_id IN (SELECT accounts.id FROM accounts WHERE ${here})`,
      nowAt,
    ),
    statement(`UPDATE accounts SET seen_at = ?1 WHERE seen_at < ?1 - 86400 AND ${here}`, nowAt),
  ]);
}
