import type { Deps } from "./deps.ts";
import { logFailure } from "./log.ts";
import { countStatements } from "./store/sql/counted.ts";
import { forgetTries } from "./store/attempts.ts";
import { forgetDecisions } from "./store/decisions.ts";
import { type FeedRow, listFeeds } from "./store/feeds.ts";
import { noteReads } from "./store/reads.ts";
import { findSource, listSources, lostAccess, type SourceRow } from "./store/sources.ts";
import { expireFeed } from "./feed/commands.ts";
import type { TargetRow } from "./store/targets.ts";
import { pushDueTargets } from "./mirror/schedule.ts";
import type { PushReport } from "./mirror/report.ts";
import { refresh } from "./source/refresh.ts";
import { isExpired } from "./feed/expiry.ts";
import { isBehind, renderFeeds, type RenderReport } from "./feed/render.ts";
import { recordRun } from "./source/run-log.ts";
import { addReport, type RefreshReport } from "./source/run.ts";
import { rotate } from "./rotate.ts";
import { isSourceDue } from "./source/pace.ts";
import { epochSeconds } from "./clock.ts";
import { reseal } from "./account/reseal.ts";

/** The report of one run. */
export interface TickReport {
  readonly sources: readonly RefreshReport[];
  readonly feeds: readonly RenderReport[];
  readonly targets: readonly PushReport[];
  /** True when nothing that is due was left for the next run. */
  readonly complete: boolean;
}

export interface TickOptions {
  /** The only source to read, due or not. */
  readonly sourceId?: string;
  /** Epoch seconds: every source is read, due or not, and swept in full unless that was done since then. */
  readonly sweepSince?: number;
  /** True to leave Waldur alone and only push rendered events to targets. */
  readonly onlyTargets?: boolean;
  /** True to accept a mass removal. */
  readonly allowRemovals?: boolean;
}

/** Most statements that one more source, or one step of its feeds, takes; a run with fewer left does not begin it. */
const statementsOfSource = 18;
const statementsOfStep = 9;
/** Milliseconds after which a source lets those have their turn that wait behind it; it goes on after them, for twice as long. */
const turnMilliseconds = 20_000;

/**
 * Makes one run over what is due: ends expired feeds, reads sources, renders their feeds and pushes those to targets. A
 * failure is logged and its work left for the next run. Throws `store_failed` only when feeds, sources or targets cannot be listed.
 */
export async function tick(outer: Deps, options: TickOptions = {}): Promise<TickReport> {
  const { sql, counts } = countStatements(outer.sql);
  const deps: Deps = { ...outer, sql };
  const statementsLeft = (): number => deps.budget.statements - counts.statements;
  const nowAt = epochSeconds(deps);
  const begunAt = deps.now();
  if (nowAt % 3600 < 60) {
    await attempt(deps, "forget_failed", async () => forgetOld(deps));
    await attempt(deps, "reseal_failed", async () => reseal(deps, deps.budget.statements / 4));
  }
  const feeds = (await listFeeds(sql)).filter((feed) => feed.state !== "ended");
  const living: FeedRow[] = [];
  for (const feed of feeds) {
    if (!isExpired(feed, nowAt)) living.push(feed);
    else await attempt(deps, "expire_failed", async () => expireFeed(deps, feed));
  }
  const feedsOf = Map.groupBy(living, (feed) => feed.sourceId);
  const sources = (await listSources(sql)).filter((source) => feedsOf.has(source.id));
  const { sourceId, sweepSince } = options;
  const asked = sources.filter(({ id }) => options.onlyTargets !== true && (sourceId === undefined || id === sourceId));
  const forced = sourceId !== undefined || sweepSince !== undefined;

  const refreshed = new Map<string, RefreshReport>();
  /** Ids of sources that could not be read to their end. */
  const unfinished = new Set<string>();
  const rendered: RenderReport[] = [];
  /** The beginning of each source's reading, epoch seconds, where Waldur answered. */
  const readAt = new Map<string, number>();
  let complete = true;
  let requests = 0;
  let pages = 0;
  let events = 0;
  const waiting = rotate(asked, nowAt).map((source) => ({ source, turn: turnMilliseconds }));
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { source: before, turn } = next;
    if (statementsLeft() < statementsOfSource) {
      complete = false;
      break;
    }
    let source: SourceRow = before;
    const budget = { ...deps.budget, requests: deps.budget.requests - requests, pages: deps.budget.pages - pages };
    if ((forced || turn > turnMilliseconds || isSourceDue(deps, before)) && budget.requests > 3) {
      const until = waiting.length === 0 ? Number.POSITIVE_INFINITY : deps.now() + turn;
      const startedAt = epochSeconds(deps);
      const report = await attempt(deps, "refresh_failed", async () =>
        refresh({ ...deps, budget }, before, {
          allowRemovals: options.allowRemovals ?? false,
          sweep: sweepSince !== undefined && before.sweptAt < sweepSince,
          until,
        }),
      );
      if (report !== undefined) {
        refreshed.set(report.id, addReport(refreshed.get(report.id), report));
        if (report.failure === "") readAt.set(report.id, startedAt);
        await attempt(deps, "run_not_kept", async () => recordRun(deps, before, report));
        requests += report.requests;
        pages += report.pages;
      } else complete = false;
      source = (await findSource(sql, before.id)) ?? before;
      const cut = lostAccess(source) === null && (source.loadedAt === null || source.sweepPage !== null);
      unfinished[cut ? "add" : "delete"](source.id);
      if (report?.failure === "" && deps.now() >= until) waiting.push({ source, turn: 2 * turn });
    }
    if (!(feedsOf.get(source.id) ?? []).some((feed) => isBehind(deps, feed, source))) continue;
    await attempt(deps, "render_failed", async () => {
      // Read anew: a decision may have moved them on while Waldur was read.
      const now = (await listFeeds(sql, [source.id])).filter((feed) => !isExpired(feed, nowAt));
      const behind = now.filter((feed) => isBehind(deps, feed, source));
      const outcome = await renderFeeds(deps, source, behind, {
        events: deps.budget.events - events,
        more: () => statementsLeft() >= statementsOfStep,
      });
      events += outcome.events;
      rendered.push(...outcome.reports);
      if (!outcome.done) complete = false;
    });
  }
  if (readAt.size > 0 && statementsLeft() > 0) {
    await attempt(deps, "reads_not_noted", async () => noteReads(sql, readAt));
  }
  const mirrored = await pushDueTargets(deps, {
    sourceId,
    requests: deps.budget.requests - requests,
    statements: statementsLeft,
    attempt: async (event, work) => attempt(deps, event, work),
  });
  complete &&= mirrored.complete && unfinished.size === 0;
  requests += mirrored.reports.reduce((sum, report) => sum + report.requests, 0);
  const costs = { begunAt, requests, events, statements: counts.statements };
  const reports = [...refreshed.values()];
  logRun(deps, { refreshed: reports, rendered, mirrored: mirrored.reports, complete }, costs);
  return { sources: reports, feeds: rendered, targets: mirrored.reports, complete };
}

/**
 * Starts a run after the answer, as every change of a feed or target needs it. For a feed it reads Waldur and renders; for
 * a target it only pushes.
 */
export function startRun(deps: Deps, changed: Pick<FeedRow, "sourceId"> | Pick<TargetRow, "calendarUrl">): void {
  deps.defer(tick(deps, "sourceId" in changed ? { sourceId: changed.sourceId } : { onlyTargets: true }));
}

async function forgetOld(deps: Deps): Promise<void> {
  const nowAt = epochSeconds(deps);
  await forgetDecisions(deps.sql, nowAt - deps.config.decisionDays * 86_400);
  await forgetTries(deps.sql, nowAt - 3600, nowAt + 3600);
}

/** Does the work; logs its failure and resolves to undefined then. */
async function attempt<T>(deps: Deps, event: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    logFailure(deps, event, error);
    return undefined;
  }
}

function logRun(
  deps: Deps,
  {
    refreshed,
    rendered,
    mirrored,
    complete,
  }: Pick<TickReport, "complete"> & {
    refreshed: readonly RefreshReport[];
    rendered: readonly RenderReport[];
    mirrored: readonly PushReport[];
  },
  costs: { begunAt: number; requests: number; events: number; statements: number },
): void {
  const sum = (key: "added" | "changed" | "removed" | "skipped"): number =>
    refreshed.reduce((total, report) => total + report[key], 0);
  const { begunAt, ...counts } = costs;
  deps.log.info("run", {
    ms: deps.now() - begunAt,
    sources: refreshed.length,
    feeds: rendered.length,
    targets: mirrored.length,
    added: sum("added"),
    changed: sum("changed"),
    removed: sum("removed"),
    skipped: sum("skipped"),
    failed: refreshed.filter(({ failure }) => failure !== "").length,
    complete,
    ...counts,
  });
}
