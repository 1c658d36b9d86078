import { hrefName } from "../caldav/hrefs.ts";
import { isUnsettled, type LedgerRow } from "../store/ledger.ts";
import type { RemoteListing } from "./plan-writes.ts";

/** Events that a person may well delete one by one between two looks. */
const mostByHand = 3;

/**
 * Returns the wanted events that are gone from a calendar when more than half of what stood there is gone, wanted or not, and
 * more than a person deletes by hand: it was emptied, made again or restored from an older copy, and none of that is an edit.
 * Else none.
 */
export function findLoss(ledger: Iterable<LedgerRow>, remote: RemoteListing): readonly LedgerRow[] {
  const standing = [...ledger].filter(isStanding);
  const isGone = absence(remote);
  const gone = standing.filter((row) => isGone(row));
  return gone.length > mostByHand && gone.length * 2 > standing.length ? gone.filter(isWanted) : [];
}

/** Returns the wanted events that were last known to be in a calendar and are gone from it. */
export function findGone(ledger: Iterable<LedgerRow>, remote: RemoteListing): readonly LedgerRow[] {
  const isGone = absence(remote);
  return [...ledger].filter((row) => isStanding(row) && isWanted(row) && isGone(row));
}

/** Returns true for an event that was last known to be in the calendar. */
function isStanding(row: LedgerRow): boolean {
  return row.href !== "" && row.state !== "retired" && !row.lost && !isUnsettled(row);
}

function isWanted({ wantedHash }: LedgerRow): boolean {
  return wantedHash !== "";
}

/** Returns the test for an event that a listing does not have, or that a list of changes names as removed. */
function absence(remote: RemoteListing): (row: LedgerRow) => boolean {
  if ("all" in remote) {
    const there = new Set(remote.all.map(({ href }) => hrefName(href)));
    return ({ href }) => !there.has(hrefName(href));
  }
  const gone = new Set(remote.removed.map(hrefName));
  return ({ href }) => gone.has(hrefName(href));
}
