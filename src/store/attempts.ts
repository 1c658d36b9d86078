import { int } from "./row.ts";
import type { Sql } from "./sql.ts";

/** Counts a try of that name in the stretch of time that began at `begunAt`; resolves to how many that makes. */
export async function countTry(sql: Sql, name: string, begunAt: number): Promise<number> {
  const row = await sql.first(
    `INSERT INTO attempts (name, begun_at, tries) VALUES (?1, ?2, 1)
     ON CONFLICT (name, begun_at) DO UPDATE SET tries = tries + 1 RETURNING tries`,
    name,
    begunAt,
  );
  return row === null ? 1 : int(row, "tries");
}

/** How many tries of that name were counted in the stretch of time that began at `begunAt`. */
export async function readTries(sql: Sql, name: string, begunAt: number): Promise<number> {
  const row = await sql.first("SELECT tries FROM attempts WHERE name = ?1 AND begun_at = ?2", name, begunAt);
  return row === null ? 0 : int(row, "tries");
}
