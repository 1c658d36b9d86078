import type { Deps } from "../deps.ts";
import { type FeedRow, listFeeds } from "../store/feeds.ts";
import { listTargets, type TargetRow } from "../store/targets.ts";
import { openCalendar } from "./connect.ts";
import { isTargetDue, push } from "./push.ts";
import type { PushReport } from "./report.ts";
import { meterRequests } from "./request-meter.ts";
import { rotate } from "../rotate.ts";

/** What a run over all targets may do. */
export interface MirrorLimits {
  /** Only targets of feeds over this source. */
  readonly sourceId: string | undefined;
  readonly requests: number;
  /** Returns the statements that are left; called before each target. */
  readonly statements: () => number;
  /** Does the work; logs what it throws and resolves to undefined then. */
  readonly attempt: <T>(event: string, work: () => Promise<T>) => Promise<T | undefined>;
}

/** Statements that one target may cost besides what its requests do. */
const statementsOfTarget = 16;
/** One target may keep the others waiting so long. */
const targetMilliseconds = 20_000;
const allMilliseconds = 45_000;
/** A run begins about once a minute, so that a provider's limit for a minute is the limit of a run; so is that of a host. */
const hostPerMinute = 600;

/** Pushes to every due target within the limits. Resolves to the reports; `complete`: none was left out. */
export async function pushDueTargets(
  deps: Deps,
  limits: MirrorLimits,
): Promise<{ reports: readonly PushReport[]; complete: boolean }> {
  const targets = (await listTargets(deps.sql)).filter(({ state }) => state === "on" || state === "removing");
  if (targets.length === 0) return { reports: [], complete: true };
  const feeds = new Map((await listFeeds(deps.sql)).map((feed) => [feed.id, feed]));
  const due = targets.flatMap((target): { target: TargetRow; feed: FeedRow }[] => {
    const feed = feeds.get(target.feedId);
    const asked = limits.sourceId === undefined || feed?.sourceId === limits.sourceId;
    return feed !== undefined && asked && isTargetDue(deps, target, feed) ? [{ target, feed }] : [];
  });
  const reports: PushReport[] = [];
  const spent = new Map<string, number>();
  const ill = new Set<string>();
  const end = deps.now() + allMilliseconds;
  let left = limits.requests;
  let complete = true;
  for (const { target, feed } of rotate(due, deps.now() / 1000)) {
    const requests = Math.min(left, requestsAllowed(target, spent));
    if (requests < 4 || limits.statements() < statementsOfTarget || deps.now() >= end || ill.has(target.host)) {
      complete = false;
      continue;
    }
    const metered = meterRequests(deps, requests);
    const report = await limits.attempt("push_failed", async () => {
      const port = await openCalendar(metered, target);
      const until = Math.min(end, deps.now() + targetMilliseconds);
      return push(metered, target, feed, port, { until });
    });
    const { sent } = metered.meter;
    left -= sent;
    for (const key of [target.account, target.host]) spent.set(key, (spent.get(key) ?? 0) + sent);
    if (report === undefined) {
      complete = false;
      continue;
    }
    reports.push(report);
    // A server that does not respond would keep each of its other targets waiting as long.
    if (report.failure !== "") ill.add(target.host);
    if (!report.complete && report.failure === "") complete = false;
  }
  return { reports, complete };
}

/** Returns the requests that a run may still send to the provider of a target. */
function requestsAllowed({ perMinute, account, host }: TargetRow, spent: ReadonlyMap<string, number>): number {
  if (perMinute === null) return Number.POSITIVE_INFINITY;
  return Math.min(perMinute - (spent.get(account) ?? 0), hostPerMinute - (spent.get(host) ?? 0));
}
