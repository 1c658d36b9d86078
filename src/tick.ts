import { reseal } from "./account/reseal.ts";
import type { Deps } from "./deps.ts";
import { expireFeed } from "./feed/commands.ts";
import { isExpired } from "./feed/expiry.ts";
import type { RenderReport } from "./feed/render.ts";
import { forgetOld } from "./forget.ts";
import { epochSeconds, isDue } from "./lib/clock.ts";
import { countRequests } from "./lib/count-requests.ts";
import { rotate } from "./lib/rotate.ts";
import { loadStored } from "./load-stored.ts";
import { attempt } from "./log.ts";
import { queueInvitations } from "./mail/invitation/invite.ts";
import { queueResources } from "./mail/resource/ask-resources.ts";
import { queueNotices } from "./mail/notices/notices.ts";
import { sendQueued } from "./mail/outbox.ts";
import { listDuePosts, sendPosts } from "./mail/webhook/send-posts.ts";
import type { PushReport } from "./mirror/report.ts";
import { listDueTargets, pushTargets } from "./mirror/schedule.ts";
import { type TellLimits, tellSubscribers } from "./push/tell.ts";
import { isAsked, refreshDue, type RefreshDueOptions } from "./refresh-due.ts";
import { listOwners, proveOwners } from "./source/owners.ts";
import type { RefreshReport } from "./source/run.ts";
import type { FeedRow, ListedFeed } from "./store/feeds.ts";
import { notePresence } from "./store/accounts/presence.ts";
import { longestPushPause } from "./store/push-subscriptions.ts";
import { commonLoss } from "./store/sources/readers.ts";
import { clockAhead, noteReads } from "./store/sources/reads.ts";
import { countStatements } from "./store/sql/counted.ts";
import type { TargetRow } from "./store/targets.ts";
import { reachedTime, watchClock } from "./waldur/clock.ts";

/** The report of one run. */
export interface TickReport {
  readonly sources: readonly RefreshReport[];
  readonly feeds: readonly RenderReport[];
  readonly targets: readonly PushReport[];
  /** True when nothing that is due was left for the next run. */
  readonly complete: boolean;
}

/** Statements that one more mail takes, and milliseconds in which mails, and posts, may begin. */
const statementsOfMail = 3;
const mailMilliseconds = 30_000;
const postMilliseconds = 10_000;

/**
 * Makes one run over what is due: reads sources, renders their feeds, ends expired ones and pushes to targets. A
 * failure is logged and its work left for the next run. Throws `store_failed` only when feeds, sources or targets cannot be listed.
 */
export async function tick(outer: Deps, options: RefreshDueOptions = {}): Promise<TickReport> {
  const { sql, counts } = countStatements(outer.sql);
  const { fetch, ahead } = watchClock(outer);
  const { deps, sent } = countRequests({ ...outer, sql, fetch });
  const statementsLeft = (): number => deps.budget.statements - counts.statements;
  const requestsLeft = (): number => deps.budget.requests - sent.requests;
  const nowAt = epochSeconds(deps);
  const begunAt = deps.now();
  const hourly = nowAt % 3600 < 60;
  if (hourly) await attempt(deps, "reseal_failed", async () => reseal(deps, deps.budget.statements / 4));
  let stored = await loadStored(deps);
  const losses = new Map(stored.sources.map((source) => [source.id, commonLoss(stored.readersOf(source))]));
  const asked = stored.sources.filter((source) => isAsked(source, options));
  const owners = listOwners(asked.flatMap(stored.readersOf));
  const proven = await attempt(deps, "roles_not_read", async () => proveOwners(deps, owners, deps.budget.requests / 4));
  if (proven !== 0) stored = await loadStored(deps);

  const parts = { stored, ahead, statementsLeft, losses, requests: proven ?? 0 };
  const refreshed = await refreshDue(deps, parts, options);
  await tellChanged(deps, stored.feeds, refreshed.feeds, {
    requests: requestsLeft() / 2,
    statements: statementsLeft() / 2,
  });
  const apart = ahead();
  if (apart !== null && statementsLeft() > 0) {
    await attempt(deps, "reads_not_noted", async () => noteReads(sql, refreshed.readAt, apart));
  }
  if (apart !== null) await endExpired(deps, stored.feeds, reachedTime(nowAt, apart));
  if (hourly) {
    // A clock that jumped makes every source due: what was noted before is right where none was read.
    const reachedAt = reachedTime(nowAt, apart ?? (await clockAhead(sql)));
    await attempt(deps, "presence_not_noted", async () => notePresence(sql, nowAt));
    await attempt(deps, "forget_failed", async () =>
      forgetOld(deps, reachedAt, () => statementsLeft() > deps.budget.statements / 4),
    );
  }
  await queueMails(deps, statementsLeft);
  await attempt(deps, "mail_not_sent", async () =>
    sendQueued(deps, {
      more: () => statementsLeft() >= statementsOfMail,
      until: deps.now() + mailMilliseconds,
    }),
  );
  const mirrored = await sendOut(deps, { requests: requestsLeft(), statementsLeft }, options.sourceId);
  const report = {
    sources: refreshed.sources,
    feeds: refreshed.feeds,
    targets: mirrored.reports,
    complete: refreshed.complete && mirrored.complete,
  };
  const { events } = refreshed;
  logRun(deps, report, { begunAt, requests: sent.requests, events, statements: counts.statements });
  return report;
}

/**
 * Starts a run after the answer, as every change of a feed or target needs it. For a feed it reads Waldur and renders; for
 * a target it only pushes.
 */
export function startRun(deps: Deps, changed: Pick<FeedRow, "sourceId"> | Pick<TargetRow, "calendarUrl">): void {
  deps.defer(tick(deps, "sourceId" in changed ? { sourceId: changed.sourceId } : { onlyTargets: true }));
}

/** Tells subscribers what is new: that a feed has changed in this run, or what an earlier one could not tell. */
async function tellChanged(
  deps: Deps,
  feeds: readonly ListedFeed[],
  rendered: readonly RenderReport[],
  limits: TellLimits,
): Promise<void> {
  const nowAt = epochSeconds(deps);
  const untold = feeds.some(({ untoldAt }) => untoldAt !== null && isDue(untoldAt, longestPushPause, nowAt));
  if (rendered.length === 0 && !untold) return;
  await attempt(deps, "push_failed", async () => tellSubscribers(deps, limits));
}

/** Queues notices, invitations and what rooms are told, another of them first each minute: a small budget may not reach all. */
async function queueMails(deps: Deps, statementsLeft: () => number): Promise<void> {
  const notices = async (): Promise<unknown> =>
    attempt(deps, "notices_not_queued", async () => queueNotices(deps, statementsLeft));
  const invitations = async (): Promise<unknown> =>
    attempt(deps, "invitations_not_queued", async () => queueInvitations(deps, statementsLeft));
  const resources = async (): Promise<unknown> =>
    attempt(deps, "resources_not_queued", async () => queueResources(deps, statementsLeft));
  for (const queue of rotate([notices, invitations, resources], epochSeconds(deps))) await queue();
}

/**
 * Posts to webhooks and pushes to targets, beside each other: neither waits for slow receivers of the other. Where both are due each
 * has half of what is left. Resolves to the reports on targets.
 */
async function sendOut(
  deps: Deps,
  { requests, statementsLeft }: { readonly requests: number; readonly statementsLeft: () => number },
  sourceId: string | undefined,
) {
  const targets = await listDueTargets(deps, sourceId);
  const share = targets.length > 0 ? 2 : 1;
  const posts = { requests: Math.floor(requests / share), statements: Math.floor(statementsLeft() / share) };
  const due = (await attempt(deps, "posts_not_sent", async () => listDuePosts(deps, posts))) ?? [];
  const kept = due.length > 0 ? posts : { requests: 0, statements: 0 };
  const [, mirrored] = await Promise.all([
    attempt(deps, "posts_not_sent", async () =>
      sendPosts(deps, due, { ...posts, until: deps.now() + postMilliseconds }),
    ),
    pushTargets(deps, targets, {
      requests: requests - kept.requests,
      statements: () => statementsLeft() - kept.statements,
      attempt: async (event, work) => attempt(deps, event, work),
    }),
  ]);
  return mirrored;
}

/** Ends the feeds whose time was over at `reachedAt` (epoch seconds). */
async function endExpired(deps: Deps, feeds: readonly FeedRow[], reachedAt: number): Promise<void> {
  for (const feed of feeds.filter((one) => isExpired(one, reachedAt))) {
    await attempt(deps, "expire_failed", async () => expireFeed(deps, feed));
  }
}

function logRun(
  deps: Deps,
  { sources, feeds, targets, complete }: TickReport,
  costs: { begunAt: number; requests: number; events: number; statements: number },
): void {
  const sum = (key: "added" | "changed" | "removed" | "skipped"): number =>
    sources.reduce((total, report) => total + report[key], 0);
  const { begunAt, ...counts } = costs;
  deps.log.info("run", {
    ms: deps.now() - begunAt,
    sources: sources.length,
    feeds: feeds.length,
    targets: targets.length,
    added: sum("added"),
    changed: sum("changed"),
    removed: sum("removed"),
    skipped: sum("skipped"),
    failed: sources.filter(({ failure }) => failure !== "").length,
    complete,
    ...counts,
  });
}
