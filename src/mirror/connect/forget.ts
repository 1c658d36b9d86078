import type { Deps } from "../../deps.ts";
import { deleteTarget, listTargets, type TargetRow } from "../../store/targets.ts";
import { type Credentials, tryOpenAccess } from "./connect.ts";
import { revokeConsent } from "./google.ts";

/**
 * Forgets a target and its ledger. The consent at Google is revoked with the last target of the account: revoking one
 * token ends them all.
 */
export async function forgetTarget(deps: Deps, target: TargetRow): Promise<void> {
  // It can be forgotten even when no key opens its credentials.
  const access = await tryOpenAccess(deps, target);
  await deps.sql.batch(deleteTarget(target.id));
  await revokeUnusedConsent(deps, target.account, access?.credentials ?? null);
}

/** Revokes a consent at Google unless a target of the account is left. */
export async function revokeUnusedConsent(deps: Deps, account: string, credentials: Credentials | null): Promise<void> {
  if (credentials?.kind !== "google") return;
  const shared = (await listTargets(deps.sql)).some((target) => target.account === account);
  if (!shared) await revokeConsent(deps, credentials);
}
