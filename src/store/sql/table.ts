import { readInt, readText } from "./row.ts";
import { type SqlRow, type SqlValue, type Statement, statement } from "./port.ts";

/** The form in which the values of a column are kept. */
export interface Codec<T> {
  /** The type of the column. */
  readonly type: "TEXT" | "BIGINT";
  /** Throws `store_failed` for a value of another type. */
  readonly read: (row: SqlRow, column: string) => T;
  readonly write: (value: T) => SqlValue;
}

export const text: Codec<string> = { type: "TEXT", read: readText, write: (value) => value };

/** A whole number. */
export const int: Codec<number> = { type: "BIGINT", read: readInt, write: (value) => value };

/** True as 1, false as 0. */
export const flag: Codec<boolean> = {
  type: "BIGINT",
  read: (row, column) => readInt(row, column) === 1,
  write: Number,
};

/** Makes the codec of one of these texts; any other text is read as `fallback`. */
export function oneOf<const T extends string, F extends T | null>(known: readonly T[], fallback: F): Codec<T | F> {
  return {
    type: "TEXT",
    read(row, column) {
      const value = readText(row, column);
      return known.find((one) => one === value) ?? fallback;
    },
    write: (value) => value,
  };
}

/** Makes the codec of a value of our own as JSON. It is read back as it was written; a shape of an older version comes with a migration. */
export function json<T>(): Codec<T> {
  return {
    type: "TEXT",
    read(row, column) {
      const value: T = JSON.parse(readText(row, column));
      return value;
    },
    write: (value) => JSON.stringify(value),
  };
}

/** Makes the codec of the same, or null. */
export function orNull<T>({ type, read, write }: Codec<T>): Codec<T | null> {
  return {
    type,
    read: (row, column) => (row[column] === null ? null : read(row, column)),
    write: (value) => (value === null ? null : write(value)),
  };
}

type Columns<R> = { readonly [K in keyof R]: Codec<R[K]> };

/** A table, or some of its columns: what is read and written of it follows from one declaration. */
export interface Table<R> {
  /** Returns the columns for a SELECT, each after this alias. */
  list(alias?: string): string;
  /** Throws `store_failed` when a column is of another type, or missing. */
  readonly read: (row: SqlRow) => R;
  /** Returns the values that a change sets, as they are kept. */
  encode(change: Partial<R>): Record<string, SqlValue>;
  /** Makes the statement that adds a row; `tail` is what follows in SQL. */
  insert(row: Partial<R>, tail?: string): Statement;
  /** Makes the statement that sets these columns of the row of that id; null when there is nothing to set. */
  update(id: string, change: Partial<R>): Statement | null;
  /**
   * Returns the SQL that writes the rows of a JSON array, as `encode` makes them, new or over those with the same `keys`.
   * `from` is the parameter that brings the array; `where` is a condition on an element, `value`.
   */
  upsert(keys: readonly (keyof R)[], from: string, where?: string): string;
  /** Returns `column = …` for every column, with the value of that name in the JSON expression. */
  assign(from: string): string;
  /** Returns the same table with these columns alone. */
  pick<K extends keyof R>(...keys: readonly K[]): Table<Pick<R, K>>;
}

/** The rows of a table. */
export type RowOf<T> = T extends Table<infer R> ? Readonly<R> : never;

/** Declares the columns of a table, each under its name in the program: `dueAt` is the column `due_at`. */
export function table<R>(name: string, columns: Columns<R>): Table<R> {
  const parts: { key: Extract<keyof R, string>; column: string }[] = [];
  for (const key in columns) parts.push({ key, column: key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) });
  const names = parts.map(({ column }) => column);
  // Every row starts as a copy of this, and so has one shape in memory.
  const blank: R = Object.fromEntries(parts.map(({ key }): unknown[] => [key, null]));
  const encode = (change: Partial<R>): Record<string, SqlValue> => {
    const values: Record<string, SqlValue> = {};
    for (const { key } of parts) {
      const value = change[key];
      if (value !== undefined) values[key] = columns[key].write(value);
    }
    return values;
  };
  const given = (change: Partial<R>): { columns: string[]; values: SqlValue[] } => {
    const values = encode(change);
    const set = parts.filter(({ key }) => key in values);
    return { columns: set.map(({ column }) => column), values: Object.values(values) };
  };
  const member = (from: string, key: Extract<keyof R, string>): string => {
    const read = `${from}->>'$.${key}'`;
    // SQLite gives a number of JSON as a number, PostgreSQL as a text.
    return columns[key].type === "TEXT" ? read : `CAST(${read} AS BIGINT)`;
  };
  return {
    list: (alias) => names.map((column) => (alias === undefined ? column : `${alias}.${column}`)).join(", "),
    read(row) {
      const values = { ...blank };
      for (const { key, column } of parts) values[key] = columns[key].read(row, column);
      return values;
    },
    encode,
    insert(row, tail = "") {
      const { columns, values } = given(row);
      const places = values.map((_, index) => `?${index + 1}`);
      return statement(`INSERT INTO ${name} (${columns.join(", ")}) VALUES (${places.join(", ")}) ${tail}`, ...values);
    },
    update(id, change) {
      const { columns, values } = given(change);
      const sets = columns.map((column, index) => `${column} = ?${index + 2}`);
      return sets.length === 0 ? null : statement(`UPDATE ${name} SET ${sets.join(", ")} WHERE id = ?1`, id, ...values);
    },
    upsert(keys, from, where = "true") {
      const values = parts.map(({ key }) => member("value", key));
      const rest = parts.filter(({ key }) => !keys.includes(key));
      return `INSERT INTO ${name} (${names.join(", ")}) SELECT ${values.join(", ")} FROM json_each(${from}) WHERE ${where}
        ON CONFLICT (${parts
          .filter((part) => !rest.includes(part))
          .map(({ column }) => column)
          .join(", ")})
        DO UPDATE SET ${rest.map(({ column }) => `${column} = excluded.${column}`).join(", ")}`;
    },
    assign: (from) => parts.map(({ key, column }) => `${column} = ${member(from, key)}`).join(", "),
    pick<K extends keyof R>(...keys: readonly K[]) {
      const some: Columns<Pick<R, K>> = Object.fromEntries(keys.map((key): unknown[] => [key, columns[key]]));
      return table(name, some);
    },
  };
}
