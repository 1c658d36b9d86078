import { existsSync, statSync } from "node:fs";
import { realpath, rename, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { AppError, messageOf } from "../errors.ts";
import { copyWhole, removeDatabase, statDatabase } from "./copy.ts";

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
  if ((await statDatabase(from)) === null) {
    throw new AppError("not_found", `there is no database ${from}; DATA_DIR says where to look`);
  }
  const part = `${file}.part-${process.pid}`;
  try {
    const tables = await copyWhole(from, part);
    await rename(part, file);
    return { file, bytes: (await stat(file)).size, tables };
  } finally {
    await removeDatabase(part);
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
