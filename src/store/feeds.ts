import type { FeedProfile } from "../calendar/profile.ts";
import { int, intOrNull, text } from "./row.ts";
import { type Sql, type SqlRow, type SqlValue, type Statement, statement } from "./sql.ts";

export type FeedState = "loading" | "active" | "suspended" | "ended";

/** A filter and a profile over one source. */
export interface FeedRow {
  readonly id: string;
  readonly sourceId: string;
  /** The file name in its address, without `.ics`. */
  readonly slug: string;
  readonly profile: FeedProfile;
  /** Sealed. */
  readonly salt: string;
  /** Sealed. */
  readonly secret: string;
  readonly epoch: string;
  /** Part of what its decision links are signed over. */
  readonly links: string;
  /** With what the links in its rows were made; "" for rows without. */
  readonly linksBy: string;
  readonly rev: number;
  readonly revisedAt: number;
  readonly state: FeedState;
  readonly renderedRev: number;
  readonly renderer: number;
  readonly windowAt: number;
  readonly windowUuid: string;
  readonly noticeAt: number;
  readonly eventCount: number;
  readonly byteCount: number;
  readonly held: readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly usedAt: number | null;
  readonly usedBy: string;
}

/** What of a feed decides over the answer to a request, its bytes aside. */
export type ServedFeed = Pick<
  FeedRow,
  "id" | "slug" | "epoch" | "rev" | "revisedAt" | "state" | "expiresAt" | "usedAt"
>;

/** What a request for a feed's address is answered from: one row. */
export interface AddressRow {
  readonly endedAt: number | null;
  readonly gone: boolean;
  readonly feed: ServedFeed;
}

/** The address with that hash and its feed, or null. One statement. */
export async function findAddress(sql: Sql, hash: string): Promise<AddressRow | null> {
  const row = await sql.first(
    `SELECT a.ended_at, a.gone, f.id, f.slug, f.epoch, f.rev, f.revised_at, f.state, f.expires_at, f.used_at
     FROM addresses AS a JOIN feeds AS f ON f.id = a.feed_id WHERE a.hash = ?1`,
    hash,
  );
  if (row === null) return null;
  return { endedAt: intOrNull(row, "ended_at"), gone: int(row, "gone") === 1, feed: readServed(row) };
}

/** Every feed, oldest first; or those of these sources. */
export async function listFeeds(sql: Sql, sourceIds?: readonly string[]): Promise<FeedRow[]> {
  const rows =
    sourceIds === undefined
      ? await sql.all("SELECT * FROM feeds ORDER BY created_at, id")
      : await sql.all(
          `SELECT * FROM feeds WHERE source_id IN (SELECT value FROM json_each(?1)) ORDER BY created_at, id`,
          JSON.stringify(sourceIds),
        );
  return rows.map(readFeed);
}

/** The feed of that id, or null. */
export async function findFeed(sql: Sql, id: string): Promise<FeedRow | null> {
  const row = await sql.first("SELECT * FROM feeds WHERE id = ?1", id);
  return row === null ? null : readFeed(row);
}

/** When a feed of the source was last fetched; null: never. */
export async function lastUse(sql: Sql, sourceId: string): Promise<number | null> {
  const row = await sql.first("SELECT max(used_at) AS used_at FROM feeds WHERE source_id = ?1", sourceId);
  return row === null ? null : intOrNull(row, "used_at");
}

/** The statements that make a feed and its first address. */
export function insertFeed(
  feed: Pick<FeedRow, "id" | "sourceId" | "slug" | "profile" | "salt" | "secret" | "epoch" | "links" | "expiresAt">,
  hash: string,
  nowAt: number,
): Statement[] {
  return [
    statement(
      `INSERT INTO feeds (id, source_id, slug, profile, salt, secret, epoch, revised_at, state, created_at, expires_at, links)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'loading', ?8, ?9, ?10)`,
      feed.id,
      feed.sourceId,
      feed.slug,
      JSON.stringify(feed.profile),
      feed.salt,
      feed.secret,
      feed.epoch,
      nowAt,
      feed.expiresAt,
      feed.links,
    ),
    insertAddress(feed.id, hash),
  ];
}

/** The statement that gives a feed an address. */
export function insertAddress(feedId: string, hash: string): Statement {
  return statement("INSERT INTO addresses (hash, feed_id) VALUES (?1, ?2)", hash, feedId);
}

/** The statement that ends all living addresses of a feed: `gone` answers 410 at once, else they say for a while that they ended. */
export function endAddresses(feedId: string, nowAt: number, gone: boolean): Statement {
  return statement(
    "UPDATE addresses SET ended_at = ?2, gone = ?3 WHERE feed_id = ?1 AND ended_at IS NULL",
    feedId,
    nowAt,
    Number(gone),
  );
}

const columns = {
  sourceId: "source_id",
  slug: "slug",
  secret: "secret",
  revisedAt: "revised_at",
  epoch: "epoch",
  links: "links",
  linksBy: "links_by",
  rev: "rev",
  state: "state",
  renderedRev: "rendered_rev",
  renderer: "renderer",
  windowAt: "window_at",
  windowUuid: "window_uuid",
  noticeAt: "notice_at",
  expiresAt: "expires_at",
  usedAt: "used_at",
  usedBy: "used_by",
  eventCount: "event_count",
  byteCount: "byte_count",
} as const;

export interface FeedChange extends Partial<Pick<FeedRow, keyof typeof columns>> {
  readonly profile?: FeedProfile;
  readonly held?: readonly string[];
}

/** The statement that sets these columns of a feed; null when there is nothing to set. */
export function changeFeed(id: string, change: FeedChange): Statement | null {
  const sets: string[] = [];
  const values: SqlValue[] = [id];
  const set = (column: string, value: SqlValue): void => {
    values.push(value);
    sets.push(`${column} = ?${values.length}`);
  };
  const given = new Map(Object.entries(change));
  for (const [key, column] of Object.entries(columns)) {
    const value = given.get(key);
    if (value !== undefined) set(column, value);
  }
  if (change.profile !== undefined) set("profile", JSON.stringify(change.profile));
  if (change.held !== undefined) set("held", heldText(change.held));
  return sets.length === 0 ? null : statement(`UPDATE feeds SET ${sets.join(", ")} WHERE id = ?1`, ...values);
}

/** What rendering sets of a feed. */
const rendered = [
  "rev",
  "revisedAt",
  "state",
  "renderedRev",
  "renderer",
  "linksBy",
  "windowAt",
  "windowUuid",
  "noticeAt",
  "eventCount",
  "byteCount",
] as const;

/** One element of the JSON that `writeRendered` takes: a feed as it was read, and as rendering leaves it. */
export function encodeRendered(before: FeedRow, after: FeedRow): Record<string, SqlValue> {
  const set: Record<string, SqlValue> = {};
  for (const key of rendered) set[key] = after[key];
  return { ...set, held: heldText(after.held), id: before.id, wasRev: before.rev, wasRendered: before.renderedRev };
}

/**
 * The statement that sets what rendering changed in many feeds, of each only while it stands where it was read, and signs
 * those with the run's name, on which the event statements of the same batch depend: a run that was overtaken at a feed
 * writes nothing of it.
 */
export function writeRendered(writer: string, json: string): Statement {
  const sets = [...rendered.map((key) => [columns[key], key]), ["held", "held"]];
  return statement(
    `WITH change AS MATERIALIZED (SELECT value->>'$.id' AS id, value AS data FROM json_each(?2))
     UPDATE feeds SET ${sets.map(([column, key]) => `${column} = data->>'$.${key}'`).join(", ")}, writer = ?1 FROM change
     WHERE feeds.id IN (SELECT id FROM change) AND feeds.id = change.id
       AND feeds.rev = data->>'$.wasRev' AND feeds.rendered_rev = data->>'$.wasRendered'`,
    writer,
    json,
  );
}

/** The ones among these feeds that the run of that name wrote last. */
export async function listWritten(sql: Sql, writer: string, feedIds: readonly string[]): Promise<Set<string>> {
  const rows = await sql.all(
    "SELECT id FROM feeds WHERE id IN (SELECT value FROM json_each(?2)) AND writer = ?1",
    writer,
    JSON.stringify(feedIds),
  );
  return new Set(rows.map((row) => text(row, "id")));
}

/** Has every event of every feed compared anew: something they all show has changed. */
export async function renderAllAgain(sql: Sql): Promise<void> {
  await sql.run("UPDATE feeds SET rendered_rev = 0 WHERE state != 'ended'");
}

/** Notes who fetched a feed, unless that was noted after `sinceAt`. */
export async function noteUse(sql: Sql, id: string, client: string, nowAt: number, sinceAt: number): Promise<void> {
  await sql.run(
    "UPDATE feeds SET used_at = ?2, used_by = ?3 WHERE id = ?1 AND (used_at IS NULL OR used_at < ?4)",
    id,
    nowAt,
    client,
    sinceAt,
  );
}

function heldText(held: readonly string[]): string {
  return held.length === 0 ? "" : JSON.stringify(held);
}

const states: readonly FeedState[] = ["loading", "active", "suspended", "ended"];

function readServed(row: SqlRow): ServedFeed {
  const state = text(row, "state");
  return {
    id: text(row, "id"),
    slug: text(row, "slug"),
    epoch: text(row, "epoch"),
    rev: int(row, "rev"),
    revisedAt: int(row, "revised_at"),
    state: states.find((known) => known === state) ?? "ended",
    expiresAt: intOrNull(row, "expires_at"),
    usedAt: intOrNull(row, "used_at"),
  };
}

function readFeed(row: SqlRow): FeedRow {
  // Feeds of a version before decisions say nothing of them.
  const profile: FeedProfile = { decisions: "sign-in", ...JSON.parse(text(row, "profile")) };
  const held = text(row, "held");
  const heldList: string[] = held === "" ? [] : JSON.parse(held);
  return {
    ...readServed(row),
    sourceId: text(row, "source_id"),
    profile,
    salt: text(row, "salt"),
    secret: text(row, "secret"),
    links: text(row, "links"),
    linksBy: text(row, "links_by"),
    renderedRev: int(row, "rendered_rev"),
    renderer: int(row, "renderer"),
    windowAt: int(row, "window_at"),
    windowUuid: text(row, "window_uuid"),
    noticeAt: int(row, "notice_at"),
    eventCount: int(row, "event_count"),
    byteCount: int(row, "byte_count"),
    held: heldList,
    createdAt: int(row, "created_at"),
    usedBy: text(row, "used_by"),
  };
}
