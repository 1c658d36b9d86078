import { text } from "./row.ts";
import { type Sql, type Statement, statement } from "./sql.ts";

const take = `INSERT INTO leases (name, holder, until_at) SELECT value, ?2, ?3 FROM json_each(?1) WHERE true
  ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_at = excluded.until_at
    WHERE leases.until_at <= ?4 OR leases.holder = excluded.holder`;

/**
 * Takes a lease for so many seconds when it is free, has run out, or is the holder's own already.
 * Resolves to whether the holder has it now. `holder` names one run and nothing else.
 */
export async function takeLease(
  sql: Sql,
  name: string,
  holder: string,
  nowAt: number,
  seconds: number,
): Promise<boolean> {
  return (await sql.run(take, JSON.stringify([name]), holder, nowAt + seconds, nowAt)) === 1;
}

/** The same for many at once, each by itself. Resolves to those that the holder has now. */
export async function takeLeases(
  sql: Sql,
  names: readonly string[],
  holder: string,
  nowAt: number,
  seconds: number,
): Promise<Set<string>> {
  const rows = await sql.all(`${take} RETURNING name`, JSON.stringify(names), holder, nowAt + seconds, nowAt);
  return new Set(rows.map((row) => text(row, "name")));
}

/** Makes a lease that the holder still has last so many seconds from now. Resolves to whether it had it. */
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

/** Gives leases back. Those of another holder stay. */
export async function dropLeases(sql: Sql, names: readonly string[], holder: string): Promise<void> {
  await sql.run(
    "DELETE FROM leases WHERE name IN (SELECT value FROM json_each(?1)) AND holder = ?2",
    JSON.stringify(names),
    holder,
  );
}

/** Gives a lease back. Another holder's stays. */
export async function dropLease(sql: Sql, name: string, holder: string): Promise<void> {
  await dropLeases(sql, [name], holder);
}

/** The statement that takes a lease from whoever has it. */
export function endLease(name: string): Statement {
  return statement("DELETE FROM leases WHERE name = ?1", name);
}
