import { type Statement, statement } from "./sql/port.ts";

/** Makes one element of the JSON that `writeRevisions` takes: a revision of a feed, and the UIDs of events that went with it. */
export function encodeRevision(feedId: string, rev: number, removed: readonly string[]) {
  return { feedId, rev, removed: JSON.stringify(removed) };
}

/** Makes the statement that keeps revisions, of each feed only where the batch's run holds it. */
export function writeRevisions(writer: string, json: string): Statement {
  return statement(
    `INSERT INTO revisions (feed_id, rev, removed)
     SELECT value->>'$.feedId', CAST(value->>'$.rev' AS BIGINT), value->>'$.removed' FROM json_each(?2)
     WHERE (SELECT writer FROM feeds WHERE feeds.id = value->>'$.feedId') = ?1
     ON CONFLICT (feed_id, rev) DO NOTHING`,
    writer,
    json,
  );
}

/** Makes the statement that keeps a revision with which no event went. */
export function addRevision(feedId: string, rev: number): Statement {
  return statement("INSERT INTO revisions (feed_id, rev) VALUES (?1, ?2) ON CONFLICT DO NOTHING", feedId, rev);
}
