import type { Booking } from "../../calendar/booking.ts";
import { readInt, readTextOrNull } from "../sql/row.ts";
import type { Sql } from "../sql/port.ts";

/** Counts a try of that name in the stretch of time that began at `begunAt`. Resolves to the number of tries in it. */
export async function countTry(sql: Sql, name: string, begunAt: number): Promise<number> {
  return countTries(sql, name, begunAt, 1);
}

/** Counts several tries at once, as `countTry` counts one. */
export async function countTries(sql: Sql, name: string, begunAt: number, tries: number): Promise<number> {
  const row = await sql.first(
    `INSERT INTO attempts (name, begun_at, tries) VALUES (?1, ?2, ?3)
     ON CONFLICT (name, begun_at) DO UPDATE SET tries = attempts.tries + excluded.tries RETURNING tries`,
    name,
    begunAt,
    tries,
  );
  return row === null ? tries : readInt(row, "tries");
}

/** Counts a try of each of these names, as `countTry` counts one, in one statement. Resolves to the largest number of tries of a name. */
export async function countTryOfEach(sql: Sql, names: readonly string[], begunAt: number): Promise<number> {
  const rows = await sql.all(
    `INSERT INTO attempts (name, begun_at, tries) SELECT value, ?2, 1 FROM json_each(?1) WHERE true
     ON CONFLICT (name, begun_at) DO UPDATE SET tries = attempts.tries + excluded.tries RETURNING tries`,
    JSON.stringify(names),
    begunAt,
  );
  return Math.max(0, ...rows.map((row) => readInt(row, "tries")));
}

/** Returns the number of tries of that name in the stretch of time that began at `begunAt`. */
export async function readTries(sql: Sql, name: string, begunAt: number): Promise<number> {
  const row = await sql.first("SELECT tries FROM attempts WHERE name = ?1 AND begun_at = ?2", name, begunAt);
  return row === null ? 0 : readInt(row, "tries");
}

/** Returns the number of tries of that name in the stretch that began at `begunAt`, and whose the booking is as stored; null: no source holds it. */
export async function readDecisionTries(
  sql: Sql,
  name: string,
  begunAt: number,
  bookingUuid: string,
): Promise<{ readonly tries: number; readonly stored: Pick<Booking, "providerUuid" | "offeringUuid"> | null }> {
  const row = await sql.first(
    `SELECT coalesce((SELECT tries FROM attempts WHERE name = ?1 AND begun_at = ?2), 0) AS tries,
       (SELECT data FROM bookings INDEXED BY bookings_uuid WHERE uuid = ?3 LIMIT 1) AS data`,
    name,
    begunAt,
    bookingUuid,
  );
  const data = row === null ? null : readTextOrNull(row, "data");
  return { tries: row === null ? 0 : readInt(row, "tries"), stored: data === null ? null : JSON.parse(data) };
}

/** Takes back a try of that name in the stretch of time that began at `begunAt`. */
export async function forgetTry(sql: Sql, name: string, begunAt: number): Promise<void> {
  await sql.run("UPDATE attempts SET tries = tries - 1 WHERE name = ?1 AND begun_at = ?2", name, begunAt);
}

/** Forgets tries in stretches of time that began before `beforeAt`, or after `afterAt`: then the clock was set back. */
export async function forgetTries(sql: Sql, beforeAt: number, afterAt: number): Promise<void> {
  await sql.run("DELETE FROM attempts WHERE begun_at < ?1 OR begun_at > ?2", beforeAt, afterAt);
}
