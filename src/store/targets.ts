import { type Sql, type Statement, statement } from "./sql/port.ts";
import { flag, int, oneOf, orNull, type RowOf, table, text } from "./sql/table.ts";
import type { Fence } from "./leases.ts";
import { readInt } from "./sql/row.ts";

export const editPolicies = ["mirror", "respect"] as const;
export const cancelledPolicies = ["keep", "delete"] as const;

/** The reason why a target stopped, for the program; people read the words of the pages, and `stopReason`. */
export const stopCodes = ["credentials", "owner", "read-only", "gone", "blocked", "feed-ended", "leftover"] as const;
/** "" where it did not. */
export type StopCode = "" | (typeof stopCodes)[number];

const targets = table("targets", {
  id: text,
  feedId: text,
  name: text,
  /** Address of the collection, ending in a slash. */
  calendarUrl: text,
  /** The host of that address, with its port. */
  host: text,
  /** Host and user. */
  account: text,
  /** Sealed JSON. */
  credentials: text,
  /** JSON of `ServerProfile`. */
  profile: text,
  /** Requests a minute that the provider bears; null: as fast as it answers. */
  perMinute: orNull(int),
  /** The fate of an event that was edited or deleted in the calendar. */
  edits: oneOf(editPolicies, "mirror"),
  /** The fate of a cancelled booking's event. */
  cancelled: oneOf(cancelledPolicies, "keep"),
  state: oneOf(["on", "paused", "stopped", "removing"], "stopped"),
  stopCode: oneOf(["", ...stopCodes], ""),
  stopReason: text,
  stoppedAt: orNull(int),
  /** The feed's rev that was pushed whole. */
  feedRev: int,
  ctag: orNull(text),
  syncToken: orNull(text),
  /** We wrote since `ctag` and `syncToken` were read. */
  dirty: flag,
  writtenAt: int,
  checkedAt: int,
  /** Last complete listing. */
  listedAt: int,
  dueAt: int,
  /** Failed runs in a row. */
  failures: int,
  failingSinceAt: orNull(int),
  failure: text,
  /** Deletions that were held because there are so many; "" for none. */
  held: text,
  /** Events that are gone from the calendar with most others at once, as the last run saw it. */
  lost: int,
  /** Events put back, ever. */
  restores: int,
  mirroredAt: orNull(int),
  /** JSON of the last run that did something or failed; "" before the first. */
  report: text,
  createdAt: int,
});

/** One calendar on a CalDAV server that mirrors a feed. */
export type TargetRow = RowOf<typeof targets>;
/** Columns of a target that a run or its owner sets. */
export type TargetChange = Partial<Omit<TargetRow, "id">>;

/** Returns every target, oldest first; or those of one feed. */
export async function listTargets(sql: Sql, feedId?: string): Promise<TargetRow[]> {
  const rows =
    feedId === undefined
      ? await sql.all("SELECT * FROM targets ORDER BY created_at, id")
      : await sql.all("SELECT * FROM targets WHERE feed_id = ?1 ORDER BY created_at, id", feedId);
  return rows.map(targets.read);
}

/** Returns the target of that id, or null. */
export async function findTarget(sql: Sql, id: string): Promise<TargetRow | null> {
  const row = await sql.first("SELECT * FROM targets WHERE id = ?1", id);
  return row === null ? null : targets.read(row);
}

/** The columns of a new target; it is on unless `state` says otherwise. */
export type NewTarget = Pick<
  TargetRow,
  | "id"
  | "feedId"
  | "name"
  | "calendarUrl"
  | "host"
  | "account"
  | "credentials"
  | "profile"
  | "perMinute"
  | "edits"
  | "cancelled"
> &
  Partial<Pick<TargetRow, "state">>;

/** Makes the statement that adds a target, due at once. */
export function insertTarget(target: NewTarget, nowAt: number): Statement {
  return targets.insert({ state: "on", ...target, dueAt: nowAt, createdAt: nowAt });
}

/**
 * Makes the statement that sets these columns of a target; null when there is nothing to set. With `fence` it writes only
 * while that run holds the target's lease.
 */
export function changeTarget(id: string, change: TargetChange, fence?: Fence): Statement | null {
  const own = targets.update(id, change);
  if (own === null || fence === undefined) return own;
  const at = own.parameters.length;
  return statement(
    `${own.sql} AND (SELECT holder FROM leases WHERE name = ?${at + 1}) = ?${at + 2}`,
    ...own.parameters,
    fence.name,
    fence.holder,
  );
}

/** Makes the statement that stops every running target of an account, or of a feed. */
export function stopTargets(
  of: { readonly account: string } | { readonly feedId: string },
  code: StopCode,
  reason: string,
  nowAt: number,
): Statement {
  const [column, value] = "account" in of ? ["account", of.account] : ["feed_id", of.feedId];
  return statement(
    `UPDATE targets SET state = 'stopped', stop_code = ?2, stop_reason = ?3, stopped_at = ?4
     WHERE ${column} = ?1 AND state IN ('on', 'paused')`,
    value,
    code,
    reason,
    nowAt,
  );
}

/**
 * Makes the statement that stops a target until the new owner of its feed gives credentials, whatever was done with it, and
 * forgets whose calendar it is. `access` is what is sealed with it from now on.
 */
export function handOverTarget(id: string, access: string, reason: string, nowAt: number): Statement {
  return statement(
    `UPDATE targets SET state = 'stopped', stop_code = 'owner', stop_reason = ?3, stopped_at = ?4, credentials = ?2,
       account = host, failures = 0, failure = '', failing_since_at = NULL, held = '', report = ''
     WHERE id = ?1`,
    id,
    access,
    reason,
    nowAt,
  );
}

/** Returns the number of accounts of a host whose credentials were refused since then. */
export async function countRefused(sql: Sql, host: string, sinceAt: number): Promise<number> {
  const row = await sql.first(
    `SELECT count(DISTINCT account) AS accounts FROM targets
     WHERE host = ?1 AND stop_code = 'credentials' AND stopped_at >= ?2`,
    host,
    sinceAt,
  );
  return row === null ? 0 : readInt(row, "accounts");
}

/** Makes the statement that lets a host alone until then. */
export function restHost(host: string, untilAt: number): Statement {
  return statement(
    "UPDATE targets SET due_at = max(due_at, ?2), failures = max(failures, 1) WHERE host = ?1 AND state != 'stopped'",
    host,
    untilAt,
  );
}

/** Makes the statements that forget a target and what was pushed to it. */
export function deleteTarget(id: string): Statement[] {
  return [statement("DELETE FROM ledger WHERE target_id = ?1", id), statement("DELETE FROM targets WHERE id = ?1", id)];
}
