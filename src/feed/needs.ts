import { type FeedNotice, rendererVersion } from "../calendar/feed.ts";
import { dayOf } from "../calendar/window.ts";
import type { FeedProfile } from "../calendar/profile.ts";
import { memoize } from "../lib/memoize.ts";
import { isAhead } from "../lib/clock.ts";
import type { NoticeReason } from "../calendar/words/calendar-words.ts";
import type { Deps } from "../deps.ts";
import type { FeedRow } from "../store/feeds.ts";
import { clearTime, lostAccess } from "../store/sources/readers.ts";
import { failedSeconds, type SourceRow } from "../store/sources/sources.ts";
import { linksVersion } from "./links.ts";

/**
 * The next thing to do about a feed's events, in this order: bookings have changed, the window has moved on, its notice is
 * out of date; `settle` writes the rest of the row. `suspend` comes before all: the last good copy is too old.
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
  const notice = findNotice(deps, feed, source, nowAt);
  if (notice?.clears === true) {
    const done = feed.state === "suspended" && !isNoticeDue(feed, notice, nowAt);
    return done ? null : { feed, now: feed, need: "suspend" };
  }
  const now = renderStart(deps, feed, nowAt);
  // Others may go on reading the list: whoever has lost it keeps the last copy as it is.
  const reads = lostAccess(feed) === null;
  if (reads && now.renderedRev < source.rev) return { feed, now, need: "changes" };
  if (reads && now.windowAt !== dayStart(feed.profile, nowAt) && now.windowAt <= nowAt)
    return { feed, now, need: "window" };
  if (isNoticeDue(now, notice, nowAt)) return { feed, now, need: "notice" };
  if (!reads) return null;
  return now !== feed || now.state === "loading" ? { feed, now, need: "settle" } : null;
}

/**
 * Returns the row that rendering goes on from: the very same row, or one that starts over when the feed was never rendered,
 * was rendered by another version or with other links, or for a day that has not come: the clock was set back. Or it was
 * suspended.
 */
function renderStart(deps: Settings, feed: FeedRow, nowAt: number): FeedRow {
  const linksBy = linksVersion(deps, feed.profile);
  // A window that lies ahead has let go what is to be seen now.
  const ahead = isAhead(feed.windowAt, nowAt);
  const same = feed.renderer === rendererVersion && feed.linksBy === linksBy && !ahead;
  const drawn: FeedRow = same ? feed : { ...feed, renderer: rendererVersion, linksBy, renderedRev: 0 };
  const now: FeedRow = drawn.state === "suspended" ? { ...drawn, state: "loading" } : drawn;
  if (now.renderedRev > 0) return now;
  const dayAt = dayStart(feed.profile, nowAt);
  return now.windowAt === dayAt && now.windowUuid === "" ? now : { ...now, windowAt: dayAt, windowUuid: "" };
}

/** The notice that a feed should show, and whether it stands there alone. */
export interface DueNotice extends FeedNotice {
  readonly clears: boolean;
}

/** Returns the notice that a feed over the source should show at `nowAt` (epoch seconds); null for none. */
export function findNotice(
  { config }: Pick<Deps, "config">,
  feed: FeedRow,
  source: SourceRow,
  nowAt: number,
): DueNotice | null {
  const { failingSinceAt, dueAt } = source;
  const { lost, lostAt } = feed;
  const { accessProofDays: proofDays } = config;
  const untilAt = clearTime(config, feed);
  const away = failingSinceAt === null ? 0 : failedSeconds({ failingSinceAt, dueAt }, nowAt);
  if (lost !== "" && lostAt !== null && untilAt !== null) {
    const notice = { sinceAt: lostAt, untilAt, proofDays };
    if (lost !== "part" && nowAt >= untilAt) return { ...notice, reason: `${lost}-cleared`, clears: true };
    if (away < config.outageClearDays * 86_400) return { ...notice, reason: lost, clears: false };
  }
  if (failingSinceAt === null || away < config.outageNoticeHours * 3600) return null;
  const clears = away >= config.outageClearDays * 86_400;
  const reason = clears ? "suspended" : outageReason(source);
  return { reason, sinceAt: failingSinceAt, untilAt: null, proofDays, clears };
}

function outageReason({ failure }: SourceRow): NoticeReason {
  if (failure === "waldur_refused_token" || failure === "waldur_forbidden") return "token";
  return failure === "waldur_unreachable" || failure === "waldur_timeout" ? "unreachable" : "failing";
}

/** Returns true when the feed does not show that notice yet: it has a new one each day, and when something else was lost. */
function isNoticeDue(feed: FeedRow, notice: FeedNotice | null, nowAt: number): boolean {
  if (notice === null || feed.state === "loading") return feed.noticeAt !== 0;
  if (feed.noticeAt !== dayStart(feed.profile, nowAt)) return true;
  return feed.notice !== notice.reason && !(isOutage(feed.notice) && isOutage(notice.reason));
}

/** Returns true for what comes and goes within a day: for another one the notice is not written anew. */
function isOutage(reason: FeedRow["notice"]): boolean {
  return reason === "unreachable" || reason === "token" || reason === "failing";
}

/** Returns the start of the day of `nowAt` in the zone of a feed, where its window begins. */
function dayStart({ zone }: Pick<FeedProfile, "zone">, nowAt: number): number {
  return startOf(`${nowAt} ${zone ?? ""}`);
}

/** A run asks for the same few days for each of thousands of feeds. */
const startOf = memoize((key: string): number => {
  const at = key.indexOf(" ");
  return dayOf(key.slice(at + 1) || null, Number(key.slice(0, at))).start;
}, 200);
