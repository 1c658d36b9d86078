import { readText } from "../sql/row.ts";
import type { Sql } from "../sql/port.ts";

/** Returns the ids of the sources that know one of these uuids: as their list, as an offering of their provider, or as a booking that they hold. */
export async function listSourcesNamed(sql: Sql, uuids: readonly string[]): Promise<string[]> {
  const rows = await sql.all(
    `SELECT id FROM sources WHERE scope_uuid IN (SELECT value FROM json_each(?1))
       OR kind = 'provider' AND EXISTS (SELECT 1 FROM json_each(sources.offerings) WHERE key IN (SELECT value FROM json_each(?1)))
     UNION SELECT source_id FROM bookings INDEXED BY bookings_uuid WHERE uuid IN (SELECT value FROM json_each(?1))`,
    JSON.stringify(uuids),
  );
  return rows.map((row) => readText(row, "id"));
}

/**
 * Has these sources (null: all) read with the next run, and with them those of all that an account sees, which any booking
 * may be in. One that Waldur told to wait goes on waiting. Resolves to the ids of all that are due then.
 */
export async function makeHintedDue(sql: Sql, ids: readonly string[] | null, nowAt: number): Promise<string[]> {
  const hinted = "(?1 IS NULL OR kind = 'visible' OR id IN (SELECT value FROM json_each(?1)))";
  const named = ids === null ? null : JSON.stringify(ids);
  await sql.run(`UPDATE sources SET due_at = ?2 WHERE due_at > ?2 AND failure = '' AND ${hinted}`, named, nowAt);
  const rows = await sql.all(`SELECT id FROM sources WHERE due_at <= ?2 AND ${hinted}`, named, nowAt);
  return rows.map((row) => readText(row, "id"));
}
