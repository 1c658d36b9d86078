import { type LocatedRow, readLocated, storedColumns } from "./bookings.ts";
import { readInt, readText } from "../sql/row.ts";
import type { Sql } from "../sql/port.ts";

/**
 * The parts of an inbox. `decide`: Waldur takes an answer of this person now; `waiting`: it is somebody else's move;
 * `over`: the last period has passed without an answer.
 */
export const inboxParts = ["decide", "waiting", "over"] as const;
export type InboxPart = (typeof inboxParts)[number];

/** The order of a page: by the first start, soonest or latest first, or by when they were asked for, oldest first. */
const orders = {
  start: ["first_start_at", ""],
  latest: ["first_start_at", " DESC"],
  age: ["created_micros", ""],
} as const;
export type InboxOrder = keyof typeof orders;
export const inboxOrders = ["start", "latest", "age"] as const satisfies readonly InboxOrder[];

/** The requests that somebody sees. */
export interface InboxScope {
  readonly sourceIds: readonly string[];
  /** Uuids of organisations and offerings for which they act as provider; null: all. */
  readonly scopes: readonly string[] | null;
  /** Epoch seconds. */
  readonly nowAt: number;
}

/** A page of one part. */
export interface InboxQuery {
  readonly part: InboxPart;
  /** null: of all offerings. */
  readonly offeringUuid: string | null;
  /** Only bookings with a time in [fromAt, toAt), epoch seconds; null: no end. */
  readonly fromAt: number | null;
  readonly toAt: number | null;
  /** Each as it may be spelt, ASCII letters in lower case: all of `words` anywhere in it, all of `names` in requester and customer. */
  readonly words: readonly (readonly string[])[];
  readonly names: readonly (readonly string[])[];
  readonly order: InboxOrder;
  readonly limit: number;
  readonly offset: number;
}

/** Makes the SQL of these texts of a booking as one. */
const textOf = (...names: readonly string[]): string =>
  names.map((name) => `(one.data->>'$.${name}')`).join(" || ' ' || ");
const people = textOf("requesterName", "requesterUsername", "customerName");
const everything = `${textOf("name", "offeringName", "projectName", "description")} || ' ' || ${people}`;

/** Orders that nobody has decided. */
const open = "'executing', 'pending-consumer', 'pending-provider', 'pending-project', 'pending-start-date'";

/** Makes the SQL that a row is an open request of one of the sources ?1. */
const isOpen = (row: string): string =>
  `${row}.source_id IN (SELECT value FROM json_each(?1)) AND ${row}.state = 'Creating' AND ${row}.vanished_at IS NULL
    AND (${row}.order_state IS NULL OR ${row}.order_state IN (${open}))`;
/** Makes the SQL of how much a row tells. */
const rank = (row: string): string =>
  `(${row}.modified_micros, CASE WHEN ${row}.order_state IS NULL THEN 0 ELSE 1 END, ${row}.source_id)`;

const once = `AND NOT EXISTS (SELECT 1 FROM bookings AS other INDEXED BY bookings_uuid
  WHERE other.uuid = one.uuid AND other.source_id != one.source_id AND ${isOpen("other")} AND ${rank("other")} > ${rank("one")})`;

/**
 * Returns the SQL of open requests, each once: of several sources' rows the one that tells most. ?1 sources, ?2 scopes, ?3 now,
 * ?4 and ?5 what the last end is after and up to. A condition on texts reads whole rows; without one the index has it all.
 */
function openRequests({ sourceIds }: InboxScope, texts: string): string {
  return `open AS (
    SELECT one.source_id, one.uuid, one.first_start_at, one.last_end_at, one.created_micros,
      one.data->>'$.offeringUuid' AS offering, CASE WHEN one.last_end_at <= ?3 THEN 'over'
        WHEN (one.order_state IS NULL OR one.order_state = 'executing') AND (?2 IS NULL
          OR one.data->>'$.providerUuid' IN (SELECT value FROM json_each(?2))
          OR one.data->>'$.offeringUuid' IN (SELECT value FROM json_each(?2))) THEN 'decide'
        ELSE 'waiting' END AS part
    FROM bookings AS one INDEXED BY bookings_open
    WHERE ${isOpen("one")} AND one.last_end_at > ?4 AND one.last_end_at <= ?5 ${texts} ${sourceIds.length > 1 ? once : ""})`;
}

/** Returns the SQL that is true where each word of the JSON list at `parameter` is in the text in one of its spellings. */
function holds(text: string, parameter: string): string {
  return `AND NOT EXISTS (SELECT 1 FROM json_each(${parameter}) AS word WHERE NOT EXISTS (
    SELECT 1 FROM json_each(word.value) AS spelling WHERE instr(lower(${text}), spelling.value) > 0))`;
}

const longAgo = -1;
const never = Number.MAX_SAFE_INTEGER;

/** Returns a page of open requests, and how many there are on all pages. */
export async function listInbox(
  sql: Sql,
  scope: InboxScope,
  { part, offeringUuid, fromAt, toAt, words, names, order, limit, offset }: InboxQuery,
): Promise<{ readonly rows: LocatedRow[]; readonly total: number }> {
  const { sourceIds, scopes, nowAt } = scope;
  const [column, way] = orders[order];
  const texts = words.length + names.length === 0 ? "" : `${holds(everything, "?12")} ${holds(people, "?13")}`;
  const rows = await sql.all(
    `WITH ${openRequests(scope, texts)}, wanted AS MATERIALIZED (
       SELECT source_id, uuid, first_start_at, created_micros FROM open
       WHERE +part = ?6 AND (?7 IS NULL OR offering = ?7) AND (?8 IS NULL OR last_end_at > ?8) AND (?9 IS NULL OR first_start_at < ?9)),
     page AS MATERIALIZED (SELECT source_id, uuid FROM wanted ORDER BY ${column}${way}, uuid LIMIT ?10 OFFSET ?11)
     SELECT (SELECT count(*) FROM wanted) AS total, bookings.source_id, ${storedColumns("bookings")} FROM page JOIN bookings INDEXED BY bookings_uuid
       ON bookings.uuid = page.uuid AND bookings.source_id = page.source_id
     ORDER BY bookings.${column}${way}, bookings.uuid`,
    JSON.stringify(sourceIds),
    scopes === null ? null : JSON.stringify(scopes),
    nowAt,
    part === "over" ? longAgo : nowAt,
    part === "over" ? nowAt : never,
    part,
    offeringUuid,
    fromAt,
    toAt,
    limit,
    offset,
    ...(texts === "" ? [] : [JSON.stringify(words), JSON.stringify(names)]),
  );
  return {
    rows: rows.map(readLocated),
    total: rows[0] === undefined ? 0 : readInt(rows[0], "total"),
  };
}

/** A number of open requests of one offering. */
export interface InboxCount {
  readonly part: InboxPart;
  readonly offeringUuid: string;
  readonly count: number;
}

/** Counts open requests by part and offering, in index entries. */
export async function countInbox(sql: Sql, scope: InboxScope): Promise<InboxCount[]> {
  const { sourceIds, scopes, nowAt } = scope;
  const rows = await sql.all(
    `WITH ${openRequests(scope, "")} SELECT part, offering, count(*) AS count FROM open GROUP BY part, offering ORDER BY part, offering`,
    JSON.stringify(sourceIds),
    scopes === null ? null : JSON.stringify(scopes),
    nowAt,
    longAgo,
    never,
  );
  return rows.map((row) => ({
    part: inboxParts.find((part) => part === row["part"]) ?? "waiting",
    offeringUuid: readText(row, "offering"),
    count: readInt(row, "count"),
  }));
}
