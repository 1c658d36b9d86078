import type { SourceRow } from "./sources.ts";
import { readMeta } from "../meta.ts";
import type { Sql } from "../sql/port.ts";
import { readText } from "../sql/row.ts";

const key = "reads";
/** Stands among the ids of sources, which are hexadecimal. */
const clock = "clock";

/**
 * Notes when sources were read, epoch seconds by id, and the seconds by which this machine's clock was ahead of Waldur's: one
 * row for all of them, where something is news.
 */
export async function noteReads(sql: Sql, readAt: ReadonlyMap<string, number>, ahead: number): Promise<void> {
  await sql.run(
    `INSERT INTO meta (key, value) VALUES (?1, ?2)
     ON CONFLICT (key) DO UPDATE SET value = json_patch(meta.value, excluded.value)
     WHERE meta.value != json_patch(meta.value, excluded.value)`,
    key,
    JSON.stringify({ ...Object.fromEntries(readAt), [clock]: ahead }),
  );
}

/** Returns the sources with the time at which each was last read as `freshAt`; the row's own is older, for it is written less often. */
export async function withLastReads<S extends Pick<SourceRow, "id" | "freshAt">>(
  sql: Sql,
  sources: readonly S[],
): Promise<S[]> {
  const times = await readNoted(sql);
  return sources.map((source) => {
    const readAt = times.get(source.id);
    return typeof readAt === "number" && readAt > (source.freshAt ?? 0) ? { ...source, freshAt: readAt } : source;
  });
}

/** Returns the seconds by which this machine's clock was ahead of Waldur's when that was last read; 0 for both being about right. */
export async function clockAhead(sql: Sql): Promise<number> {
  return Number((await readNoted(sql)).get(clock) ?? 0);
}

async function readNoted(sql: Sql): Promise<ReadonlyMap<string, unknown>> {
  return timesIn((await readMeta(sql, key)) ?? "{}");
}

function timesIn(json: string): ReadonlyMap<string, unknown> {
  const stored: unknown = JSON.parse(json);
  return new Map<string, unknown>(typeof stored === "object" && stored !== null ? Object.entries(stored) : []);
}

/** Forgets when sources were read that are deleted. */
export async function forgetReads(sql: Sql): Promise<void> {
  const stored = await readMeta(sql, key);
  if (stored === null) return;
  const known = new Set((await sql.all("SELECT id FROM sources")).map((row) => readText(row, "id"))).add(clock);
  const kept = Object.fromEntries([...timesIn(stored)].filter(([id]) => known.has(id)));
  await sql.run("UPDATE meta SET value = ?3 WHERE key = ?1 AND value = ?2", key, stored, JSON.stringify(kept));
}
