export type SqlValue = string | number | null;
export type SqlRow = Readonly<Record<string, SqlValue>>;

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/**
 * The port to the database: one SQL dialect (SQLite's, as D1 has it), `?1`-style numbered parameters, JSON through `json_each`.
 * Every method rejects with `AppError("store_failed")` and nothing else. Counts one statement per statement sent.
 */
export interface Sql {
  /** All rows. */
  all(sql: string, ...parameters: SqlValue[]): Promise<SqlRow[]>;
  /** The first row, or null. */
  first(sql: string, ...parameters: SqlValue[]): Promise<SqlRow | null>;
  /**
   * The one column, text, of all rows, as UTF-8: where the text is only passed on, it is never made a string on the way.
   * The query names its column `text`.
   */
  bytes(sql: string, ...parameters: SqlValue[]): Promise<Uint8Array[]>;
  /** Runs a write; resolves to the number of rows it changed. */
  run(sql: string, ...parameters: SqlValue[]): Promise<number>;
  /** Runs all or nothing; resolves to the rows changed by each statement. */
  batch(statements: readonly Statement[]): Promise<number[]>;
}

/** A statement for `Sql.batch`. */
export function statement(sql: string, ...parameters: SqlValue[]): Statement {
  return { sql, parameters };
}
