import { diff } from "../calendar/diff.ts";
import type { Deps } from "../deps.ts";
import { AppError, messageOf } from "../errors.ts";
import { listAccounts } from "../store/accounts/accounts.ts";
import { findBookings, listSlimBetween } from "../store/bookings/bookings.ts";
import { listSources, type SourceRow } from "../store/sources/sources.ts";
import { hasAccess, sees } from "../waldur/roles.ts";
import { walkPages } from "../waldur/pages.ts";
import { accountClient, identify } from "../account/client.ts";
import { lossReasons } from "../account/prove.ts";
import { listReadSources } from "../store/sources/readers.ts";
import { groupReaders, orderReaders, type Reader } from "./readers.ts";
import { nameNoWaldur } from "../account/site.ts";
import { newReport, type RefreshReport, slimText } from "./run.ts";
import { bookingFilter } from "../waldur/scope.ts";

/** Returns the source of that id, or all of them. Throws `not_found`. */
export async function listAskedSources({ sql }: Pick<Deps, "sql">, id?: string): Promise<SourceRow[]> {
  const sources = await listSources(sql);
  const asked = id === undefined ? sources : sources.filter((source) => source.id === id);
  if (id !== undefined && asked.length === 0) throw new AppError("not_found", `there is no source ${id}`);
  return asked;
}

/** Returns what full sweeps of these sources would change, without changing anything; `complete`: all could be read whole. */
export async function dryRun(
  deps: Deps,
  sources: readonly SourceRow[],
): Promise<{ readonly sources: readonly RefreshReport[]; readonly complete: boolean }> {
  const reports: RefreshReport[] = [];
  const readers = groupReaders(await listReadSources(deps.sql), await listAccounts(deps.sql));
  for (const source of sources) reports.push(await dryRunSource(deps, source, readers.get(source.id) ?? []));
  return { sources: reports, complete: reports.every(({ failure }) => failure === "") };
}

/** Returns what a full sweep of the source would change, without changing anything. Nothing is counted of a listing that could not be read whole. */
async function dryRunSource(deps: Deps, source: SourceRow, readers: readonly Reader[]): Promise<RefreshReport> {
  const report = newReport(source);
  try {
    const [reader] = orderReaders(readers);
    if (reader === undefined) throw new AppError("forbidden", lossReasons.role);
    const { account } = reader;
    const client = await accountClient(deps, account);
    const wanted = new Map<string, string>();
    const unusable = new Set<string | null>();
    await walkPages(deps.budget.pages, async (page) => {
      const listed = await client.slimBookings(bookingFilter(source), page);
      for (const row of listed.rows) wanted.set(row.uuid, slimText(row));
      for (const { uuid } of listed.skipped) unusable.add(uuid);
      report.skipped += listed.skipped.length;
      report.pages += 1;
      report.requests += 1;
      return listed;
    });
    const have = new Map<string, string>();
    for (const [uuid, row] of await listSlimBetween(deps.sql, source.id, -1, null)) {
      if (!row.vanished && !unusable.has(uuid)) have.set(uuid, row.slim);
    }
    const { added, changed, removed } = diff(wanted, have);
    if (removed.length === 0) return { ...report, added: added.length, changed: changed.length };
    // As in a run: only what the account would still see is gone.
    const user = await identify(deps, account.id, client);
    report.requests += 1;
    if (!hasAccess(user, source)) throw new AppError("forbidden", lossReasons.role);
    const known = await findBookings(deps.sql, source.id, removed);
    const gone = [...known.values()].filter(({ booking }) => sees(user, booking));
    return { ...report, added: added.length, changed: changed.length, removed: gone.length };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { ...report, failure: messageOf(await nameNoWaldur(deps, error)) };
  }
}
