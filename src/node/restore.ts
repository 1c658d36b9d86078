import { existsSync, statSync } from "node:fs";
import { copyFile, link, realpath, rename, rm, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { AppError } from "../errors.ts";
import { copyWhole, openRaw, removeDatabase, statDatabase } from "./copy.ts";
import { openNamed, refuseForeign } from "./database.ts";
import type { Migration } from "../store/sql/migrate.ts";

/** A copy that took the place of the database. */
export interface RestoredDatabase {
  readonly file: string;
  readonly bytes: number;
  readonly tables: number;
  /** The file of the database that was there before; null: there was none. */
  readonly kept: string | null;
}

/**
 * Puts a copy in the place of a database that nobody uses, once it was read through and is one that these migrations know. The
 * copy stays where it is, and so does the database before, under a name with `moment`, an ISO 8601 time. Killed at any moment it
 * leaves the one or the other. Throws `not_found` without the copy, `bad_input`, `conflict` while the service runs, `store_failed`.
 */
export async function restoreDatabase(
  from: string,
  to: string,
  migrations: readonly Migration[],
  moment: string,
): Promise<RestoredDatabase> {
  const copy = resolve(from);
  const found = await statDatabase(copy);
  if (found === null) throw new AppError("not_found", `there is no copy ${copy}`);
  if (!found.isFile()) throw new AppError("bad_input", `${copy} is no file; give the copy's own name`);
  if ((await statDatabase(to)) !== null && (await realpath(copy)) === (await realpath(to))) {
    throw new AppError("bad_input", `${from} is the database itself; give a copy of it`);
  }
  const part = `${resolve(to)}.new-${process.pid}`;
  try {
    const tables = await readCopy(copy, part, migrations);
    const isThere = (await statDatabase(to)) !== null;
    const kept = isThere ? await keepAside(to, `${to}.before-${moment.replaceAll(/[:.]/g, "-")}`) : null;
    await rename(part, to);
    return { file: to, bytes: (await stat(to)).size, tables, kept };
  } finally {
    await removeDatabase(part);
  }
}

async function readCopy(copy: string, part: string, migrations: readonly Migration[]): Promise<number> {
  // Before it is opened: SQLite would remove what lies beside an empty file.
  if (statSync(copy).size === 0) throw new AppError("store_failed", `the copy ${copy} is empty; take another`);
  const tables = await copyWhole(copy, part);
  const sql = openNamed(part);
  try {
    await refuseForeign(sql, copy, migrations);
  } finally {
    sql.close();
  }
  return tables;
}

/** Gives a database another name besides its own, and takes away what lies beside it. Throws `conflict` while a service uses it. */
async function keepAside(path: string, kept: string): Promise<string> {
  if (statSync(path).size > 0) closeFile(path);
  // What a database that cannot be opened has beside it would be mixed into the copy.
  if (existsSync(`${path}-wal`)) await rename(`${path}-wal`, `${kept}-wal`);
  await rm(`${path}-shm`, { force: true });
  // A file system without links.
  await link(path, kept).catch(async () => copyFile(path, kept));
  return kept;
}

/** Moves what lies beside a database into it. SQLite refuses that while anybody else has it open. */
function closeFile(path: string): void {
  const db = openRaw(path);
  try {
    db.exec("PRAGMA busy_timeout = 500; PRAGMA journal_mode = DELETE");
  } catch (error) {
    if (!isLocked(error)) return;
    throw new AppError("conflict", `the database ${path} is in use: stop the service, then restore`, { cause: error });
  } finally {
    db.close();
  }
}

/** Returns true for SQLITE_BUSY and SQLITE_LOCKED (sqlite.org/rescode.html); anything else is a database that is damaged. */
function isLocked(error: unknown): boolean {
  const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : 0;
  return code === 5 || code === 6;
}
