import { readInt, readText } from "./sql/row.ts";
import type { Sql, SqlRow } from "./sql/port.ts";
import { int, type RowOf, table, text } from "./sql/table.ts";

/** An event of a feed as an object of a person's calendar, without its text. */
export interface ObjectRow {
  readonly uid: string;
  /** The feed's, at the event's last change. */
  readonly rev: number;
  /** Time at which the person's program was told last to read it again, epoch milliseconds; 0: never. */
  readonly touchedAt: number;
}

/** The ending of an object's name; what stands before it is the event's UID. */
export const nameEnding = ".ics";

/** The column of `touchedAt`, where ?2 is the account. */
export const touched = `coalesce((SELECT max(changed_at) FROM refused_writes
  WHERE feed_id = events.feed_id AND account_id = ?2 AND name = events.uid || '${nameEnding}'), 0) AS touched_at`;

function readObject(row: SqlRow): ObjectRow {
  return { uid: readText(row, "uid"), rev: readInt(row, "rev"), touchedAt: readInt(row, "touched_at") };
}

/**
 * Returns all objects of a feed as an account has them. Reads an index alone, without the texts; `anyTouched` is false where
 * the account's programs were never told to read one again.
 */
export async function listObjects(
  sql: Sql,
  feedId: string,
  accountId: string,
  anyTouched: boolean,
): Promise<ObjectRow[]> {
  const rows = await sql.all(
    `SELECT uid, rev, ${anyTouched ? touched : "?2 IS NULL AS touched_at"} FROM events INDEXED BY events_rev WHERE feed_id = ?1 ORDER BY rev, uid`,
    feedId,
    accountId,
  );
  return rows.map(readObject);
}

/** Returns the objects of a feed that lie in part in [`fromAt`, `toAt`), epoch seconds. */
export async function listObjectsBetween(
  sql: Sql,
  feedId: string,
  accountId: string,
  fromAt: number,
  toAt: number,
): Promise<ObjectRow[]> {
  const rows = await sql.all(
    `SELECT uid, rev, ${touched} FROM events INDEXED BY events_order
     WHERE feed_id = ?1 AND start_at < ?4 AND end_at > ?3 ORDER BY start_at, uid`,
    feedId,
    accountId,
    fromAt,
    toAt,
  );
  return rows.map(readObject);
}

const content = table("events", {
  bookingUuid: text,
  startAt: int,
  endAt: int,
  vevent: text,
});

/** An object with what it is made of. */
export type ObjectContent = ObjectRow &
  RowOf<typeof content> & {
    /** A sentence for the person about a change that was refused; "" for none. */
    readonly word: string;
  };

/** Returns those of these events that a feed has, as an account has them, by UID. */
export async function findObjects(
  sql: Sql,
  feedId: string,
  accountId: string,
  uids: readonly string[],
): Promise<Map<string, ObjectContent>> {
  const rows = await sql.all(
    `SELECT uid, rev, ${touched}, ${content.list()}, coalesce((SELECT word FROM refused_writes
       WHERE feed_id = events.feed_id AND account_id = ?2 AND name = events.uid || '${nameEnding}'
       ORDER BY changed_at DESC LIMIT 1), '') AS word
     FROM events WHERE feed_id = ?1 AND uid IN (SELECT value FROM json_each(?3))`,
    feedId,
    accountId,
    JSON.stringify(uids),
  );
  return new Map(
    rows.map((row) => [
      readText(row, "uid"),
      { ...readObject(row), ...content.read(row), word: readText(row, "word") },
    ]),
  );
}
