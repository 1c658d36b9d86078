import { accountClient } from "../account/client.ts";
import { proveAccount } from "../account/prove.ts";
import { epochSeconds, hasElapsed } from "../lib/clock.ts";
import { sideBySide } from "../lib/side-by-side.ts";
import type { Deps } from "../deps.ts";
import { codeOf, messageOf } from "../errors.ts";
import type { AccountRow } from "../store/accounts/accounts.ts";
import { clearTime, type Loss, lostAccess } from "../store/sources/readers.ts";
import { type Reader, readersAtOnce } from "./readers.ts";

const hourSeconds = 3600;

/** An account with feeds, and what it has lost of the lists that they are over. */
export interface Owner {
  readonly account: AccountRow;
  readonly losses: readonly Loss[];
}

/** Returns the accounts that read some lists, each once. */
export function listOwners(readers: readonly Reader[]): Owner[] {
  const owners = Map.groupBy(readers, ({ account }) => account.id);
  return [...owners.values()].flatMap((own) => own.slice(0, 1).map(({ account }) => ({ account, losses: own })));
}

/**
 * Returns true when Waldur is to be asked who an account is: hourly; each minute while it has lost a list, and more slowly
 * once its feeds are cleared; never so seldom that a sliding token runs out.
 */
export function isProofDue(
  config: Pick<Deps["config"], "pollSeconds" | "nightPollSeconds" | "accessClearHours">,
  { account, losses }: Owner,
  nowAt: number,
): boolean {
  const lost = losses.filter((loss) => lostAccess(loss) !== null);
  const cleared = lost.every((loss) => nowAt >= (clearTime(config, loss) ?? nowAt));
  const pace = lost.length === 0 ? hourSeconds : cleared ? config.nightPollSeconds : config.pollSeconds;
  const { refusedAt, provenAt, askedAt, tokenLifetime } = account;
  const seconds = tokenLifetime === null ? pace : Math.max(1, Math.min(pace, Math.floor(tokenLifetime / 2)));
  return hasElapsed(refusedAt === null ? provenAt : askedAt, seconds, nowAt);
}

/**
 * Asks Waldur who these accounts are, where that is due, several at once, and notes what they may still read. Leaves the rest to
 * the next run when `most` requests are spent, or Waldur does not answer. Resolves to the number of requests.
 */
export async function proveOwners(deps: Deps, owners: readonly Owner[], most: number): Promise<number> {
  const due = owners.filter((owner) => isProofDue(deps.config, owner, epochSeconds(deps)));
  let requests = 0;
  let silent = false;
  await sideBySide(due, readersAtOnce(deps.budget), async ({ account }) => {
    if (silent || requests >= most) return;
    try {
      const client = await accountClient(deps, account);
      if (requests >= most) return;
      requests += 1;
      await proveAccount(deps, account, client);
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined || code === "store_failed") throw error;
      deps.log.warn("roles_not_read", { account: account.id, code, message: messageOf(error) });
      if (!ownFailures.has(code)) silent = true;
    }
  });
  return requests;
}

/** Failures that tell nothing of others. */
const ownFailures: ReadonlySet<string> = new Set([
  "waldur_refused_token",
  "waldur_forbidden",
  "seal_broken",
  "bad_config",
]);
