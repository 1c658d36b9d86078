import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../errors.ts";
import type { Migration } from "./migrate.ts";

/** Returns the numbered `.sql` files of a folder, in the order of their numbers. Throws `store_failed` when it cannot be read. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  try {
    const names = (await readdir(folder)).filter((name) => /^\d+_.*\.sql$/.test(name));
    names.sort((a, b) => parseInt(a, 10) - parseInt(b, 10) || (a < b ? -1 : 1));
    return await Promise.all(names.map(async (name) => ({ name, sql: await readFile(join(folder, name), "utf8") })));
  } catch (error) {
    throw new AppError("store_failed", "the folder of database migrations cannot be read", { cause: error });
  }
}
