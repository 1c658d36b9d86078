import { accountClient } from "../account/client.ts";
import { proveAccount } from "../account/prove.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { epochSeconds, hasElapsed } from "../lib/clock.ts";
import { listPeople, type Person } from "./people.ts";

/** Seconds for which the roles that Waldur told are good for telling somebody of a booking. */
const roleSeconds = 600;
/** Accounts whose roles are asked for at once. */
const mostAsked = 20;

/** Returns true when Waldur told the roles of a person just now or not long ago. `nowAt`: epoch seconds. */
export function isFresh({ account }: Person, nowAt: number): boolean {
  return account.refusedAt === null && !hasElapsed(account.provenAt, roleSeconds, nowAt);
}

/** Returns those of these people whose roles are fresh, as they are once Waldur was asked where they were not. */
export async function freshOf(deps: Deps, people: readonly Person[]): Promise<Person[]> {
  return (await renewRoles(deps, people)).filter((person) => isFresh(person, epochSeconds(deps)));
}

/** Asks Waldur for the roles of those of these people of whom they are not fresh, of some later. Returns all as they are then. */
export async function renewRoles(deps: Deps, people: readonly Person[]): Promise<Person[]> {
  const stale = people.filter((person) => !isFresh(person, epochSeconds(deps)));
  if (stale.length === 0) return [...people];
  for (const { account } of stale.slice(0, Math.min(mostAsked, Math.floor(deps.budget.requests / 10)))) {
    try {
      await proveAccount(deps, account, await accountClient(deps, account));
    } catch (error) {
      if (!(error instanceof AppError) || error.code === "store_failed") throw error;
      deps.log.warn("roles_not_read", { account: account.id, code: error.code, message: error.message });
    }
  }
  const users = new Set(people.map(({ userUuid }) => userUuid));
  return (await listPeople(deps)).filter(({ userUuid }) => users.has(userUuid));
}
