import { rendererVersion } from "../calendar/feed.ts";
import { windowOf } from "../calendar/window.ts";
import type { NoticeReason } from "../calendar/words/calendar-words.ts";
import type { Deps } from "../deps.ts";
import type { FeedRow } from "../store/feeds.ts";
import type { SourceRow } from "../store/sources.ts";
import { linksVersion } from "./links.ts";

/**
 * What waits to be done about a feed's events, in the order in which it is done: bookings changed, the window moved on,
 * the notice of an outage is another one; `settle` is the rest of the row. `suspend`: the last good copy is no good any
 * more, and nothing else counts.
 */
export type Need = "suspend" | "changes" | "window" | "notice" | "settle";

type Settings = Pick<Deps, "config" | "keys">;

/** What a feed needs next at `nowAt` (epoch seconds), as its own row and its loaded source's tell; null: nothing. */
export function findNeed(deps: Settings, feed: FeedRow, source: SourceRow, nowAt: number): Need | null {
  const noticeAt = noticeDay(deps, feed, source, nowAt);
  if (isStarved(deps, source, nowAt)) {
    return feed.state !== "suspended" || feed.noticeAt !== noticeAt ? "suspend" : null;
  }
  const now = renderStart(deps, feed, nowAt);
  if (now.renderedRev < source.rev) return "changes";
  if (now.windowAt !== windowOf(feed.profile, nowAt).dayAt) return "window";
  if (now.noticeAt !== noticeAt) return "notice";
  return now !== feed || now.state === "loading" ? "settle" : null;
}

/**
 * Where rendering goes on: from the start for a feed that was never rendered, or by another version, or differently, or
 * was suspended. The very same row where that is where it stands.
 */
export function renderStart(deps: Settings, feed: FeedRow, nowAt: number): FeedRow {
  const linksBy = linksVersion(deps, feed.profile);
  const same = feed.renderer === rendererVersion && feed.linksBy === linksBy;
  const drawn: FeedRow = same ? feed : { ...feed, renderer: rendererVersion, linksBy, renderedRev: 0 };
  const now: FeedRow = drawn.state === "suspended" ? { ...drawn, state: "loading" } : drawn;
  if (now.renderedRev > 0) return now;
  const { dayAt } = windowOf(feed.profile, nowAt);
  return now.windowAt === dayAt && now.windowUuid === "" ? now : { ...now, windowAt: dayAt, windowUuid: "" };
}

/** Whether Waldur has not answered for so long that the last good copy is no good any more. */
function isStarved({ config }: Settings, { failingSinceAt }: SourceRow, nowAt: number): boolean {
  return failingSinceAt !== null && nowAt - failingSinceAt >= config.outageClearDays * 86_400;
}

/** Why the source cannot be read. */
export function noticeReason({ failure }: SourceRow): NoticeReason {
  if (failure === "waldur_refused_token" || failure === "waldur_forbidden") return "token";
  return failure === "waldur_unreachable" || failure === "waldur_timeout" ? "unreachable" : "failing";
}

/** The day (epoch seconds of its start) whose notice of an outage the feed should show; 0: none. */
export function noticeDay({ config }: Settings, feed: FeedRow, { failingSinceAt }: SourceRow, nowAt: number): number {
  const due = failingSinceAt !== null && nowAt - failingSinceAt >= config.outageNoticeHours * 3600;
  return due && feed.state !== "loading" ? windowOf(feed.profile, nowAt).dayAt : 0;
}
