import { identify } from "../account/client.ts";
import { epochSeconds } from "../clock.ts";
import type { Deps } from "../deps.ts";
import { changeSource, type LostAccess, lostAccess, type SourceRow } from "../store/sources.ts";
import { hasAccess } from "../waldur/roles.ts";
import type { User } from "../waldur/schema.ts";
import { deferColumns, type RefreshReport, type SourceRun } from "./run.ts";

/**
 * Asks Waldur who the account is now. Resolves to null when it may not read the source any more, which is noted; a loss that
 * is over is noted too. What Waldur did not show before this answer is gone only where the user would see it now.
 */
export async function proveAccess(run: SourceRun): Promise<User | null> {
  const { deps } = run;
  const user = await identify(deps, run.source.accountId, run.client);
  if (!hasAccess(user, run.source)) {
    run.source = await loseAccess(deps, run.source, user.isActive ? "role" : "inactive", run.report);
    return null;
  }
  if (lostAccess(run.source) !== null) {
    deps.log.info("access_back", { source: run.source.id, name: run.source.name });
    // A sweep that was under way has marked as missing what the account did not see.
    deferColumns(run, { lost: "", lostAt: null, sweepPage: null, sweepRich: false, sweepWanted: true });
  }
  deferColumns(run, { accessAt: epochSeconds(deps) });
  return user;
}

/** Notes that the account may not read the source, since now or since that was noted before. Resolves to the source as it is then. */
export async function loseAccess(
  deps: Deps,
  source: SourceRow,
  lost: LostAccess,
  report: RefreshReport,
): Promise<SourceRow> {
  report.failure = `lost_${lost}: ${lostReasons[lost]}`;
  if (source.lost === lost) return source;
  const change = { lost, lostAt: lostAccess(source) === null ? epochSeconds(deps) : source.lostAt };
  const own = changeSource(source.id, change);
  if (own !== null) await deps.sql.run(own.sql, ...own.parameters);
  deps.log.error("access_lost", { source: source.id, name: source.name, reason: lostReasons[lost] });
  return { ...source, ...change };
}

/** Each loss in words, for reports and the log. */
export const lostReasons = {
  role: "the account no longer has the role that shows these bookings",
  inactive: "the user is not active in Waldur",
} as const satisfies Record<LostAccess, string>;
