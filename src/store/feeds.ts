import type { FeedProfile } from "../calendar/profile.ts";
import { spellZone } from "../calendar/zone.ts";
import { noticeReasons } from "../calendar/words/calendar-words.ts";
import { readInt, readIntOrNull, readText } from "./sql/row.ts";
import { type Sql, type SqlRow, type SqlValue, type Statement, statement } from "./sql/port.ts";
import { untoldAt } from "./push-subscriptions.ts";
import { loss, type Loss } from "./sources/readers.ts";
import { type Codec, int, json, oneOf, orNull, type RowOf, table, text } from "./sql/table.ts";

/** The values of feeds that were made before there was a choice: they go on as they were. */
const asBefore = {
  decisions: "sign-in",
  stateMark: "word",
  wholeDays: false,
  offeringColours: false,
  chosenColours: {},
  offeringImages: false,
} as const satisfies Partial<FeedProfile>;

/** The zones of older feeds are spelt as they were typed. */
const profile: Codec<FeedProfile> = {
  type: "TEXT",
  read: (row, column) => {
    const stored: FeedProfile = { ...asBefore, ...JSON.parse(readText(row, column)) };
    return { ...stored, zone: stored.zone && spellZone(stored.zone) };
  },
  write: JSON.stringify,
};

/** Kept as "" while there are none. */
const held: Codec<readonly string[]> = {
  type: "TEXT",
  read: (row, column) => (row[column] === "" ? [] : json<readonly string[]>().read(row, column)),
  write: (list) => (list.length === 0 ? "" : JSON.stringify(list)),
};

/** Kept as "" while there are none. */
const buried: Codec<Readonly<Record<string, number>>> = {
  type: "TEXT",
  read: (row, column) => (row[column] === "" ? {} : json<Record<string, number>>().read(row, column)),
  write: (list) => (Object.keys(list).length === 0 ? "" : JSON.stringify(list)),
};

const feeds = table("feeds", {
  id: text,
  sourceId: text,
  /** Whose it is. */
  accountId: text,
  /** The file name in its address, without `.ics`. */
  slug: text,
  profile,
  /** Sealed. */
  salt: text,
  /** Sealed. */
  secret: text,
  /** Random, renewed when rows were restored or made again. */
  epoch: text,
  /** Part of what its decision links are signed over. */
  links: text,
  /** With what the links in its rows were made; "" for rows without. */
  linksBy: text,
  rev: int,
  revisedAt: int,
  state: oneOf(["loading", "active", "suspended", "ended"], "ended"),
  /** The source's rev up to which bookings were rendered. */
  renderedRev: int,
  renderer: int,
  /** Start of the day whose window the rows follow, and the uuid up to which a move to it came. */
  windowAt: int,
  windowUuid: text,
  /** Start of the day whose notice is shown that the feed is out of date; 0: none. */
  noticeAt: int,
  /** The reason in that notice; "" without one. */
  notice: oneOf(["", ...noticeReasons], ""),
  eventCount: int,
  byteCount: int,
  /** Events held back by the linter. */
  held,
  /** Tombstones that were taken out when it was emptied: since when each UID was one. They come back within their time. */
  buried,
  createdAt: int,
  expiresAt: orNull(int),
  usedAt: orNull(int),
  usedBy: text,
});

/** A filter and a profile over one source, and what its account has lost of that source's list. */
export type FeedRow = RowOf<typeof feeds> & Loss;

/** The columns that `readFeed` reads, and their tables. */
export const feedSelection = {
  columns: `${feeds.list("feeds")}, coalesce(readers.lost, '') AS lost, readers.lost_at`,
  tables: "feeds LEFT JOIN readers ON readers.source_id = feeds.source_id AND readers.account_id = feeds.account_id",
} as const;

const select = `SELECT ${feedSelection.columns} FROM ${feedSelection.tables}`;

/** Reads a row of `feedSelection`. Throws `store_failed`. */
export function readFeed(row: SqlRow): FeedRow {
  return { ...feeds.read(row), ...loss.read(row) };
}

const served = feeds.pick("id", "slug", "epoch", "rev", "revisedAt", "state", "expiresAt", "usedAt");

/** The part of a feed that decides over the answer to a request, its bytes aside. */
export type ServedFeed = RowOf<typeof served>;

/** An address of a feed with what its requests are answered from: one row. */
export interface AddressRow {
  readonly endedAt: number | null;
  readonly gone: boolean;
  readonly feed: ServedFeed;
}

// Put together once: every request for a feed sends it.
const selectAddress = `SELECT a.ended_at, a.gone, ${served.list("f")}
  FROM addresses AS a JOIN feeds AS f ON f.id = a.feed_id WHERE a.hash = ?1`;

/** Returns the address with that hash and its feed, or null. One statement. */
export async function findAddress(sql: Sql, hash: string): Promise<AddressRow | null> {
  const row = await sql.first(selectAddress, hash);
  if (row === null) return null;
  return { endedAt: readIntOrNull(row, "ended_at"), gone: readInt(row, "gone") === 1, feed: served.read(row) };
}

/** A feed in a list, and since when a calendar program is to be told of its revision (epoch seconds); null: none is. */
export type ListedFeed = FeedRow & { readonly untoldAt: number | null };

const listed = `SELECT ${feedSelection.columns}, ${untoldAt} AS untold_at FROM ${feedSelection.tables}`;

/** Returns every feed, oldest first; or those of these sources. */
export async function listFeeds(sql: Sql, sourceIds?: readonly string[]): Promise<ListedFeed[]> {
  const rows =
    sourceIds === undefined
      ? await sql.all(`${listed} ORDER BY feeds.created_at, feeds.id`)
      : await sql.all(
          `${listed} WHERE feeds.source_id IN (SELECT value FROM json_each(?1)) ORDER BY feeds.created_at, feeds.id`,
          JSON.stringify(sourceIds),
        );
  return rows.map((row) => ({ ...readFeed(row), untoldAt: readIntOrNull(row, "untold_at") }));
}

/** Returns the feed of that id, or null. */
export async function findFeed(sql: Sql, id: string): Promise<FeedRow | null> {
  const row = await sql.first(`${select} WHERE feeds.id = ?1`, id);
  return row === null ? null : readFeed(row);
}

/** Returns when a feed of the source was last fetched, or somebody who reads it signed in; null when never. */
export async function lastUse(sql: Sql, sourceId: string): Promise<number | null> {
  const row = await sql.first(
    `SELECT max(used_at) AS used_at FROM (SELECT used_at FROM feeds WHERE source_id = ?1
       UNION ALL SELECT visited_at FROM readers WHERE source_id = ?1) AS uses`,
    sourceId,
  );
  return row === null ? null : readIntOrNull(row, "used_at");
}

/** Makes the statements that add a feed and its first address. */
export function insertFeed(
  feed: Pick<
    FeedRow,
    "id" | "sourceId" | "accountId" | "slug" | "profile" | "salt" | "secret" | "epoch" | "links" | "expiresAt"
  >,
  hash: string,
  nowAt: number,
): Statement[] {
  return [
    feeds.insert({ ...feed, state: "loading", revisedAt: nowAt, createdAt: nowAt }),
    insertAddress(feed.id, hash),
  ];
}

/** Makes the statement that gives a feed an address. */
export function insertAddress(feedId: string, hash: string): Statement {
  return statement("INSERT INTO addresses (hash, feed_id) VALUES (?1, ?2)", hash, feedId);
}

/** Makes the statement that ends all living addresses of a feed: `gone` answers 410 at once, else they say for a while that they ended. */
export function endAddresses(feedId: string, nowAt: number, gone: boolean): Statement {
  return statement(
    "UPDATE addresses SET ended_at = ?2, gone = ?3 WHERE feed_id = ?1 AND ended_at IS NULL",
    feedId,
    nowAt,
    Number(gone),
  );
}

/** Columns of a feed that its owner or a run sets. */
export type FeedChange = Partial<Omit<FeedRow, "id" | keyof Loss>>;

/** Makes the statement that sets these columns of a feed; null when there is nothing to set. */
export function changeFeed(id: string, change: FeedChange): Statement | null {
  return feeds.update(id, change);
}

/** The columns that rendering sets. */
const rendered = feeds.pick(
  "rev",
  "revisedAt",
  "state",
  "renderedRev",
  "renderer",
  "linksBy",
  "windowAt",
  "windowUuid",
  "noticeAt",
  "notice",
  "eventCount",
  "byteCount",
  "held",
  "buried",
);

/** Makes one element of the JSON that `writeRendered` takes: a feed as it was read, and as rendering leaves it. */
export function encodeRendered(before: FeedRow, after: FeedRow): Record<string, SqlValue> {
  return { ...rendered.encode(after), id: before.id, wasRev: before.rev, wasRendered: before.renderedRev };
}

/**
 * Makes the statement that sets what rendering changed in many feeds, of each only while it stands where it was read, and signs
 * those with the run's name, on which the event statements of the same batch depend: a run that was overtaken at a feed
 * writes nothing of it.
 */
export function writeRendered(writer: string, json: string): Statement {
  return statement(
    `WITH change AS MATERIALIZED (SELECT value->>'$.id' AS id, value AS data FROM json_each(?2))
     UPDATE feeds SET ${rendered.assign("data")}, writer = ?1 FROM change
     WHERE feeds.id IN (SELECT id FROM change) AND feeds.id = change.id
       AND feeds.rev = CAST(data->>'$.wasRev' AS BIGINT) AND feeds.rendered_rev = CAST(data->>'$.wasRendered' AS BIGINT)`,
    writer,
    json,
  );
}

/** Returns those of these feeds that the run of that name wrote last. */
export async function listWritten(sql: Sql, writer: string, feedIds: readonly string[]): Promise<Set<string>> {
  const rows = await sql.all(
    "SELECT id FROM feeds WHERE id IN (SELECT value FROM json_each(?2)) AND writer = ?1",
    writer,
    JSON.stringify(feedIds),
  );
  return new Set(rows.map((row) => readText(row, "id")));
}

/** Has every event of every feed compared anew: something they all show has changed. */
export async function renderAllAgain(sql: Sql): Promise<void> {
  await sql.run("UPDATE feeds SET rendered_rev = 0 WHERE state != 'ended'");
}

/** Notes who fetched a feed, unless that was noted after `sinceAt`; a time ahead was noted before the clock was set back. */
export async function noteUse(sql: Sql, id: string, client: string, nowAt: number, sinceAt: number): Promise<void> {
  await sql.run(
    "UPDATE feeds SET used_at = ?2, used_by = ?3 WHERE id = ?1 AND (used_at IS NULL OR used_at < ?4 OR used_at > ?2 + 60)",
    id,
    nowAt,
    client,
    sinceAt,
  );
}
