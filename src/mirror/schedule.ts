import { epochSeconds } from "../lib/clock.ts";
import type { Deps } from "../deps.ts";
import { codeOf, messageOf } from "../errors.ts";
import { type FeedRow, listFeeds } from "../store/feeds.ts";
import { changeTarget, listTargets, type TargetRow } from "../store/targets.ts";
import { openCalendar } from "./connect/connect.ts";
import { isTargetDue, push } from "./push.ts";
import type { PushReport } from "./report.ts";
import { countRequests, fewestRequests, requestsAllowed } from "./provider-limit.ts";
import { meterRequests } from "./request-meter.ts";
import { rotate } from "../lib/rotate.ts";

/** A target that is due, with the feed that it mirrors. */
export interface DueTarget {
  readonly target: TargetRow;
  readonly feed: FeedRow;
}

/** The limits of a run over all targets. */
export interface MirrorLimits {
  readonly requests: number;
  /** Returns the number of statements left; called before each target. */
  readonly statements: () => number;
  /** Does the work; logs its failure and resolves to undefined then. */
  readonly attempt: <T>(event: string, work: () => Promise<T>) => Promise<T | undefined>;
}

/** Servers that are written to at the same time, so that one that hangs does not hold up the targets of others. */
const mostHosts = 4;
/** Requests without which a further server is not written to at the same time. */
const requestsOfHost = 50;
/** Statements that one target may need besides those for its requests. */
const statementsOfTarget = 20;
/** Milliseconds for which one target may keep others of its server waiting. */
const targetMilliseconds = 20_000;
const allMilliseconds = 45_000;

/** Returns the targets that are due; with `sourceId` only those of feeds over that source. */
export async function listDueTargets(deps: Deps, sourceId: string | undefined): Promise<DueTarget[]> {
  const targets = (await listTargets(deps.sql)).filter(({ state }) => state === "on" || state === "removing");
  if (targets.length === 0) return [];
  const feeds = new Map((await listFeeds(deps.sql)).map((feed) => [feed.id, feed]));
  return targets.flatMap((target): DueTarget[] => {
    const feed = feeds.get(target.feedId);
    const asked = sourceId === undefined || feed?.sourceId === sourceId;
    return feed !== undefined && asked && isTargetDue(deps, target, feed) ? [{ target, feed }] : [];
  });
}

/** Pushes to these targets within the limits, to several servers at once and one target of each. Resolves to the reports; `complete`: none was skipped. */
export async function pushTargets(
  deps: Deps,
  due: readonly DueTarget[],
  limits: MirrorLimits,
): Promise<{ reports: readonly PushReport[]; complete: boolean }> {
  if (due.length === 0) return { reports: [], complete: true };
  const hosts = [...Map.groupBy(rotate(due, deps.now() / 1000), ({ target }) => target.host).values()];
  const reports: PushReport[] = [];
  const end = deps.now() + allMilliseconds;
  let left = limits.requests;
  const affordable = Math.min(limits.requests / requestsOfHost, limits.statements() / (2 * statementsOfTarget));
  let active = Math.min(mostHosts, hosts.length, Math.max(1, Math.floor(affordable)));
  let complete = true;
  /** Pushes to one target; resolves to false when its server is to be left alone. */
  const pushOne = async (target: TargetRow, feed: FeedRow): Promise<boolean> => {
    if (limits.statements() < statementsOfTarget * active || deps.now() >= end) {
      complete = false;
      return true;
    }
    const requests = Math.min(Math.floor(left / active), await requestsAllowed(deps, target));
    if (requests < fewestRequests) {
      complete = false;
      return true;
    }
    left -= requests;
    const metered = meterRequests(deps, requests);
    const report = await limits.attempt("push_failed", async () => {
      const port = await openCalendar(metered, target).catch(async (error: unknown) => {
        if (codeOf(error) === "seal_broken") await noteSealed(deps, target, messageOf(error));
        throw error;
      });
      const until = Math.min(end, deps.now() + targetMilliseconds);
      return push(metered, target, feed, port, { until });
    });
    const { sent } = metered.meter;
    left += requests - sent;
    await countRequests(deps, target, sent);
    if (report === undefined) {
      complete = false;
      return true;
    }
    reports.push(report);
    if (!report.complete && report.failure === "") complete = false;
    return report.failure === "";
  };
  const work = async (): Promise<void> => {
    for (let targets = hosts.shift(); targets !== undefined; targets = hosts.shift()) {
      let well = true;
      for (const { target, feed } of targets) {
        // A server that does not respond would delay each of its other targets by as long.
        if (well) well = await pushOne(target, feed);
        else complete = false;
      }
    }
    active -= 1;
  };
  await Promise.all(Array.from({ length: active }, work));
  return { reports, complete };
}

/** Seconds between two looks at credentials that no key opens. */
const sealedSeconds = 600;

/** Notes on a target that no key opens its credentials; its next run looks again. */
async function noteSealed(deps: Deps, target: TargetRow, failure: string): Promise<void> {
  const nowAt = epochSeconds(deps);
  const { failingSinceAt, failures } = target;
  const change = changeTarget(target.id, {
    failures: failures + 1,
    failure,
    failingSinceAt: failingSinceAt ?? nowAt,
    dueAt: nowAt + sealedSeconds,
  });
  if (change !== null) await deps.sql.batch([change]);
}
