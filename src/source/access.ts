import { lossReasons, proveAccount } from "../account/prove.ts";
import { writeLosses, type Loss, lostAccess, type LostAccess } from "../store/sources/readers.ts";
import { hasAccess } from "../waldur/roles.ts";
import type { User } from "../waldur/schema.ts";
import type { RefreshReport, SourceRun } from "./run.ts";

/**
 * Asks Waldur who the account is now that reads. Resolves to null when it may not read the source any more, which is noted.
 * A booking that Waldur did not show before this answer is gone only where the user would see it now.
 */
export async function proveAccess(run: SourceRun): Promise<User | null> {
  const user = await proveAccount(run.deps, run.account, run.client);
  if (hasAccess(user, run.source)) return user;
  loseAccess(run, user.isActive ? "role" : "inactive");
  return null;
}

/** Notes in the run that its account may not read the source any more. */
export function loseAccess(run: SourceRun, lost: LostAccess): void {
  run.lost = lost;
  run.report.failure = lossText(lost);
}

/** Returns a loss as reports have it. */
export function lossText(lost: LostAccess): string {
  return `lost_${lost}: ${lossReasons[lost]}`;
}

/** Returns the failure of a source whose readers have all lost its list, as runs note it: its beginning; "" while one reads. */
export function lossCode(loss: Pick<Loss, "lost">): string {
  const lost = lostAccess(loss);
  return lost === null ? "" : `lost_${lost}`;
}

/** Returns true when nobody could read the source any more. */
export function isLost({ failure }: Pick<RefreshReport, "failure">): boolean {
  return failure.startsWith("lost_");
}

/** Notes that a part of the list is out of the account's sight since then, or that nothing is (null). */
export async function notePart(run: SourceRun, lostAt: number | null): Promise<void> {
  const { deps, source, account } = run;
  run.loss = { lost: lostAt === null ? "" : "part", lostAt };
  await deps.sql.batch([writeLosses(account.id, [{ sourceId: source.id, ...run.loss }])]);
}
