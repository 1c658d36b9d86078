import { readText } from "./sql/row.ts";
import type { Sql } from "./sql/port.ts";

/** Returns the value kept under a key, or null. */
export async function readMeta(sql: Sql, key: string): Promise<string | null> {
  const row = await sql.first("SELECT value FROM meta WHERE key = ?1", key);
  return row === null ? null : readText(row, "value");
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

/** Returns the value under a key; `made` where there was none. Of several that make one at once, all get the same. */
export async function settleMeta(sql: Sql, key: string, made: string): Promise<string> {
  await sql.run("INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING", key, made);
  return (await readMeta(sql, key)) ?? made;
}
