import { AppError, messageOf } from "../../errors.ts";
import type { SqlRow, SqlValue } from "./port.ts";

/**
 * Makes the error that every driver throws. The message is the engine's, which names tables and columns but no values;
 * `facts.statement` is the beginning of the SQL, which holds none either.
 */
export function storeFailed(error: unknown, sql?: string): AppError {
  if (error instanceof AppError) return error;
  return makeStoreFailure(`the database refused: ${messageOf(error)}`, error, sql);
}

/** Makes the error for a statement that waited in vain for a lock that another process has. */
export function storeBusy(error: unknown, sql: string): AppError {
  return makeStoreFailure("another program has locked the database; try again in a minute", error, sql);
}

function makeStoreFailure(message: string, cause: unknown, sql: string | undefined): AppError {
  const facts = sql === undefined ? {} : { statement: sql.replace(/\s+/g, " ").trim().slice(0, 120) };
  return new AppError("store_failed", message, { cause, facts });
}

/** Returns true when each column of a row an engine gave is of a type the port knows. Throws `store_failed` when one is not. */
export function isRow(row: Readonly<Record<string, unknown>>): row is SqlRow {
  for (const column in row) if (!isValue(row[column])) throw wrongColumn(column);
  return true;
}

/** Returns true when an engine's value is of a type the port knows. */
export function isValue(value: unknown): value is SqlValue {
  return typeof value === "string" || typeof value === "number" || value === null;
}

/** Makes the error for a column whose value is of no such type. */
export function wrongColumn(column: string): AppError {
  return new AppError("store_failed", `the database's column ${column} is neither text, number nor null`);
}
