import { readInt } from "./sql/row.ts";
import type { Sql } from "./sql/port.ts";

/** Counts a try of that name in the stretch of time that began at `begunAt`. Resolves to the number of tries in it. */
export async function countTry(sql: Sql, name: string, begunAt: number): Promise<number> {
  return countTries(sql, name, begunAt, 1);
}

/** Counts several tries at once, as `countTry` counts one. */
export async function countTries(sql: Sql, name: string, begunAt: number, tries: number): Promise<number> {
  const row = await sql.first(
    `INSERT INTO attempts (name, begun_at, tries) VALUES (?1, ?2, ?3)
     ON CONFLICT (name, begun_at) DO UPDATE SET tries = tries + excluded.tries RETURNING tries`,
    name,
    begunAt,
    tries,
  );
  return row === null ? tries : readInt(row, "tries");
}

/** Returns the number of tries of that name in the stretch of time that began at `begunAt`. */
export async function readTries(sql: Sql, name: string, begunAt: number): Promise<number> {
  const row = await sql.first("SELECT tries FROM attempts WHERE name = ?1 AND begun_at = ?2", name, begunAt);
  return row === null ? 0 : readInt(row, "tries");
}

/** Returns the number of tries of that name in the stretch that began at `begunAt`, and true where a source holds the booking. */
export async function readDecisionTries(
  sql: Sql,
  name: string,
  begunAt: number,
  bookingUuid: string,
): Promise<{ readonly tries: number; readonly held: boolean }> {
  const row = await sql.first(
    `SELECT coalesce((SELECT tries FROM attempts WHERE name = ?1 AND begun_at = ?2), 0) AS tries,
       EXISTS (SELECT 1 FROM bookings INDEXED BY bookings_uuid WHERE uuid = ?3) AS held`,
    name,
    begunAt,
    bookingUuid,
  );
  return row === null ? { tries: 0, held: false } : { tries: readInt(row, "tries"), held: readInt(row, "held") === 1 };
}

/** Takes back a try of that name in the stretch of time that began at `begunAt`. */
export async function forgetTry(sql: Sql, name: string, begunAt: number): Promise<void> {
  await sql.run("UPDATE attempts SET tries = tries - 1 WHERE name = ?1 AND begun_at = ?2", name, begunAt);
}

/** Forgets tries in stretches of time that began before `beforeAt`, or after `afterAt`: then the clock was set back. */
export async function forgetTries(sql: Sql, beforeAt: number, afterAt: number): Promise<void> {
  await sql.run("DELETE FROM attempts WHERE begun_at < ?1 OR begun_at > ?2", beforeAt, afterAt);
}
