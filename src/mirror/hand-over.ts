import type { Deps } from "../deps.ts";
import { endLease, leaseName } from "../store/leases.ts";
import { clearLedgerFailures } from "../store/ledger.ts";
import type { Statement } from "../store/sql/port.ts";
import { handOverTarget, listTargets, type TargetRow } from "../store/targets.ts";
import { type Access, accessOrNone, sealAccess } from "./connect/connect.ts";
import { revokeUnusedConsent } from "./connect/forget.ts";
import { epochSeconds } from "../lib/clock.ts";

/** The changes of the targets when a feed gets another owner. */
export interface HandOver {
  /** Statements for the batch that gives the feed away. */
  readonly statements: readonly Statement[];
  /** Revokes consents at Google that nothing uses any more; call it after the batch. */
  readonly end: () => Promise<void>;
}

/**
 * Removes from the targets of a feed all that leads to the former owner's calendars: credentials, user names and servers'
 * texts. A run under way can save nothing more. The targets stop until the new owner gives credentials of their
 * own.
 */
export async function handOver(deps: Deps, feedId: string): Promise<HandOver> {
  const targets = await listTargets(deps.sql, feedId);
  const statements: Statement[] = [];
  const before: { target: TargetRow; access: Access }[] = [];
  for (const target of targets) {
    const access = await accessOrNone(deps, target);
    const nothing = await sealAccess(deps, target.id, { ...access, credentials: null });
    before.push({ target, access });
    statements.push(
      endLease(leaseName("target", target.id)),
      handOverTarget(target.id, nothing, ownerReason, epochSeconds(deps)),
      clearLedgerFailures(target.id),
    );
  }
  return {
    statements,
    async end() {
      for (const { target, access } of before) await revokeUnusedConsent(deps, target.account, access.credentials);
    },
  };
}

const ownerReason =
  "Its feed has another owner, who must give credentials of their own: those of the former owner were discarded.";
