import { existsSync, statSync } from "node:fs";
import { chmod, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { AppError, messageOf } from "../errors.ts";
import { nameFailure } from "../store/sql/file-failure.ts";
import { storeFailed } from "../store/sql/failure.ts";

/** A copy that was made. */
export interface DatabaseCopy {
  readonly file: string;
  readonly bytes: number;
  readonly tables: number;
}

/**
 * Copies a database, whoever writes to it meanwhile, into one file that is whole; it takes its name when it has been read
 * through. Throws `bad_input` when it cannot be put there, `not_found` without a database, `store_failed`.
 */
export async function backUpDatabase(from: string, to: string, replace: boolean): Promise<DatabaseCopy> {
  const file = await refuseTaken(from, resolve(to), replace);
  if (!existsSync(from)) {
    throw new AppError("not_found", `there is no database ${from}; DATA_DIR says where to look`);
  }
  const part = `${file}.part-${process.pid}`;
  try {
    await copy(from, part);
    const tables = readThrough(part, from);
    await chmod(part, 0o600);
    await rename(part, file);
    return { file, bytes: (await stat(file)).size, tables };
  } finally {
    for (const end of ["", "-journal", "-wal", "-shm"]) await rm(part + end, { force: true });
  }
}

/** Returns the whole path of the copy. */
async function refuseTaken(from: string, to: string, replace: boolean): Promise<string> {
  const folder = await realpath(dirname(to)).catch((error: unknown) => {
    throw new AppError("bad_input", `the copy cannot be put into ${dirname(to)}: ${messageOf(error)}`);
  });
  const file = join(folder, basename(to));
  const own = join(await realpath(dirname(from)).catch(() => dirname(resolve(from))), basename(from));
  if (["", "-wal", "-shm"].some((end) => file === own + end)) {
    throw new AppError("bad_input", `${to} is the database itself; give another file`);
  }
  const there = existsSync(file) ? statSync(file) : null;
  if (there?.isDirectory() === true) {
    throw new AppError("bad_input", `${to} is a folder; give the name of a file in it`);
  }
  // A device such as /dev/null, which the rename below would take away from the whole machine.
  if (there?.isFile() === false) {
    throw new AppError("bad_input", `${to} is no file but a device or the like; give the name of a file`);
  }
  if (there !== null && !replace) {
    throw new AppError("bad_input", `${to} is there already; give another name, or --replace`);
  }
  return file;
}

async function copy(from: string, to: string): Promise<void> {
  const db = openToCopy(from);
  try {
    // All pages in one step: what writers add meanwhile neither mixes in nor makes it begin again.
    await backup(db, to, { rate: 2_000_000_000 });
  } catch (error) {
    throw nameFailure(storeFailed(error), messageOf(error).includes("open") ? to : from);
  } finally {
    db.close();
  }
}

/** Makes the copy a file that needs no other beside it, and reads it through; returns the number of its tables. */
function readThrough(copied: string, from: string): number {
  const db = openToCopy(copied);
  try {
    db.exec("PRAGMA journal_mode = DELETE");
    const verdict = Object.values(db.prepare("PRAGMA quick_check(1)").get() ?? {}).join("");
    const tables = Number(
      Object.values(db.prepare("SELECT count(*) FROM sqlite_master WHERE type = 'table'").get() ?? {})[0],
    );
    if (verdict !== "ok") throw new AppError("store_failed", `the database ${from} is damaged: ${verdict}`);
    if (tables === 0)
      throw new AppError("store_failed", `the database ${from} is empty; there is nothing to keep of it`);
    return tables;
  } finally {
    db.close();
  }
}

function openToCopy(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { timeout: 5000 });
  } catch (error) {
    throw nameFailure(storeFailed(error), path);
  }
}
