import type { Budget, Deps } from "./deps.ts";
import { isExpired } from "./feed/expiry.ts";
import { isBehind, renderFeeds, type RenderReport } from "./feed/render.ts";
import { epochSeconds } from "./lib/clock.ts";
import { rotate } from "./lib/rotate.ts";
import { sideBySide } from "./lib/side-by-side.ts";
import type { Stored } from "./load-stored.ts";
import { attempt } from "./log.ts";
import { isLost } from "./source/access.ts";
import { isSourceDue } from "./source/pace.ts";
import { readersAtOnce } from "./source/readers.ts";
import { type DueSource, groupByReader, type Reading, readTogether } from "./source/read-sources.ts";
import { refresh } from "./source/refresh.ts";
import { recordRun } from "./source/run-log.ts";
import { addReport, type RefreshReport } from "./source/run.ts";
import { type FeedRow, listFeeds } from "./store/feeds.ts";
import type { Loss } from "./store/sources/readers.ts";
import { clockAhead } from "./store/sources/reads.ts";
import { findSource, type SourceRow } from "./store/sources/sources.ts";
import { reachedTime, type WatchedClock } from "./waldur/clock.ts";

export interface RefreshDueOptions {
  /** The only source to read, due or not. */
  readonly sourceId?: string;
  /** Epoch seconds: every source is read, due or not, and swept in full unless that was done since then. */
  readonly sweepSince?: number;
  /** Ids of the only sources to read, those of them that are due. */
  readonly hinted?: readonly string[];
  /** True to leave Waldur alone and only push rendered events to targets. */
  readonly onlyTargets?: boolean;
  /** True to accept a mass removal. */
  readonly allowRemovals?: boolean;
}

/** The sources that were read in a run, and the feeds that were rendered. */
export interface Refreshed {
  readonly sources: readonly RefreshReport[];
  readonly feeds: readonly RenderReport[];
  /** The beginning of each source's reading, epoch seconds, where Waldur answered. */
  readonly readAt: ReadonlyMap<string, number>;
  /** True when nothing that is due was left for the next run. */
  readonly complete: boolean;
  /** Events rendered. */
  readonly events: number;
}

/** The run that sources are read in. */
export interface RunParts {
  readonly stored: Stored;
  /** Returns the seconds by which this machine's clock is ahead of Waldur's; null before Waldur answered. */
  readonly ahead: WatchedClock["ahead"];
  /** Returns the number of statements that the run may still send. */
  readonly statementsLeft: () => number;
  /** The loss of each source when the run began: a loss that it finds is news. */
  readonly losses: ReadonlyMap<string, Loss>;
  /** Requests that the run has sent before. */
  readonly requests: number;
}

/** A run under way. */
interface Progress {
  readonly deps: Deps;
  readonly parts: RunParts;
  readonly options: RefreshDueOptions;
  readonly refreshed: Map<string, RefreshReport>;
  /** Ids of sources that could not be read to their end. */
  readonly unfinished: Set<string>;
  readonly rendered: RenderReport[];
  readonly readAt: Map<string, number>;
  /** The most that one source may take, so that those read beside it have as much. */
  readonly share: Pick<Budget, "requests" | "pages">;
  /** Accounts that wait for their turn. */
  waiting: number;
  complete: boolean;
  requests: number;
  pages: number;
  events: number;
}

/** Most statements that one more source, or one step of its feeds, takes; a run with fewer left does not begin it. */
const statementsOfSource = 18;
const statementsOfStep = 9;
/** Milliseconds after which a source lets those have their turn that wait behind it; it goes on after them, for twice as long. */
const turnMilliseconds = 20_000;

/** Returns true when these options ask for the source. */
export function isAsked({ id }: SourceRow, { onlyTargets, sourceId, hinted }: RefreshDueOptions): boolean {
  return (
    onlyTargets !== true && (sourceId === undefined || id === sourceId) && (hinted === undefined || hinted.includes(id))
  );
}

/**
 * Reads the sources that are due, those of different accounts side by side, and renders the feeds over all that are asked for.
 * A failure is logged and its work left for the next run.
 */
export async function refreshDue(deps: Deps, parts: RunParts, options: RefreshDueOptions): Promise<Refreshed> {
  const { stored, statementsLeft } = parts;
  const asked = rotate(
    stored.sources.filter((source) => isAsked(source, options)),
    epochSeconds(deps),
  );
  const { due = [], rest = [] } = Object.groupBy(asked, (source) =>
    isForced(options) || isSourceDue(deps, source) ? "due" : "rest",
  );
  const groups = groupByReader(
    due.map((source) => ({ source, readers: stored.readersOf(source), usedAt: stored.usedAt(source) })),
  );
  const atOnce = Math.max(1, Math.min(groups.length, readersAtOnce(deps.budget)));
  const progress: Progress = {
    deps,
    share: { requests: Math.ceil(deps.budget.requests / atOnce), pages: Math.ceil(deps.budget.pages / atOnce) },
    parts,
    options,
    refreshed: new Map(),
    unfinished: new Set(),
    rendered: [],
    readAt: new Map(),
    waiting: groups.length,
    complete: true,
    requests: parts.requests,
    pages: 0,
    events: 0,
  };
  await sideBySide(groups, atOnce, async (group) => {
    progress.waiting -= 1;
    await readGroup(progress, group);
  });
  for (const source of rest) {
    if (statementsLeft() < statementsOfSource) {
      progress.complete = false;
      break;
    }
    await render(progress, source, stored.feedsOf(source));
  }
  const { refreshed, rendered, readAt, unfinished, complete, events } = progress;
  return {
    sources: [...refreshed.values()],
    feeds: rendered,
    readAt,
    complete: complete && unfinished.size === 0,
    events,
  };
}

function isForced({ sourceId, sweepSince }: RefreshDueOptions): boolean {
  return sourceId !== undefined || sweepSince !== undefined;
}

/** Reads the sources of one account in turn, after what it lists for all of them. */
async function readGroup(progress: Progress, group: readonly DueSource[]): Promise<void> {
  const { deps, parts, options } = progress;
  const startedAt = epochSeconds(deps);
  const reading = await attempt(deps, "refresh_failed", async () => readTogether(deps, group, isForced(options)));
  if (reading === undefined) {
    progress.complete = false;
    return;
  }
  progress.requests += reading.requests;
  for (const report of reading.unchanged) keep(progress, report, startedAt);
  const still = new Set(reading.unchanged.map(({ id }) => id));
  for (const { source } of group) {
    if (still.has(source.id)) await render(progress, source, parts.stored.feedsOf(source));
  }
  const waiting = reading.news.map(({ source }) => ({ source, turn: turnMilliseconds }));
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (parts.statementsLeft() < statementsOfSource) {
      progress.complete = false;
      return;
    }
    const alone = waiting.length === 0 && progress.waiting === 0;
    const until = alone ? Number.POSITIVE_INFINITY : deps.now() + next.turn;
    const again = await visit(progress, next.source, until, next.turn > turnMilliseconds ? {} : reading.options);
    if (again !== null) waiting.push({ source: again, turn: 2 * next.turn });
  }
}

/**
 * Reads one source and renders its feeds, until then (epoch milliseconds). Resolves to the source where its turn ended before
 * it was read to its end.
 */
async function visit(
  progress: Progress,
  before: SourceRow,
  until: number,
  shared: Reading["options"],
): Promise<SourceRow | null> {
  const { deps, parts, options, share, unfinished } = progress;
  const { stored, losses } = parts;
  let feeds = stored.feedsOf(before);
  const budget = {
    ...deps.budget,
    requests: Math.min(share.requests, deps.budget.requests - progress.requests),
    pages: Math.min(share.pages, deps.budget.pages - progress.pages),
  };
  if (budget.requests <= 3) {
    await render(progress, before, feeds);
    return null;
  }
  const startedAt = epochSeconds(deps);
  const { sweepSince, allowRemovals = false } = options;
  const outcome = await attempt(deps, "refresh_failed", async () =>
    refresh({ ...deps, budget }, before, stored.readersOf(before), {
      ...shared,
      allowRemovals,
      sweep: sweepSince !== undefined && before.sweptAt < sweepSince,
      until,
    }),
  );
  const whole = outcome?.report.failure === "";
  const source = whole ? outcome.source : ((await findSource(deps.sql, before.id)) ?? before);
  if (outcome === undefined) progress.complete = false;
  else {
    keep(progress, outcome.report, startedAt);
    const { lost = "", lostAt = null } = losses.get(before.id) ?? {};
    await attempt(deps, "run_not_kept", async () => recordRun(deps, { ...before, lost, lostAt }, outcome.report));
    // A feed that was made during the first load waits for it: the run of its own gave way to this one.
    if (outcome.accessMoved || before.loadedAt === null) feeds = await listFeeds(deps.sql, [source.id]);
  }
  const lost = outcome !== undefined && isLost(outcome.report);
  const cut = !lost && (source.loadedAt === null || source.sweepPage !== null);
  unfinished[cut ? "add" : "delete"](source.id);
  await render(progress, source, feeds);
  return whole && deps.now() >= until ? source : null;
}

/** Adds the report of a source's reading, which began at `startedAt` (epoch seconds). */
function keep(progress: Progress, report: RefreshReport, startedAt: number): void {
  const { refreshed, readAt } = progress;
  refreshed.set(report.id, addReport(refreshed.get(report.id), report));
  if (report.failure === "") readAt.set(report.id, startedAt);
  progress.requests += report.requests;
  progress.pages += report.pages;
}

/** Renders those of a source's feeds that are behind it. */
async function render(progress: Progress, source: SourceRow, feeds: readonly FeedRow[]): Promise<void> {
  const { deps, parts, rendered } = progress;
  const living = await listShown(deps, feeds, parts.ahead);
  if (!living.some((feed) => isBehind(deps, feed, source))) return;
  await attempt(deps, "render_failed", async () => {
    // Read anew: a decision may have moved them on while Waldur was read.
    const now = await listShown(deps, await listFeeds(deps.sql, [source.id]), parts.ahead);
    const behind = now.filter((feed) => isBehind(deps, feed, source));
    const outcome = await renderFeeds(deps, source, behind, {
      events: deps.budget.events - progress.events,
      more: () => parts.statementsLeft() >= statementsOfStep,
    });
    progress.events += outcome.events;
    rendered.push(...outcome.reports);
    if (!outcome.done) progress.complete = false;
  });
}

/** Returns those of these feeds whose time is not over, each with its loss as long ago as both clocks say it is. */
async function listShown(deps: Deps, feeds: readonly FeedRow[], ahead: WatchedClock["ahead"]): Promise<FeedRow[]> {
  const nowAt = epochSeconds(deps);
  const living = feeds.filter((feed) => !isExpired(feed, nowAt));
  if (living.every(({ lostAt }) => lostAt === null)) return living;
  const apart = ahead() ?? (await clockAhead(deps.sql));
  return living.map((feed) => withReachedLoss(feed, apart, nowAt));
}

/** Returns the feed with its loss as long ago as both clocks say it is: it is not cleared before. */
function withReachedLoss(feed: FeedRow, ahead: number, nowAt: number): FeedRow {
  const { lostAt } = feed;
  if (lostAt === null || lostAt > reachedTime(nowAt, ahead)) return feed;
  return { ...feed, lostAt: lostAt + Math.max(0, ahead) };
}
