import type { Deps } from "../deps.ts";
import { AppError, codeOf, messageOf } from "../errors.ts";
import { findEvents } from "../store/events.ts";
import type { FeedRow } from "../store/feeds.ts";
import type { FeedCursor, StepPlan, FeedRenderer } from "./plan.ts";
import { type FeedCommit, makeCommit, commitFeeds } from "./commit.ts";
import { type RenderInputs, makeSteps } from "./compare.ts";
import { epochSeconds } from "../clock.ts";

/** What became of a step. */
export interface StepResult {
  /** Of the feeds that took it. */
  readonly revisions: readonly FeedCommit[];
  /** Those at which another run was. */
  readonly overtaken: readonly FeedCursor[];
}

/** Makes feeds ready to take steps; one that cannot be is logged and left out. */
export async function makeRenderers<T extends Omit<FeedRenderer, "steps">>(
  deps: Deps,
  sight: RenderInputs,
  feeds: readonly T[],
): Promise<(T & FeedRenderer)[]> {
  return ofEach(deps, feeds, async (one) => ({ ...one, steps: await makeSteps(deps, sight, one.feed, one.source) }));
}

/**
 * Takes a step: in a number of statements that does not depend on how many feeds it is of. What fails in one feed, or
 * meets another run there, is logged and left for the next run; nothing of that feed is written. Throws `store_failed`.
 */
export async function applyStep(deps: Deps, { places, bookingUuids, change, make }: StepPlan): Promise<StepResult> {
  const ids = places.map(({ feed }) => feed.id);
  const rows = await findEvents(deps.sql, ids, [...bookingUuids, ""]);
  const made = await ofEach(deps, places, async (place) => {
    const own = rows.get(place.feed.id) ?? [];
    return makeCommit(place, change, await make(place, own), own, epochSeconds(deps));
  });
  const written = await commitFeeds(deps, made);
  const overtaken = made.filter(({ after }) => !written.has(after.id)).map(({ place }) => place);
  for (const { feed } of overtaken) logFailed(deps, feed, new AppError("conflict", "another run works on this feed"));
  return { revisions: made.filter(({ after }) => written.has(after.id)), overtaken };
}

/** What the work makes of each; one in which it fails is logged and left out. */
async function ofEach<T extends { readonly feed: FeedRow }, R>(
  deps: Deps,
  all: readonly T[],
  work: (one: T) => Promise<R>,
): Promise<R[]> {
  const made = await Promise.all(
    all.map(async (one) => {
      try {
        return [await work(one)];
      } catch (error) {
        logFailed(deps, one.feed, error);
        return [];
      }
    }),
  );
  return made.flat();
}

function logFailed(deps: Deps, { id: feed }: FeedRow, error: unknown): void {
  const code = codeOf(error) ?? "bug";
  const facts = error instanceof AppError ? error.facts : {};
  const level = code === "conflict" ? "info" : "error";
  deps.log[level]("render_failed", { feed, code, message: messageOf(error), ...facts });
}
