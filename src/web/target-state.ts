import { googleHost } from "../caldav/google.ts";
import type { Language } from "../calendar/profile.ts";
import { listTargets, type TargetRow } from "../store/targets.ts";
import type { Health } from "./state.ts";
import type { Times } from "./times.ts";
import { pageLanguage, pageTimes, type Web } from "./visit.tsx";
import { targetWords } from "./words/target.ts";

/** How a target stands and whose move it is, in words. */
export function mirrorHealth(target: TargetRow, language: Language, times: Times): Health {
  const words = targetWords[language];
  const { state, stopCode, host, failingSinceAt, held, mirroredAt, checkedAt } = target;
  if (state === "stopped") {
    const google = stopCode === "credentials" && host === googleHost;
    return { tone: "bad", text: google ? words.googleStop : words.stops[stopCode === "" ? "gone" : stopCode] };
  }
  if (failingSinceAt !== null) return { tone: "bad", text: words.failing(times.moment(failingSinceAt)) };
  if (state === "removing") return { tone: "wait", text: words.removing };
  if (state === "paused") return { tone: "wait", text: isNew(target) ? words.ready : words.paused };
  if (held !== "") return { tone: "bad", text: words.held };
  if (mirroredAt === null) return { tone: "wait", text: words.filling };
  return { tone: "good", text: words.fresh(times.moment(Math.max(mirroredAt, checkedAt))) };
}

/** Whether nothing was ever written there. */
export function isNew({ state, mirroredAt, report }: TargetRow): boolean {
  return state === "paused" && mirroredAt === null && report === "";
}

/** The targets of a feed, each with how it stands. */
export async function mirrorsOf(c: Web, feedId: string) {
  const targets = await listTargets(c.env.sql, feedId);
  return targets.map((target) => ({ target, health: mirrorHealth(target, pageLanguage(c), pageTimes(c)) }));
}
