import { Hono } from "hono";
import type { Env } from "./env.ts";
import { messageOf } from "../errors.ts";
import { listFeeds } from "../store/feeds.ts";
import { withLastReads } from "../store/reads.ts";
import { listSources, lostAccess } from "../store/sources.ts";
import { isoTime } from "./api/feed-json.ts";
import { isOperator } from "./auth.ts";
import { epochSeconds } from "../clock.ts";

/**
 * Returns the routes of `/healthz` (the process runs) and `/readyz` (its database answers; with ADMIN_TOKEN also how up
 * to date each source is, or why it is not).
 */
export function healthRoutes(): Hono<Env> {
  return new Hono<Env>()
    .get("/healthz", (c) => c.json({ ok: true }))
    .get("/readyz", async (c) => {
      const detailed = await isOperator(c.env, c.req.raw);
      try {
        const stored = await listSources(c.env.sql);
        if (!detailed) return c.json({ ok: true });
        const sources = await withLastReads(c.env.sql, stored);
        const feeds = await listFeeds(c.env.sql);
        const nowAt = epochSeconds(c.env);
        return c.json({
          ok: true,
          sources: sources.map((source) => ({
            id: source.id,
            name: source.name,
            kind: source.kind,
            access: lostAccess(source) === null ? "ok" : "lost",
            lost: source.lost || null,
            lostSince: isoTime(source.lostAt),
            loaded: source.loadedAt !== null,
            freshAt: isoTime(source.freshAt),
            ageSeconds: source.freshAt === null ? null : Math.max(0, nowAt - source.freshAt),
            sweptAt: source.sweptAt === 0 ? null : isoTime(source.sweptAt),
            sweepWanted: source.sweepWanted,
            failure: source.failure || null,
            failingSince: isoTime(source.failingSinceAt),
            held: source.held || null,
            skipped: source.skipped,
            feeds: feeds.filter((feed) => feed.sourceId === source.id && feed.state !== "ended").length,
          })),
        });
      } catch (error) {
        c.env.log.error("not_ready", { message: messageOf(error) });
        return c.json({ ok: false, ...(detailed && { reason: messageOf(error) }) }, 503, { "Retry-After": "30" });
      }
    });
}
