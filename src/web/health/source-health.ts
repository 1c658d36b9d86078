import type { Loss } from "../../store/sources/readers.ts";
import type { SourceRow } from "../../store/sources/sources.ts";
import type { Language } from "../../calendar/profile.ts";
import { type Times, zonedTimes } from "../../text/times.ts";
import type { Notice } from "../notice.ts";
import { texts } from "../../text/index.ts";

/** A source with what an account, or every account that reads it, has lost of its list. */
type KnownSource = Omit<SourceRow, "accountId"> & Loss;

/** Returns how up to date a source is, or why it is not and who must act. */
export function sourceHealth(source: KnownSource, language: Language, times: Times): Notice {
  const words = texts[language].sources;
  if (source.lost !== "") return { tone: "bad", text: words.lost[source.lost](times.moment(source.lostAt ?? 0)) };
  if (source.failingSinceAt !== null) {
    return {
      tone: "bad",
      text: words.failing(failureReason(source.failure, language), times.moment(source.failingSinceAt)),
    };
  }
  if (source.held !== "") return { tone: "wait", text: words.held };
  if (source.loadedAt === null) return { tone: "wait", text: source.sweepId === 0 ? words.waits : words.loading };
  return { tone: "good", text: words.fresh(times.moment(source.freshAt ?? source.loadedAt)) };
}

/** Returns what is wrong with this machine's clock, which is so many seconds ahead of Waldur's: a sentence, or none. */
export function clockComplaints(ahead: number, language: Language): string[] {
  return ahead === 0 ? [] : [texts[language].sources.clock(Math.round(Math.abs(ahead) / 60), ahead > 0)];
}

/** Returns what is wrong with a source, for the operator: a sentence each. */
export function sourceComplaints(source: KnownSource, language: Language): string[] {
  const { tone, text } = sourceHealth(source, language, zonedTimes(null, language));
  const { changing, skipped } = texts[language].sources;
  return [
    ...(tone === "good" ? [] : [text]),
    ...(source.held === "" ? [] : [`${source.held}.`]),
    ...(source.loadedAt !== null && source.sweepWanted && source.lost === "" ? [changing] : []),
    ...(source.skipped === 0 ? [] : [skipped(source.skipped)]),
  ];
}

/** Returns the meaning of one of Waldur's error codes, as the beginning of a sentence. */
export function failureReason(code: string, language: Language): string {
  const { reasons } = texts[language].sources;
  const known = Object.entries(reasons).find(([name]) => name === code);
  return known?.[1] ?? reasons.other;
}
