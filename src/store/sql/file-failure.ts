import { AppError } from "../../errors.ts";
import { aroundCalls } from "./around.ts";
import type { Sql } from "./port.ts";

const restore =
  "stop the service, put back a copy made with `backup`, and remove the files beside it that end in -wal and -shm";

/** The primary result codes of SQLite (sqlite.org/rescode.html) that mean something to whoever runs the service. */
const remedies: Readonly<Record<number, string>> = {
  8: "give the user of the service the right to write to it and to its folder",
  10: "the disk or its file system fails: look into the system's log",
  11: `it is damaged: ${restore}`,
  13: "the disk is full: make room, and the service goes on by itself",
  14: "give the user of the service the right to read and write it and its folder",
  26: `it is no database, or a damaged one: ${restore}`,
};

/** The same of what the system says of the file (errno(3)). */
const systemRemedies: Readonly<Record<string, string>> = {
  EACCES: "run this as the user of the service, or give this user the right to read and write it and its folder",
  EROFS: "its file system is read-only: look into the system's log",
};

/** Returns the port over a database file with failures that name the file and what to do. */
export function nameDatabase<T extends Sql>(sql: T, path: string): T {
  const named = async <R>(call: () => Promise<R>): Promise<R> => {
    try {
      return await call();
    } catch (error) {
      throw nameFailure(error, path);
    }
  };
  return { ...sql, ...aroundCalls(sql, named) };
}

/** Returns a driver's failure with the file that it is about and what to do; anything else as it is. */
export function nameFailure(error: unknown, path: string): unknown {
  if (!(error instanceof AppError) || error.code !== "store_failed") return error;
  const { cause, facts } = error;
  const code = cause instanceof Error && "errcode" in cause ? Number(cause.errcode) & 0xff : 0;
  const systemCode = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const remedy = systemRemedies[systemCode] ?? remedies[code];
  const message = error.message.replace("the database", `the database ${path}`);
  return new AppError("store_failed", remedy === undefined ? message : `${message}; ${remedy}`, { cause, facts });
}
