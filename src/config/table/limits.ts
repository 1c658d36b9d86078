import { setting, wholeSetting } from "../setting.ts";

/** Settings of what one person may have, and of what is kept. */
export const limits = {
  maxFeeds: setting(
    "MAX_FEEDS",
    wholeSetting(1, 1000000),
    "100",
    "Feeds that one person may have; the operator any number",
  ),
  maxSources: setting(
    "MAX_SOURCES",
    wholeSetting(1, 1000000),
    "50",
    "Lists of Waldur over which the feeds of one person may be",
  ),
  maxTargets: setting(
    "MAX_TARGETS",
    wholeSetting(1, 1000000),
    "50",
    "CalDAV calendars into which the feeds of one person may be mirrored",
  ),
  decisionDays: setting("DECISION_DAYS", wholeSetting(1, 36500), "365", "Days for which it is kept who decided what"),
};
