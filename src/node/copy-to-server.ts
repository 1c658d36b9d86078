import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { AppError } from "../errors.ts";
import { hex } from "../security/hash.ts";
import { migrate, type Migration } from "../store/sql/migrate.ts";
import { type Sql, statement } from "../store/sql/port.ts";
import { readInt, readText } from "../store/sql/row.ts";
import { copyWhole, statDatabase } from "./copy.ts";
import { openNamed, refuseForeign } from "./database.ts";
import { copyMark, openServerDatabase } from "./server-database.ts";

/** A database that was copied to a server. */
export interface CopiedDatabase {
  /** The file that it was copied from. */
  readonly file: string;
  readonly tables: number;
  readonly rows: number;
}

/** Rows that are read and written at once. */
const rowsAtOnce = 1000;

/**
 * Copies a SQLite database of this or an earlier version into the empty one at DATABASE_URL; nothing starts on a part of it. The file stays as
 * it is, and may be in use: what comes later is not copied. Throws `not_found`, `conflict` where the other is not empty, `store_failed`.
 */
export async function copyToServer(
  from: string,
  config: Pick<Config, "databaseUrl" | "databaseConnections">,
  migrations: { readonly sqlite: readonly Migration[]; readonly postgres: readonly Migration[] },
  { nowAt, random }: { readonly nowAt: number; readonly random: (bytes: number) => Uint8Array },
): Promise<CopiedDatabase> {
  const file = resolve(from);
  if ((await statDatabase(file)) === null) throw new AppError("not_found", `there is no database ${file}`);
  const folder = await mkdtemp(join(tmpdir(), "waldur-calendar-copy-"));
  try {
    const part = join(folder, "copy.sqlite");
    await copyWhole(file, part);
    const own = openNamed(part);
    try {
      await refuseForeign(own, file, migrations.sqlite);
      await migrate(own, migrations.sqlite, nowAt);
      const server = await openServerDatabase(config, migrations.postgres, nowAt);
      try {
        return { file, ...(await copyTables(own, server, hex(random(8)))) };
      } finally {
        await server.close();
      }
    } finally {
      own.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copyTables(own: Sql, server: Sql, copy: string): Promise<{ tables: number; rows: number }> {
  const tables = await listTables(own);
  await beginCopy(server, tables, copy);
  let rows = 0;
  try {
    for (const table of tables) rows += await copyTable(own, server, table);
  } catch (error) {
    const names = tables.map(({ name }) => name).join(", ");
    // Where that fails too, the mark stays, and nothing starts on what is there.
    await server.run(`TRUNCATE ${names}`).catch(() => {});
    throw error;
  }
  await server.run("DELETE FROM meta WHERE key = ?1 AND value = ?2", copyMark, copy);
  return { tables: tables.length, rows };
}

/** Marks an empty database as one that this copy fills, so that nobody starts on a part of it. Throws `conflict` for another. */
async function beginCopy(server: Sql, tables: readonly Table[], copy: string): Promise<void> {
  const empty = tables.map(({ name }) => `NOT EXISTS (SELECT 1 FROM ${name})`).join(" AND ");
  const begun = await server.run(`INSERT INTO meta (key, value) SELECT ?1, ?2 WHERE ${empty}`, copyMark, copy);
  if (begun === 1) return;
  throw new AppError("conflict", "the database at DATABASE_URL is not empty; make a new one");
}

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
  /** The SQL of the order of its rows. */
  readonly order: string;
  /** The column that counts its rows; null: none. */
  readonly counter: string | null;
}

/** Returns the tables of the program, each after those that it refers to. */
async function listTables(own: Sql): Promise<Table[]> {
  const found = await own.all(
    "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name != 'd1_migrations' AND name NOT GLOB 'sqlite_*' ORDER BY name",
  );
  const refers = new Map<string, Set<string>>();
  for (const row of found) {
    const name = readText(row, "name");
    const keys = await own.all(`SELECT "table" AS name FROM pragma_foreign_key_list('${name}')`);
    refers.set(name, new Set(keys.map((key) => readText(key, "name")).filter((other) => other !== name)));
  }
  const ordered: Table[] = [];
  const done = new Set<string>();
  while (ordered.length < found.length) {
    const row = found.find((one) => {
      const name = readText(one, "name");
      return !done.has(name) && [...(refers.get(name) ?? [])].every((other) => done.has(other));
    });
    if (row === undefined)
      throw new AppError("store_failed", "the tables of the database refer to each other in a circle");
    const name = readText(row, "name");
    const columns = await own.all(`SELECT name, type, pk FROM pragma_table_info('${name}')`);
    const keys = columns.filter((column) => readInt(column, "pk") > 0).map((column) => readText(column, "name"));
    const order = /WITHOUT ROWID/.test(readText(row, "sql")) ? keys.join(", ") : "rowid";
    const counter = columns.find(
      (column) => readInt(column, "pk") > 0 && column["type"] === "INTEGER" && keys.length === 1,
    );
    ordered.push({
      name,
      columns: columns.map((column) => readText(column, "name")),
      order,
      counter: counter === undefined ? null : readText(counter, "name"),
    });
    done.add(name);
  }
  return ordered;
}

async function copyTable(own: Sql, server: Sql, { name, columns, order, counter }: Table): Promise<number> {
  const places = columns.map((_, index) => `?${index + 1}`);
  const insert = `INSERT INTO ${name} (${columns.join(", ")}) VALUES (${places.join(", ")})`;
  for (let done = 0; ; done += rowsAtOnce) {
    const rows = await own.all(`SELECT * FROM ${name} ORDER BY ${order} LIMIT ?1 OFFSET ?2`, rowsAtOnce, done);
    await server.batch(rows.map((row) => statement(insert, ...columns.map((column) => row[column] ?? null))));
    if (rows.length === rowsAtOnce) continue;
    if (counter !== null) {
      // Else the next row would get a number that is taken.
      await server.all(
        `SELECT setval(pg_get_serial_sequence('${name}', '${counter}'), coalesce(max(${counter}), 1)) AS last FROM ${name}`,
      );
    }
    return done + rows.length;
  }
}
