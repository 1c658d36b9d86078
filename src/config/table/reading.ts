import * as v from "valibot";
import { hours, setting, wholeSetting, zone } from "../setting.ts";

/** Settings of how Waldur is read. */
export const reading = {
  workersPlan: setting(
    "WORKERS_PLAN",
    v.picklist(["free", "paid"], "give free or paid"),
    "free",
    "Plan of Cloudflare Workers that the service is on: with `paid` a run does more, and a long list is read in fewer",
  ),
  pollSeconds: setting(
    "POLL_SECONDS",
    wholeSetting(1, 86400),
    "60",
    "Seconds between readings of Waldur while requests wait or somebody reads the feed",
  ),
  nightPollSeconds: setting("NIGHT_POLL_SECONDS", wholeSetting(1, 86400), "600", "Seconds between readings otherwise"),
  nightHours: setting("NIGHT_HOURS", hours, "20-6", "Hours of the day in which nobody waits, from-to"),
  timeZone: setting("TIME_ZONE", zone, "UTC", "IANA time zone of the night hours"),
  sweepSeconds: setting("SWEEP_SECONDS", wholeSetting(1, 86400), "600", "Seconds between full listings of a source"),
  requestSeconds: setting("REQUEST_SECONDS", wholeSetting(1, 600), "60", "Seconds one request to Waldur may take"),
};
