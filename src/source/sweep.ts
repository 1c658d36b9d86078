import type { Booking, SlimBooking } from "../calendar/booking.ts";
import { diff } from "../calendar/diff.ts";
import { listMissed, listSlimBetween, type SlimRow } from "../store/bookings/bookings.ts";
import type { Deps } from "../deps.ts";
import type { SourceRow } from "../store/sources/sources.ts";
import type { Statement } from "../store/sql/port.ts";
import type { Page } from "../waldur/client.ts";
import { commitRun, deferColumns, noteSkipped, type SourceRun, saveBookings, slimText, spendPage } from "./run.ts";
import { rereadBookings, rereadPage, singly } from "./reread.ts";
import { chunksOf, removeMissed } from "./remove-missed.ts";
import { epochSeconds, hasElapsed } from "../lib/clock.ts";
import { bookingFilter } from "../waldur/scope.ts";
import { markMissed } from "../store/bookings/write-bookings.ts";

const weekSeconds = 7 * 86_400;
const restarts = 3;

/**
 * Returns true when a full sweep of the source is under way or due. With `many` sources beside it each has its own minute
 * within the time from one sweep to the next, so that not all are swept at once; one that is long overdue does not wait for it.
 */
export function isSweepDue({ config, now }: Pick<Deps, "config" | "now">, source: SourceRow, many: boolean): boolean {
  if (source.sweepPage !== null || source.sweepWanted || source.loadedAt === null) return true;
  const { sweepSeconds } = config;
  const nowAt = epochSeconds({ now });
  const minutes = Math.floor(sweepSeconds / 60);
  if (!many || minutes < 2) return hasElapsed(source.sweptAt, sweepSeconds, nowAt);
  const turn = Number.parseInt(source.id.slice(-4), 16) % minutes === Math.floor(nowAt / 60) % minutes;
  return hasElapsed(source.sweptAt, turn ? sweepSeconds / 2 : 2 * sweepSeconds, nowAt);
}

/**
 * Reads the whole list, slim, page by page in order of creation: finds what moved without `modified` telling, and what is gone.
 * Spans runs: its page stands on the source, and rows it did not see carry its id, so an unchanged sweep writes one row.
 * True when it came to its end.
 */
export async function sweep(run: SourceRun): Promise<boolean> {
  for (let starts = 0; starts <= restarts;) {
    if (run.source.sweepPage === null) {
      starts += 1;
      const sweepId = nextSweepId(epochSeconds(run.deps), run.source.sweepId);
      const begun = { sweepId, sweepPage: 1, sweepAfterMicros: 0, sweepMicros: run.serverMicros(), sweepWanted: false };
      run.source = { ...run.source, ...begun };
    }
    const outcome = await sweepPage(run);
    if (outcome === "spent") {
      await commitRun(run, place(run));
      return false;
    }
    if (outcome === "end") return finish(run);
    if (outcome === "shifted") run.source = { ...run.source, sweepPage: null };
    // A first load is long: it goes on where it was cut.
    else if (run.source.loadedAt === null) await commitRun(run, place(run));
  }
  // The list changed under every attempt: the next run begins anew. Until one ends nothing is removed.
  run.deps.log.warn("sweep_shifted", { source: run.source.id, name: run.source.name, attempts: restarts + 1 });
  await commitRun(run, { sweepId: run.source.sweepId, sweepPage: null, sweepWanted: true });
  return false;
}

/** Returns the second a sweep begins, another than that of the one before; one ahead was begun before the clock was set back. */
function nextSweepId(nowAt: number, before: number): number {
  return hasElapsed(before, 0, nowAt) ? Math.max(nowAt, before === nowAt ? nowAt + 1 : 0) : before + 1;
}

/** Returns the place of the sweep, as columns of the source. */
function place(run: SourceRun) {
  const { sweepId, sweepPage, sweepCount, sweepAfterMicros, sweepMicros, sweepRich, sweepWanted } = run.source;
  return { sweepId, sweepPage, sweepCount, sweepAfterMicros, sweepMicros, sweepRich, sweepWanted };
}

async function sweepPage(run: SourceRun): Promise<"next" | "end" | "shifted" | "spent"> {
  const page = run.source.sweepPage ?? 1;
  if (!spendPage(run)) return "spent";
  const rich = run.source.loadedAt === null || run.source.sweepRich;
  const filter = bookingFilter(run.source);
  const listed: Page<SlimBooking> = rich
    ? await run.client.richBookings(filter, page)
    : await run.client.slimBookings(filter, page);
  noteSkipped(run, listed.skipped);
  if (page > 1 && listed.count !== run.source.sweepCount) return "shifted";
  const total = (page - 1) * run.client.pageSize + listed.rows.length + listed.skipped.length;
  if (listed.next === null && total !== listed.count) return "shifted";

  const after = page === 1 ? -1 : run.source.sweepAfterMicros;
  const to = listed.next === null ? null : (listed.rows.at(-1)?.createdMicros ?? after);
  const have = await listSlimBetween(run.deps.sql, run.source.id, after, to);
  const wanted = new Map(listed.rows.map((row) => [row.uuid, slimText(row)]));
  const { added, changed, removed } = diff(wanted, new Map([...have].map(([uuid, row]) => [uuid, row.slim])));
  const back = listed.rows.filter((row) => have.get(row.uuid)?.vanished).map((row) => row.uuid);
  const weekly = rich ? [] : listed.rows.map((row) => row.uuid).filter((uuid) => turnCame(run, uuid));
  const unread = [...new Set([...added, ...changed, ...back, ...weekly])];

  if (rich) await saveBookings(run, listed.rows.filter(isRich));
  else if (unread.length > singly && run.pagesLeft < 1) {
    // The next run reads this page with all columns.
    run.source = { ...run.source, sweepRich: true };
    return "spent";
  } else await reread(run, page, unread);

  const unreadable = listed.skipped.some(({ uuid }) => uuid === null);
  await commitMarks(run, have, { added, missed: unreadable ? [] : removed }, wanted, listed.skipped);
  run.source = {
    ...run.source,
    sweepPage: listed.next ?? page,
    sweepCount: listed.count,
    sweepAfterMicros: to ?? after,
    sweepRich: unread.length > singly,
  };
  return listed.next === null ? "end" : "next";
}

function isRich(row: SlimBooking): row is Booking {
  return "providerUuid" in row;
}

/** Returns true when a booking's rich columns are due: once a week, at its own moment of the week. */
function turnCame(run: SourceRun, uuid: string): boolean {
  const moment = Number.parseInt(uuid.slice(0, 8), 16) % weekSeconds;
  const from = Math.max(run.source.sweptAt, run.source.sweepId - weekSeconds);
  return run.source.sweepId - ((run.source.sweepId - moment) % weekSeconds) > from;
}

async function reread(run: SourceRun, page: number, unread: readonly string[]): Promise<void> {
  const left = await rereadPage(run, bookingFilter(run.source), page, unread);
  // What the budget does not reach stays different from the listing: the next sweep finds it again.
  const outcome = await rereadBookings(run, left, new Map());
  if (outcome.left.length > 0) run.source = { ...run.source, sweepWanted: true };
}

async function commitMarks(
  run: SourceRun,
  have: ReadonlyMap<string, SlimRow>,
  { added, missed: removed }: { readonly added: readonly string[]; readonly missed: readonly string[] },
  seen: ReadonlyMap<string, string>,
  skipped: readonly { uuid: string | null }[],
): Promise<void> {
  const unusable = new Set(skipped.map(({ uuid }) => uuid));
  const missed = removed.filter((uuid) => !unusable.has(uuid) && !have.get(uuid)?.vanished);
  const found = [...have.values()]
    .filter((row) => row.missedSweep !== null && (seen.has(row.uuid) || unusable.has(row.uuid)))
    .map((row) => row.uuid);
  // One made in the same microsecond as the last of the page before counts as missed there, and as new here.
  const back = [...found, ...added];
  const statements: Statement[] = [
    ...chunksOf(missed).map((uuids) => markMissed(run.source.id, uuids, run.source.sweepId)),
    ...chunksOf(back).map((uuids) => markMissed(run.source.id, uuids, null)),
  ];
  if (statements.length > 0) await commitRun(run, {}, statements);
}

/** Ends a sweep whose list was read whole with its count unchanged. Resolves to false when that must be done again. */
async function finish(run: SourceRun): Promise<boolean> {
  const { source, deps } = run;
  const held = await removeMissed(run, await listMissed(deps.sql, source.id, source.sweepId));
  if (held === null) {
    await commitRun(run, { ...place(run), ...(run.lost !== null && { sweepPage: null, sweepWanted: true }) });
    return false;
  }
  run.report.held = held;
  // All that changed before it began was seen: the list of changes may begin there.
  const { bookingsMicros, sweepMicros, sweepWanted } = run.source;
  if (!sweepWanted) deferColumns(run, { bookingsMicros: Math.max(bookingsMicros, sweepMicros) });
  deferColumns(run, {
    ...place(run),
    sweptAt: source.sweepId,
    sweepPage: null,
    sweepRich: false,
    held,
    skipped: run.report.skipped,
  });
  return true;
}
