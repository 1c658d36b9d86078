import type { Fence } from "../leases.ts";
import { readInt } from "../sql/row.ts";
import { type Sql, type SqlValue, type Statement, statement } from "../sql/port.ts";
import { int, oneOf, orNull, type RowOf, table, text } from "../sql/table.ts";

/** `mail`: the message is a `Mail`; `webhook`: a `Post`. */
const channels = ["mail", "webhook"] as const;
export type Channel = (typeof channels)[number];

/**
 * `queued`: it is to be sent, and perhaps being sent; `sent`: the server took it; `failed`: given up; `joined`: told in a digest
 * instead; `known`: never told, because it was there before there was anybody to tell.
 */
const outboxStates = ["queued", "sent", "failed", "joined", "known"] as const;

const outbox = table("outbox", {
  n: int,
  /** Follows from cause and recipient. */
  id: text,
  /** The cause of which it tells. */
  cause: text,
  /** A person, by the uuid in Waldur, an address, or the id of a webhook. There is one row for a cause and a recipient. */
  recipient: text,
  /** The person whose data it is; "" for nobody's. */
  userUuid: text,
  /** The booking that it is about; "" for none. */
  bookingUuid: text,
  /** The thread of a message; those of one leave in the order in which they came. "": none. */
  thread: text,
  channel: oneOf(channels, "mail"),
  /** JSON; "" once it is over. */
  message: text,
  state: oneOf(outboxStates, "failed"),
  tries: int,
  /** Tries of which nobody knows whether the server took it. */
  unclear: int,
  dueAt: int,
  createdAt: int,
  endedAt: orNull(int),
  /** The last words of the server. */
  reason: text,
  /** The first try; null: none yet. */
  triedAt: orNull(int),
});

/** Something that goes out, or went. Times are epoch seconds. */
export type OutboxRow = RowOf<typeof outbox>;

export type NewOutboxRow = Pick<OutboxRow, "id" | "cause" | "recipient" | "channel"> &
  Partial<Pick<OutboxRow, "userUuid" | "bookingUuid" | "thread" | "message" | "state">>;

/** All posts of a webhook are one thread: where one waits, those after it wait with it. */
function threadOf({ channel, recipient }: NewOutboxRow): string {
  return channel === "webhook" ? recipient : "";
}

/** Makes the statement that adds what is to go out, unless that cause has a row for that recipient. */
export function addToOutbox(row: NewOutboxRow, nowAt: number): Statement {
  const { state = "queued", message = "", thread = threadOf(row) } = row;
  const endedAt = state === "queued" ? null : nowAt;
  return outbox.insert(
    { ...row, thread, state, message, dueAt: nowAt, createdAt: nowAt, endedAt },
    "ON CONFLICT DO NOTHING",
  );
}

/**
 * Makes the statement that adds all of these, each unless its cause has a row for its recipient, while that run holds the lease.
 */
export function addAllToOutbox(rows: readonly NewOutboxRow[], fence: Fence, nowAt: number): Statement {
  const held = "(SELECT holder FROM leases WHERE name = ?3) = ?4";
  return addWhere(rows, nowAt, held, [fence.name, fence.holder]);
}

/**
 * Makes the statement that adds all of these, each unless its cause has a row for its recipient, where this SQL is true, whose
 * parameters are from ?3 on.
 */
export function addWhere(
  rows: readonly NewOutboxRow[],
  nowAt: number,
  condition: string,
  values: readonly SqlValue[],
): Statement {
  const whole = rows.map(({ state = "queued", ...row }) => ({
    userUuid: "",
    bookingUuid: "",
    thread: threadOf(row),
    message: "",
    ...row,
    state,
    endedAt: state === "queued" ? null : nowAt,
  }));
  return statement(
    `INSERT INTO outbox (id, cause, recipient, user_uuid, booking_uuid, thread, channel, message, state, due_at, created_at, ended_at)
     SELECT value->>'$.id', value->>'$.cause', value->>'$.recipient', value->>'$.userUuid', value->>'$.bookingUuid',
       value->>'$.thread', value->>'$.channel', value->>'$.message', value->>'$.state', ?2, ?2, CAST(value->>'$.endedAt' AS BIGINT)
     FROM json_each(?1) WHERE ${condition} ON CONFLICT DO NOTHING`,
    JSON.stringify(whole),
    nowAt,
    ...values,
  );
}

/** The longest pause between tries, seconds; what is due later was noted before the clock was set back. */
export const longestPause = 3600;
const hourSeconds = 3600;

/** The limits of what goes out through a channel. */
export interface DueLimits {
  readonly channel: Channel;
  /** Epoch seconds. */
  readonly nowAt: number;
  readonly limit: number;
  readonly perHour: number;
  /** For one recipient. */
  readonly perRecipient: number;
}

/**
 * Returns what is due through a channel, each person's oldest first, then what they have besides, at most `limit`, and no more than
 * leaves `perHour` in an hour and `perRecipient` for one recipient; of each thread only the first that waits. What may not go yet
 * is not counted as a person's.
 */
export async function listDue(
  sql: Sql,
  { channel, nowAt, limit, perHour, perRecipient }: DueLimits,
): Promise<OutboxRow[]> {
  const rows = await sql.all(
    `WITH recent AS MATERIALIZED (
       SELECT recipient, count(*) AS count FROM outbox INDEXED BY outbox_ended WHERE ended_at > ?1 - ${hourSeconds} AND ended_at <= ?1
         AND state = 'sent' AND channel = ?5 GROUP BY recipient)
     SELECT ${outbox.list("due")} FROM (
       SELECT able.*, row_number() OVER (PARTITION BY able.user_uuid ORDER BY able.due_at, able.n) AS turn FROM (
         SELECT row.*, row_number() OVER (PARTITION BY row.recipient ORDER BY row.due_at, row.n) AS place
         FROM outbox AS row INDEXED BY outbox_due
         WHERE row.state = 'queued' AND row.channel = ?5 AND (row.due_at <= ?1 OR row.due_at > ?1 + ${longestPause + 60})
           AND (row.thread = '' OR NOT EXISTS (
             SELECT 1 FROM outbox AS earlier INDEXED BY outbox_thread
             WHERE earlier.state = 'queued' AND earlier.thread = row.thread AND earlier.n < row.n))) AS able
       WHERE able.place <= ?4 - coalesce((SELECT recent.count FROM recent WHERE recent.recipient = able.recipient), 0)) AS due
     ORDER BY due.turn, due.due_at, due.n LIMIT max(0, min(?2, ?3 - (SELECT coalesce(sum(count), 0) FROM recent)))`,
    nowAt,
    limit,
    perHour,
    perRecipient,
    channel,
  );
  return rows.map(outbox.read);
}

/**
 * Takes a row for one try from `nowAt` until `untilAt` (epoch seconds): of several who saw it waiting one does. It counts as unclear until
 * the outcome is noted. Resolves to false when somebody else has it.
 */
export async function claim(
  sql: Sql,
  { n, tries }: Pick<OutboxRow, "n" | "tries">,
  nowAt: number,
  untilAt: number,
): Promise<boolean> {
  const changed = await sql.run(
    `UPDATE outbox SET tries = tries + 1, unclear = unclear + 1, due_at = ?4, tried_at = coalesce(tried_at, ?3)
     WHERE n = ?1 AND tries = ?2 AND state = 'queued'`,
    n,
    tries,
    nowAt,
    untilAt,
  );
  return changed === 1;
}

/** Notes that a row is over, and forgets what it said; one that was sent whoever tried it meanwhile. */
export async function endRow(
  sql: Sql,
  n: number,
  state: "sent" | "failed",
  reason: string,
  nowAt: number,
): Promise<void> {
  await sql.run(
    `UPDATE outbox SET state = ?2, reason = ?3, ended_at = ?4, message = ''
     WHERE n = ?1 AND (state = 'queued' OR (state = 'failed' AND ?2 = 'sent'))`,
    n,
    state,
    reason,
    nowAt,
  );
}

/**
 * Notes how the try of that number ended that is to be made again at `dueAt`; `clear`: the server surely did not take it;
 * `itself`: it leaves its thread, so that nothing waits for it.
 */
export async function putOff(
  sql: Sql,
  { n, tries }: Pick<OutboxRow, "n" | "tries">,
  { clear, itself = false, reason, dueAt }: { clear: boolean; itself?: boolean; reason: string; dueAt: number },
): Promise<void> {
  await sql.run(
    `UPDATE outbox SET unclear = unclear - ?3, reason = ?4, due_at = ?5, thread = CASE WHEN ?6 = 1 THEN '' ELSE thread END
     WHERE n = ?1 AND tries = ?2 AND state = 'queued'`,
    n,
    tries,
    Number(clear),
    reason,
    dueAt,
    Number(itself),
  );
}

/**
 * Counts what waits behind a row that was given up as tried as often, for as long as it has waited: it would not have come
 * through either.
 */
export async function passTries(
  sql: Sql,
  { thread, tries, triedAt }: Pick<OutboxRow, "thread" | "tries" | "triedAt">,
): Promise<void> {
  await sql.run(
    `UPDATE outbox SET tries = ?2, tried_at = CASE WHEN created_at > ?3 THEN created_at ELSE ?3 END
     WHERE thread = ?1 AND thread != '' AND state = 'queued' AND tries < ?2`,
    thread,
    tries,
    triedAt ?? 0,
  );
}

/** Deletes those of these rows that wait, and what says of each request that one of them told it with others: it is to be told anew. */
export async function deleteQueued(sql: Sql, rows: readonly number[]): Promise<void> {
  const list = JSON.stringify(rows);
  await sql.batch([
    statement(
      `DELETE FROM outbox WHERE state = 'joined' AND EXISTS (
         SELECT 1 FROM outbox AS whole WHERE whole.n IN (SELECT CAST(value AS BIGINT) FROM json_each(?1)) AND whole.state = 'queued'
           AND whole.recipient = outbox.recipient AND whole.created_at = outbox.created_at
           AND (whole.cause LIKE 'requests:%' AND (outbox.cause LIKE 'request:%' OR outbox.cause LIKE 'invitation:%')
             OR whole.cause LIKE 'reminders:%' AND outbox.cause LIKE 'reminder:%'))`,
      list,
    ),
    statement(
      "DELETE FROM outbox WHERE state = 'queued' AND n IN (SELECT CAST(value AS BIGINT) FROM json_each(?1))",
      list,
    ),
  ]);
}

/** Makes the statement that deletes what waits for a recipient. */
export function dropQueued(recipient: string): Statement {
  return statement("DELETE FROM outbox WHERE recipient = ?1 AND state = 'queued'", recipient);
}

/** The counts of what goes out through a channel, for `check`. */
export interface OutboxCounts {
  readonly queued: number;
  /** Given up in the last seven days, and what the server said of the last one. */
  readonly failed: number;
  readonly reason: string;
}

/** Counts what waits and what was given up. `nowAt`: epoch seconds. */
export async function countOutbox(sql: Sql, channel: Channel, nowAt: number): Promise<OutboxCounts> {
  const row = await sql.first(
    `SELECT (SELECT count(*) FROM outbox WHERE state = 'queued' AND channel = ?2) AS queued,
       count(*) AS failed, coalesce(max(ended_at || reason), '') AS last
     FROM outbox INDEXED BY outbox_ended WHERE ended_at > ?1 - 7 * 86400 AND state = 'failed' AND channel = ?2`,
    nowAt,
    channel,
  );
  if (row === null) return { queued: 0, failed: 0, reason: "" };
  const last = row["last"];
  return {
    queued: readInt(row, "queued"),
    failed: readInt(row, "failed"),
    reason: typeof last === "string" ? last.slice(10) : "",
  };
}

/** Returns what was given up of a person since then, newest first. */
export async function listFailed(sql: Sql, userUuid: string, sinceAt: number): Promise<OutboxRow[]> {
  const rows = await sql.all(
    `SELECT ${outbox.list()} FROM outbox INDEXED BY outbox_user
     WHERE user_uuid = ?1 AND ended_at > ?2 AND state = 'failed' ORDER BY ended_at DESC NULLS LAST LIMIT 10`,
    userUuid,
    sinceAt,
  );
  return rows.map(outbox.read);
}

/** Returns how much was queued for a person since then whose cause begins like that. */
export async function countCauses(sql: Sql, userUuid: string, prefix: string, sinceAt: number): Promise<number> {
  const row = await sql.first(
    `SELECT count(*) AS count FROM outbox INDEXED BY outbox_recent
     WHERE created_at > ?3 AND user_uuid = ?1 AND substr(cause, 1, length(?2)) = ?2`,
    userUuid,
    prefix,
    sinceAt,
  );
  return row === null ? 0 : readInt(row, "count");
}

/**
 * Deletes what ended before then, at most so many; a row about a request that nobody has decided stays, since it says that
 * it was told, and so does what somebody knows of a booking of their own that was not over then. Resolves to their number.
 */
export async function forgetSent(sql: Sql, beforeAt: number, limit: number): Promise<number> {
  return sql.run(
    `DELETE FROM outbox WHERE n IN (
       SELECT n FROM outbox INDEXED BY outbox_ended WHERE ended_at < ?1 AND NOT EXISTS (
         SELECT 1 FROM bookings INDEXED BY bookings_uuid
         WHERE bookings.uuid = outbox.booking_uuid AND bookings.vanished_at IS NULL
           AND (bookings.state = 'Creating' OR outbox.cause LIKE 'own:%' AND bookings.last_end_at > ?1))
       LIMIT ?2)`,
    beforeAt,
    limit,
  );
}

/** Makes the statement that deletes all that went out to the persons of these accounts, or waits to. */
export function forgetPosts(accountIds: readonly string[]): Statement {
  return statement(
    `DELETE FROM outbox WHERE user_uuid != '' AND user_uuid IN (
       SELECT user_uuid FROM accounts WHERE id IN (SELECT value FROM json_each(?1)))`,
    JSON.stringify(accountIds),
  );
}
