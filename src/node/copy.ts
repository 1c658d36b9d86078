import type { Stats } from "node:fs";
import { chmod, rm, stat } from "node:fs/promises";
import { backup, DatabaseSync } from "node:sqlite";
import { AppError, messageOf } from "../errors.ts";
import { nameFailure } from "../store/sql/file-failure.ts";
import { storeFailed } from "../store/sql/failure.ts";

/** The endings of the files that SQLite keeps beside a database file, under its name. */
export const besideEndings = ["-journal", "-wal", "-shm"] as const;

/**
 * Copies a database, whoever writes to it meanwhile, into a file that is whole by itself and reads that through; nothing is
 * left of one that is not. Resolves to the number of its tables. Throws `store_failed`, naming `from`.
 */
export async function copyWhole(from: string, to: string): Promise<number> {
  try {
    await copy(from, to);
    const tables = readThrough(to, from);
    await chmod(to, 0o600);
    return tables;
  } catch (error) {
    await removeDatabase(to);
    throw error;
  } finally {
    for (const end of besideEndings) await rm(to + end, { force: true });
  }
}

/** Removes a database file and what lies beside it, if they are there. */
export async function removeDatabase(path: string): Promise<void> {
  for (const end of ["", ...besideEndings]) await rm(path + end, { force: true });
}

/** Resolves to the facts of a database file; null where there is none. Throws `store_failed` where this user may not look. */
export async function statDatabase(path: string): Promise<Stats | null> {
  return stat(path).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw nameFailure(storeFailed(error), path);
  });
}

/** Opens a database file apart from the program's store. Throws `store_failed`, naming the file. */
export function openRaw(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { timeout: 5000 });
  } catch (error) {
    throw nameFailure(storeFailed(error), path);
  }
}

async function copy(from: string, to: string): Promise<void> {
  const db = openRaw(from);
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
  const db = openRaw(copied);
  try {
    db.exec("PRAGMA journal_mode = DELETE");
    const verdict = Object.values(db.prepare("PRAGMA quick_check(1)").get() ?? {}).join("");
    const tables = Number(
      Object.values(db.prepare("SELECT count(*) FROM sqlite_master WHERE type = 'table'").get() ?? {})[0],
    );
    if (verdict !== "ok") throw new AppError("store_failed", `the database ${from} is damaged: ${verdict}`);
    if (tables === 0)
      throw new AppError("store_failed", `the database ${from} is empty; there is nothing in it to keep`);
    return tables;
  } finally {
    db.close();
  }
}
