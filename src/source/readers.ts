import type { Budget } from "../deps.ts";
import type { AccountRow } from "../store/accounts/accounts.ts";
import { type Loss, lostAccess, type ReadSource } from "../store/sources/readers.ts";

/** Accounts for which Waldur is asked side by side, and the requests that a run has for each of them. */
const mostReaders = 8;
const requestsOfReader = 50;

/** Returns the number of accounts for which a run with this budget asks Waldur at once. */
export function readersAtOnce({ requests }: Pick<Budget, "requests">): number {
  return Math.max(1, Math.min(mostReaders, Math.floor(requests / requestsOfReader)));
}

/** An account that asked for a list, with what it has lost of it. */
export interface Reader extends Loss {
  readonly account: AccountRow;
  /** The last time at which it began to read the list for all, epoch seconds; null: never. */
  readonly readAt: number | null;
}

/**
 * Returns the readers of a list in the order in which they are tried: the operator's account, then the one that read last,
 * then the others. One whose token Waldur refused is tried only where there is no other; one that lost the list never.
 */
export function orderReaders(readers: readonly Reader[]): readonly Reader[] {
  const ordered = readers
    .filter((reader) => lostAccess(reader) === null)
    .toSorted(
      (a, b) =>
        Number(b.account.kind === "operator") - Number(a.account.kind === "operator") ||
        (b.readAt ?? 0) - (a.readAt ?? 0) ||
        (a.account.id < b.account.id ? -1 : 1),
    );
  const working = ordered.filter(({ account }) => account.refusedAt === null);
  return working.length > 0 ? working : ordered.slice(0, 1);
}

/** Returns the readers of each list by the source's id. */
export function groupReaders(
  sources: readonly ReadSource[],
  accounts: ReadonlyMap<string, AccountRow>,
): Map<string, Reader[]> {
  const readers = sources.flatMap(({ id, accountId, lost, lostAt, readAt }) => {
    const account = accounts.get(accountId);
    return account === undefined ? [] : [{ id, reader: { account, lost, lostAt, readAt } }];
  });
  const groups = Map.groupBy(readers, ({ id }) => id);
  return new Map([...groups].map(([id, group]) => [id, group.map(({ reader }) => reader)]));
}
