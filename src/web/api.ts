import { type Context, Hono } from "hono";
import { joinFeed } from "../calendar/feed.ts";
import { describeConfig } from "../config.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { type BookingCounts, countBookings } from "../store/bookings.ts";
import { listVevents } from "../store/events.ts";
import { type FeedRow, listFeeds } from "../store/feeds.ts";
import { findSource, listSources, type SourceRow } from "../store/sources.ts";
import { listBookings } from "../sync/bookings.ts";
import { checkWaldur } from "../sync/check.ts";
import { exportProvider } from "../sync/export.ts";
import { addFeed, needFeed, revokeFeed, rotateFeed, setFeed } from "../sync/feeds.ts";
import { listProviders, lookUp } from "../sync/lookup.ts";
import { preview } from "../sync/preview.ts";
import { seconds } from "../sync/run.ts";
import { tick } from "../sync/tick.ts";
import { changeProfile, profileOf, readChangedFeed, readNewFeed, readSync } from "./api-input.ts";
import { feedJson, isoTime } from "./feed-json.ts";
import { readBody } from "./read-body.ts";
import { targetRoutes } from "./target-routes.ts";
import { pushJson } from "./target-json.ts";

type Env = { Bindings: Deps };

/** `/api/v1` for the operator; `docs/openapi.yaml` tells it in full. Who may call is decided before. */
export function apiRoutes(): Hono<Env> {
  return new Hono<Env>()
    .get("/providers", async (c) => c.json({ providers: await listProviders(c.env) }))
    .get("/bookings", async (c) => c.json(await listBookings(c.env, query(c))))
    .get("/providers/:uuid/bookings", async (c) =>
      c.json(await listBookings(c.env, { ...query(c), provider_uuid: c.req.param("uuid") })),
    )
    .get("/providers/:uuid/calendar.ics", async (c) => {
      const source = await lookUp(c.env, "provider", c.req.param("uuid"));
      return calendar(c, await exportProvider(c.env, source.scopeUuid, profileOf(c.env.config, source.name, {})));
    })
    .get("/feeds", async (c) => c.json({ feeds: await allFeeds(c.env) }))
    .post("/feeds", async (c) => {
      const { source: asked, ...profile } = readNewFeed(await readBody(c));
      if (asked.kind !== "mine" && !asked.uuid) {
        throw new AppError(
          "bad_input",
          `source.uuid: say which ${asked.kind}; \`providers\` and \`bookings\` list uuids`,
        );
      }
      const { expiresAt = null } = profile;
      if (expiresAt !== null && expiresAt <= seconds(c.env)) {
        throw new AppError("bad_input", "expiresAt: is over already; give a time to come");
      }
      const source = await lookUp(c.env, asked.kind, asked.uuid ?? "");
      const feed = await addFeed(c.env, source, profileOf(c.env.config, source.name, profile), expiresAt);
      c.env.defer(tick(c.env, { sourceId: feed.sourceId }));
      return c.json(await oneFeed(c.env, feed), 201);
    })
    .get("/feeds/:id", async (c) => c.json(await oneFeed(c.env, await needFeed(c.env, c.req.param("id")))))
    .patch("/feeds/:id", async (c) => {
      const feed = await needFeed(c.env, c.req.param("id"));
      const asked = readChangedFeed(await readBody(c));
      const expiresAt = asked.expiresAt === undefined ? feed.expiresAt : asked.expiresAt;
      const changed = await setFeed(c.env, feed, changeProfile(feed.profile, asked), expiresAt);
      c.env.defer(tick(c.env, { sourceId: feed.sourceId }));
      return c.json(await oneFeed(c.env, changed));
    })
    .delete("/feeds/:id", async (c) => {
      const feed = await needFeed(c.env, c.req.param("id"));
      return c.json(await oneFeed(c.env, await revokeFeed(c.env, feed, c.req.query("now") === "1")));
    })
    .post("/feeds/:id/rotate", async (c) =>
      c.json(await oneFeed(c.env, await rotateFeed(c.env, await needFeed(c.env, c.req.param("id"))))),
    )
    .get("/feeds/:id/calendar.ics", async (c) => {
      const feed = await needFeed(c.env, c.req.param("id"));
      return calendar(c, joinFeed(feed.profile, await listVevents(c.env.sql, feed.id)));
    })
    .post("/sync", async (c) => {
      const { dryRun = false, allowRemovals = false, source, since = seconds(c.env) } = readSync(await readBody(c));
      const sources = await listSources(c.env.sql);
      const asked = source ? sources.filter(({ id }) => id === source) : sources;
      if (source && asked.length === 0) throw new AppError("not_found", `there is no source ${source}`);
      if (!dryRun) {
        const report = await tick(c.env, { sweepSince: since, allowRemovals, ...(source && { sourceId: source }) });
        return c.json({ ...report, targets: report.targets.map(pushJson), since: isoTime(since) });
      }
      const reports = [];
      for (const one of asked) reports.push(await preview(c.env, one));
      return c.json({ sources: reports, feeds: [], complete: reports.every(({ failure }) => failure === "") });
    })
    .route("/targets", targetRoutes())
    .get("/check", async (c) => {
      const waldur = await checkWaldur(c.env);
      const settings = describeConfig(c.env.config);
      return c.json({ settings, waldur: { ...waldur, tokenExpiresAt: isoTime(waldur.tokenExpiresAt) } });
    });
}

async function oneFeed(deps: Deps, feed: FeedRow) {
  const source = await findSource(deps.sql, feed.sourceId);
  if (source === null) throw new AppError("not_found", `the source of feed ${feed.id} is gone`);
  return feedJson(deps, feed, source, await countBookings(deps.sql, source.id, seconds(deps)));
}

async function allFeeds(deps: Deps) {
  const sources = new Map<string, { source: SourceRow; counts: BookingCounts }>();
  for (const source of await listSources(deps.sql)) {
    sources.set(source.id, { source, counts: await countBookings(deps.sql, source.id, seconds(deps)) });
  }
  const feeds = [];
  for (const feed of await listFeeds(deps.sql)) {
    const found = sources.get(feed.sourceId);
    if (found !== undefined) feeds.push(await feedJson(deps, feed, found.source, found.counts));
  }
  return feeds;
}

function calendar(c: Context<Env>, text: string): Response {
  return c.body(text, 200, { "Content-Type": "text/calendar; charset=utf-8", "Cache-Control": "no-store" });
}

/** The query as Waldur's parameters; one that is given several times keeps its values. */
function query(c: Context<Env>): Record<string, string | string[]> {
  const all = Object.entries(c.req.queries());
  return Object.fromEntries(all.map(([name, values]) => [name, values.length === 1 ? (values[0] ?? "") : values]));
}
