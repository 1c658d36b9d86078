import { type ActingAccount, actAs, listProviders } from "./account/find-source.ts";
import { epochSeconds } from "./lib/clock.ts";
import type { Deps } from "./deps.ts";
import { AppError } from "./errors.ts";
import { hex } from "./security/hash.ts";
import type { AccountRow } from "./store/accounts/accounts.ts";
import { noteVisit } from "./store/sources/readers.ts";
import { addSource } from "./store/sources/sources.ts";
import { tick } from "./tick.ts";

/** Most providers of one person that are read for them without a feed. */
const mostProviders = 50;

/**
 * Has the lists of the providers read that somebody decides for who has just signed in, whether a feed is over them or not, and
 * starts a run over them after the answer. Where Waldur does not say which these are, what is known stands. Throws
 * `store_failed`.
 */
export async function readOwnProviders(deps: Deps, account: AccountRow): Promise<void> {
  try {
    const providers = await listDecided(await actAs(deps, account));
    const nowAt = epochSeconds(deps);
    const ids: string[] = [];
    for (const { uuid, name } of providers.slice(0, mostProviders)) {
      const list = { kind: "provider", scopeUuid: uuid, customerUuid: uuid, name, partial: "" } as const;
      ids.push(await addSource(deps.sql, { id: hex(deps.random(8)), accountId: account.id, ...list }, nowAt));
    }
    if (ids.length === 0) return;
    await noteVisit(deps.sql, ids, account.id, nowAt);
    deps.defer(tick(deps, { hinted: ids }));
  } catch (error) {
    if (!(error instanceof AppError) || error.code === "store_failed") throw error;
    deps.log.warn("providers_not_listed", { account: account.id, code: error.code, message: error.message });
  }
}

/**
 * Returns the providers that the account decides for: those it manages, and for staff, after them, all others that have something
 * to book. Whoever manages an offering is made a manager of its organisation by Waldur.
 */
async function listDecided(asks: ActingAccount): Promise<{ uuid: string; name: string }[]> {
  const { own = [], others = [] } = Object.groupBy(await listProviders(asks), (one) => (one.own ? "own" : "others"));
  if (others.length === 0 || own.length >= mostProviders) return own;
  const booked = new Set((await asks.client.offerings({})).map(({ customerUuid }) => customerUuid));
  return [...own, ...others.filter(({ uuid }) => booked.has(uuid))];
}
