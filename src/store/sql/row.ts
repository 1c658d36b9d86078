import { AppError } from "../../errors.ts";
import type { SqlRow } from "./port.ts";

/** Returns the text in a column. Throws `store_failed` when it is anything else. */
export function readText(row: SqlRow, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw wrongType(column, "text", value);
  return value;
}

/** Returns the whole number in a column. Throws `store_failed` when it is anything else. */
export function readInt(row: SqlRow, column: string): number {
  const value = row[column];
  if (typeof value !== "number" || !Number.isSafeInteger(value)) throw wrongType(column, "a whole number", value);
  return value;
}

/** Returns the text in a column, or null. Throws `store_failed` when it is anything else. */
export function readTextOrNull(row: SqlRow, column: string): string | null {
  return row[column] === null ? null : readText(row, column);
}

/** Returns the whole number in a column, or null. Throws `store_failed` when it is anything else. */
export function readIntOrNull(row: SqlRow, column: string): number | null {
  return row[column] === null ? null : readInt(row, column);
}

function wrongType(column: string, wanted: string, value: unknown): AppError {
  const found = value === undefined ? "not there" : value === null ? "null" : typeof value;
  return new AppError("store_failed", `the database's column ${column} should be ${wanted} and is ${found}`);
}
