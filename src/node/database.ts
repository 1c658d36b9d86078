import { existsSync } from "node:fs";
import { link, rename, stat } from "node:fs/promises";
import { besideEndings, removeDatabase, statDatabase } from "./copy.ts";
import { keepPrivate } from "./data-folder.ts";
import { AppError } from "../errors.ts";
import type { Log } from "../log.ts";
import { nameDatabase, nameFailure } from "../store/sql/file-failure.ts";
import { listUnknown, migrate, type Migration } from "../store/sql/migrate.ts";
import type { Sql } from "../store/sql/port.ts";
import { openSqlite } from "../store/sql/sqlite.ts";

type OpenSql = ReturnType<typeof openSqlite>;

/**
 * Opens the database in a file, made when there is none, and brings it to this version. A file that holds nothing, or what a
 * newer version or another program made, is left alone. `nowAt`: epoch seconds. Throws `store_failed`.
 */
export async function openDatabase(
  path: string,
  migrations: readonly Migration[],
  nowAt: number,
  log: Log,
): Promise<OpenSql> {
  await keepPrivate(
    ["", ...besideEndings].map((end) => path + end),
    log,
  );
  const there = await statDatabase(path);
  if (there === null) await makeDatabase(path, migrations, nowAt);
  // Not opened: SQLite removes what lies beside an empty file, which may hold all there is.
  else if (there.isFile() && there.size === 0) throw emptyDatabase(path);
  const sql = openNamed(path);
  try {
    await refuseForeign(sql, path, migrations);
    await migrate(sql, migrations, nowAt);
    await checkpoint(sql);
    return sql;
  } catch (error) {
    sql.close();
    throw error;
  }
}

function emptyDatabase(path: string): AppError {
  return new AppError(
    "store_failed",
    `the database ${path} is empty: it may be a copy of the file alone, made while the service ran, with all still in the file beside it that ends in -wal. Put back a copy made with \`backup\`, or remove the file to begin anew, without feeds`,
  );
}

/**
 * Moves what SQLite keeps beside the database file into it, so that a copy of the file alone has nearly all. Waits for nobody:
 * what others still read stays for the next time.
 */
export async function checkpoint(sql: Sql): Promise<void> {
  await sql.all("PRAGMA wal_checkpoint(PASSIVE)");
}

/** Opens the store in a file, with failures that name it. */
export function openNamed(path: string): OpenSql {
  try {
    return nameDatabase(openSqlite(path), path);
  } catch (error) {
    throw nameFailure(error, path);
  }
}

/** Makes a database aside and moves it into place with all its tables, so that a file without any is never ours. */
async function makeDatabase(path: string, migrations: readonly Migration[], nowAt: number): Promise<void> {
  const kept = await stat(`${path}-wal`).catch(() => null);
  if (kept !== null && kept.size > 0) {
    throw new AppError(
      "store_failed",
      `the database ${path} is missing, while what was written to it last is in ${path}-wal: put the file back beside it, or a copy made with \`backup\` in place of both`,
    );
  }
  const aside = `${path}.new-${process.pid}`;
  try {
    const sql = openNamed(aside);
    try {
      await migrate(sql, migrations, nowAt);
    } finally {
      sql.close();
    }
    await moveNew(aside, path);
  } finally {
    await removeDatabase(aside);
  }
}

/** Moves a file to a name that nobody has; another process may have taken it meanwhile, whose file then stays. */
async function moveNew(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return;
    // A file system without links.
    if (!existsSync(to)) await rename(from, to);
  }
}

/** Throws `store_failed` with what to do where a database is empty, another program's, or of a newer version than these migrations. */
export async function refuseForeign(sql: Sql, path: string, migrations: readonly Migration[]): Promise<void> {
  const tables = await sql.all("SELECT name FROM sqlite_master WHERE type = 'table'");
  if (tables.length === 0) throw emptyDatabase(path);
  if (!tables.some(({ name }) => name === "d1_migrations")) {
    throw new AppError(
      "store_failed",
      `the database ${path} is not this program's: give DATA_DIR a folder of its own, or move the file away`,
    );
  }
  const unknown = await listUnknown(sql, migrations);
  if (unknown.length > 0) {
    throw new AppError(
      "store_failed",
      `the database ${path} is of a newer version of this program, which has ${unknown.join(", ")}: start that version, or put back a copy from before it`,
    );
  }
}
