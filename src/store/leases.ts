import { type Sql, type Statement, statement } from "./sql.ts";

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
  const changed = await sql.run(
    `INSERT INTO leases (name, holder, until_at) VALUES (?1, ?2, ?3)
     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_at = excluded.until_at
       WHERE leases.until_at <= ?4 OR leases.holder = excluded.holder`,
    name,
    holder,
    nowAt + seconds,
    nowAt,
  );
  return changed === 1;
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

/** Gives a lease back. Another holder's stays. */
export async function dropLease(sql: Sql, name: string, holder: string): Promise<void> {
  await sql.run("DELETE FROM leases WHERE name = ?1 AND holder = ?2", name, holder);
}

/** The statement that takes a lease from whoever has it. */
export function endLease(name: string): Statement {
  return statement("DELETE FROM leases WHERE name = ?1", name);
}
