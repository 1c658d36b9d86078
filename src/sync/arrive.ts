import type { Booking, OrderState } from "../calendar/booking.ts";
import type { Deps } from "../deps.ts";
import { codeOf, messageOf } from "../errors.ts";
import { hex } from "../security/hash.ts";
import { countStatements, readOnce } from "../store/counted.ts";
import { type FeedRow, findFeed, listFeeds } from "../store/feeds.ts";
import { changeSource, findSource, listSourcesWith, type SourceRow } from "../store/sources.ts";
import type { WaldurClient } from "../waldur/client.ts";
import { isBehind, renderFeed } from "./render.ts";
import { newReport, release, type Run, saveBookings, seconds } from "./run.ts";

/** Another run has the row for moments: so often, and so long apart (milliseconds), it is tried again. */
const attempts = 6;
const pauseMilliseconds = 400;
/** What is kept back of a run's statements for the rest of a decision, and what one more feed costs. */
const statementsKept = 11;
const statementsOfFeed = 3;

/**
 * Puts what Waldur has just said of a booking, and of the order behind it, into every source that holds it and every feed
 * over those: the next GET of each shows it, and targets find their feeds moved on. What cannot be written now (another
 * run is at it, no budget left) is left for the next run; nothing is thrown.
 */
export async function arrive(
  outer: Deps,
  client: WaldurClient,
  booking: Booking,
  orderState: OrderState,
): Promise<void> {
  const { sql, counts } = countStatements(outer.sql);
  const deps: Deps = { ...outer, sql };
  const left = (): boolean => deps.budget.statements - statementsKept - counts.statements >= statementsOfFeed;
  const sources = await attempt(deps, "arrive_failed", async () => listSourcesWith(sql, booking.uuid));
  for (const source of sources ?? []) {
    const saved = await attempt(deps, "arrive_failed", async () => save(deps, client, source.id, booking, orderState));
    if (saved !== undefined && saved !== null) await render(deps, saved, left);
    else await attempt(deps, "arrive_failed", async () => makeDue(deps, source.id));
  }
}

/** Has the sources that hold a booking read again with the next run. */
export async function expectNews(deps: Deps, bookingUuid: string): Promise<void> {
  await attempt(deps, "arrive_failed", async () => {
    for (const { id } of await listSourcesWith(deps.sql, bookingUuid)) await makeDue(deps, id);
  });
}

async function save(
  deps: Deps,
  client: WaldurClient,
  sourceId: string,
  booking: Booking,
  orderState: OrderState,
): Promise<SourceRow | null> {
  const source = await findSource(deps.sql, sourceId);
  if (source === null) return null;
  const run: Run = {
    deps,
    client,
    holder: hex(deps.random(8)),
    allowRemovals: false,
    report: newReport(source),
    started: source,
    source,
    pagesLeft: 0,
    requestsLeft: 0,
    leasedAt: null,
    notes: {},
  };
  try {
    await saveBookings(run, [booking], new Map([[booking.uuid, orderState]]));
  } finally {
    await release(run);
  }
  return run.source;
}

async function render(outer: Deps, source: SourceRow, left: () => boolean): Promise<void> {
  // All feeds of a source read the same bookings.
  const deps: Deps = { ...outer, sql: readOnce(outer.sql, /\bFROM (?:bookings|meta)\b/) };
  const feeds = (await attempt(deps, "arrive_failed", async () => listFeeds(deps.sql, source.id))) ?? [];
  for (const before of feeds) {
    if (!left()) return;
    let feed: FeedRow | null = before;
    await attempt(deps, "arrive_failed", async () => {
      const now = feed ?? (await findFeed(deps.sql, before.id));
      // Another run may have moved it on by the next attempt.
      feed = null;
      if (now !== null && isBehind(deps, now, source)) await renderFeed(deps, now, source, deps.budget.events);
    });
  }
}

async function makeDue(deps: Deps, sourceId: string): Promise<void> {
  const due = changeSource(sourceId, { dueAt: seconds(deps) });
  if (due !== null) await deps.sql.batch([due]);
}

/** Does the work, again while another run is in its way; logs what it cannot do. */
async function attempt<T>(deps: Deps, event: string, work: () => Promise<T>): Promise<T | undefined> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (codeOf(error) === "conflict" && tries < attempts) {
        await deps.sleep(pauseMilliseconds);
        continue;
      }
      deps.log.error(event, { code: codeOf(error) ?? "bug", message: messageOf(error) });
      return undefined;
    }
  }
}
