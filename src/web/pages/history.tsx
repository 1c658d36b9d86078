import { Hono } from "hono";
import type { Env } from "../env.ts";
import { listVisibleDecisions } from "../../decision/list-decisions.ts";
import { readHomeport } from "../../account/site.ts";
import { listRuns } from "../../store/sources/runs.ts";
import { may, listVisibleSources } from "../../account/access.ts";
import { HistoryView } from "./views/history.tsx";
import { pageLanguage, pageTimes, renderPage, signedIn } from "./page-context.tsx";
import { epochSeconds } from "../../lib/clock.ts";
import { texts } from "../../text/index.ts";

const mostRows = 50;

/** Returns the route of the history: decisions made through us, and updates from Waldur. */
export function historyRoutes(): Hono<Env> {
  return new Hono<Env>().get("/history", signedIn, async (c) => {
    const language = pageLanguage(c);
    const { source: asked = "", failed: onlyFailed = "", before: cursor = "", show = "" } = c.req.query();
    const seen = (await listVisibleSources(c.env, c.var.viewer)).filter(({ standing }) => may(standing, "content"));
    const sources = seen.map(({ source }) => source);
    const source = sources.find(({ id }) => id === asked)?.id ?? "";
    const ids = sources.map(({ id }) => id).filter((id) => source === "" || id === source);
    const beforeAt = /^\d{9,11}$/.test(cursor) ? Number(cursor) : epochSeconds(c.env) + 1;
    const which = show === "runs" ? "runs" : "decisions";
    const failed = onlyFailed === "1";
    const query = { beforeAt, failed, limit: mostRows + 1 };
    const own = { ...query, booking: null, everywhere: source === "" };
    const runs = which === "runs" ? await listRuns(c.env.sql, ids, query) : [];
    const decisions = which === "decisions" ? await listVisibleDecisions(c.env, c.var.viewer, ids, own) : [];
    const last = which === "runs" ? runs[mostRows - 1]?.endedAt : decisions[mostRows - 1]?.madeAt;
    const older = Math.max(runs.length, decisions.length) > mostRows ? (last ?? null) : null;
    const homeport = await readHomeport(c.env);
    return renderPage(c, texts[language].history.title, () => (
      <HistoryView
        {...{ language, which, sources, source, failed, older, homeport }}
        times={pageTimes(c)}
        runs={runs.slice(0, mostRows)}
        decisions={decisions.slice(0, mostRows)}
      />
    ));
  });
}
