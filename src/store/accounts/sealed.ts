import { readInt, readText } from "../sql/row.ts";
import { type Sql, type SqlRow, type Statement, statement } from "../sql/port.ts";

/** A sealed text and the place it is bound to. */
export type SealedRow = SealedField & {
  /** Its place in the order of the listing: where the next page goes on. */
  readonly id: string;
  readonly text: string;
};

/** One column of one row; `row` is its primary key. */
type SealedField = SealedColumn & { readonly row: string };

type SealedColumn =
  | { readonly table: "accounts"; readonly column: "token" }
  | { readonly table: "targets"; readonly column: "credentials" }
  | { readonly table: "push_subscriptions"; readonly column: "receiver" }
  | { readonly table: "webhooks"; readonly column: "address" }
  | FeedColumn;
type FeedColumn = { readonly table: "feeds"; readonly column: "salt" | "secret" };

/** Every sealed column there is. */
const sealedColumns: readonly SealedColumn[] = [
  { table: "accounts", column: "token" },
  { table: "feeds", column: "salt" },
  { table: "feeds", column: "secret" },
  { table: "targets", column: "credentials" },
  { table: "push_subscriptions", column: "receiver" },
  { table: "webhooks", column: "address" },
];

/** One SELECT for each table, of all its sealed columns: D1 takes no more than five SELECTs in a query. */
const listing = [...Map.groupBy(sealedColumns, ({ table }) => table)]
  .map(([table, columns]) => {
    const names = columns.map(({ column }) => column);
    const text = names.map((name) => `WHEN '${name}' THEN ${table}.${name}`).join(" ");
    return `SELECT * FROM (SELECT '${table}' AS "table", one.value AS "column", ${table}.id AS "row", CASE one.value ${text} END AS "text",
         '${table}.' || one.value || '.' || ${table}.id AS id FROM ${table}, json_each('${JSON.stringify(names)}') AS one) AS ${table}_columns
       WHERE "text" != ''`;
  })
  .join(" UNION ALL ");

/** The id of the key in a sealed text, `v1.<id>.…`. */
const keyOf = `substr("text", 4, instr(substr("text", 4), '.') - 1)`;

/**
 * Returns at most `limit` texts of the whole database that these keys have sealed, in the order of their `id`, from the one
 * after `afterId` on ("": the first).
 */
export async function listSealed(
  sql: Sql,
  keys: readonly string[],
  afterId: string,
  limit: number,
): Promise<SealedRow[]> {
  const rows = await sql.all(
    `SELECT * FROM (${listing}) AS listing WHERE id > ?1 AND ${keyOf} IN (SELECT value FROM json_each(?3)) ORDER BY id LIMIT ?2`,
    afterId,
    limit,
    JSON.stringify(keys),
  );
  return rows.flatMap(readSealed);
}

/** The texts of one column that one key has sealed: their number, and one of them. */
export type SealedGroup = SealedRow & { readonly key: string; readonly count: number };

/** Counts what each key has sealed, without the feeds that have ended. */
export async function countSealed(sql: Sql): Promise<SealedGroup[]> {
  const rows = await sql.all(
    `SELECT * FROM (
       SELECT *, count(*) OVER same AS count, row_number() OVER (same ORDER BY id) AS place
       FROM (SELECT *, ${keyOf} AS key FROM (${listing}) AS listing
         WHERE "table" != 'feeds' OR "row" IN (SELECT id FROM feeds WHERE state != 'ended')) AS keyed
       WINDOW same AS (PARTITION BY "table", "column", key)) AS counted
     WHERE place = 1 ORDER BY key, id`,
  );
  return rows.flatMap((row) =>
    readSealed(row).map((sealed) => ({ ...sealed, key: readText(row, "key"), count: readInt(row, "count") })),
  );
}

/** Resolves to true when the database holds something sealed; it may be one without tables, or of an earlier version. */
export async function hasSealed(sql: Sql): Promise<boolean> {
  const table = await sql.first("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'feeds'");
  if (table === null) return false;
  const row = await sql.first(
    "SELECT EXISTS (SELECT 1 FROM feeds) OR EXISTS (SELECT 1 FROM accounts WHERE token != '') AS found",
  );
  return row !== null && readInt(row, "found") === 1;
}

function readSealed(row: SqlRow): SealedRow[] {
  const place = sealedColumns.find(
    ({ table, column }) => table === readText(row, "table") && column === readText(row, "column"),
  );
  return place === undefined
    ? []
    : [{ ...place, row: readText(row, "row"), id: readText(row, "id"), text: readText(row, "text") }];
}

/** Makes the statement that puts another sealed text in a place; it changes no row when the old one is not there any more. */
export function replaceSealed({ table, column, row }: SealedField, old: string, text: string): Statement {
  return statement(`UPDATE ${table} SET ${column} = ?3 WHERE id = ?1 AND ${column} = ?2`, row, old, text);
}
