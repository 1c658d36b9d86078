import type { Deps } from "../deps.ts";
import type { Viewer } from "../account/access.ts";
import { listDecisionsOf, type NamedDecision } from "../store/decisions.ts";
import { actingScopes } from "../waldur/roles.ts";

/**
 * Returns the decisions that the viewer may see, newest first. The operator sees all on bookings of these sources. Who decided
 * is told only to people who act for the provider, and of tries only those of such people: of everything else a person sees
 * what they did themselves, of one source (`everywhere` false) or wherever it was. The client's address is for the operator
 * alone.
 */
export async function listVisibleDecisions(
  deps: Pick<Deps, "sql">,
  { account, operator }: Viewer,
  sourceIds: readonly string[],
  { everywhere, ...query }: Parameters<typeof listDecisionsOf>[3] & { readonly everywhere: boolean },
): Promise<NamedDecision[]> {
  if (operator) return listDecisionsOf(deps.sql, sourceIds, null, query);
  const reader = { accountId: account.id, scopes: account.isStaff ? null : actingScopes(account), everywhere };
  return (await listDecisionsOf(deps.sql, sourceIds, reader, query)).map((row) => ({ ...row, address: "" }));
}
