import { push } from "../../../src/mirror/push.ts";
import { openCalendar } from "../../../src/mirror/connect/connect.ts";
import type { PushReport } from "../../../src/mirror/report.ts";
import { findTarget, type TargetRow } from "../../../src/store/targets.ts";
import { getFeed } from "../../../src/feed/commands.ts";
import type { RealTarget } from "../../mirror/real-target.ts";
import { meterRequests } from "../../../src/mirror/request-meter.ts";
import { setColumns } from "../../rows.ts";

/** Returns so many events with their titles; those of the first `changed` name the round. */
export function titles(count: number, round = 0, changed = 0): Map<string, string> {
  const all = new Map<string, string>();
  for (let n = 0; n < count; n += 1) all.set(`e${n}`, `Event ${n} of round ${n < changed ? round : 0}`);
  return all;
}

/** Pushes as the service does when the target is due; with `compare` its comparison is due too. */
export async function pushAll(to: RealTarget, compare = true): Promise<PushReport> {
  if (compare) await setColumns(to.deps.sql, "targets", { checked_at: 0 });
  const deps = meterRequests(to.deps);
  const target = await needTarget(to);
  // A calendar of its own: what is sent is counted where it leaves.
  const report = await push(deps, target, await getFeed(deps, "f"), await openCalendar(deps, target));
  if (report.requests < report.created + report.updated)
    throw new Error("fewer requests were counted than events written");
  if (!report.complete) throw new Error(`the push ended early: ${report.failure}`);
  return report;
}

/** Resolves to the target's row as it is now. */
export async function needTarget({ deps, pusher }: RealTarget): Promise<TargetRow> {
  const target = await findTarget(deps.sql, pusher.targetId);
  if (target === null) throw new Error("the target is gone");
  return target;
}
