import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { migrate } from "../../src/store/sql/migrate.ts";
import { readMigrations } from "../../src/store/sql/migrations-node.ts";
import { openSqlite } from "../../src/store/sql/sqlite.ts";

/** Returns the columns that may be NULL, as `table.column`. */
async function listNullable(): Promise<Set<string>> {
  const sql = openSqlite(":memory:");
  await migrate(sql, await readMigrations("migrations"), 0);
  const rows = await sql.all(
    `SELECT tables.name || '.' || columns.name AS name FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
     WHERE tables.type = 'table' AND columns."notnull" = 0 AND columns.pk = 0`,
  );
  sql.close();
  return new Set(rows.map(({ name }) => String(name)));
}

it("says where NULL stands in the order of a column that may be NULL, since SQLite and PostgreSQL differ", async () => {
  const nullable = await listNullable();
  const tables = new Set([...nullable].map((name) => name.split(".")[0] ?? ""));
  const faults: string[] = [];
  let orders = 0;
  for (const file of readdirSync("src/store", { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    for (const [text] of readFileSync(join("src/store", file), "utf8").matchAll(/`[^`]*`|"[^"\n]*"/g)) {
      const named = [...tables].filter((table) => new RegExp(`\\b${table}\\b`).test(text));
      for (const [, terms = ""] of text.matchAll(/\bORDER BY ([^()`"]+?)(?= LIMIT|[)`"]|$)/g)) {
        orders += 1;
        for (const term of terms.split(",")) {
          const [, alias, column = ""] = /^\s*(?:(\w+)\.)?(\w+)(?: DESC)?\s*$/.exec(term) ?? [];
          const from = alias === undefined ? named : [new RegExp(`\\b(\\w+) AS ${alias}\\b`).exec(text)?.[1] ?? alias];
          if (from.some((one) => nullable.has(`${one}.${column}`))) faults.push(`${file}: ORDER BY ${terms}`);
        }
      }
    }
  }
  expect(faults).toEqual([]);
  expect(orders).toBeGreaterThan(40);
});
