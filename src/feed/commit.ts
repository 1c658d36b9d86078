import { sizeWarning } from "../calendar/size.ts";
import { epochSeconds } from "../lib/clock.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { logFailure } from "../log.ts";
import { hex } from "../security/hash.ts";
import { chunkRows } from "../store/sql/bulk.ts";
import { deleteEvents, type EventRow, findEvents, writeEvents } from "../store/events.ts";
import { encodeRendered, type FeedRow, listWritten, writeRendered } from "../store/feeds.ts";
import { encodeRevision, writeRevisions } from "../store/revisions.ts";
import { compareFeed, countAdded, type EventChanges } from "./compare.ts";
import { eventContext, type RenderInputs } from "./inputs.ts";
import type { FeedStep } from "./plan.ts";

/** A step as it is written: the feed's row as it becomes, and its events. */
export interface FeedCommit extends EventChanges {
  readonly step: FeedStep;
  readonly after: FeedRow;
}

/**
 * Takes one step of many feeds, in a number of statements that does not depend on how many they are: reads the events they
 * have, compares, writes. A feed that fails, or that another run is working on, is logged and left for the next run;
 * nothing of it is written. Resolves to the steps that were written and to the feeds that another run moved on. Throws
 * `store_failed`.
 */
export async function takeSteps(
  deps: Deps,
  inputs: RenderInputs,
  steps: readonly FeedStep[],
): Promise<{ readonly commits: readonly FeedCommit[]; readonly overtaken: readonly FeedRow[] }> {
  const uuids = new Set(steps.flatMap(({ bookings }) => bookings.map(({ booking }) => booking.uuid)));
  const feedIds = steps.map(({ feed }) => feed.id);
  const rows = await findEvents(deps.sql, feedIds, [...uuids, ""]);
  const made: FeedCommit[] = [];
  for (const step of steps) {
    try {
      const context = await eventContext(deps, inputs, step, step.bookings);
      const changes = compareFeed(step, rows.get(step.feed.id) ?? [], context, inputs);
      for (const fault of changes.faults) deps.log.error("event_held", { feed: step.feed.id, ...fault });
      made.push({ ...changes, step, after: reviseFeed(step, changes, epochSeconds(deps)) });
    } catch (error) {
      logFailure(deps, "render_failed", error, { feed: step.feed.id });
    }
  }
  const written = await writeCommits(deps, made);
  const overtaken = made.flatMap(({ after, step }) => (written.has(after.id) ? [] : [step.feed]));
  const conflict = new AppError("conflict", "another run works on this feed");
  for (const feed of overtaken) logFailure(deps, "render_failed", conflict, { feed: feed.id });
  return { commits: made.filter(({ after }) => written.has(after.id)), overtaken };
}

/**
 * Returns the feed's row after a step. Its rev counts in seconds of the clock (`nowAt`) where it can, so that no revision
 * that a client has seen is given again after the database was restored from a copy.
 */
function reviseFeed(step: FeedStep, { write, drop, faults }: EventChanges, nowAt: number): FeedRow {
  const { now, source, change } = step;
  const moved = write.length > 0 || drop.length > 0;
  const uuids = new Set(step.bookings.map(({ booking }) => booking.uuid));
  const next: FeedRow = {
    ...now,
    ...change,
    rev: moved ? Math.max(now.rev + 1, nowAt) : now.rev,
    revisedAt: !moved ? now.revisedAt : now.state === "loading" ? nowAt : Math.max(now.revisedAt + 1, nowAt),
    eventCount: now.eventCount + countAdded(write) - drop.length,
    byteCount:
      now.byteCount +
      countBytes(write.map(({ row }) => row)) -
      countBytes(write.map(({ old }) => old)) -
      countBytes(drop),
    held: [
      ...(change.held ?? now.held).filter((text) => !uuids.has(text.slice(0, 32))),
      ...faults.map(({ booking, n, faults: found }) => `${booking}-${n}: ${found}`),
    ],
  };
  const ready = next.state === "loading" && next.renderedRev >= source.rev && next.windowAt === step.window.dayAt;
  return ready ? { ...next, state: "active", buried: {} } : next;
}

/**
 * Writes commits, each all or nothing, in as few statements as fit. Resolves to the ids of the feeds that were written: a
 * feed that another run has moved on meanwhile stays as it is.
 */
async function writeCommits(deps: Deps, commits: readonly FeedCommit[]): Promise<ReadonlySet<string>> {
  const writer = hex(deps.random(8));
  const feeds = chunkRows(commits.map(({ step, after }) => encodeRendered(step.feed, after))).chunks;
  const drops = commits.flatMap(({ after, drop }) => drop.map(({ uid }) => ({ feedId: after.id, uid })));
  const writes = commits.flatMap(({ after, write }) =>
    write.map(({ row }) => ({ feedId: after.id, rev: after.rev, ...row })),
  );
  const revisions = commits.flatMap(({ step, after, drop, write }) => {
    const standing = new Set(write.map(({ row }) => row.uid));
    const removed = drop.flatMap(({ uid }) => (standing.has(uid) ? [] : [uid]));
    return after.rev === step.feed.rev ? [] : [encodeRevision(after.id, after.rev, removed)];
  });
  const changed = await deps.sql.batch([
    ...feeds.map((json) => writeRendered(writer, json)),
    ...chunkRows(revisions).chunks.map((json) => writeRevisions(writer, json)),
    ...chunkRows(drops).chunks.map((json) => deleteEvents(writer, json)),
    ...chunkRows(writes).chunks.map((json) => writeEvents(writer, json)),
  ]);
  const ids = commits.map(({ after }) => after.id);
  const count = changed.slice(0, feeds.length).reduce((sum, rows) => sum + rows, 0);
  const written = count === ids.length ? new Set(ids) : await listWritten(deps.sql, writer, ids);
  for (const { step, after } of commits) if (written.has(after.id)) logRevision(deps, step.feed, after);
  return written;
}

function logRevision(deps: Deps, before: FeedRow, after: FeedRow): void {
  const { id: feed, eventCount: events, byteCount: bytes } = after;
  const { name } = after.profile;
  if (before.state !== "active" && after.state === "active") deps.log.info("feed_ready", { feed, name, events, bytes });
  const warning = sizeWarning(deps.config, events, bytes);
  // A load in steps passes the limit long before it has its last event.
  const grown = before.state !== "active" || sizeWarning(deps.config, before.eventCount, before.byteCount) === null;
  if (warning !== null && after.state === "active" && grown) {
    deps.log.warn("feed_large", { feed, name, events, bytes, warning });
  }
}

const encoder = new TextEncoder();

function countBytes(rows: readonly (EventRow | undefined)[]): number {
  return rows.reduce((sum, row) => sum + (row === undefined ? 0 : encoder.encode(row.vevent).length), 0);
}
