import type { Deps } from "../deps.ts";
import { deleteTarget, listTargets, type TargetRow } from "../store/targets.ts";
import { type Credentials, tryOpenAccess } from "./connect.ts";
import { revokeConsent } from "./google.ts";

/**
 * Forgets a target and what was pushed to it. The consent at Google that it used is given back with the last target of
 * that account: giving back one ends them all.
 */
export async function forgetTarget(deps: Deps, target: TargetRow): Promise<void> {
  // Without a key that opens them it can be forgotten all the same.
  const access = await tryOpenAccess(deps, target);
  await deps.sql.batch(deleteTarget(target.id));
  await revokeUnusedConsent(deps, target.account, access?.credentials ?? null);
}

/** Gives a consent at Google back unless a target of that account is left. */
export async function revokeUnusedConsent(deps: Deps, account: string, credentials: Credentials | null): Promise<void> {
  if (credentials?.kind !== "google") return;
  const shared = (await listTargets(deps.sql)).some((target) => target.account === account);
  if (!shared) await revokeConsent(deps, credentials);
}
