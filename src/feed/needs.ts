import { rendererVersion } from "../calendar/feed.ts";
import { windowOf } from "../calendar/window.ts";
import type { NoticeReason } from "../calendar/words/calendar-words.ts";
import type { Deps } from "../deps.ts";
import type { FeedRow } from "../store/feeds.ts";
import type { SourceRow } from "../store/sources.ts";
import { linksVersion } from "./links.ts";

/**
 * The next thing to do about a feed's events, in this order: bookings have changed, the window has moved on, the notice of
 * an outage is out of date; `settle` writes the rest of the row. `suspend` comes before all: the last good copy is too old.
 */
type Need = "suspend" | "changes" | "window" | "notice" | "settle";

/** A feed that needs rendering. */
export interface FeedCursor {
  /** The row as it is stored. */
  readonly feed: FeedRow;
  /** The row that rendering goes on from. */
  readonly now: FeedRow;
  readonly need: Need;
}

type Settings = Pick<Deps, "config" | "keys">;

/** Returns what the feed needs next at `nowAt` (epoch seconds), by its row and its loaded source's; null for nothing. */
export function findNeed(deps: Settings, feed: FeedRow, source: SourceRow, nowAt: number): FeedCursor | null {
  const noticeAt = noticeDay(deps, feed, source, nowAt);
  if (isStarved(deps, source, nowAt)) {
    const suspended = feed.state === "suspended" && feed.noticeAt === noticeAt;
    return suspended ? null : { feed, now: feed, need: "suspend" };
  }
  const now = renderStart(deps, feed, nowAt);
  if (now.renderedRev < source.rev) return { feed, now, need: "changes" };
  if (now.windowAt !== windowOf(feed.profile, nowAt).dayAt) return { feed, now, need: "window" };
  if (now.noticeAt !== noticeAt) return { feed, now, need: "notice" };
  return now !== feed || now.state === "loading" ? { feed, now, need: "settle" } : null;
}

/**
 * Returns the row that rendering goes on from: the very same row, or one that starts over when the feed was never rendered,
 * was rendered by another version or with other links, or was suspended.
 */
function renderStart(deps: Settings, feed: FeedRow, nowAt: number): FeedRow {
  const linksBy = linksVersion(deps, feed.profile);
  const same = feed.renderer === rendererVersion && feed.linksBy === linksBy;
  const drawn: FeedRow = same ? feed : { ...feed, renderer: rendererVersion, linksBy, renderedRev: 0 };
  const now: FeedRow = drawn.state === "suspended" ? { ...drawn, state: "loading" } : drawn;
  if (now.renderedRev > 0) return now;
  const { dayAt } = windowOf(feed.profile, nowAt);
  return now.windowAt === dayAt && now.windowUuid === "" ? now : { ...now, windowAt: dayAt, windowUuid: "" };
}

/** Returns true when Waldur has failed for so long that the last good copy is no longer served. */
function isStarved({ config }: Settings, { failingSinceAt }: SourceRow, nowAt: number): boolean {
  return failingSinceAt !== null && nowAt - failingSinceAt >= config.outageClearDays * 86_400;
}

/** Returns why the source cannot be read. */
export function noticeReason({ failure }: SourceRow): NoticeReason {
  if (failure === "waldur_refused_token" || failure === "waldur_forbidden") return "token";
  return failure === "waldur_unreachable" || failure === "waldur_timeout" ? "unreachable" : "failing";
}

/** Returns the start of the day (epoch seconds) whose outage notice the feed should show; 0 for none. */
export function noticeDay({ config }: Settings, feed: FeedRow, { failingSinceAt }: SourceRow, nowAt: number): number {
  const due = failingSinceAt !== null && nowAt - failingSinceAt >= config.outageNoticeHours * 3600;
  return due && feed.state !== "loading" ? windowOf(feed.profile, nowAt).dayAt : 0;
}
