import { text } from "./row.ts";
import type { Sql } from "./sql.ts";

/** The value kept under a key, or null. */
export async function readMeta(sql: Sql, key: string): Promise<string | null> {
  const row = await sql.first("SELECT value FROM meta WHERE key = ?1", key);
  return row === null ? null : text(row, "value");
}

/** Keeps a value under a key. Writes no row when it is there already. */
export async function writeMeta(sql: Sql, key: string, value: string): Promise<void> {
  await sql.run(
    `INSERT INTO meta (key, value) VALUES (?1, ?2)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE meta.value != excluded.value`,
    key,
    value,
  );
}
