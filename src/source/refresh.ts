import type { OfferingFacts } from "../calendar/event.ts";
import type { Deps, Fetch } from "../deps.ts";
import { AppError } from "../errors.ts";
import { noteRefused } from "../store/accounts/accounts.ts";
import { hasPending } from "../store/bookings/bookings.ts";
import { lastUse, renderAllAgain } from "../store/feeds.ts";
import { makeLease } from "../store/leases.ts";
import { readMeta, writeMeta } from "../store/meta.ts";
import { commonLoss, lostAccess, noteReader } from "../store/sources/readers.ts";
import {
  failedSeconds,
  findSource,
  noteSourceFailure,
  readOfferings,
  type SourceRow,
  writeOfferings,
} from "../store/sources/sources.ts";
import type { Statement } from "../store/sql/port.ts";
import { accountClient } from "../account/client.ts";
import { noteRefusal } from "../account/prove.ts";
import { loseAccess, lossText } from "./access.ts";
import type { Lists } from "./lists.ts";
import { pollDelay } from "./pace.ts";
import { orderReaders, type Reader } from "./readers.ts";
import { poll, walkOrders } from "./poll.ts";
import {
  addReport,
  commitRun,
  enterRun,
  writeDeferred,
  newReport,
  deferColumns,
  type RefreshReport,
  type SourceRun,
  spendRequest,
} from "./run.ts";
import { sweep, isSweepDue } from "./sweep.ts";
import { epochSeconds, hasElapsed } from "../lib/clock.ts";
import { bookingFilter } from "../waldur/scope.ts";
import { homeportKey, nameNoWaldur } from "../account/site.ts";
import { touchOfferings, countOfOfferings } from "../store/bookings/write-bookings.ts";

const hourSeconds = 3600;
/** A good answer is noted at most so often: an unchanged source costs one row in that time. */
export const noteSeconds = 600;
export const readWithinSeconds = 86_400;

/** The outcome of a run over one source. */
export interface Refreshed {
  readonly report: RefreshReport;
  /** The source as the run left it. */
  readonly source: SourceRow;
  /** True when a reader has lost the list or a part of it, or has it again. */
  readonly accessMoved: boolean;
}

/** The way in which a source is read. */
export interface RefreshOptions {
  readonly allowRemovals?: boolean;
  readonly sweep?: boolean;
  readonly until?: number;
  /** True where many sources are read beside it. */
  readonly many?: boolean;
  /** Lists that the first reader has read for several sources; "failed": the failure with which that ended. */
  readonly lists?: Lists | { readonly failed: AppError } | null;
}

/**
 * Brings the stored bookings of one source up to what Waldur says now, as far as the budget lets it; what is left is a
 * smaller difference for the next run. Where Waldur refuses one reader, or shows it the list no more, the next one reads.
 * Waldur's failures end in the report and on the source, never in an exception. Throws `conflict` when another run is at
 * this source.
 */
export async function refresh(
  deps: Deps,
  source: SourceRow,
  readers: readonly Reader[],
  options: RefreshOptions = {},
): Promise<Refreshed> {
  const lost = lostAccess(commonLoss(readers));
  const failure = lost === null ? "nobody asks for it any more" : lossText(lost);
  let found: Refreshed = { report: { ...newReport(source), held: source.held, failure }, source, accessMoved: false };
  let { budget } = deps;
  const order = orderReaders(readers);
  for (const [index, reader] of order.entries()) {
    const { report: before, accessMoved } = found;
    const now = index === 0 ? source : ((await findSource(deps.sql, source.id)) ?? source);
    const last = index === order.length - 1;
    const { next, ...outcome } = await readAs(
      { ...deps, budget },
      now,
      reader,
      last,
      index === 0 ? options : { ...options, lists: null },
    );
    const report = index === 0 ? outcome.report : addReport(before, outcome.report);
    found = { ...outcome, report, accessMoved: accessMoved || outcome.accessMoved };
    if (!next) {
      const latest = readers.every(({ readAt }) => (readAt ?? 0) <= (reader.readAt ?? 0));
      if (reader.readAt === null || !latest)
        await noteReader(deps.sql, source.id, reader.account.id, epochSeconds(deps));
      break;
    }
    const { requests, pages } = outcome.report;
    budget = { ...budget, requests: budget.requests - requests, pages: budget.pages - pages };
  }
  return found;
}

/** Reads a source as this account. `next`: it could not, and another reader may; the failure is noted where it is the `last`. */
async function readAs(
  deps: Deps,
  source: SourceRow,
  { account, ...loss }: Reader,
  last: boolean,
  options: RefreshOptions,
): Promise<Refreshed & { readonly next: boolean }> {
  const report: RefreshReport = { ...newReport(source), held: source.held };
  const { lists = null, many = false } = options;
  let serverDate: number | null = null;
  try {
    if (lists !== null && "failed" in lists) throw lists.failed;
    if (lists?.covers(source) === true) serverDate = lists.serverDate;
    const lease = makeLease(deps, "source", source.id);
    // A slow Waldur may take longer for what is read between two writes than the lease lasts.
    const fetch: Fetch = async (request) => {
      await lease.keep();
      return deps.fetch(request);
    };
    const own = await accountClient({ ...deps, fetch }, account, (date) => (serverDate ??= date));
    const client = lists?.covers(source) === true ? lists.clientOf(source, own) : own;
    const run: SourceRun = {
      deps,
      client,
      account,
      loss,
      lost: null,
      lease,
      allowRemovals: options.allowRemovals ?? false,
      report,
      started: source,
      source: options.sweep === true ? { ...source, sweepWanted: true } : source,
      until: options.until ?? Number.POSITIVE_INFINITY,
      serverMicros: () => (serverDate ?? 0) * 1000,
      seenMicros: 0,
      pagesLeft: deps.budget.pages,
      requestsLeft: deps.budget.requests,
      deferred: {},
      overtaken: new Set(),
    };
    try {
      await read(run, many);
      await noteAnswer(run);
    } finally {
      await run.lease.release();
    }
    const lost = run.lost !== null;
    return { report, source: run.source, accessMoved: lost || run.loss.lost !== loss.lost, next: lost };
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "conflict") throw error;
    if (error.code === "waldur_refused_token") await noteRefusal(deps, account, error);
    const next = refusals.has(error.code) && !last;
    // Asked once for an outage, and whenever somebody wants to know.
    const asks = !next && lists === null && (source.failure === "" || options.sweep === true);
    const failure = asks ? await nameNoWaldur(deps, error) : error;
    report.failure = `${failure.code}: ${failure.message}`;
    if (next) deps.log.warn("reader_refused", { source: source.id, account: account.id, code: error.code });
    else await noteFailure(deps, source, failure);
    return { report, source, accessMoved: false, next };
  }
}

/** Failures of one account, where another may read. */
const refusals: ReadonlySet<string> = new Set([
  "waldur_refused_token",
  "waldur_forbidden",
  "seal_broken",
  "bad_config",
]);

/** Reads what is due. That the account's user is not active is noted and no failure. */
async function read(run: SourceRun, many: boolean): Promise<void> {
  try {
    if (isNamesDue(run.deps, run.source, many)) await readNames(run);
    if (run.source.loadedAt === null) return await load(run);
    await poll(run);
    if (isSweepDue(run.deps, run.source, many)) await sweep(run);
  } catch (error) {
    if (!(error instanceof AppError) || error.facts.inactive !== true) throw error;
    await noteRefusal(run.deps, run.account, error);
    loseAccess(run, "inactive");
  }
}

/** Returns true when names of offerings are to be read again: hourly, a little early with a sweep, so that both are noted in one row. */
export function isNamesDue(deps: Pick<Deps, "config" | "now">, source: SourceRow, many: boolean): boolean {
  const nowAt = epochSeconds(deps);
  if (!hasElapsed(source.offeringsAt, hourSeconds - noteSeconds, nowAt)) return false;
  // Of many sources each reads them with its own sweep.
  const late = many && source.offeringsAt !== null ? hourSeconds + noteSeconds : hourSeconds;
  return hasElapsed(source.offeringsAt, late, nowAt) || isSweepDue(deps, source, many);
}

/** Returns the marks of a source whose lists were read to their end: they follow Waldur's clock though nothing changed. */
function seenMarks({ source, seenMicros }: SourceRun) {
  const { ordersMicros, bookingsMicros } = source;
  return {
    ordersMicros: Math.max(ordersMicros, seenMicros),
    bookingsMicros: Math.max(bookingsMicros, seenMicros),
  };
}

/** HomePort's address from Waldur's configuration; links of every feed change with it. */
async function noteHomeport(run: SourceRun): Promise<void> {
  const { deps } = run;
  const key = homeportKey(deps);
  const { homeport } = await run.client.site();
  const known = await readMeta(deps.sql, key);
  if (known === (homeport ?? "")) return;
  await writeMeta(deps.sql, key, homeport ?? "");
  if (known !== null) await renderAllAgain(deps.sql);
}

/** Reads names, places and pictures of offerings from their own list: a rename does not move the `modified` of any booking. */
async function readNames(run: SourceRun): Promise<void> {
  const nowAt = epochSeconds(run.deps);
  if (!spendRequest(run) || !spendRequest(run)) return;
  await noteHomeport(run);
  const filter = run.source.kind === "provider" ? { customerUuid: run.source.scopeUuid } : {};
  const offerings = await run.client.offerings(filter);
  const facts = new Map<string, OfferingFacts>(
    offerings.map(({ uuid, name, latitude, longitude, thumbnail }) => [
      uuid,
      { name, latitude, longitude, ...(thumbnail !== "" && { thumbnail }) },
    ]),
  );
  const before = readOfferings(run.source.offerings);
  // One that is not listed any more may still have bookings here.
  const text = writeOfferings(new Map([...before, ...facts]));
  deferColumns(run, { offeringsAt: nowAt });
  if (text === run.source.offerings) return;
  const changed = [...facts.keys()].filter(
    (uuid) => JSON.stringify(before.get(uuid)) !== JSON.stringify(facts.get(uuid)),
  );
  const touched = await countOfOfferings(run.deps.sql, run.source.id, changed);
  await enterRun(run);
  const statements: Statement[] = touched === 0 ? [] : [touchOfferings(run.source.id, changed, run.source.rev)];
  await commitRun(run, { offerings: text, rev: run.source.rev + touched }, statements);
}

/** Loads a source for the first time: every booking, then the order behind each. The marks start where the server's clock stood before it. */
async function load(run: SourceRun): Promise<void> {
  if (run.source.sweepId === 0) {
    if (run.serverMicros() === 0) {
      if (!spendRequest(run)) return;
      await run.client.countBookings(bookingFilter(run.source));
    }
    const mark = run.serverMicros();
    run.source = { ...run.source, ordersMicros: mark, bookingsMicros: mark };
    await commitRun(run, { ordersMicros: mark, bookingsMicros: mark });
  }
  if (run.source.sweptAt === 0 && !(await sweep(run))) return;
  if (!(await walkOrders(run))) return;
  await commitRun(run, { loadedAt: epochSeconds(run.deps) });
  run.deps.log.info("source_loaded", { source: run.source.id, name: run.source.name, bookings: run.source.sweepCount });
}

/** Notes that Waldur answered, and when the source is due again. */
async function noteAnswer(run: SourceRun): Promise<void> {
  if (run.lost !== null) return writeDeferred(run);
  const { deps, source, account } = run;
  const nowAt = epochSeconds(deps);
  if (account.refusedAt !== null) await noteRefused(deps.sql, account.id, null);
  const pending = await hasPending(deps.sql, source.id, nowAt);
  const used = await lastUse(deps.sql, source.id);
  const pace = pollDelay(deps.config, { pending, read: !hasElapsed(used, readWithinSeconds, nowAt) }, nowAt);
  // At the quick pace a source stays due and nothing is written.
  const quick = pace <= deps.config.pollSeconds || source.loadedAt === null || source.sweepPage !== null;
  if (!quick) deferColumns(run, { dueAt: nowAt + pace });
  if (source.failingSinceAt !== null) {
    deferColumns(run, { failingSinceAt: null, failure: "" });
    deps.log.info("waldur_back", { source: source.id, seconds: nowAt - source.failingSinceAt });
  }
  const stale = hasElapsed(source.freshAt, noteSeconds, nowAt);
  if (stale || Object.keys(run.deferred).length > 0) deferColumns(run, { freshAt: nowAt, ...seenMarks(run) });
  await writeDeferred(run);
}

/**
 * Notes a failure once an hour: since when, and what it is. A longer gap between two is no time in which Waldur failed: the
 * service did not run, or the clock was set forward.
 */
async function noteFailure(deps: Deps, source: SourceRow, error: AppError): Promise<void> {
  deps.log.warn("refresh_failed", { source: source.id, code: error.code, message: error.message, ...error.facts });
  if (error.code === "store_failed") return;
  const nowAt = epochSeconds(deps);
  const retryAfter = Number(error.facts.retryAfter ?? 0);
  const { failingSinceAt } = source;
  const noted = failingSinceAt !== null && !hasElapsed(source.dueAt, hourSeconds, nowAt);
  if (source.failure === error.code && noted && retryAfter <= 0) return;
  const seen = failingSinceAt === null ? 0 : failedSeconds({ failingSinceAt, dueAt: source.dueAt }, nowAt);
  const dueAt = nowAt + Math.max(0, Math.ceil(retryAfter));
  await noteSourceFailure(deps.sql, source.id, { failure: error.code, failingSinceAt: nowAt - seen, dueAt });
}
