import { Hono } from "hono";
import { endedCalendar, joinFeedBytes, rendererVersion } from "../../calendar/feed.ts";
import type { Env } from "../env.ts";
import { hashSecret } from "../../security/secret.ts";
import type { BodyCache } from "./body-cache.ts";
import { type FeedWork, makeFeedServer } from "./serve.ts";
import { gzip } from "./gzip.ts";
import { withAccessLog } from "../access-log.ts";

const feedWork: FeedWork = {
  renderer: rendererVersion,
  hash: hashSecret,
  join: (feed, vevents) => joinFeedBytes(feed.profile, vevents),
  end: (feed, endedAt) => endedCalendar(feed.profile, endedAt),
  gzip,
};

/** Returns the route of the feeds: `/f/<secret>/<name>.ics`, and `.ifb` for their free/busy times. All requests share one set of caches, `bodies` among them: call it once per process. */
export function feedRoutes(bodies?: BodyCache): Hono<Env> {
  const serve = makeFeedServer(feedWork, bodies);
  return new Hono<Env>().all("/f/*", async (c) => {
    const [, , secret = "", file = "", ...deeper] = c.req.path.split("/");
    return withAccessLog(c.env, c.req, async () => serve(c.env, c.req.raw, secret, deeper.length > 0 ? "" : file));
  });
}
