import type { ServerProfile } from "../../caldav/port.ts";
import type { Deps } from "../../deps.ts";
import { countLedger } from "../../store/ledger.ts";
import type { TargetRow } from "../../store/targets.ts";
import type { PushReport } from "../../mirror/report.ts";
import { targetLocation } from "../../mirror/commands.ts";
import { may, type Standing } from "../../account/access.ts";
import { isoTime } from "./feed-json.ts";
import { readLastReport } from "../../mirror/report.ts";
import type { ClosedTargetJson, PushJson, TargetJson } from "./responses.ts";

/** Returns a target as somebody sees it who may not see what is in it. */
function closedJson({ id, feedId, name, state }: TargetRow, standing: Standing): ClosedTargetJson {
  return { id, feed: feedId, name, state, standing };
}

/** Returns a target as somebody of that standing to its feed sees it, without credentials. */
export async function targetJson(deps: Pick<Deps, "sql">, target: TargetRow, standing: Standing): Promise<TargetJson> {
  if (!may(standing, "content")) return closedJson(target, standing);
  const profile: ServerProfile = JSON.parse(target.profile);
  const report = readLastReport(target);
  const counts = await countLedger(deps.sql, target.id);
  const place = targetLocation(target);
  return {
    ...closedJson(target, standing),
    calendar: place.url,
    account: place.account,
    stopped: target.stopReason || null,
    stoppedAt: isoTime(target.stoppedAt),
    edits: target.edits,
    cancelled: target.cancelled,
    events: counts.events,
    left: counts.left,
    lost: target.lost,
    retired: counts.retired,
    failing: counts.failing,
    failingWhy: counts.failure || null,
    held: target.held || null,
    failure: target.failure || null,
    failingSince: isoTime(target.failingSinceAt),
    restores: target.restores,
    mirroredAt: isoTime(target.mirroredAt),
    checkedAt: isoTime(target.checkedAt === 0 ? null : target.checkedAt),
    dueAt: isoTime(target.dueAt),
    createdAt: isoTime(target.createdAt),
    lastRun: report === null ? null : { ...report, endedAt: isoTime(report.endedAt) },
    server: {
      ...profile,
      minAt: isoTime(profile.minAt),
      maxAt: isoTime(profile.maxAt),
    },
  };
}

/** Returns what a run over a target did, or would do. */
export function pushJson({ planned, ...report }: PushReport): PushJson {
  return {
    ...report,
    planned: planned.map(({ verb, row }) => ({
      verb,
      uid: row.uid,
      start: isoTime(row.startAt),
      end: isoTime(row.endAt),
    })),
  };
}
