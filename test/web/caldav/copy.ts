import type { Sql } from "../../../src/store/sql/port.ts";

type Copy = readonly (readonly [table: string, rows: readonly Record<string, unknown>[]])[];

const copied = [
  "accounts",
  "sources",
  "readers",
  "bookings",
  "feeds",
  "addresses",
  "events",
  "revisions",
  "refused_writes",
  "decisions",
  "meta",
  "runs",
  "app_passwords",
  "push_subscriptions",
];

/** A copy of the database as it stands. */
export async function copy(sql: Sql): Promise<Copy> {
  return Promise.all(copied.map(async (table) => [table, await readRows(sql, table)] as const));
}

/** Returns the rows of a table; without the `rowid` that PostgreSQL counts by itself, and in its order. */
async function readRows(sql: Sql, table: string) {
  const rows = await sql.all(`SELECT * FROM ${table}`);
  return rows.toSorted((a, b) => Number(a["rowid"]) - Number(b["rowid"])).map(({ rowid: _rowid, ...row }) => row);
}

/** Puts a copy back, as somebody who restores the database does. */
export async function restore(sql: Sql, rows: Copy): Promise<void> {
  const empty = copied.toReversed().map((table) => ({ sql: `DELETE FROM ${table}`, parameters: [] }));
  const filled = rows.flatMap(([table, all]) =>
    all.map((row) => ({
      sql: `INSERT INTO ${table} (${Object.keys(row).join(", ")}) VALUES (${Object.keys(row)
        .map((_, at) => `?${at + 1}`)
        .join(", ")})`,
      parameters: Object.values(row).map((value) =>
        typeof value === "number" || typeof value === "string" ? value : null,
      ),
    })),
  );
  await sql.batch([...empty, ...filled]);
}
