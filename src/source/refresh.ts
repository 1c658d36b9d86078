import type { OfferingFacts } from "../calendar/event.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { findAccount, noteRefused } from "../store/accounts.ts";
import { hasPending } from "../store/bookings.ts";
import { lastUse, renderAllAgain } from "../store/feeds.ts";
import { makeLease } from "../store/leases.ts";
import { readMeta, writeMeta } from "../store/meta.ts";
import {
  clearTime,
  failedSeconds,
  lostAccess,
  noteSourceFailure,
  readOfferings,
  type SourceRow,
  writeOfferings,
} from "../store/sources.ts";
import type { Statement } from "../store/sql/port.ts";
import { accountClient } from "../account/client.ts";
import { loseAccess, proveAccess } from "./access.ts";
import { pollDelay } from "./pace.ts";
import { poll, walkOrders } from "./poll.ts";
import {
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
import { epochSeconds, hasElapsed } from "../clock.ts";
import { bookingFilter } from "../waldur/scope.ts";
import { homeportKey } from "../account/site.ts";
import { touchOfferings, countOfOfferings } from "../store/write-bookings.ts";

const hourSeconds = 3600;
/** A good answer is noted at most so often: an unchanged source costs one row in that time. */
const noteSeconds = 600;
const readWithinSeconds = 86_400;

/**
 * Brings the stored bookings of one source up to what Waldur says now, as far as the budget lets it; what is left is a
 * smaller difference for the next run. Waldur's failures end in the report and on the source, never in an exception.
 * Throws `conflict` when another run is at this source.
 */
export async function refresh(
  deps: Deps,
  source: SourceRow,
  options: { allowRemovals?: boolean; sweep?: boolean; until?: number } = {},
): Promise<RefreshReport> {
  const report: RefreshReport = { ...newReport(source), held: source.held };
  const account = await findAccount(deps.sql, source.accountId);
  if (account === null) return { ...report, failure: "its account is gone" };
  let serverDate: number | null = null;
  try {
    const client = await accountClient(deps, account, (date) => (serverDate ??= date));
    const run: SourceRun = {
      deps,
      client,
      lease: makeLease(deps, "source", source.id),
      allowRemovals: options.allowRemovals ?? false,
      report,
      started: source,
      source: options.sweep === true ? { ...source, sweepWanted: true } : source,
      until: options.until ?? Number.POSITIVE_INFINITY,
      serverMicros: () => (serverDate ?? 0) * 1000,
      pagesLeft: deps.budget.pages,
      requestsLeft: deps.budget.requests,
      deferred: {},
      overtaken: new Set(),
    };
    try {
      await read(run);
      await noteAnswer(run, account.tokenLifetime);
      const refused = run.source.lost === "inactive";
      if (refused !== (account.refusedAt !== null)) {
        await noteRefused(deps.sql, account.id, refused ? epochSeconds(deps) : null);
      }
    } finally {
      await run.lease.release();
    }
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "conflict") throw error;
    report.failure = `${error.code}: ${error.message}`;
    await noteFailure(deps, source, error);
  }
  return report;
}

/** Reads what is due. That the account may not read the source, or its user is not active, is noted and no failure. */
async function read(run: SourceRun): Promise<void> {
  try {
    if (!(await checkAccess(run))) return;
    await readNames(run);
    if (run.source.loadedAt === null) return await load(run);
    await poll(run);
    if (isSweepDue(run)) await sweep(run);
  } catch (error) {
    if (!(error instanceof AppError) || error.facts.inactive !== true) throw error;
    run.source = await loseAccess(run.deps, run.source, "inactive", run.report);
  }
}

/**
 * Asks who-am-I at least hourly, and with each run of a source that its account may not read: that is not an outage. Resolves
 * to false when the account may not read it.
 */
async function checkAccess(run: SourceRun): Promise<boolean> {
  const readable = lostAccess(run.source) === null;
  if (readable && !isHourlyDue(run, run.source.accessAt)) return true;
  if (!spendRequest(run)) return readable;
  return (await proveAccess(run)) !== null;
}

/** Returns true when something hourly is to be done again: a little early with a sweep, so that both are noted in one row. */
function isHourlyDue(run: SourceRun, lastAt: number | null): boolean {
  const nowAt = epochSeconds(run.deps);
  return (
    hasElapsed(lastAt, hourSeconds, nowAt) || (hasElapsed(lastAt, hourSeconds - noteSeconds, nowAt) && isSweepDue(run))
  );
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

/** Reads names and places of offerings from their own list: a rename does not move the `modified` of any booking. */
async function readNames(run: SourceRun): Promise<void> {
  const nowAt = epochSeconds(run.deps);
  if (!isHourlyDue(run, run.source.offeringsAt)) return;
  if (!spendRequest(run) || !spendRequest(run)) return;
  await noteHomeport(run);
  const filter = run.source.kind === "provider" ? { customerUuid: run.source.scopeUuid } : {};
  const offerings = await run.client.offerings(filter);
  const facts = new Map<string, OfferingFacts>(
    offerings.map(({ uuid, name, latitude, longitude }) => [uuid, { name, latitude, longitude }]),
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
async function noteAnswer(run: SourceRun, lifetime: number | null): Promise<void> {
  const { deps, source } = run;
  const nowAt = epochSeconds(deps);
  const readable = lostAccess(source) === null;
  const cleared = !readable && nowAt >= (clearTime(deps.config, source) ?? nowAt);
  const pending = !cleared && (await hasPending(deps.sql, source.id, nowAt));
  const used = cleared ? null : await lastUse(deps.sql, source.id);
  const facts = { pending, read: !hasElapsed(used, readWithinSeconds, nowAt), lifetime };
  const pace = pollDelay(deps.config, facts, nowAt);
  // At the quick pace a source stays due and nothing is written.
  const loading = readable && (source.loadedAt === null || source.sweepPage !== null);
  const quick = pace <= deps.config.pollSeconds || loading;
  if (!quick) deferColumns(run, { dueAt: nowAt + pace });
  if (source.failingSinceAt !== null) {
    deferColumns(run, { failingSinceAt: null, failure: "" });
    deps.log.info("waldur_back", { source: source.id, seconds: nowAt - source.failingSinceAt });
  }
  const stale = hasElapsed(source.freshAt, noteSeconds, nowAt);
  if (!readable) return writeDeferred(run);
  if (stale || Object.keys(run.deferred).length > 0) deferColumns(run, { freshAt: nowAt });
  await writeDeferred(run);
}

/**
 * Notes a failure once an hour: since when, and what it is. A longer gap between two is no time in which Waldur failed: the
 * service did not run, or the clock was set forward.
 */
async function noteFailure(deps: Deps, source: SourceRow, error: AppError): Promise<void> {
  deps.log.warn("refresh_failed", { source: source.id, code: error.code, message: error.message, ...error.facts });
  if (error.code === "store_failed") return;
  if (error.code === "waldur_refused_token") await noteRefused(deps.sql, source.accountId, epochSeconds(deps));
  const nowAt = epochSeconds(deps);
  const retryAfter = Number(error.facts.retryAfter ?? 0);
  const { failingSinceAt } = source;
  const noted = failingSinceAt !== null && !hasElapsed(source.dueAt, hourSeconds, nowAt);
  if (source.failure === error.code && noted && retryAfter <= 0) return;
  const seen = failingSinceAt === null ? 0 : failedSeconds({ failingSinceAt, dueAt: source.dueAt }, nowAt);
  const dueAt = nowAt + Math.max(0, Math.ceil(retryAfter));
  await noteSourceFailure(deps.sql, source.id, { failure: error.code, failingSinceAt: nowAt - seen, dueAt });
}
