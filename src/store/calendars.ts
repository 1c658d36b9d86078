import { type FeedRow, feedSelection, readFeed } from "./feeds.ts";
import { sources } from "./sources/sources.ts";
import { readInt } from "./sql/row.ts";
import type { Sql, SqlRow } from "./sql/port.ts";
import { int, orNull, type RowOf, table, text } from "./sql/table.ts";

const choices = table("calendar_choices", {
  /** `#RRGGBB` or `#RRGGBBAA`; "" for none. */
  colour: text,
  place: orNull(int),
});

/** The choices of a person's calendar programs for a feed. */
type CalendarChoices = RowOf<typeof choices>;

const shared = sources.pick("kind", "customerUuid");

/** A feed as the calendar of one account, which it need not belong to. */
export interface CalendarRow extends CalendarChoices, RowOf<typeof shared> {
  readonly feed: FeedRow;
  /** The latest `changed_at` of objects that the account's programs must read again (epoch milliseconds); 0 without any. */
  readonly touchedAt: number;
  /** Sentences in its objects whose time is over. */
  readonly overdue: number;
}

const select = `SELECT ${feedSelection.columns}, ${shared.list("sources")},
    coalesce(calendar_choices.colour, '') AS colour, calendar_choices.place,
    coalesce((SELECT max(changed_at) FROM refused_writes
      WHERE feed_id = feeds.id AND refused_writes.account_id = ?1), 0) AS touched_at,
    (SELECT count(*) FROM refused_writes
      WHERE feed_id = feeds.id AND refused_writes.account_id = ?1 AND until_at <= ?2) AS overdue
  FROM ${feedSelection.tables} JOIN sources ON sources.id = feeds.source_id
    LEFT JOIN calendar_choices ON calendar_choices.feed_id = feeds.id AND calendar_choices.account_id = ?1`;

function readCalendar(row: SqlRow): CalendarRow {
  return {
    feed: readFeed(row),
    ...shared.read(row),
    ...choices.read(row),
    touchedAt: readInt(row, "touched_at"),
    overdue: readInt(row, "overdue"),
  };
}

/** Returns a feed as the calendar of an account at `now` (epoch milliseconds), or null. One statement. */
export async function findCalendar(
  sql: Sql,
  accountId: string,
  feedId: string,
  now: number,
): Promise<CalendarRow | null> {
  const row = await sql.first(`${select} WHERE feeds.id = ?3`, accountId, now, feedId);
  return row === null ? null : readCalendar(row);
}

/**
 * Returns the living feeds that may be calendars of an account at `now` (epoch milliseconds), oldest first: those of these
 * accounts of the same person, and those over lists that a role opens: of these organisations, or `all`.
 */
export async function listCalendars(
  sql: Sql,
  accountId: string,
  ownIds: readonly string[],
  customerUuids: readonly string[] | "all",
  now: number,
): Promise<CalendarRow[]> {
  const all = customerUuids === "all";
  const rows = await sql.all(
    `${select} WHERE feeds.state != 'ended'
       AND (feeds.account_id IN (SELECT value FROM json_each(?3)) OR sources.kind IN ('provider', 'offering')
         AND (?4 = 1 OR sources.customer_uuid IN (SELECT value FROM json_each(?5))))
     ORDER BY feeds.created_at, feeds.id`,
    accountId,
    now,
    JSON.stringify(ownIds),
    all ? 1 : 0,
    JSON.stringify(all ? [] : customerUuids),
  );
  return rows.map(readCalendar);
}

/** Keeps what a person's calendar program chose for a feed; null leaves a choice as it is. */
export async function chooseForCalendar(
  sql: Sql,
  accountId: string,
  feedId: string,
  colour: string | null,
  place: number | null,
): Promise<void> {
  await sql.run(
    `INSERT INTO calendar_choices (feed_id, account_id, colour, place) VALUES (?1, ?2, coalesce(?3, ''), ?4)
     ON CONFLICT (feed_id, account_id) DO UPDATE
       SET colour = coalesce(?3, calendar_choices.colour), place = coalesce(?4, calendar_choices.place)`,
    feedId,
    accountId,
    colour,
    place,
  );
}
