export type SqlValue = string | number | null;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** The texts of several rows in one, as UTF-8: where a text is only passed on, it need not be made a string on the way. */
export interface Joined {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

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
  /** The one column, which the query names `text`, of all rows, one after the other. A row without it is a failure. */
  join(sql: string, ...parameters: SqlValue[]): Promise<Joined>;
  /** Runs a write; resolves to the number of rows it changed. */
  run(sql: string, ...parameters: SqlValue[]): Promise<number>;
  /** Runs all or nothing; resolves to the rows changed by each statement. */
  batch(statements: readonly Statement[]): Promise<number[]>;
}

/** Makes a statement for `Sql.batch`. */
export function statement(sql: string, ...parameters: SqlValue[]): Statement {
  return { sql, parameters };
}
