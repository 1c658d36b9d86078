import { Hono } from "hono";
import { version } from "../../agent.ts";
import type { Env } from "../env.ts";
import { messageOf } from "../../errors.ts";
import { listFeeds } from "../../store/feeds.ts";
import { clockAhead, withLastReads } from "../../store/sources/reads.ts";
import { commonLoss, listLosses, lostAccess } from "../../store/sources/readers.ts";
import { listSources } from "../../store/sources/sources.ts";
import { isoTime } from "../api/feed-json.ts";
import { isOperator } from "../session/auth.ts";
import { clockComplaints } from "./source-health.ts";
import { epochSeconds } from "../../lib/clock.ts";

/**
 * Returns the routes of `/healthz` (the process runs, and its version) and `/readyz` (its database answers; with ADMIN_TOKEN also what is wrong
 * with this machine's clock, and how up to date each source is, or why it is not).
 */
export function healthRoutes(): Hono<Env> {
  return new Hono<Env>()
    .get("/healthz", (c) => c.json({ ok: true, version }))
    .get("/readyz", async (c) => {
      const detailed = await isOperator(c.env, c.req.raw);
      try {
        const stored = await listSources(c.env.sql);
        if (!detailed) return c.json({ ok: true });
        const sources = await withLastReads(c.env.sql, stored);
        const feeds = (await listFeeds(c.env.sql)).filter(({ state }) => state !== "ended");
        const losses = await listLosses(c.env.sql);
        const nowAt = epochSeconds(c.env);
        return c.json({
          ok: true,
          clock: clockComplaints(await clockAhead(c.env.sql), "en")[0] ?? null,
          sources: sources
            .map((source) => ({ ...source, ...commonLoss(losses.get(source.id) ?? []) }))
            .map((source) => ({
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
              feeds: feeds.filter((feed) => feed.sourceId === source.id).length,
            })),
        });
      } catch (error) {
        c.env.log.error("not_ready", { message: messageOf(error) });
        return c.json({ ok: false, ...(detailed && { reason: messageOf(error) }) }, 503, { "Retry-After": "30" });
      }
    });
}
