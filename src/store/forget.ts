import { forgetNobodysWebhooks } from "./mail/webhooks.ts";
import { readText } from "./sql/row.ts";
import { type Sql, type Statement, statement } from "./sql/port.ts";

/**
 * Deletes bookings that are gone from Waldur, or out of the account's sight, since before then, and that no feed over their
 * source shows any more; at most so many. Resolves to their number.
 */
export async function forgetGoneBookings(sql: Sql, beforeAt: number, limit: number): Promise<number> {
  return sql.run(
    `DELETE FROM bookings WHERE rowid IN (
       SELECT bookings.rowid FROM bookings INDEXED BY bookings_vanished
       WHERE vanished_at IS NOT NULL AND abs(vanished_at) < ?1 AND NOT EXISTS (
         SELECT 1 FROM feeds JOIN events INDEXED BY events_booking
           ON events.feed_id = feeds.id AND events.booking_uuid = bookings.uuid
         WHERE feeds.source_id = bookings.source_id)
       LIMIT ?2)`,
    beforeAt,
    limit,
  );
}

/** Deletes addresses of living feeds that ended before then, at most so many. Resolves to their number. */
export async function forgetAddresses(sql: Sql, beforeAt: number, limit: number): Promise<number> {
  return sql.run(
    `DELETE FROM addresses WHERE hash IN (
       SELECT hash FROM addresses INDEXED BY addresses_ended WHERE ended_at < ?1 LIMIT ?2)`,
    beforeAt,
    limit,
  );
}

/** Returns the ids of at most so many feeds that ended before then. */
export async function listEndedFeeds(sql: Sql, beforeAt: number, limit: number): Promise<string[]> {
  const rows = await sql.all(
    "SELECT id FROM feeds INDEXED BY feeds_ended WHERE state = 'ended' AND revised_at < ?1 LIMIT ?2",
    beforeAt,
    limit,
  );
  return rows.map((row) => readText(row, "id"));
}

/** Makes the statements that delete ended feeds, which have no targets any more, with their addresses. */
export function deleteFeeds(ids: readonly string[]): Statement[] {
  const list = JSON.stringify(ids);
  return ["DELETE FROM events WHERE feed_id", "DELETE FROM addresses WHERE feed_id", "DELETE FROM feeds WHERE id"].map(
    (text) => statement(`${text} IN (SELECT value FROM json_each(?1))`, list),
  );
}

/**
 * Deletes revisions of feeds before that one but the last of them, at most so many, and what went with that: a program that
 * has read an older one reads the calendar anew. Resolves to the number of rows.
 */
export async function forgetRevisions(sql: Sql, beforeRev: number, limit: number): Promise<number> {
  const newer = `SELECT 1 FROM revisions AS newer WHERE newer.feed_id = revisions.feed_id AND newer.rev > revisions.rev AND newer.rev < ?1`;
  const [deleted = 0] = await sql.batch([
    statement(
      `DELETE FROM revisions WHERE (feed_id, rev) IN (
         SELECT feed_id, rev FROM revisions WHERE rev < ?1 AND EXISTS (${newer}) LIMIT ?2)`,
      beforeRev,
      limit,
    ),
    statement(
      `UPDATE revisions SET removed = '[]' WHERE rev < ?1 AND removed != '[]' AND NOT EXISTS (
         SELECT 1 FROM revisions AS older WHERE older.feed_id = revisions.feed_id AND older.rev < revisions.rev)`,
      beforeRev,
    ),
  ]);
  return deleted;
}

/** Deletes what was noted of refused changes before then (epoch seconds) and shows no sentence, at most so many. Resolves to their number. */
export async function forgetRefusedWrites(sql: Sql, beforeAt: number, limit: number): Promise<number> {
  return sql.run(
    `DELETE FROM refused_writes WHERE (feed_id, account_id, changed_at) IN (
       SELECT feed_id, account_id, changed_at FROM refused_writes WHERE changed_at < ?1 AND until_at IS NULL LIMIT ?2)`,
    beforeAt * 1000,
    limit,
  );
}

/** Deletes runs that ended before then, at most so many. Resolves to their number. */
export async function forgetOldRuns(sql: Sql, beforeAt: number, limit: number): Promise<number> {
  return sql.run(
    `DELETE FROM runs WHERE (source_id, ended_at) IN (
       SELECT source_id, ended_at FROM runs INDEXED BY runs_ended WHERE ended_at < ?1 LIMIT ?2)`,
    beforeAt,
    limit,
  );
}

/**
 * Returns the SQL that lists sources nobody needs: without a feed since the time in `parameter`, and without an account that
 * asked for their list and was seen since then.
 */
function idleSources(parameter: string): string {
  return `SELECT id FROM sources WHERE created_at < ${parameter}
    AND NOT EXISTS (SELECT 1 FROM feeds WHERE feeds.source_id = sources.id AND (state != 'ended' OR revised_at >= ${parameter}))
    AND NOT EXISTS (SELECT 1 FROM readers JOIN accounts ON accounts.id = readers.account_id
      WHERE readers.source_id = sources.id AND max(accounts.seen_at, accounts.created_at) >= ${parameter})`;
}

/**
 * Deletes bookings of sources that nobody needs since before then, at most so many; one that is needed again loads anew.
 * Resolves to their number.
 */
export async function forgetIdleBookings(sql: Sql, beforeAt: number, limit: number): Promise<number> {
  const [, deleted = 0] = await sql.batch([
    statement(
      `UPDATE sources SET loaded_at = NULL, sweep_id = 0, sweep_page = NULL, swept_at = 0, orders_page = NULL, held = ''
       WHERE loaded_at IS NOT NULL AND id IN (${idleSources("?1")})`,
      beforeAt,
    ),
    statement(
      `DELETE FROM bookings WHERE rowid IN (
         SELECT rowid FROM bookings WHERE source_id IN (${idleSources("?1")}) LIMIT ?2)`,
      beforeAt,
      limit,
    ),
  ]);
  return deleted;
}

/** Deletes sources that nobody needs since before then and that have neither bookings nor feeds any more. Resolves to their number. */
export async function forgetIdleSources(sql: Sql, beforeAt: number): Promise<number> {
  const empty = `SELECT id FROM (${idleSources("?1")}) AS idle
    WHERE NOT EXISTS (SELECT 1 FROM bookings INDEXED BY bookings_rev WHERE source_id = idle.id)
      AND NOT EXISTS (SELECT 1 FROM feeds WHERE feeds.source_id = idle.id)`;
  const deleted = await sql.batch([
    statement(`DELETE FROM runs WHERE source_id IN (${empty})`, beforeAt),
    statement(`DELETE FROM readers WHERE source_id IN (${empty})`, beforeAt),
    statement(`DELETE FROM sources WHERE id IN (${empty})`, beforeAt),
  ]);
  return deleted.at(-1) ?? 0;
}

/**
 * Deletes accounts of people without a feed who were not seen since before then (deciders: `decidersBefore`), or are
 * nobody's any more, with their sealed tokens, app passwords and webhooks. Resolves to their number.
 */
export async function forgetAccounts(sql: Sql, beforeAt: number, decidersBefore: number): Promise<number> {
  const idle = `SELECT id FROM accounts WHERE kind != 'operator'
    AND (user_uuid IS NULL OR max(seen_at, created_at) < CASE kind WHEN 'decider' THEN ?2 ELSE ?1 END)
    AND NOT EXISTS (SELECT 1 FROM feeds WHERE feeds.account_id = accounts.id)
    AND NOT EXISTS (SELECT 1 FROM sources WHERE sources.account_id = accounts.id)`;
  const deleted = await sql.batch([
    ...["push_subscriptions", "app_passwords", "refused_writes", "calendar_choices", "readers"].map((table) =>
      statement(`DELETE FROM ${table} WHERE account_id IN (${idle})`, beforeAt, decidersBefore),
    ),
    statement(`DELETE FROM accounts WHERE id IN (${idle})`, beforeAt, decidersBefore),
    forgetNobodysWebhooks,
  ]);
  return deleted.at(-2) ?? 0;
}
