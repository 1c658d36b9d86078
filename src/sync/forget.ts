import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { deleteTarget, listTargets, type TargetRow } from "../store/targets.ts";
import { openAccess } from "./calendars.ts";
import { returnGoogle } from "./google.ts";

/**
 * Forgets a target and what was pushed to it. The consent at Google that it used is given back with the last target of
 * that account: giving back one ends them all.
 */
export async function forgetTarget(deps: Deps, target: TargetRow): Promise<void> {
  const credentials = await credentialsOf(deps, target);
  await deps.sql.batch(deleteTarget(target.id));
  if (credentials?.kind !== "google") return;
  const shared = (await listTargets(deps.sql)).some(({ account }) => account === target.account);
  if (!shared) await returnGoogle(deps, credentials);
}

/** What a target was sealed with; null when no key opens it: it can be forgotten all the same. */
async function credentialsOf(deps: Deps, target: TargetRow) {
  try {
    return (await openAccess(deps, target)).credentials;
  } catch (error) {
    if (error instanceof AppError && error.code === "seal_broken") return null;
    throw error;
  }
}
