import type { SourceRow } from "../store/sources.ts";
import type { Language } from "../calendar/profile.ts";
import { type Times, zonedTimes } from "./pages/times.ts";
import type { Notice } from "./notice.ts";
import { overviewWords } from "../text/overview.ts";

/** Since when a source is fresh, or why it is not and who must act. */
export function sourceHealth(source: SourceRow, language: Language, times: Times): Notice {
  const words = overviewWords[language];
  if (source.access === "lost") return { tone: "bad", text: words.lost };
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

/** What is wrong with a source, for the operator. */
export function sourceComplaints(source: SourceRow): string[] {
  const { tone, text } = sourceHealth(source, "en", zonedTimes(null, "en"));
  return [
    ...(tone === "good" ? [] : [text]),
    ...(source.held === "" ? [] : [`${source.held}.`]),
    ...(source.loadedAt !== null && source.sweepWanted
      ? [
          "Waldur's list has to be walked through once more: it changed each time, or something in it looked off. Until then nothing that vanished from it is removed.",
        ]
      : []),
    ...(source.skipped === 0 ? [] : [`Bookings that cannot be read: ${source.skipped}. The log says why.`]),
  ];
}

/** What an error code of Waldur means, as the beginning of a sentence. */
export function failureReason(code: string, language: Language): string {
  const { reasons } = overviewWords[language];
  const known = Object.entries(reasons).find(([name]) => name === code);
  return known?.[1] ?? reasons.other;
}
