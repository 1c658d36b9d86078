import type { BusyPeriod } from "../calendar/ical/free-busy.ts";
import { type Window, windowOf } from "../calendar/window.ts";
import { listBusy } from "../store/events.ts";
import type { FeedRow } from "../store/feeds.ts";
import type { Sql } from "../store/sql/port.ts";

/** The times of a feed that are taken, and the window of which that is known, epoch seconds. */
export interface FreeBusy extends Pick<Window, "fromAt" | "toAt"> {
  readonly periods: readonly BusyPeriod[];
}

/**
 * Returns which times of a feed are taken, over the window that its events follow. Null where that is not known, and nobody
 * may take it for free: the feed was emptied because Waldur does not answer, or not for its account.
 */
export async function readFreeBusy(sql: Sql, feed: FeedRow): Promise<FreeBusy | null> {
  const { fromAt, toAt } = windowOf(feed.profile, feed.windowAt);
  const periods = await listBusy(sql, feed.id, fromAt, toAt);
  return feed.notice !== "" && periods.length === 0 ? null : { fromAt, toAt, periods };
}
