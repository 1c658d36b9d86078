import { type LocatedRow, readLocated, storedColumns } from "../bookings/bookings.ts";
import { readText } from "../sql/row.ts";
import type { Sql } from "../sql/port.ts";

/** Something of a person's own that stopped. */
export interface Trouble {
  readonly userUuid: string;
  readonly kind: "feed" | "mirror";
  /** Of the feed or the target. */
  readonly id: string;
  readonly name: string;
  /** Epoch seconds. */
  readonly sinceAt: number;
}

/** Returns the feeds of these people that lost their list since then, and their targets that stopped. */
export async function listTroubles(sql: Sql, users: readonly string[], sinceAt: number): Promise<Trouble[]> {
  const rows = await sql.all(
    `WITH own AS MATERIALIZED (
       SELECT feeds.id, feeds.source_id, feeds.account_id, feeds.profile->>'$.name' AS name, accounts.user_uuid FROM feeds
       JOIN accounts ON accounts.id = feeds.account_id
       WHERE feeds.state != 'ended' AND accounts.user_uuid IN (SELECT value FROM json_each(?1)))
     SELECT own.user_uuid, 'feed' AS kind, own.id, own.name, readers.lost_at AS since_at FROM own
       JOIN readers ON readers.source_id = own.source_id AND readers.account_id = own.account_id
       WHERE readers.lost IN ('role', 'inactive', 'expired') AND readers.lost_at > ?2
     UNION ALL SELECT own.user_uuid, 'mirror', targets.id, targets.name, targets.stopped_at FROM own
       JOIN targets ON targets.feed_id = own.id
       WHERE targets.state = 'stopped' AND targets.stopped_at > ?2`,
    JSON.stringify(users),
    sinceAt,
  );
  return rows.map((row) => ({
    userUuid: readText(row, "user_uuid"),
    kind: row["kind"] === "feed" ? "feed" : "mirror",
    id: readText(row, "id"),
    name: readText(row, "name"),
    sinceAt: Number(row["since_at"]),
  }));
}

/**
 * Returns the stored bookings that a person made, of lists that these accounts asked for and may read, which changed since then or are
 * not over now (epoch seconds): a slot may move, and Waldur's `modified` does not tell.
 */
export async function listOwnBookings(
  sql: Sql,
  accountIds: readonly string[],
  username: string,
  { sinceAt, nowAt }: { readonly sinceAt: number; readonly nowAt: number },
): Promise<LocatedRow[]> {
  const rows = await sql.all(
    `SELECT source_id, ${storedColumns("bookings")} FROM bookings
     WHERE source_id IN (
         SELECT source_id FROM readers WHERE account_id IN (SELECT value FROM json_each(?1)) AND lost IN ('', 'part'))
       AND (modified_micros > ?2 * 1000000 OR last_end_at > ?4) AND vanished_at IS NULL AND data->>'$.requesterUsername' = ?3
     ORDER BY modified_micros, order_state NULLS FIRST, source_id`,
    JSON.stringify(accountIds),
    sinceAt,
    username,
    nowAt,
  );
  return [...new Map(rows.map(readLocated).map((row) => [row.booking.uuid, row])).values()];
}

/** Returns the causes for which a recipient has rows of the outbox, of those about these bookings or among these causes, oldest first. */
export async function listTold(
  sql: Sql,
  recipient: string,
  causes: readonly string[],
  bookingUuids: readonly string[] = [],
): Promise<Set<string>> {
  const rows = await sql.all(
    `SELECT cause FROM outbox WHERE recipient = ?1 AND (cause IN (SELECT value FROM json_each(?2))
       OR booking_uuid IN (SELECT value FROM json_each(?3))) ORDER BY n`,
    recipient,
    JSON.stringify(causes),
    JSON.stringify(bookingUuids),
  );
  return new Set(rows.map((row) => readText(row, "cause")));
}
