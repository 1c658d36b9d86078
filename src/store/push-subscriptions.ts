import { type Sql, type Statement, statement } from "./sql/port.ts";
import { int, type RowOf, table, text } from "./sql/table.ts";

const subscriptions = table("push_subscriptions", {
  id: text,
  feedId: text,
  accountId: text,
  /** Of the app password with which its program signs in. */
  passwordId: text,
  /** Sealed. */
  receiver: text,
  /** Id of the key that signs its messages. */
  keyId: text,
  /** The revision of the feed that it was told last. */
  toldRev: int,
  /** No message before then (epoch seconds, as all times). */
  dueAt: int,
  /** Failures since the last success. */
  tries: int,
  expiresAt: int,
});

/** A calendar program that is told when a calendar changes. */
export type PushSubscriptionRow = RowOf<typeof subscriptions>;

/** Seconds that `due_at` lies ahead at most: one further ahead was set before the clock was set back. */
export const longestPushPause = 3600;

/** The condition that a subscription may be told at ?1, in epoch seconds. */
const isDue = `(due_at <= ?1 OR due_at > ?1 + ${longestPushPause + 60})`;

/** Most subscriptions of one person: a program has one for each calendar. */
export const mostPushSubscriptions = 100;

/**
 * Keeps a subscription, or renews it: the key under which the push service knows the sender stays, and what it was told. Resolves to
 * false when these accounts, those of its person, have as many as one person may have at `nowAt`.
 */
export async function keepPushSubscription(
  sql: Sql,
  row: Omit<PushSubscriptionRow, "dueAt" | "tries">,
  accountIds: readonly string[],
  nowAt: number,
): Promise<boolean> {
  const renewed = await sql.run(
    `UPDATE push_subscriptions SET password_id = ?2, receiver = ?3, expires_at = ?4, due_at = 0, tries = 0
     WHERE id = ?1 AND expires_at > ?5`,
    row.id,
    row.passwordId,
    row.receiver,
    row.expiresAt,
    nowAt,
  );
  if (renewed > 0) return true;
  const own = `SELECT count(*) FROM push_subscriptions AS own
    WHERE own.account_id IN (SELECT value FROM json_each(?2)) AND own.expires_at > ?3`;
  const added = await sql.run(
    subscriptions.upsert(["id"], "?1", `(${own}) < ?4`),
    JSON.stringify([subscriptions.encode({ ...row, dueAt: 0, tries: 0 })]),
    JSON.stringify(accountIds),
    nowAt,
    mostPushSubscriptions,
  );
  return added === 1;
}

/** Deletes the subscription of that id, where it is of one of these accounts. Resolves to true when it was there. */
export async function deletePushSubscription(sql: Sql, accountIds: readonly string[], id: string): Promise<boolean> {
  const deleted = await sql.run(
    "DELETE FROM push_subscriptions WHERE id = ?2 AND account_id IN (SELECT value FROM json_each(?1))",
    JSON.stringify(accountIds),
    id,
  );
  return deleted > 0;
}

/** One change of a feed, from a revision to the next. */
export interface FeedMove {
  readonly feedId: string;
  readonly fromRev: number;
  readonly toRev: number;
}

/** A program that knows of a change, since it made it: subscriptions of its account, of these ids or with null all. */
export interface Knowing {
  readonly accountId: string;
  readonly ids: readonly string[] | null;
}

/** Notes that subscriptions know these moves. One that has not been told all that came before is still to be told. */
export async function notePushKnown(sql: Sql, { accountId, ids }: Knowing, moves: readonly FeedMove[]): Promise<void> {
  const own = ids === null ? "" : "AND id IN (SELECT value FROM json_each(?3))";
  await sql.run(
    `WITH move AS MATERIALIZED (
       SELECT value->>'$.feedId' AS feed_id, CAST(value->>'$.fromRev' AS BIGINT) AS from_rev,
         CAST(value->>'$.toRev' AS BIGINT) AS to_rev FROM json_each(?2))
     UPDATE push_subscriptions SET told_rev = move.to_rev FROM move
     WHERE account_id = ?1 AND push_subscriptions.feed_id = move.feed_id AND told_rev = move.from_rev ${own}`,
    accountId,
    JSON.stringify(moves),
    ...(ids === null ? [] : [JSON.stringify(ids)]),
  );
}

/**
 * Takes the subscriptions that have not been told their feed's revision, `limit` at most, for `seconds`: until then no other
 * run tells them; also those that have expired, so that they end. One statement where there is none, else two.
 */
export async function claimUntold(
  sql: Sql,
  writer: string,
  { nowAt, seconds, limit }: { readonly nowAt: number; readonly seconds: number; readonly limit: number },
): Promise<PushSubscriptionRow[]> {
  const claimed = await sql.run(
    `UPDATE push_subscriptions SET writer = ?2, due_at = ?1 + ?3
     WHERE ${isDue} AND id IN (
       SELECT untold.id FROM push_subscriptions AS untold JOIN feeds ON feeds.id = untold.feed_id
       WHERE untold.told_rev < feeds.rev AND feeds.state = 'active' AND ${isDue}
       ORDER BY untold.due_at, untold.account_id, untold.id LIMIT ?4)`,
    nowAt,
    writer,
    seconds,
    limit,
  );
  if (claimed === 0) return [];
  const rows = await sql.all(
    `SELECT ${subscriptions.list()} FROM push_subscriptions WHERE writer = ?1 ORDER BY account_id, id`,
    writer,
  );
  return rows.map(subscriptions.read);
}

/** The outcome of a message: the columns it sets. */
export type PushOutcome = Pick<PushSubscriptionRow, "id" | "toldRev" | "dueAt" | "tries">;

const outcome = subscriptions.pick("toldRev", "dueAt", "tries");

/** Makes the statements that note what became of messages, and delete the subscriptions that have ended. */
export function notePushOutcomes(outcomes: readonly PushOutcome[], endedIds: readonly string[]): Statement[] {
  const rows = outcomes.map((one) => ({ ...outcome.encode(one), id: one.id }));
  const told = statement(
    `WITH change AS MATERIALIZED (SELECT value->>'$.id' AS id, value AS data FROM json_each(?1))
     UPDATE push_subscriptions SET ${outcome.assign("data")}, writer = '' FROM change
     WHERE push_subscriptions.id = change.id`,
    JSON.stringify(rows),
  );
  const ended = statement(
    "DELETE FROM push_subscriptions WHERE id IN (SELECT value FROM json_each(?1))",
    JSON.stringify(endedIds),
  );
  return [...(rows.length > 0 ? [told] : []), ...(endedIds.length > 0 ? [ended] : [])];
}

/** The earliest time at which a subscription is to be told the revision of a row of `feeds`, as a column; NULL for none. */
export const untoldAt = `(SELECT min(untold.due_at) FROM push_subscriptions AS untold
  WHERE untold.feed_id = feeds.id AND untold.told_rev < feeds.rev)`;

/** Deletes subscriptions that expired before then, and those to feeds that have ended, at most so many. Resolves to their number. */
export async function forgetPushSubscriptions(sql: Sql, beforeAt: number, limit: number): Promise<number> {
  return sql.run(
    `DELETE FROM push_subscriptions WHERE id IN (
       SELECT id FROM push_subscriptions AS old
       WHERE expires_at < ?1 OR EXISTS (SELECT 1 FROM feeds WHERE feeds.id = old.feed_id AND feeds.state = 'ended')
       LIMIT ?2)`,
    beforeAt,
    limit,
  );
}
