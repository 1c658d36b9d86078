import { setting, wholeSetting } from "../setting.ts";

/** Settings of feeds: what new ones show, when they are cleared, and what is warned of. */
export const feeds = {
  feedPastDays: setting("FEED_PAST_DAYS", wholeSetting(0, 3650), "30", "Days back that a new feed shows"),
  feedFutureDays: setting("FEED_FUTURE_DAYS", wholeSetting(1, 3650), "365", "Days ahead that a new feed shows"),
  outageNoticeHours: setting(
    "OUTAGE_NOTICE_HOURS",
    wholeSetting(1, 8760),
    "12",
    "Hours without Waldur after which feeds say so in an event",
  ),
  outageClearDays: setting(
    "OUTAGE_CLEAR_DAYS",
    wholeSetting(1, 3650),
    "14",
    "Days without Waldur after which feeds are cleared",
  ),
  accessClearHours: setting(
    "ACCESS_CLEAR_HOURS",
    wholeSetting(0, 8760),
    "24",
    "Hours after which a feed is cleared whose account lost its role in Waldur, or whose user is not active there",
  ),
  accessProofDays: setting(
    "ACCESS_PROOF_DAYS",
    wholeSetting(1, 3650),
    "30",
    "Days for which a role that Waldur told last holds while it does not take the token of a feed's account",
  ),
  endedDays: setting(
    "ENDED_DAYS",
    wholeSetting(0, 3650),
    "30",
    "Days for which an ended address says that it has ended",
  ),
  tombstoneDays: setting(
    "TOMBSTONE_DAYS",
    wholeSetting(1, 3650),
    "30",
    "Days for which a booking that is gone stays as cancelled",
  ),
  removalGuardPercent: setting(
    "REMOVAL_GUARD_PERCENT",
    wholeSetting(0, 100),
    "20",
    "Share of a source's bookings that may vanish at once before removal is held",
  ),
  removalGuardMin: setting(
    "REMOVAL_GUARD_MIN",
    wholeSetting(0, 1000000),
    "10",
    "Number that may vanish at once whatever the share",
  ),
  feedWarnBytes: setting(
    "FEED_WARN_BYTES",
    wholeSetting(1, 1000000000),
    "800000",
    "Size of a feed from which it is warned about",
  ),
  feedWarnEvents: setting(
    "FEED_WARN_EVENTS",
    wholeSetting(1, 1000000),
    "1000",
    "Events in a feed from which it is warned about",
  ),
  // A Worker has 128 MB for everything.
  feedCacheBytes: setting(
    "FEED_CACHE_BYTES",
    wholeSetting(0, 4294967296),
    "33554432",
    "Bytes of feeds the process keeps at hand",
  ),
};
