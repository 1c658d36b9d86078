import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { open } from "../security/seal.ts";
import { type AccountRow, addAccount, environmentAccount, findAccount, noteUser } from "../store/accounts/accounts.ts";
import { readMeta, writeMeta } from "../store/meta.ts";
import { readTraits, makeWaldurClient, type WaldurClient } from "../waldur/client.ts";
import type { User } from "../waldur/schema.ts";
import { epochSeconds } from "../lib/clock.ts";

/** Returns the place of the sealed token of an account. */
export function sealedTokenPlace(accountId: string) {
  return { table: "accounts", row: accountId, column: "token" };
}

/**
 * Makes a client that speaks to Waldur as this account. `noteDate` gets the `Date` header of each answer, epoch milliseconds.
 * Throws `bad_config` when the environment's account has no token, and `waldur_refused_token` when a person's was dropped.
 */
export async function accountClient(
  deps: Deps,
  account: Pick<AccountRow, "id" | "token">,
  noteDate?: (milliseconds: number) => void,
): Promise<WaldurClient> {
  if (account.token === "") throw new AppError("waldur_refused_token", "the account has signed out: sign in again");
  const token =
    account.token === null
      ? deps.config.waldurApiToken
      : await open(deps.keys, sealedTokenPlace(account.id), account.token);
  return tokenClient(deps, token, noteDate);
}

/** Makes a client that speaks to Waldur with this token. Throws `bad_config` without one, or without a Waldur. */
export async function tokenClient(
  deps: Deps,
  token: string | null,
  noteDate?: (milliseconds: number) => void,
): Promise<WaldurClient> {
  const origin = deps.config.waldurApiUrl;
  if (origin === null || token === null) {
    throw new AppError("bad_config", "WALDUR_API_URL and WALDUR_API_TOKEN must both be set");
  }
  const key = `traits:${origin}`;
  const stored = await readMeta(deps.sql, key);
  return makeWaldurClient({
    url: origin,
    token,
    fetch: async (request) => {
      const answer = await deps.fetch(request);
      const date = Date.parse(answer.headers.get("Date") ?? "");
      if (noteDate !== undefined && !Number.isNaN(date)) noteDate(date);
      return answer;
    },
    sleep: deps.sleep,
    deadline: deps.deadline,
    now: deps.now,
    random: deps.random,
    timeoutMilliseconds: deps.config.requestSeconds * 1000,
    traits: readTraits(stored),
    onTraits: (traits) => deps.defer(writeMeta(deps.sql, key, JSON.stringify(traits))),
  });
}

/** Returns the account of the environment's token, made on first use. */
export async function ensureEnvironmentAccount(deps: Deps): Promise<AccountRow> {
  const found = await findAccount(deps.sql, environmentAccount);
  if (found !== null) return found;
  await addAccount(deps.sql, environmentAccount, null, epochSeconds(deps));
  const made = await findAccount(deps.sql, environmentAccount);
  if (made === null) throw new AppError("store_failed", "the account that was just created is missing");
  return made;
}

/** Asks who the account is, and keeps the answer. */
export async function identify(deps: Deps, accountId: string, client: WaldurClient): Promise<User> {
  const user = await client.whoAmI();
  await noteUser(deps.sql, accountId, user);
  return user;
}
