import { hasElapsed } from "../lib/clock.ts";
import { AppError } from "../errors.ts";
import { hex } from "../security/hash.ts";
import { readText } from "./sql/row.ts";
import { type Sql, type Statement, statement } from "./sql/port.ts";

/** Seconds that a lease is held: longer than a decision, or a step of a run, takes. */
export const leaseSeconds = 180;

export type LeaseKind = "source" | "target" | "booking" | "notices";

/** Returns the name of the lease under which the row of that id is written. */
export function leaseName(kind: LeaseKind, id: string): string {
  return `${kind}:${id}`;
}

/** Names a lease and the run that holds it: a statement that carries this writes only while that is so. */
export interface Fence {
  readonly name: string;
  readonly holder: string;
}

/** The lease of one run on one row. */
export interface Lease extends Fence {
  /** Takes the lease, or renews it when a third of it is over. Resolves to false when another run has it. */
  take(): Promise<boolean>;
  /** Takes or renews it too, but throws `conflict` when another run has it. Resolves to true when it was taken just now. */
  hold(): Promise<boolean>;
  /** Renews it where it was taken: for work that waits long between two writes, of which the next finds out if it was lost. */
  keep(): Promise<void>;
  /** Gives the lease back, if it was taken. */
  release(): Promise<void>;
}

/** The outside of a lease. */
export interface LeaseParts {
  readonly sql: Sql;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly random: (bytes: number) => Uint8Array;
}

/** Makes a lease that is not taken yet. `seconds`: as long as it is held after its holder was killed. */
export function makeLease(
  { sql, now, random }: LeaseParts,
  kind: LeaseKind,
  id: string,
  seconds = leaseSeconds,
): Lease {
  const name = leaseName(kind, id);
  const holder = hex(random(8));
  let takenAt: number | null = null;
  const take = async (): Promise<boolean> => {
    const nowAt = Math.floor(now() / 1000);
    if (!hasElapsed(takenAt, seconds / 3, nowAt)) return true;
    // One that ran out is not taken again: another run may have been here since, and what this one read is old.
    const held = await (takenAt === null ? takeLease : renewLease)(sql, name, holder, nowAt, seconds);
    if (held) takenAt = nowAt;
    return held;
  };
  return {
    name,
    holder,
    take,
    async hold() {
      const first = takenAt === null;
      if (!(await take())) throw new AppError("conflict", `another run works on this ${kind}`);
      return first;
    },
    async keep() {
      if (takenAt !== null) await take();
    },
    async release() {
      if (takenAt === null) return;
      takenAt = null;
      await dropLease(sql, name, holder);
    },
  };
}

const takeSql = `INSERT INTO leases (name, holder, until_at) SELECT value, ?2, ?3 FROM json_each(?1) WHERE true
  ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_at = excluded.until_at
    WHERE leases.until_at <= ?4 OR leases.until_at > excluded.until_at + 60 OR leases.holder = excluded.holder`;

/**
 * Takes a lease for a number of seconds when it is free, has expired, or is already the holder's own; also when it ends
 * later than one taken now would, by more than clocks differ: it was taken before the clock was set back.
 * Resolves to true when the holder has it now. `holder` names one run and nothing else.
 */
export async function takeLease(
  sql: Sql,
  name: string,
  holder: string,
  nowAt: number,
  seconds: number,
): Promise<boolean> {
  return (await sql.run(takeSql, JSON.stringify([name]), holder, nowAt + seconds, nowAt)) === 1;
}

/** Takes many leases at once, each by itself. Resolves to those that the holder has now. */
export async function takeLeases(
  sql: Sql,
  names: readonly string[],
  holder: string,
  nowAt: number,
  seconds: number,
): Promise<Set<string>> {
  const rows = await sql.all(`${takeSql} RETURNING name`, JSON.stringify(names), holder, nowAt + seconds, nowAt);
  return new Set(rows.map((row) => readText(row, "name")));
}

/** Extends the holder's own lease to a number of seconds from now. Resolves to false when the holder had lost it. */
export async function renewLease(
  sql: Sql,
  name: string,
  holder: string,
  nowAt: number,
  seconds: number,
): Promise<boolean> {
  const changed = await sql.run(
    "UPDATE leases SET until_at = ?3 WHERE name = ?1 AND holder = ?2 AND until_at > ?4",
    name,
    holder,
    nowAt + seconds,
    nowAt,
  );
  return changed === 1;
}

/** Gives leases back; those of another holder stay. */
export async function dropLeases(sql: Sql, names: readonly string[], holder: string): Promise<void> {
  await sql.run(
    "DELETE FROM leases WHERE name IN (SELECT value FROM json_each(?1)) AND holder = ?2",
    JSON.stringify(names),
    holder,
  );
}

/** Gives a lease back; another holder's stays. */
export async function dropLease(sql: Sql, name: string, holder: string): Promise<void> {
  await dropLeases(sql, [name], holder);
}

/** Makes the statement that takes a lease from its holder. */
export function endLease(name: string): Statement {
  return statement("DELETE FROM leases WHERE name = ?1", name);
}
