import { may, type Standing, standingOf, type Viewer } from "../account/access.ts";
import type { Deps } from "../deps.ts";
import { epochSeconds } from "../lib/clock.ts";
import { type CalendarRow, findCalendar, listCalendars } from "../store/calendars.ts";
import { managedCustomers } from "../waldur/roles.ts";
import { isExpired } from "./expiry.ts";
import { feedLinkKind } from "./links.ts";

/** A feed as a calendar of somebody who signs in with a calendar program. */
export interface OwnCalendar extends CalendarRow {
  readonly standing: Standing;
  /** Its pending bookings can be answered in the calendar program. */
  readonly answerable: boolean;
}

/** Returns a living feed that the viewer may read as a calendar; null for any other. One statement. */
export async function findOwnCalendar(deps: Deps, viewer: Viewer, feedId: string): Promise<OwnCalendar | null> {
  const found = await findCalendar(deps.sql, viewer.account.id, feedId, Math.floor(deps.now()));
  return found === null ? null : asOwn(deps, viewer, found);
}

/** Returns all living feeds that the viewer may read as calendars, oldest first. One statement. */
export async function listOwnCalendars(deps: Deps, viewer: Viewer): Promise<OwnCalendar[]> {
  const { account, accountIds } = viewer;
  const customers = account.isStaff ? "all" : managedCustomers(account);
  const found = await listCalendars(deps.sql, account.id, [...accountIds], customers, Math.floor(deps.now()));
  return found.flatMap((calendar) => asOwn(deps, viewer, calendar) ?? []);
}

function asOwn(deps: Deps, viewer: Viewer, calendar: CalendarRow): OwnCalendar | null {
  const { feed, kind, customerUuid } = calendar;
  const standing = standingOf(viewer, { accountId: feed.accountId, lost: feed.lost, kind, customerUuid });
  const lives = feed.state !== "ended" && !isExpired(feed, epochSeconds(deps));
  if (!lives || !may(standing, "calendar")) return null;
  const answerable = standing !== "former" && feedLinkKind(deps, feed.profile, null) !== null;
  return { ...calendar, standing, answerable };
}
