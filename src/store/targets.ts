import { type SqlRow, type SqlValue, type Sql, type Statement, statement } from "./sql.ts";
import type { Fence } from "./leases.ts";
import { int, intOrNull, text, textOrNull } from "./row.ts";

export const editPolicies = ["mirror", "respect"] as const;
export const cancelledPolicies = ["keep", "delete"] as const;
export type TargetState = "on" | "paused" | "stopped" | "removing";

/** Why a target stopped, for the program; what people read of it is in the words of the pages, and `stopReason`. */
export const stopCodes = ["credentials", "owner", "read-only", "gone", "blocked", "feed-ended"] as const;
/** "" where it did not. */
export type StopCode = "" | (typeof stopCodes)[number];

/** One calendar on a CalDAV server that mirrors a feed. */
export interface TargetRow {
  readonly id: string;
  readonly feedId: string;
  readonly name: string;
  /** Address of the collection, ending in a slash. */
  readonly calendarUrl: string;
  /** Of that address, with port. */
  readonly host: string;
  /** Host and user. */
  readonly account: string;
  /** Sealed JSON. */
  readonly credentials: string;
  /** JSON of `ServerProfile`. */
  readonly profile: string;
  /** Requests a minute that the provider bears; null: as fast as it answers. */
  readonly perMinute: number | null;
  /** What becomes of an event that was edited or deleted in the calendar. */
  readonly edits: (typeof editPolicies)[number];
  /** What becomes of a cancelled booking's event. */
  readonly cancelled: (typeof cancelledPolicies)[number];
  readonly state: TargetState;
  readonly stopCode: StopCode;
  readonly stopReason: string;
  readonly stoppedAt: number | null;
  /** The feed's rev that was pushed whole. */
  readonly feedRev: number;
  readonly ctag: string | null;
  readonly syncToken: string | null;
  /** We wrote since `ctag` and `syncToken` were read. */
  readonly dirty: boolean;
  readonly writtenAt: number;
  readonly checkedAt: number;
  /** Last complete listing. */
  readonly listedAt: number;
  readonly dueAt: number;
  /** Failed runs in a row. */
  readonly failures: number;
  readonly failingSinceAt: number | null;
  readonly failure: string;
  /** Deletions that were held because they are so many; "" for none. */
  readonly held: string;
  /** Events put back, ever. */
  readonly restores: number;
  readonly mirroredAt: number | null;
  /** JSON of the last run that did something or failed; "" before the first. */
  readonly report: string;
  readonly createdAt: number;
}

/** Every target, oldest first; or those of one feed. */
export async function listTargets(sql: Sql, feedId?: string): Promise<TargetRow[]> {
  const rows =
    feedId === undefined
      ? await sql.all("SELECT * FROM targets ORDER BY created_at, id")
      : await sql.all("SELECT * FROM targets WHERE feed_id = ?1 ORDER BY created_at, id", feedId);
  return rows.map(readTarget);
}

/** The target of that id, or null. */
export async function findTarget(sql: Sql, id: string): Promise<TargetRow | null> {
  const row = await sql.first("SELECT * FROM targets WHERE id = ?1", id);
  return row === null ? null : readTarget(row);
}

/** What a new target is made of; it is on where nothing else is said. */
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

/** The statement that makes a target, due at once. */
export function insertTarget(target: NewTarget, nowAt: number): Statement {
  return statement(
    `INSERT INTO targets (id, feed_id, name, calendar_url, host, account, credentials, profile, per_minute, edits,
       cancelled, state, due_at, created_at)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?13)`,
    target.id,
    target.feedId,
    target.name,
    target.calendarUrl,
    target.host,
    target.account,
    target.credentials,
    target.profile,
    target.perMinute,
    target.edits,
    target.cancelled,
    target.state ?? "on",
    nowAt,
  );
}

const columns = {
  name: "name",
  credentials: "credentials",
  account: "account",
  profile: "profile",
  edits: "edits",
  cancelled: "cancelled",
  state: "state",
  stopCode: "stop_code",
  stopReason: "stop_reason",
  stoppedAt: "stopped_at",
  feedRev: "feed_rev",
  ctag: "ctag",
  syncToken: "sync_token",
  writtenAt: "written_at",
  checkedAt: "checked_at",
  listedAt: "listed_at",
  dueAt: "due_at",
  failures: "failures",
  failingSinceAt: "failing_since_at",
  failure: "failure",
  held: "held",
  restores: "restores",
  mirroredAt: "mirrored_at",
  report: "report",
} as const;

export interface TargetChange extends Partial<Pick<TargetRow, keyof typeof columns>> {
  readonly dirty?: boolean;
}

/**
 * The statement that sets these columns of a target; null when there is nothing to set. With `fence` it writes only
 * while that run holds the target's lease.
 */
export function changeTarget(id: string, change: TargetChange, fence?: Fence): Statement | null {
  const values: SqlValue[] = [id];
  const sets: string[] = [];
  const given = new Map(Object.entries(change));
  for (const [key, column] of Object.entries(columns)) {
    const value = given.get(key);
    if (value === undefined || typeof value === "boolean") continue;
    values.push(value);
    sets.push(`${column} = ?${values.length}`);
  }
  if (change.dirty !== undefined) sets.push(`dirty = ${Number(change.dirty)}`);
  if (sets.length === 0) return null;
  const update = `UPDATE targets SET ${sets.join(", ")} WHERE id = ?1`;
  if (fence === undefined) return statement(update, ...values);
  const at = values.length;
  return statement(
    `${update} AND (SELECT holder FROM leases WHERE name = ?${at + 1}) = ?${at + 2}`,
    ...values,
    fence.name,
    fence.holder,
  );
}

/** The statement that stops every running target of an account, or of a feed. */
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
 * The statement that stops a target until the new owner of its feed gives credentials, whatever was done with it, and
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

/** How many accounts of a host had their credentials refused since then. */
export async function countRefused(sql: Sql, host: string, sinceAt: number): Promise<number> {
  const row = await sql.first(
    `SELECT count(DISTINCT account) AS accounts FROM targets
     WHERE host = ?1 AND stop_code = 'credentials' AND stopped_at >= ?2`,
    host,
    sinceAt,
  );
  return row === null ? 0 : int(row, "accounts");
}

/** The statement that lets a host alone until then. */
export function restHost(host: string, untilAt: number): Statement {
  return statement(
    "UPDATE targets SET due_at = max(due_at, ?2), failures = max(failures, 1) WHERE host = ?1 AND state != 'stopped'",
    host,
    untilAt,
  );
}

/** The statements that forget a target and what was pushed to it. */
export function deleteTarget(id: string): Statement[] {
  return [statement("DELETE FROM ledger WHERE target_id = ?1", id), statement("DELETE FROM targets WHERE id = ?1", id)];
}

const states: readonly TargetState[] = ["on", "paused", "stopped", "removing"];

function readTarget(row: SqlRow): TargetRow {
  const [state, edits, cancelled, stopCode] = ["state", "edits", "cancelled", "stop_code"].map((key) => text(row, key));
  return {
    id: text(row, "id"),
    feedId: text(row, "feed_id"),
    name: text(row, "name"),
    calendarUrl: text(row, "calendar_url"),
    host: text(row, "host"),
    account: text(row, "account"),
    credentials: text(row, "credentials"),
    profile: text(row, "profile"),
    perMinute: intOrNull(row, "per_minute"),
    edits: editPolicies.find((known) => known === edits) ?? "mirror",
    cancelled: cancelledPolicies.find((known) => known === cancelled) ?? "keep",
    state: states.find((known) => known === state) ?? "stopped",
    stopCode: stopCodes.find((known) => known === stopCode) ?? "",
    stopReason: text(row, "stop_reason"),
    stoppedAt: intOrNull(row, "stopped_at"),
    feedRev: int(row, "feed_rev"),
    ctag: textOrNull(row, "ctag"),
    syncToken: textOrNull(row, "sync_token"),
    dirty: int(row, "dirty") === 1,
    writtenAt: int(row, "written_at"),
    checkedAt: int(row, "checked_at"),
    listedAt: int(row, "listed_at"),
    dueAt: int(row, "due_at"),
    failures: int(row, "failures"),
    failingSinceAt: intOrNull(row, "failing_since_at"),
    failure: text(row, "failure"),
    held: text(row, "held"),
    restores: int(row, "restores"),
    mirroredAt: intOrNull(row, "mirrored_at"),
    report: text(row, "report"),
    createdAt: int(row, "created_at"),
  };
}
