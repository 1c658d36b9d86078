import type { Booking, OrderState } from "../calendar/booking.ts";
import type { Deps } from "../deps.ts";
import { AppError, codeOf, messageOf } from "../errors.ts";
import { hex } from "../security/hash.ts";
import { countStatements } from "../store/counted.ts";
import { listFeeds } from "../store/feeds.ts";
import { changeSource, findSource, listSourcesWith, type SourceRow } from "../store/sources.ts";
import type { WaldurClient } from "../waldur/client.ts";
import { isBehind, renderFeeds } from "./render.ts";
import { newReport, release, type Run, saveBookings, seconds } from "./run.ts";

/** Another run has the row for moments: so often, and so long apart (milliseconds), it is tried again. */
const attempts = 6;
const pauseMilliseconds = 400;
/** What is kept back of a run's statements for the rest of a decision, and what one more step of feeds may cost. */
const statementsKept = 11;
const statementsOfStep = 7;

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
  const more = (): boolean => deps.budget.statements - statementsKept - counts.statements >= statementsOfStep;
  const sources = await attempt(deps, "arrive_failed", async () => listSourcesWith(sql, booking.uuid));
  for (const source of sources ?? []) {
    const saved = await attempt(deps, "arrive_failed", async () => save(deps, client, source.id, booking, orderState));
    if (saved !== undefined && saved !== null) await render(deps, saved, more);
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

/** Again while another run is at one of the feeds: those that were done are not behind any more. */
async function render(deps: Deps, source: SourceRow, more: () => boolean): Promise<void> {
  await attempt(deps, "arrive_failed", async () => {
    if (!more()) return;
    const behind = (await listFeeds(deps.sql, source.id)).filter((feed) => isBehind(deps, feed, source));
    if (behind.length === 0) return;
    const { overtaken } = await renderFeeds(deps, source, behind, { events: Infinity, more, lag: deps.budget.events });
    if (overtaken) throw new AppError("conflict", "another run works on some of the feeds");
  });
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
