import { withDeadline } from "../../lib/deadline.ts";
import { AppError } from "../../errors.ts";
import { aroundCalls } from "./around.ts";
import type { Sql } from "./port.ts";

/** Wraps a database and counts the statements that were sent to it through this wrapper; each of a batch counts. */
export function countStatements(sql: Sql): { readonly sql: Sql; readonly counts: { statements: number } } {
  const counts = { statements: 0 };
  return {
    counts,
    sql: {
      async all(text, ...parameters) {
        counts.statements += 1;
        return sql.all(text, ...parameters);
      },
      async first(text, ...parameters) {
        counts.statements += 1;
        return sql.first(text, ...parameters);
      },
      async join(text, ...parameters) {
        counts.statements += 1;
        return sql.join(text, ...parameters);
      },
      async run(text, ...parameters) {
        counts.statements += 1;
        return sql.run(text, ...parameters);
      },
      async batch(statements) {
        counts.statements += statements.length;
        return sql.batch(statements);
      },
    },
  };
}

/**
 * Wraps a database: a call that has no answer when its signal aborts rejects with `store_failed`; whether a write
 * then took place is unknown. `deadline` makes one signal per call.
 */
export function withSqlDeadline(sql: Sql, deadline: () => AbortSignal): Sql {
  const within = async <T>(call: () => Promise<T>): Promise<T> => {
    const signal = deadline();
    const late = (): AppError =>
      new AppError("store_failed", "the database did not answer in time", { cause: signal.reason });
    if (signal.aborted) throw late();
    try {
      return await withDeadline(call(), () => signal);
    } catch (error) {
      throw signal.aborted && error === signal.reason ? late() : error;
    }
  };
  return aroundCalls(sql, within);
}
