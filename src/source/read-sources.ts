import { nameNoWaldur } from "../account/site.ts";
import { epochSeconds, hasElapsed } from "../lib/clock.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { listPendingSources } from "../store/bookings/bookings.ts";
import { makeDue, noteUnchanged, type SourceRow } from "../store/sources/sources.ts";
import { requestsAtOnce } from "../waldur/http.ts";
import { type Lists, listSharing, readLists } from "./lists.ts";
import { overlapMicros } from "./marks.ts";
import { pollDelay } from "./pace.ts";
import { orderReaders, type Reader } from "./readers.ts";
import { isNamesDue, noteSeconds, readWithinSeconds, type RefreshOptions } from "./refresh.ts";
import { newReport, type RefreshReport } from "./run.ts";
import { isSweepDue } from "./sweep.ts";

/** Sources beside which a source is one of many. */
const manySources = 20;

/** A source that is due, with the accounts that read it. */
export interface DueSource {
  readonly source: SourceRow;
  readonly readers: readonly Reader[];
  /** The time at which a feed over it was last fetched, or somebody who reads it signed in, epoch seconds; null: never. */
  readonly usedAt: number | null;
}

/** The sources that one account reads in a run, and what they say to it together. */
export interface Reading {
  /** Those with something to read or to write, each by itself. */
  readonly news: readonly DueSource[];
  /** Reports of those that have nothing new. */
  readonly unchanged: readonly RefreshReport[];
  readonly options: Pick<RefreshOptions, "lists" | "many">;
  readonly requests: number;
}

/** Returns the sources that are due by the account that reads each. */
export function groupByReader(due: readonly DueSource[]): DueSource[][] {
  const groups = Map.groupBy(due, ({ readers }) => orderReaders(readers)[0]?.account.id ?? "");
  return [...groups.values()];
}

/**
 * Reads for the sources of one account what Waldur lists alike for all of them, and tells which have to be read further. What
 * is noted of the others takes as many statements as of one. A failure of Waldur is in the options: it is each source's.
 */
export async function readTogether(deps: Deps, group: readonly DueSource[], forced: boolean): Promise<Reading> {
  const many = group.length >= manySources;
  const reader = orderReaders(group[0]?.readers ?? [])[0];
  const shared = listSharing(
    deps,
    group.map(({ source }) => source),
  );
  if (reader === undefined || shared.length === 0)
    return { news: group, unchanged: [], options: { many }, requests: 0 };
  let lists: Lists | null;
  try {
    lists = await readLists(deps, reader.account, shared);
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "store_failed" || error.code === "conflict") throw error;
    const failed = await nameNoWaldur(deps, error);
    return { news: group, unchanged: [], options: { many, lists: { failed } }, requests: requestsAtOnce };
  }
  if (lists === null) return { news: group, unchanged: [], options: { many }, requests: 0 };
  const told = lists;
  const { news = [], still = [] } = Object.groupBy(group, (one) =>
    !forced && isStill(deps, one, told, many) ? "still" : "news",
  );
  await noteStill(deps, still, told);
  const unchanged = still.map(({ source }) => ({ ...newReport(source), held: source.held }));
  return { news, unchanged, options: { many, lists }, requests: lists.requests };
}

/** Returns true when nothing is to be read or written for a source but that it was read. */
function isStill(deps: Deps, { source, readers }: DueSource, lists: Lists, many: boolean): boolean {
  const well = source.failingSinceAt === null && source.changesCount === 0 && readsOn(readers);
  const rests = !isSweepDue(deps, source, many) && !isNamesDue(deps, source, many);
  return well && rests && lists.covers(source) && !lists.tellsOf(source);
}

/** Returns true when the account that reads is the one that read last, and nothing has to be noted of it. */
function readsOn(readers: readonly Reader[]): boolean {
  const reader = orderReaders(readers)[0];
  if (reader === undefined || reader.account.refusedAt !== null) return false;
  const { readAt } = reader;
  return readAt !== null && readers.every((other) => (other.readAt ?? 0) <= readAt);
}

/** Notes, of sources that have nothing new, when they were read, and when those are due again that nobody waits for. */
async function noteStill(deps: Deps, still: readonly DueSource[], lists: Lists): Promise<void> {
  const nowAt = epochSeconds(deps);
  const stale = still.filter(({ source }) => hasElapsed(source.freshAt, noteSeconds, nowAt));
  const seen = lists.serverDate === null ? 0 : lists.serverDate * 1000 - overlapMicros;
  const idsOf = (some: readonly DueSource[]): string[] => some.map(({ source }) => source.id);
  if (stale.length > 0) await noteUnchanged(deps.sql, idsOf(stale), nowAt, seen);
  const paceOf = (pending: boolean, read: boolean): number => pollDelay(deps.config, { pending, read }, nowAt);
  const isQuick = (pending: boolean, usedAt: number | null): boolean =>
    paceOf(pending, !hasElapsed(usedAt, readWithinSeconds, nowAt)) <= deps.config.pollSeconds;
  const slow = still.filter(({ usedAt }) => !isQuick(false, usedAt));
  if (slow.length === 0) return;
  const pending = isQuick(true, null) ? await listPendingSources(deps.sql, idsOf(slow), nowAt) : new Set();
  const rest = slow.filter(({ source }) => !pending.has(source.id));
  if (rest.length > 0) await makeDue(deps.sql, idsOf(rest), nowAt + paceOf(false, false));
}
