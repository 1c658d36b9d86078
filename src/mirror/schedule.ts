import { epochSeconds } from "../clock.ts";
import type { Deps } from "../deps.ts";
import { codeOf, messageOf } from "../errors.ts";
import { type FeedRow, listFeeds } from "../store/feeds.ts";
import { changeTarget, listTargets, type TargetRow } from "../store/targets.ts";
import { openCalendar } from "./connect/connect.ts";
import { isTargetDue, push } from "./push.ts";
import type { PushReport } from "./report.ts";
import { countRequests, fewestRequests, requestsAllowed } from "./provider-limit.ts";
import { meterRequests } from "./request-meter.ts";
import { rotate } from "../rotate.ts";

/** The limits of a run over all targets. */
export interface MirrorLimits {
  /** Only targets of feeds over this source. */
  readonly sourceId: string | undefined;
  readonly requests: number;
  /** Returns the number of statements left; called before each target. */
  readonly statements: () => number;
  /** Does the work; logs its failure and resolves to undefined then. */
  readonly attempt: <T>(event: string, work: () => Promise<T>) => Promise<T | undefined>;
}

/** Statements that one target may need besides those for its requests. */
const statementsOfTarget = 20;
/** Milliseconds for which one target may keep the others waiting. */
const targetMilliseconds = 20_000;
const allMilliseconds = 45_000;

/** Pushes to every due target within the limits. Resolves to the reports; `complete`: none was skipped. */
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
  const ill = new Set<string>();
  const end = deps.now() + allMilliseconds;
  let left = limits.requests;
  let complete = true;
  for (const { target, feed } of rotate(due, deps.now() / 1000)) {
    if (limits.statements() < statementsOfTarget || deps.now() >= end || ill.has(target.host)) {
      complete = false;
      continue;
    }
    const requests = Math.min(left, await requestsAllowed(deps, target));
    if (requests < fewestRequests) {
      complete = false;
      continue;
    }
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
    left -= sent;
    await countRequests(deps, target, sent);
    if (report === undefined) {
      complete = false;
      continue;
    }
    reports.push(report);
    // A server that does not respond would delay each of its other targets by as long.
    if (report.failure !== "") ill.add(target.host);
    if (!report.complete && report.failure === "") complete = false;
  }
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
