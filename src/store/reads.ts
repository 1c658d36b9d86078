import type { SourceRow } from "./sources.ts";
import { readMeta } from "./meta.ts";
import type { Sql } from "./sql/port.ts";

const key = "reads";

/** Notes when sources were read, epoch seconds by id: one row for all of them, in each run. */
export async function noteReads(sql: Sql, readAt: ReadonlyMap<string, number>): Promise<void> {
  await sql.run(
    `INSERT INTO meta (key, value) VALUES (?1, ?2)
     ON CONFLICT (key) DO UPDATE SET value = json_patch(meta.value, excluded.value)`,
    key,
    JSON.stringify(Object.fromEntries(readAt)),
  );
}

/** Returns the sources with the time at which each was last read as `freshAt`; the row's own is older, for it is written less often. */
export async function withLastReads(sql: Sql, sources: readonly SourceRow[]): Promise<SourceRow[]> {
  const stored: unknown = JSON.parse((await readMeta(sql, key)) ?? "{}");
  const times = new Map<string, unknown>(typeof stored === "object" && stored !== null ? Object.entries(stored) : []);
  return sources.map((source) => {
    const readAt = times.get(source.id);
    return typeof readAt === "number" && readAt > (source.freshAt ?? 0) ? { ...source, freshAt: readAt } : source;
  });
}
