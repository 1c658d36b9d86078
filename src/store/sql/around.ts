import type { Sql } from "./port.ts";

/** Wraps a database: each call of it goes through `around`. */
export function aroundCalls(sql: Sql, around: <T>(call: () => Promise<T>) => Promise<T>): Sql {
  return {
    all: async (text, ...parameters) => around(async () => sql.all(text, ...parameters)),
    first: async (text, ...parameters) => around(async () => sql.first(text, ...parameters)),
    join: async (text, ...parameters) => around(async () => sql.join(text, ...parameters)),
    run: async (text, ...parameters) => around(async () => sql.run(text, ...parameters)),
    batch: async (statements) => around(async () => sql.batch(statements)),
  };
}
