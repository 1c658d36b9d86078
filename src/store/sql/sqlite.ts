import { closeSync, openSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { AppError } from "../../errors.ts";
import { isValue, storeBusy, storeFailed, wrongColumn } from "./failure.ts";
import type { Joined, Sql, SqlRow, SqlValue } from "./port.ts";

/** The number of prepared statements that are kept; the program has fewer distinct ones than that. */
const keptStatements = 200;

/**
 * Milliseconds that a statement waits while another process has the lock it needs. Readers seldom need one that others
 * hold, and whoever asks for a feed is then answered from memory.
 */
const patience = { open: 5000, read: 2000, write: 5000 } as const;
/** Milliseconds between two tries: the first pause, which doubles, and the longest one. */
const pauses = { first: 2, most: 100 } as const;

/** D1's limits, so that what works on Node works on Workers. The last two are workerd's own settings of SQLite. */
const limits = {
  length: 2_000_000,
  sqlLength: 100_000,
  variableNumber: 100,
  column: 100,
  functionArg: 32,
  likePatternLength: 50,
  compoundSelect: 5,
  exprDepth: 100,
};

/**
 * Opens the port over SQLite in a file (made when missing; its folder must be there) or in memory.
 * Several processes may open the same file: a writer waits up to 5 seconds for another, a reader 2, and the process does
 * other things meanwhile. Throws `store_failed`.
 */
export function openSqlite(path: string): Sql & { close(): void } {
  const db = openFile(path);
  const prepared = new Map<string, Prepared>();

  const prepare = (sql: string, parameters: readonly SqlValue[]): Prepared => {
    let known = prepared.get(sql);
    if (known === undefined) {
      const statement = db.prepare(sql);
      // Values alone: an object for each row with names of its own costs as much as all else of a short query.
      statement.setReturnArrays(true);
      known = {
        statement,
        columns: columnNames(statement),
        parameters: highestParameter(sql),
        writes: /\b(?:INSERT|UPDATE|DELETE)\b|wal_checkpoint/.test(sql),
      };
      const [oldest] = prepared.keys();
      if (prepared.size >= keptStatements && oldest !== undefined) prepared.delete(oldest);
      prepared.set(sql, known);
    }
    // SQLite would take a missing one for NULL; D1 refuses.
    if (parameters.length !== known.parameters) {
      throw new AppError(
        "store_failed",
        `a statement wants ${known.parameters} parameters and got ${parameters.length}`,
      );
    }
    return known;
  };
  /**
   * Throws where nothing can be written, as on a disk that turned read-only. SQLite itself would write to the memory that it
   * shares with other processes first, which is a file too: the system ends the process for that.
   */
  const checkWritable = (): void => {
    if (path === ":memory:") return;
    try {
      // Not the database itself: closing it again would let go of the locks on it (SQLite, "How To Corrupt", 2.2).
      closeSync(openSync(`${path}-wal`, "r+"));
    } catch (error) {
      // It is made with the first statement.
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    }
  };
  const change = (sql: string, parameters: readonly SqlValue[]): number =>
    Number(prepare(sql, parameters).statement.run(...parameters).changes);

  return {
    async all(sql, ...parameters) {
      return waitForLock(sql, "read", () => {
        const known = prepare(sql, parameters);
        if (known.writes) checkWritable();
        return known.statement.all(...parameters).map((values) => sqlRow(known, values));
      });
    },
    async first(sql, ...parameters) {
      return waitForLock(sql, "read", () => {
        const known = prepare(sql, parameters);
        if (known.writes) checkWritable();
        const row: unknown = known.statement.get(...parameters);
        return row === undefined ? null : sqlRow(known, row);
      });
    },
    async join(sql, ...parameters) {
      return waitForLock(sql, "read", () => {
        const { statement: joining } = prepare(
          `SELECT CAST(coalesce(group_concat(text, ''), '') AS BLOB) AS bytes, count(*) AS rows, count(text) AS texts
           FROM (${sql})`,
          parameters,
        );
        // Each row keeps D1's limit; there the rows are joined outside the database.
        db.limits.length = Infinity;
        try {
          return joinedOf(joining.get(...parameters));
        } finally {
          db.limits.length = limits.length;
        }
      });
    },
    async run(sql, ...parameters) {
      return waitForLock(sql, "write", () => {
        checkWritable();
        return change(sql, parameters);
      });
    },
    async batch(statements) {
      // No await inside: nothing else of this process can come between.
      return waitForLock(statements.map(({ sql }) => sql).join("; "), "write", () => {
        checkWritable();
        db.exec("BEGIN IMMEDIATE");
        try {
          const changes = statements.map(({ sql, parameters }) => change(sql, parameters));
          db.exec("COMMIT");
          return changes;
        } catch (error) {
          if (db.isTransaction) db.exec("ROLLBACK");
          throw error;
        }
      });
    },
    close() {
      prepared.clear();
      // Closing moves what was written last into the file; where that cannot be, the next start does it.
      if (db.isOpen && isWritable(checkWritable)) db.close();
    },
  };
}

interface Prepared {
  readonly statement: StatementSync;
  /** The names of what it gives. */
  columns: readonly string[];
  readonly parameters: number;
  readonly writes: boolean;
}

function openFile(path: string): DatabaseSync {
  return querySqlite("open", () => {
    // SQLite itself does not wait: it would keep the whole process from doing anything else.
    const db = new DatabaseSync(path, { timeout: 0, enableForeignKeyConstraints: true, limits });
    try {
      useWal(db);
      db.exec("PRAGMA synchronous = NORMAL");
      // A first load writes to random pages of large indexes: more of them stay here, and go to the file less often.
      db.exec("PRAGMA cache_size = -8000; PRAGMA wal_autocheckpoint = 8000");
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

function isWritable(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

/** Turns WAL on, when two processes change a new file at once after the other one. */
function useWal(db: DatabaseSync): void {
  const pause = 20;
  const bell = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; ; waited += pause) {
    try {
      db.exec("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (waited >= patience.open || !isBusy(error)) throw error;
      Atomics.wait(bell, 0, 0, pause);
    }
  }
}

function isBusy(error: unknown): boolean {
  const busy = 5; // SQLITE_BUSY; the bits above say why
  return error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === busy;
}

/** Runs a statement, again after pauses while another process has the lock it needs. Throws `store_failed`. */
async function waitForLock<T>(sql: string, kind: "read" | "write", query: () => T): Promise<T> {
  let pause: number = pauses.first;
  for (let waited = 0; ; waited += pause, pause = Math.min(pause * 2, pauses.most)) {
    try {
      return query();
    } catch (error) {
      if (!isBusy(error)) throw storeFailed(error, sql);
      if (waited >= patience[kind]) throw storeBusy(error, sql);
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Returns what the engine gave for a row, under the names of its columns. Throws `store_failed` for what the port does not know. */
function sqlRow(prepared: Prepared, row: unknown): SqlRow {
  const values = valuesOf(row);
  // Another process may have given a table one more column.
  if (values.length !== prepared.columns.length) prepared.columns = columnNames(prepared.statement);
  const named: Record<string, SqlValue> = {};
  let at = 0;
  for (const column of prepared.columns) {
    const value = values[at++];
    if (!isValue(value)) throw wrongColumn(column);
    named[column] = value;
  }
  return named;
}

function columnNames(statement: StatementSync): string[] {
  return statement.columns().map(({ name }) => name);
}

function joinedOf(values: unknown): Joined {
  const [bytes, rows, texts] = valuesOf(values);
  if (bytes instanceof Uint8Array && typeof rows === "number" && rows === texts) return { bytes, rows };
  throw new AppError("store_failed", "the database's column is not a text");
}

function valuesOf(row: unknown): readonly unknown[] {
  if (!Array.isArray(row)) throw new AppError("store_failed", "the database gave no row of values");
  return row;
}

function querySqlite<T>(sql: string, query: () => T): T {
  try {
    return query();
  } catch (error) {
    throw storeFailed(error, sql);
  }
}

function highestParameter(sql: string): number {
  return Math.max(0, ...Array.from(sql.matchAll(/\?(\d+)/g), ([, number]) => Number(number)));
}
