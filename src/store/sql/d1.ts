import type { D1Database, D1PreparedStatement, D1Result } from "@cloudflare/workers-types";
import { d1Failed } from "./d1-failure.ts";
import { isRow } from "./failure.ts";
import { readText } from "./row.ts";
import type { Sql, SqlValue } from "./port.ts";

/** Opens the port over a D1 binding of Cloudflare Workers. */
export function openD1(db: D1Database): Sql {
  const prepare = (sql: string, parameters: readonly SqlValue[]): D1PreparedStatement =>
    db.prepare(sql).bind(...parameters);

  return {
    async all(sql, ...parameters) {
      return queryD1(sql, async () => (await prepare(sql, parameters).all()).results.filter(isRow));
    },
    async first(sql, ...parameters) {
      return queryD1(sql, async () => {
        const row = await prepare(sql, parameters).first();
        return row !== null && isRow(row) ? row : null;
      });
    },
    async join(sql, ...parameters) {
      return queryD1(sql, async () => {
        const texts = (await prepare(sql, parameters).all()).results.filter(isRow).map((row) => readText(row, "text"));
        return { bytes: new TextEncoder().encode(texts.join("")), rows: texts.length };
      });
    },
    async run(sql, ...parameters) {
      return queryD1(sql, async () => changesOf(await prepare(sql, parameters).run()));
    },
    async batch(statements) {
      if (statements.length === 0) return [];
      return queryD1(statements.map(({ sql }) => sql).join("; "), async () =>
        (await db.batch(statements.map(({ sql, parameters }) => prepare(sql, parameters)))).map(changesOf),
      );
    },
  };
}

async function queryD1<T>(sql: string, query: () => Promise<T>): Promise<T> {
  try {
    return await query();
  } catch (error) {
    throw d1Failed(error, sql);
  }
}

function changesOf(result: D1Result): number {
  return result.meta.changes;
}
