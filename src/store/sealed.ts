import { readText } from "./sql/row.ts";
import { type Sql, type Statement, statement } from "./sql/port.ts";

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
  | FeedColumn;
type FeedColumn = { readonly table: "feeds"; readonly column: "salt" | "secret" };

/** Every sealed column there is. */
const sealedColumns: readonly SealedColumn[] = [
  { table: "accounts", column: "token" },
  { table: "feeds", column: "salt" },
  { table: "feeds", column: "secret" },
  { table: "targets", column: "credentials" },
];

const listing = sealedColumns
  .map(
    ({ table, column }) =>
      `SELECT '${table}' AS "table", '${column}' AS "column", id AS "row", ${column} AS "text",
         '${table}.${column}.' || id AS id FROM ${table} WHERE ${column} IS NOT NULL`,
  )
  .join(" UNION ALL ");

/** Returns at most `limit` sealed texts of the whole database, in the order of their `id`, from the one after `afterId` on ("": the first). */
export async function listSealed(sql: Sql, afterId: string, limit: number): Promise<SealedRow[]> {
  const rows = await sql.all(`SELECT * FROM (${listing}) WHERE id > ?1 ORDER BY id LIMIT ?2`, afterId, limit);
  return rows.flatMap((row) => {
    const place = sealedColumns.find(
      ({ table, column }) => table === readText(row, "table") && column === readText(row, "column"),
    );
    return place === undefined
      ? []
      : [{ ...place, row: readText(row, "row"), id: readText(row, "id"), text: readText(row, "text") }];
  });
}

/** Makes the statement that puts another sealed text in a place; it changes no row when the old one is not there any more. */
export function replaceSealed({ table, column, row }: SealedField, old: string, text: string): Statement {
  return statement(`UPDATE ${table} SET ${column} = ?3 WHERE id = ?1 AND ${column} = ?2`, row, old, text);
}
