import { sizeWarning } from "../calendar/size.ts";
import type { Deps } from "../deps.ts";
import { hex } from "../security/hash.ts";
import { chunkRows } from "../store/bulk.ts";
import { deleteEvents, type EventRow, writeEvents } from "../store/events.ts";
import { encodeRendered, type FeedChange, type FeedRow, listWritten, writeRendered } from "../store/feeds.ts";
import type { FeedCursor } from "./plan.ts";
import type { Step } from "./compare.ts";

/** A step of one feed as it is written: its row as it becomes, and the events. */
export interface FeedCommit extends Pick<Step, "write" | "drop" | "rendered"> {
  readonly place: FeedCursor;
  readonly after: FeedRow;
}

/**
 * The revision that a step makes of a feed, with `change` besides. A feed that had events is never left without one. Its
 * rev counts in seconds of the clock (`nowAt`) where it can: after the database was restored from a copy, no revision
 * that a client saw is given again. `rows` are what it has of the step's bookings and of none.
 */
export function makeCommit(
  place: FeedCursor,
  change: FeedChange,
  step: Step,
  rows: readonly EventRow[],
  nowAt: number,
): FeedCommit {
  const { now, source, steps } = place;
  const { write, drop } = keepOne(place, step, rows);
  const moved = write.length > 0 || drop.length > 0;
  const next: FeedRow = {
    ...now,
    ...change,
    rev: moved ? Math.max(now.rev + 1, nowAt) : now.rev,
    revisedAt: !moved ? now.revisedAt : now.state === "loading" ? nowAt : Math.max(now.revisedAt + 1, nowAt),
    eventCount: now.eventCount + countAdded(write) - drop.length,
    byteCount: now.byteCount + bytes(write.map(({ row }) => row)) - bytes(write.map(({ old }) => old)) - bytes(drop),
    held: step.held,
  };
  const ready = next.state === "loading" && next.renderedRev >= source.rev && next.windowAt === steps.window.dayAt;
  return { place, after: ready ? { ...next, state: "active" } : next, write, drop, rendered: step.rendered };
}

/** How many of these events the feed did not have. */
export function countAdded(write: Step["write"]): number {
  return write.filter(({ old }) => old === undefined).length;
}

/**
 * Writes revisions, each all or nothing, in as few statements as fit. Resolves to the feeds that were written: of one that
 * another run has moved on meanwhile nothing is.
 */
export async function commitFeeds(deps: Deps, revisions: readonly FeedCommit[]): Promise<ReadonlySet<string>> {
  const writer = hex(deps.random(8));
  const feeds = chunkRows(revisions.map(({ place, after }) => encodeRendered(place.feed, after))).chunks;
  const drops = revisions.flatMap(({ after, drop }) => drop.map(({ uid }) => ({ feedId: after.id, uid })));
  const writes = revisions.flatMap(({ after, write }) =>
    write.map(({ row }) => ({ feedId: after.id, rev: after.rev, ...row })),
  );
  const changed = await deps.sql.batch([
    ...feeds.map((json) => writeRendered(writer, json)),
    ...chunkRows(drops).chunks.map((json) => deleteEvents(writer, json)),
    ...chunkRows(writes).chunks.map((json) => writeEvents(writer, json)),
  ]);
  const ids = revisions.map(({ after }) => after.id);
  const count = changed.slice(0, feeds.length).reduce((sum, rows) => sum + rows, 0);
  const written = count === ids.length ? new Set(ids) : await listWritten(deps.sql, writer, ids);
  for (const { place, after } of revisions) if (written.has(after.id)) logRevision(deps, place.feed, after);
  return written;
}

function logRevision(deps: Deps, before: FeedRow, after: FeedRow): void {
  const { id: feed, eventCount: events, byteCount: size } = after;
  const { name } = after.profile;
  if (before.state !== "active" && after.state === "active")
    deps.log.info("feed_ready", { feed, name, events, bytes: size });
  const large = sizeWarning(deps.config, events, size);
  if (large !== null && sizeWarning(deps.config, before.eventCount, before.byteCount) === null) {
    deps.log.warn("feed_large", { feed, name, warning: large });
  }
}

const encoder = new TextEncoder();

function bytes(rows: readonly (EventRow | undefined)[]): number {
  return rows.reduce((sum, row) => sum + (row === undefined ? 0 : encoder.encode(row.vevent).length), 0);
}

function keepOne({ feed, steps }: FeedCursor, step: Step, rows: readonly EventRow[]): Pick<Step, "write" | "drop"> {
  const { write, drop } = step;
  const added = countAdded(write);
  const left = feed.eventCount + added - drop.length;
  if (left <= 0 && drop.length > 0) {
    const newest = drop.toSorted((a, b) => b.stampAt - a.stampAt)[0];
    if (step.aged && newest !== undefined) return { write, drop: drop.filter((row) => row !== newest) };
    const row = steps.placeholder();
    const old = drop.find(({ uid }) => uid === row.uid);
    return { write: [...write, { row, old }], drop: drop.filter((one) => one !== old) };
  }
  if (added > 0 && feed.eventCount === 1) {
    const { uid } = steps.placeholder();
    const standing = rows.find((row) => row.uid === uid);
    if (standing !== undefined) return { write, drop: [...drop, standing] };
  }
  return { write, drop };
}
