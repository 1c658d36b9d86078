import type { Deps } from "../deps.ts";
import { AppError, codeOf, messageOf } from "../errors.ts";
import { findEvents } from "../store/events.ts";
import type { FeedRow } from "../store/feeds.ts";
import type { SourceRow } from "../store/sources.ts";
import { type Need, needOf, startOf } from "./need.ts";
import { type Place, planOf, type Turn } from "./plan.ts";
import { addedOf, type Revision, revisionOf, writeRevisions } from "./revise.ts";
import { seconds } from "./run.ts";
import { type Sight, sightOf, stepsOf } from "./step.ts";

/** What one run did to one feed. */
export interface RenderReport {
  readonly id: string;
  readonly name: string;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Events that the linter holds back: booking, slot and what is wrong. */
  held: readonly string[];
}

/** How far rendering may go. */
export interface Limits {
  /** Events compared: what the run has left. Only a booking with more events than a whole run may have goes beyond. */
  readonly events: number;
  /** Whether one more step may be made. */
  readonly more: () => boolean;
  /** Given: only bookings that changed are shown, and only in feeds that lag by at most so many changes. */
  readonly lag?: number;
}

/** What rendering did. */
export interface Rendered {
  /** Of the feeds of which something was written. */
  readonly reports: readonly RenderReport[];
  /** Events compared. */
  readonly events: number;
  /** Whether nothing was left for want of room. */
  readonly done: boolean;
  /** Whether another run was at one of the feeds, which was left to it. */
  readonly overtaken: boolean;
}

/** Events compared in one transaction, unless one booking has more. */
const stepSize = 500;

/** Whether anything about the feed's events waits to be done, as its own row and its source's tell. */
export function isBehind(deps: Pick<Deps, "now" | "config" | "keys">, feed: FeedRow, source: SourceRow): boolean {
  // Before its source is loaded a feed would show bookings whose orders are not known yet.
  if (feed.state === "ended" || source.loadedAt === null) return false;
  return needOf(deps, feed, source, seconds(deps)) !== null;
}

/**
 * Brings the events of feeds over one source up to the stored bookings, as far as the limits let it; what does not fit is a
 * smaller difference for the next run. Feeds that stand at the same place take each step together, in a number of
 * statements that does not depend on how many they are; those that lag least go first. What fails in one feed is logged
 * and left for the next run. Throws `store_failed`.
 */
export async function renderFeeds(
  deps: Deps,
  source: SourceRow,
  feeds: readonly FeedRow[],
  limits: Limits,
): Promise<Rendered> {
  const sight = await sightOf(deps, source, feeds);
  const sum = { events: 0, done: true, overtaken: false };
  const reports = new Map<string, RenderReport>();
  const open = new Map<string, Turn>();
  const leave = ({ feed }: { feed: FeedRow }, error: unknown): void => {
    const conflict = codeOf(error) === "conflict";
    const facts = error instanceof AppError ? error.facts : {};
    const told = { feed: feed.id, code: codeOf(error) ?? "bug", message: messageOf(error), ...facts };
    deps.log[conflict ? "info" : "error"]("render_failed", told);
    sum.overtaken ||= conflict;
    open.delete(feed.id);
  };
  const asked = feeds.map((feed) => ({ feed }));
  for (const turn of await ofEach(
    asked,
    async ({ feed }) => ({ feed, steps: await stepsOf(deps, feed, sight) }),
    leave,
  )) {
    open.set(turn.feed.id, turn);
  }
  for (let next = nextOf(deps, sight, open, limits.lag); next !== null; next = nextOf(deps, sight, open, limits.lag)) {
    const left = limits.events - sum.events;
    if (left <= 0 || !limits.more()) {
      sum.done = false;
      break;
    }
    const room = { step: Math.min(stepSize, left), left: left === deps.budget.events ? Infinity : left };
    const plan = await planOf(deps, sight, next.need, next.places, room);
    if (plan === null) {
      sum.done = false;
      for (const { feed } of next.places) open.delete(feed.id);
      continue;
    }
    const places = next.places.slice(0, plan.feeds);
    const rows = await findEvents(
      deps.sql,
      places.map(({ feed }) => feed.id),
      [...plan.bookingUuids, ""],
    );
    const revisions = await ofEach(
      places,
      async (place) => {
        const own = rows.get(place.feed.id) ?? [];
        return revisionOf(place, plan.change, await plan.make(place, own), own, source, seconds(deps));
      },
      leave,
    );
    const written = await writeRevisions(deps, revisions);
    for (const revision of revisions) {
      const { after, place, rendered } = revision;
      sum.events += rendered;
      if (written.has(after.id)) {
        open.set(after.id, { feed: after, steps: place.steps });
        reports.set(after.id, addTo(reports.get(after.id), revision));
      } else leave(place, new AppError("conflict", "another run works on this feed"));
    }
  }
  return { ...sum, reports: [...reports.values()] };
}

/** The feeds whose turn it is: together those that lag least behind their bookings, then the others one by one. */
function nextOf(
  deps: Deps,
  { source, nowAt }: Sight,
  open: ReadonlyMap<string, Turn>,
  lag?: number,
): { need: Need; places: readonly [Place, ...Place[]] } | null {
  let next: { need: Need; places: [Place, ...Place[]] } | null = null;
  for (const turn of open.values()) {
    const need = needOf(deps, turn.feed, source, nowAt);
    if (need === null || (lag !== undefined && need !== "changes")) continue;
    const place = { ...turn, now: need === "suspend" ? turn.feed : startOf(deps, turn.feed, nowAt) };
    if (lag !== undefined && source.rev - place.now.renderedRev > lag) continue;
    const ahead = next?.places[0].now.renderedRev ?? -1;
    if (next === null) next = { need, places: [place] };
    else if (need !== "changes") continue;
    else if (next.need !== "changes" || place.now.renderedRev > ahead) next = { need, places: [place] };
    else if (place.now.renderedRev === ahead) next.places.push(place);
  }
  return next;
}

/** What the work makes of each; one in which it fails is left out. */
async function ofEach<T, R>(
  all: readonly T[],
  work: (one: T) => Promise<R>,
  failed: (one: T, error: unknown) => void,
): Promise<R[]> {
  const made = await Promise.all(
    all.map(async (one) => {
      try {
        return [await work(one)];
      } catch (error) {
        failed(one, error);
        return [];
      }
    }),
  );
  return made.flat();
}

function addTo(report: RenderReport | undefined, { after, write, drop }: Revision): RenderReport {
  const { added, changed, removed } = report ?? { added: 0, changed: 0, removed: 0 };
  const fresh = addedOf(write);
  return {
    id: after.id,
    name: after.profile.name,
    added: added + fresh,
    changed: changed + write.length - fresh,
    removed: removed + drop.length,
    held: after.held,
  };
}
