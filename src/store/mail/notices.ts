import { orderSeconds } from "../../calendar/status.ts";
import { type AccountRow, readAccount } from "../accounts/accounts.ts";
import { readInt, readIntOrNull, readText, readTextOrNull } from "../sql/row.ts";
import { type Sql, statement, type Statement } from "../sql/port.ts";
import { isPaused } from "./bounces.ts";
import type { Channel } from "./outbox.ts";
import { type NoticeKind, noticeKinds } from "./notice-kinds.ts";
import { beginWebhooks } from "./webhooks.ts";
import { int, json, type RowOf, table, text } from "../sql/table.ts";

/** Returns of each kind whether it is among these. */
export function chosenKinds(chosen: readonly string[]): NoticeWishes["kinds"] {
  const [request, reminder, digest, trouble, decision, own] = noticeKinds.map((kind) => chosen.includes(kind));
  return {
    request: request === true,
    reminder: reminder === true,
    digest: digest === true,
    trouble: trouble === true,
    decision: decision === true,
    own: own === true,
  };
}

/** The wishes of a person. */
export interface NoticeWishes {
  /** `request`: a new request that they may decide; `own`: what became of a booking that they made. */
  readonly kinds: Readonly<Record<NoticeKind, boolean>>;
  /** Requests come as invitations, where that is possible, in place of mails with a link. */
  readonly invitations: boolean;
  /** Hours before the start at which an open request is told again. */
  readonly reminderHours: number;
  /** The hour of the day, in the person's zone, of the digest. */
  readonly digestHour: number;
  /** Hours of the day, in the person's zone, in which nothing is sent, from-to; null: none. */
  readonly quiet: { readonly from: number; readonly to: number } | null;
}

const defaultWishes: NoticeWishes = {
  kinds: { request: true, reminder: true, digest: false, trouble: true, decision: false, own: false },
  invitations: false,
  reminderHours: 24,
  digestHour: 8,
  quiet: null,
};

const notices = table("notices", {
  userUuid: text,
  /** An address that the person typed and proved; "": the one that Waldur tells counts. */
  email: text,
  wishes: json<Partial<NoticeWishes>>(),
  /** Since when the person is told of what is new, epoch seconds; 0: a run has not begun with it. */
  sinceAt: int,
});

/** The choices of a person, with the defaults for the rest. */
export type Notices = Omit<RowOf<typeof notices>, "wishes" | "userUuid"> & { readonly wishes: NoticeWishes };

const untold: Notices = { email: "", wishes: defaultWishes, sinceAt: 0 };

/** Returns what a person chose. */
export async function findNotices(sql: Sql, userUuid: string): Promise<Notices> {
  const row = await sql.first("SELECT * FROM notices WHERE user_uuid = ?1", userUuid);
  return row === null ? untold : completed(notices.read(row));
}

function completed({ email, wishes, sinceAt }: RowOf<typeof notices>): Notices {
  const kinds = { ...defaultWishes.kinds, ...wishes.kinds };
  return { email, sinceAt, wishes: { ...defaultWishes, ...wishes, kinds } };
}

/** Makes the statement that keeps what a person chose. */
export function chooseNotices(userUuid: string, change: Partial<Pick<Notices, "email" | "wishes">>): Statement {
  const { email = null, wishes } = change;
  return statement(
    `INSERT INTO notices (user_uuid, email, wishes, since_at) VALUES (?1, coalesce(?2, ''), coalesce(?3, '{}'), 0)
     ON CONFLICT (user_uuid) DO UPDATE SET email = coalesce(?2, notices.email), wishes = coalesce(?3, notices.wishes)`,
    userUuid,
    email,
    wishes === undefined ? null : JSON.stringify(wishes),
  );
}

/** An account of a person who may be told of something, and what the person chose. */
export interface NoticeAccount {
  readonly account: AccountRow;
  readonly userUuid: string;
  readonly notices: Notices;
  /** Mails to the person's address came back: nothing goes there any more. */
  readonly paused: boolean;
}

/** Returns the accounts that people signed in with whose token is still there, those first of which Waldur told the roles last. */
export async function listNoticeAccounts(sql: Sql): Promise<NoticeAccount[]> {
  const rows = await sql.all(
    `SELECT accounts.*, notices.email AS typed_email, notices.wishes, notices.since_at,
       ${isPaused("accounts.user_uuid", "coalesce(nullif(notices.email, ''), accounts.email)")} AS paused
     FROM accounts LEFT JOIN notices ON notices.user_uuid = accounts.user_uuid
     WHERE accounts.kind != 'operator' AND accounts.user_uuid IS NOT NULL AND accounts.token != ''
     ORDER BY accounts.refused_at IS NOT NULL, accounts.proven_at DESC NULLS LAST, accounts.id`,
  );
  return rows.map((row) => {
    const userUuid = readText(row, "user_uuid");
    const email = readTextOrNull(row, "typed_email");
    const chosen = email === null ? untold : completed(notices.read({ ...row, email }));
    return { account: readAccount(row), userUuid, notices: chosen, paused: readInt(row, "paused") === 1 };
  });
}

/** A person, or a webhook of theirs, for whom requests are looked up. */
export interface Seeker {
  /** As the outbox names it. */
  readonly recipient: string;
  /** The person's uuid in Waldur. */
  readonly userUuid: string;
  readonly channel: Channel;
  /** Sources whose bookings they see. */
  readonly sources: readonly string[];
  /** Uuids of organisations and offerings for which they act as provider. */
  readonly scopes: readonly string[];
  /** Hours before the start at which an open request is told again; 0: never. */
  readonly reminderHours: number;
}

/** A request that somebody may decide and is to be told of. */
export interface WantedRequest {
  readonly recipient: string;
  readonly bookingUuid: string;
  readonly kind: "request" | "reminder";
}

/** Seconds that must lie between the word of a request and its reminder, for each hour of `reminderHours`: half of them. */
const apart = 1800;

/**
 * The SQL of the open requests that each seeker may decide, as `pair`: of several lists' rows that it sees the one that tells
 * most. One whose order may still be seen is none yet. ?1 sources, ?2 now, ?3 seekers.
 */
const pairs = `WITH seen AS MATERIALIZED (
     SELECT uuid, source_id, first_start_at, order_state, created_micros, modified_micros,
       data->>'$.providerUuid' AS provider, data->>'$.offeringUuid' AS offering
     FROM bookings INDEXED BY bookings_open
     WHERE source_id IN (SELECT value FROM json_each(?1)) AND last_end_at > ?2 AND state = 'Creating' AND vanished_at IS NULL),
   seeker AS MATERIALIZED (
     SELECT value->>'$.recipient' AS recipient, value->>'$.userUuid' AS user_uuid, value->>'$.channel' AS channel, value->'$.sources' AS sources, value->'$.scopes' AS scopes,
       CAST(value->>'$.reminderHours' AS BIGINT) AS hours FROM json_each(?3)),
   acts AS MATERIALIZED (
     SELECT recipient, hours, one.value AS scope FROM seeker, json_each(seeker.scopes) AS one),
   sees AS MATERIALIZED (SELECT recipient, one.value AS list FROM seeker, json_each(seeker.sources) AS one),
   may AS MATERIALIZED (
     SELECT recipient, hours, seen.* FROM seen JOIN acts ON acts.scope = seen.provider
     UNION SELECT recipient, hours, seen.* FROM seen JOIN acts ON acts.scope = seen.offering),
   pair AS MATERIALIZED (
     SELECT * FROM (
       SELECT may.recipient, hours, uuid, first_start_at, order_state, created_micros, row_number() OVER (
         PARTITION BY may.recipient, uuid ORDER BY modified_micros DESC, order_state IS NULL, source_id) AS place
       FROM may JOIN sees ON sees.recipient = may.recipient AND sees.list = may.source_id) AS known
     WHERE place = 1 AND (order_state = 'executing'
       OR order_state IS NULL AND created_micros / 1000000 <= ?2 - ${orderSeconds}))`;

function pairParameters(seekers: readonly Seeker[], nowAt: number): [string, number, string] {
  const sources = [...new Set(seekers.flatMap((seeker) => seeker.sources))];
  return [JSON.stringify(sources), nowAt, JSON.stringify(seekers)];
}

/**
 * Returns the open requests of which these have not been told yet, and those of which they are to be told again, each one's
 * soonest first; at most `limit`, of each as many. `nowAt`: epoch seconds.
 */
export async function listWanted(
  sql: Sql,
  seekers: readonly Seeker[],
  nowAt: number,
  limit: number,
): Promise<WantedRequest[]> {
  const rows = await sql.all(
    `${pairs}, told AS MATERIALIZED (
       SELECT pair.*, request.created_at AS told_at, reminder.n AS reminded FROM pair
       LEFT JOIN outbox AS request ON request.recipient = pair.recipient AND request.cause = 'request:' || pair.uuid
       LEFT JOIN outbox AS reminder ON reminder.recipient = pair.recipient AND reminder.cause = 'reminder:' || pair.uuid)
     SELECT recipient, uuid, told_at FROM told
     WHERE told_at IS NULL OR (hours > 0 AND reminded IS NULL AND first_start_at > ?2
       AND first_start_at <= ?2 + hours * 3600 AND told_at <= ?2 - hours * ${apart})
     ORDER BY row_number() OVER (PARTITION BY recipient ORDER BY first_start_at, uuid), recipient LIMIT ?4`,
    ...pairParameters(seekers, nowAt),
    limit,
  );
  return rows.map((row) => ({
    recipient: readText(row, "recipient"),
    bookingUuid: readText(row, "uuid"),
    kind: readIntOrNull(row, "told_at") === null ? "request" : "reminder",
  }));
}

/** Returns the open requests that each of these may decide, the soonest first, by recipient. */
export async function listOpen(
  sql: Sql,
  seekers: readonly Seeker[],
  nowAt: number,
): Promise<Map<string, readonly string[]>> {
  const rows = await sql.all(
    `${pairs} SELECT recipient, uuid FROM pair ORDER BY recipient, first_start_at, uuid`,
    ...pairParameters(seekers, nowAt),
  );
  const groups = Map.groupBy(rows, (row) => readText(row, "recipient"));
  return new Map([...groups].map(([recipient, group]) => [recipient, group.map((row) => readText(row, "uuid"))]));
}

/** Makes the statements with which people begin to be told: what is open now they are taken to know. */
export function beginNotices(seekers: readonly Seeker[], nowAt: number): Statement[] {
  const through = (channel: Channel): string =>
    JSON.stringify(seekers.filter((one) => one.channel === channel).map(({ recipient }) => recipient));
  return [
    statement(
      `INSERT INTO outbox (id, cause, recipient, user_uuid, booking_uuid, channel, message, state, due_at, created_at, ended_at)
       ${pairs} SELECT pair.recipient || ':' || uuid, 'request:' || uuid, pair.recipient, seeker.user_uuid, uuid, seeker.channel, '',
         'known', ?2, ?2, ?2 FROM pair JOIN seeker ON seeker.recipient = pair.recipient WHERE true ON CONFLICT DO NOTHING`,
      ...pairParameters(seekers, nowAt),
    ),
    statement(
      `INSERT INTO notices (user_uuid, since_at) SELECT value, ?2 FROM json_each(?1) WHERE true
       ON CONFLICT (user_uuid) DO UPDATE SET since_at = ?2 WHERE notices.since_at = 0`,
      through("mail"),
      nowAt,
    ),
    beginWebhooks(through("webhook"), nowAt),
  ];
}

/** The notices of requests that each of these got since then: how many single ones, invitations too, and when the last digest was. */
export interface Recent {
  readonly singles: number;
  readonly digestAt: number | null;
}

/** Returns what of requests these were told since then, epoch seconds, by recipient. */
export async function listRecent(
  sql: Sql,
  recipients: readonly string[],
  sinceAt: number,
): Promise<Map<string, Recent>> {
  const rows = await sql.all(
    `SELECT recipient, count(*) FILTER (
         WHERE (cause LIKE 'request:%' OR cause LIKE 'invitation % REQUEST 0 %') AND state NOT IN ('joined', 'known')) AS singles,
       max(CASE WHEN cause LIKE 'requests:%' THEN created_at END) AS digest_at
     FROM outbox INDEXED BY outbox_recent WHERE created_at > ?2 AND recipient IN (SELECT value FROM json_each(?1))
     GROUP BY recipient`,
    JSON.stringify(recipients),
    sinceAt,
  );
  return new Map(
    rows.map((row) => [
      readText(row, "recipient"),
      { singles: readInt(row, "singles"), digestAt: readIntOrNull(row, "digest_at") },
    ]),
  );
}

/** Makes the statement that forgets what the persons of these accounts chose. */
export function forgetNotices(accountIds: readonly string[]): Statement {
  return statement(
    `DELETE FROM notices WHERE user_uuid IN (
       SELECT user_uuid FROM accounts WHERE id IN (SELECT value FROM json_each(?1)))`,
    JSON.stringify(accountIds),
  );
}
