import { RENDERER } from "../calendar/feed.ts";
import { warnOfSize } from "../calendar/size.ts";
import { windowOf } from "../calendar/window.ts";
import type { NoticeReason } from "../calendar/words.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { hex } from "../security/hash.ts";
import { listChanged } from "../store/bookings.ts";
import { chunkRows } from "../store/bulk.ts";
import { deleteEvents, type EventRow, writeEvents } from "../store/events.ts";
import { changeFeed, type FeedChange, type FeedRow } from "../store/feeds.ts";
import type { SourceRow } from "../store/sources.ts";
import { linksByOf } from "./links.ts";
import { seconds } from "./run.ts";
import { type Room, type Step, type Steps, stepsOf, take } from "./step.ts";

/** What one run did to one feed. */
export interface RenderReport {
  readonly id: string;
  readonly name: string;
  added: number;
  changed: number;
  removed: number;
  /** Events that the linter holds back: booking, slot and what is wrong. */
  held: readonly string[];
}

/** Events compared in one transaction, unless one booking has more. */
const stepSize = 500;

/** Whether anything about the feed's events waits to be done, as its own row and its source's tell. */
export function isBehind(deps: Pick<Deps, "now" | "config" | "keys">, feed: FeedRow, source: SourceRow): boolean {
  // Before its source is loaded a feed would show bookings whose orders are not known yet.
  if (feed.state === "ended" || source.loadedAt === null) return false;
  return (
    (feed.state === "suspended") !== isStarved(deps, source) ||
    feed.noticeAt !== noticeDayOf(deps, feed, source) ||
    (feed.state !== "suspended" &&
      (feed.renderer !== RENDERER ||
        feed.linksBy !== linksByOf(deps, feed.profile) ||
        feed.renderedRev < source.rev ||
        feed.windowAt !== windowOf(feed.profile, seconds(deps)).dayAt ||
        feed.state === "loading"))
  );
}

/**
 * Brings a feed's events up to the stored bookings, comparing at most `budget` events, what the run has left; what does
 * not fit is a smaller difference for the next. Only a booking with more events than a whole run may have goes beyond.
 * Resolves to what was done and how many events were compared.
 * Throws `conflict` when another run is at the same feed.
 */
export async function renderFeed(
  deps: Deps,
  feed: FeedRow,
  source: SourceRow,
  budget: number,
): Promise<{ report: RenderReport; rendered: number; done: boolean }> {
  const report = { id: feed.id, name: feed.profile.name, added: 0, changed: 0, removed: 0, held: feed.held };
  const window = windowOf(feed.profile, seconds(deps));
  const steps = await stepsOf(deps, feed, source, window);
  let now = startOf(feed, linksByOf(deps, feed.profile), window.dayAt);
  let rendered = 0;
  const save = async (step: Step, change: FeedChange): Promise<void> => {
    now = await writeStep(deps, now, source, steps, step, change, report);
    rendered += step.rendered;
  };
  const room = (): Room => {
    const left = budget - rendered;
    return { step: Math.min(stepSize, left), left: left === deps.budget.events ? Infinity : left };
  };

  const noticeAt = noticeDayOf(deps, feed, source);
  if (isStarved(deps, source)) {
    if (now.noticeAt !== noticeAt || now.state !== "suspended") {
      await save(await steps.notice(noticeAt, "suspended"), { noticeAt });
    }
    if (now.state !== "suspended") await save(await steps.clear(), { state: "suspended", renderedRev: 0 });
    return { report, rendered, done: true };
  }
  if (now.state === "suspended") now = { ...now, state: "loading" };
  while (rendered < budget && now.windowAt !== window.dayAt) {
    const moved = await steps.move(now, room());
    if (moved === null) break;
    await save(moved.step, moved.change);
  }
  while (rendered < budget && now.renderedRev < source.rev) {
    const within = room();
    const changed = await listChanged(deps.sql, source.id, now.renderedRev, within.step);
    const some = take(changed, within);
    if (some === null) break;
    const rest = some.length < changed.length || changed.length === within.step;
    const renderedRev = rest ? (some.at(-1)?.rev ?? source.rev) : source.rev;
    await save(await steps.compare(some, now.held), { renderedRev });
  }
  const current = now.renderedRev >= source.rev && now.windowAt === window.dayAt;
  if (current && now.noticeAt !== noticeAt && rendered < budget) {
    await save(await steps.notice(noticeAt, reasonOf(source)), { noticeAt });
  }
  const done = current && now.noticeAt === noticeAt;
  if (done && now.state === "loading") await save(nothing(now), {});
  return { report, rendered, done };
}

/** Where rendering begins: from the start for a feed that was never rendered, or by another version, or differently. */
function startOf(feed: FeedRow, linksBy: string, dayAt: number): FeedRow {
  const same = feed.renderer === RENDERER && feed.linksBy === linksBy;
  const now = same ? feed : { ...feed, renderer: RENDERER, linksBy, renderedRev: 0 };
  return now.renderedRev === 0 ? { ...now, windowAt: dayAt, windowUuid: "" } : now;
}

function nothing(feed: FeedRow): Step {
  return { write: [], drop: [], aged: false, rendered: 0, held: feed.held };
}

/** Whether Waldur has not answered for so long that the last good copy is no good any more. */
function isStarved(deps: Pick<Deps, "now" | "config">, { failingSinceAt }: SourceRow): boolean {
  return failingSinceAt !== null && seconds(deps) - failingSinceAt >= deps.config.outageClearDays * 86_400;
}

function reasonOf({ failure }: SourceRow): NoticeReason {
  if (failure === "waldur_refused_token" || failure === "waldur_forbidden") return "token";
  return failure === "waldur_unreachable" || failure === "waldur_timeout" ? "unreachable" : "failing";
}

/** The day (epoch seconds of its start) whose notice of an outage the feed should show; 0: none. */
function noticeDayOf(deps: Pick<Deps, "now" | "config">, feed: FeedRow, { failingSinceAt }: SourceRow): number {
  const nowAt = seconds(deps);
  const due = failingSinceAt !== null && nowAt - failingSinceAt >= deps.config.outageNoticeHours * 3600;
  return due && feed.state !== "loading" ? windowOf(feed.profile, nowAt).dayAt : 0;
}

/**
 * Writes a step and where the feed stands after it, all or nothing. A feed that had events is never left without one.
 * Its revision counts in seconds of the clock where it can: after the database was restored from a copy, no revision
 * that a client saw is given again.
 */
async function writeStep(
  deps: Deps,
  feed: FeedRow,
  source: SourceRow,
  steps: Steps,
  step: Step,
  change: FeedChange,
  report: RenderReport,
): Promise<FeedRow> {
  const { write, drop } = await keepOne(feed, steps, step);
  const moved = write.length > 0 || drop.length > 0;
  const nowAt = seconds(deps);
  const added = write.filter(({ old }) => old === undefined).length;
  const bytes = (rows: readonly (EventRow | undefined)[]): number =>
    rows.reduce((sum, row) => sum + (row === undefined ? 0 : encoder.encode(row.vevent).length), 0);
  const next: FeedRow = {
    ...feed,
    ...change,
    rev: moved ? Math.max(feed.rev + 1, nowAt) : feed.rev,
    revisedAt: !moved ? feed.revisedAt : feed.state === "loading" ? nowAt : Math.max(feed.revisedAt + 1, nowAt),
    eventCount: feed.eventCount + added - drop.length,
    byteCount: feed.byteCount + bytes(write.map(({ row }) => row)) - bytes(write.map(({ old }) => old)) - bytes(drop),
    held: step.held,
  };
  const ready = next.state === "loading" && next.renderedRev >= source.rev;
  const {
    rev,
    revisedAt,
    eventCount,
    byteCount,
    held,
    renderer,
    linksBy,
    renderedRev,
    windowAt,
    windowUuid,
    noticeAt,
  } = next;
  const state = ready ? "active" : next.state;
  const own = {
    rev,
    revisedAt,
    eventCount,
    byteCount,
    held,
    renderer,
    linksBy,
    renderedRev,
    windowAt,
    windowUuid,
    noticeAt,
    state,
  };
  const writer = hex(deps.random(8));
  const fenced = changeFeed(feed.id, own, { rev: feed.rev, writer });
  const statements = [
    ...(fenced === null ? [] : [fenced]),
    ...(drop.length === 0
      ? []
      : [
          deleteEvents(
            feed.id,
            writer,
            drop.map(({ uid }) => uid),
          ),
        ]),
    ...chunkRows(write.map(({ row }) => row)).chunks.map((json) => writeEvents(feed.id, rev, writer, json)),
  ];
  const [fence] = await deps.sql.batch(statements);
  if (fence !== 1) throw new AppError("conflict", "another run works on this feed");
  report.added += added;
  report.changed += write.length - added;
  report.removed += drop.length;
  report.held = held;
  if (ready)
    deps.log.info("feed_ready", { feed: feed.id, name: feed.profile.name, events: eventCount, bytes: byteCount });
  const large = warnOfSize(deps.config, eventCount, byteCount);
  if (large !== null && warnOfSize(deps.config, feed.eventCount, feed.byteCount) === null) {
    deps.log.warn("feed_large", { feed: feed.id, name: feed.profile.name, warning: large });
  }
  return { ...next, state };
}

const encoder = new TextEncoder();

async function keepOne(feed: FeedRow, steps: Steps, step: Step): Promise<Pick<Step, "write" | "drop">> {
  const { write, drop } = step;
  const added = write.filter(({ old }) => old === undefined).length;
  const left = feed.eventCount + added - drop.length;
  if (left <= 0 && drop.length > 0) {
    const newest = drop.toSorted((a, b) => b.stampAt - a.stampAt)[0];
    if (step.aged && newest !== undefined) return { write, drop: drop.filter((row) => row !== newest) };
    const row = steps.placeholder();
    const old = drop.find(({ uid }) => uid === row.uid);
    return { write: [...write, { row, old }], drop: drop.filter((one) => one !== old) };
  }
  if (added > 0 && feed.eventCount === 1) {
    const placeholder = await steps.findPlaceholder();
    if (placeholder !== undefined) return { write, drop: [...drop, placeholder] };
  }
  return { write, drop };
}
