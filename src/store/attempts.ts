import { readInt } from "./sql/row.ts";
import type { Sql } from "./sql/port.ts";

/** Counts a try of that name in the stretch of time that began at `begunAt`. Resolves to the number of tries in it. */
export async function countTry(sql: Sql, name: string, begunAt: number): Promise<number> {
  const row = await sql.first(
    `INSERT INTO attempts (name, begun_at, tries) VALUES (?1, ?2, 1)
     ON CONFLICT (name, begun_at) DO UPDATE SET tries = tries + 1 RETURNING tries`,
    name,
    begunAt,
  );
  return row === null ? 1 : readInt(row, "tries");
}

/** Returns the number of tries of that name in the stretch of time that began at `begunAt`. */
export async function readTries(sql: Sql, name: string, begunAt: number): Promise<number> {
  const row = await sql.first("SELECT tries FROM attempts WHERE name = ?1 AND begun_at = ?2", name, begunAt);
  return row === null ? 0 : readInt(row, "tries");
}

/** Forgets tries in stretches of time that began before then. */
export async function forgetTries(sql: Sql, beforeAt: number): Promise<void> {
  await sql.run("DELETE FROM attempts WHERE begun_at < ?1", beforeAt);
}
