import { Hono } from "hono";
import { endedCalendar, joinFeedBytes, RENDERER } from "../calendar/feed.ts";
import type { Deps } from "../deps.ts";
import { hashSecret } from "../security/secret.ts";
import { type FeedWork, makeFeedServer, type ServeFeed } from "./feed.ts";
import { gzip } from "./gzip.ts";

const feedWork: FeedWork = {
  renderer: RENDERER,
  hash: hashSecret,
  join: (feed, vevents) => joinFeedBytes(feed.profile, vevents),
  end: (feed, endedAt) => endedCalendar(feed.profile, endedAt),
  gzip,
};

/** The routes of the feeds: `/f/<secret>/<name>.ics`. All requests share one set of caches: make them once per process. */
export function feedRoutes(serve: ServeFeed = makeFeedServer(feedWork)): Hono<{ Bindings: Deps }> {
  return new Hono<{ Bindings: Deps }>()
    .all("/f/:secret/:file", (c) => serve(c.env, c.req.raw, c.req.param("secret"), c.req.param("file")))
    .all("/f/*", (c) => serve(c.env, c.req.raw, "", ""));
}
