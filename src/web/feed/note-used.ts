import { epochSeconds, hasElapsed } from "../../lib/clock.ts";
import { codeOf, messageOf } from "../../errors.ts";
import { noteUse } from "../../store/feeds.ts";
import { clientName } from "../request/user-agent.ts";
import type { Representation } from "./representation.ts";
import type { FeedDeps } from "./feed-deps.ts";

const useSeconds = 3600;

/** Begins to note the use unless that was done within the hour; gives when it was last tried. Its failure is no one's. */
export function noteUsed(deps: FeedDeps, request: Request, { feed, endedAt }: Representation, notedAt: number): number {
  const nowAt = epochSeconds(deps);
  const noted = !hasElapsed(notedAt, useSeconds, nowAt) || !hasElapsed(feed.usedAt, useSeconds, nowAt);
  if (endedAt !== null || noted) return notedAt;
  try {
    const client = clientName(request.headers.get("User-Agent"));
    deps.defer(noteUse(deps.sql, feed.id, client, nowAt, nowAt - useSeconds).catch(() => undefined));
  } catch (error) {
    report(deps, "feed_use_failed", error);
  }
  return nowAt;
}

/** Logs what failed behind an answer. */
export function report(deps: FeedDeps, event: string, error: unknown): void {
  try {
    deps.log.warn(event, { code: codeOf(error) ?? "", message: messageOf(error) });
  } catch {
    // A log that fails must not cost the answer.
  }
}
