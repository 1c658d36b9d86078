import type { PageContext } from "../env.ts";
import { googleHost } from "../../caldav/auth/google.ts";
import type { Language } from "../../calendar/profile.ts";
import { listTargets, type TargetRow } from "../../store/targets.ts";
import type { Notice } from "../notice.ts";
import type { Times } from "../../text/times.ts";
import { pageLanguage, pageTimes } from "./page-context.tsx";
import { texts } from "../../text/index.ts";
import { tryOpenAccess } from "../../mirror/connect/connect.ts";
import { sealedBy } from "../../security/seal.ts";
import { readLastReport } from "../../mirror/report.ts";

/** Returns the state of a mirror in words, with what somebody must do. */
function mirrorHealth(target: TargetRow, language: Language, times: Times): Notice {
  const words = texts[language].mirror;
  const { state, stopCode, host, failingSinceAt, held, mirroredAt, checkedAt, lost } = target;
  if (state === "stopped") {
    const code = stopCode === "" ? "gone" : stopCode;
    const google = { credentials: words.googleStop, owner: words.googleTaken };
    const ofGoogle = host === googleHost && (code === "credentials" || code === "owner");
    return { tone: "bad", text: ofGoogle ? google[code] : words.stops[code] };
  }
  if (failingSinceAt !== null)
    return { tone: "bad", text: words.failing[serverTrouble(target)](times.moment(failingSinceAt)) };
  if (state === "removing") return { tone: "wait", text: words.removing };
  if (state === "paused") return { tone: "wait", text: isNew(target) ? words.ready : words.paused };
  if (lost > 0) return { tone: "bad", text: words.lost(lost) };
  if (held !== "") return { tone: "bad", text: words.held };
  if (mirroredAt === null) return { tone: "wait", text: words.filling };
  return { tone: "good", text: words.fresh(times.moment(Math.max(mirroredAt, checkedAt))) };
}

/** Returns the kind of failure of a server that is tried again. */
function serverTrouble(target: TargetRow): "silent" | "throttled" | "wrong" {
  const report = readLastReport(target);
  if (report?.cause === "throttled") return "throttled";
  return report !== null && report.cause !== "" && report.said === "" ? "silent" : "wrong";
}

/** Returns true when nothing was ever written there. */
export function isNew({ state, mirroredAt, report }: TargetRow): boolean {
  return state === "paused" && mirroredAt === null && report === "";
}

/** A target with its state in words. */
export interface Mirror {
  readonly target: TargetRow;
  readonly health: Notice;
}

/** Lists the mirrors of a feed, or all. */
export async function listMirrors(c: PageContext, feedId?: string): Promise<Mirror[]> {
  const targets = await listTargets(c.env.sql, feedId);
  return Promise.all(targets.map(async (target) => ({ target, health: await readMirrorHealth(c, target) })));
}

/** Returns the state of a mirror in words; of one that waits for a missing key, which one. */
export async function readMirrorHealth(c: PageContext, target: TargetRow): Promise<Notice> {
  const language = pageLanguage(c);
  const stopped = target.state !== "on" && target.state !== "removing";
  if (stopped || (await tryOpenAccess(c.env, target)) !== null) return mirrorHealth(target, language, pageTimes(c));
  return { tone: "bad", text: texts[language].keys.mirror(sealedBy(target.credentials)) };
}
