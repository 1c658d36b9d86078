import { DatabaseError, Pool, type PoolClient, type QueryResult } from "pg";
import { AppError, causeOf } from "../../errors.ts";
import { makeSemaphore } from "../../lib/semaphore.ts";
import { isRow, storeBusy, storeFailed } from "./failure.ts";
import type { Joined, Sql, SqlRow, SqlValue } from "./port.ts";
import { readInt, readText } from "./row.ts";
import { type PostgresText, translate, typesOf } from "./postgres-text.ts";

export interface PostgresOptions {
  /** Connections that are open at once. */
  readonly connections: number;
  /** Milliseconds after which the server gives a statement up. */
  readonly statementMilliseconds: number;
  /** Milliseconds after which it gives up one that waits for a lock, such as a write for another to end; by default five seconds. */
  readonly lockMilliseconds?: number;
}

/** Texts that are kept as PostgreSQL takes them; the program has fewer. */
const keptTexts = 1000;
/** Milliseconds after which the server ends a transaction whose process says nothing more: it holds the writers' lock. */
const idleMilliseconds = 10_000;
/** Milliseconds after the server's own limit at which a statement is given up here: the server is gone. */
const goneMilliseconds = 5000;
/** The lock that each write of this program takes, so that one comes after the other as in SQLite and D1. */
const writerLock = 0x77_61_6c_64;
/** SQLSTATE of a lock that was not free in time. */
const lockNotAvailable = "55P03";

/** Oids of types (pg_type.dat) whose values are numbers here: int8, int2, int4, oid, float4, float8, numeric. */
const numberOids = new Set([20, 21, 23, 26, 700, 701, 1700]);
/** Those whose values are texts: name, text, json, unknown, varchar, jsonb. */
const textOids = new Set([19, 25, 114, 705, 1043, 3802]);
const boolOid = 16;

/** Reads a column as the port has it, a truth value as SQLite has it; one of another type is refused by `isRow`. */
function parserOf(oid: number): (text: string) => unknown {
  if (numberOids.has(oid)) return Number;
  if (oid === boolOid) return (text) => (text === "t" ? 1 : 0);
  return textOids.has(oid) ? (text) => text : (text) => ({ oid, text });
}

/**
 * Opens the port over a database of PostgreSQL 14 or later, `postgres://user:password@host/database`. Connects with the first
 * statement, and anew after a connection was lost; what was under way then fails. Writes of all processes come one after the
 * other. Throws `bad_config` for an address that is none.
 */
export function openPostgres(
  url: string,
  { connections, statementMilliseconds, lockMilliseconds = 5000 }: PostgresOptions,
): Sql & { close(): Promise<void> } {
  const pool = new Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: 10_000,
    query_timeout: statementMilliseconds + goneMilliseconds,
    keepAlive: true,
    keepAliveInitialDelayMillis: 15_000,
    application_name: "waldur-calendar",
    types: { getTypeParser: parserOf },
    // For reads, so that none is left behind on the server. Not at the start of the connection, where poolers refuse it.
    verify(client, done) {
      client.query(`SET statement_timeout = ${statementMilliseconds}; SET lock_timeout = ${lockMilliseconds}`, done);
    },
  });
  // What was under way is told of its failure by itself; without a listener the process would end.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  /** One write of this process at a time waits for the lock, so that the others leave the connections to reads. */
  const writer = makeSemaphore(1);
  const texts = new Map<string, PostgresText>();

  const textOf = (sql: string, types: string): PostgresText => {
    const name = `${types} ${sql}`;
    const known = texts.get(name);
    if (known !== undefined) return known;
    const made = translate(sql, types);
    const [oldest] = texts.keys();
    if (texts.size >= keptTexts && oldest !== undefined) texts.delete(oldest);
    texts.set(name, made);
    return made;
  };
  const send = async (
    on: Pick<PoolClient, "query">,
    sql: string,
    parameters: readonly SqlValue[],
  ): Promise<QueryResult<Record<string, unknown>>> => {
    checkNumber(sql, parameters);
    const { text, order } = textOf(sql, typesOf(parameters));
    return on.query<Record<string, unknown>>(
      text,
      order.map((index) => storable(parameters[index] ?? null)),
    );
  };
  /** Does the work in a transaction on a connection of its own, which is given up after a failure. */
  const transact = async <T>(begin: string, work: (on: PoolClient) => Promise<T>): Promise<T> => {
    const on = await pool.connect();
    let failed = true;
    try {
      await on.query(begin);
      const result = await work(on);
      await on.query("COMMIT");
      failed = false;
      return result;
    } finally {
      // A transaction that is open ends with its connection.
      on.release(failed);
    }
  };
  // At another level, which may be the server's own, a statement would not see what was written while it waited for the lock.
  const beginWrite = `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = ${statementMilliseconds}; SET LOCAL lock_timeout = ${lockMilliseconds};
    SET LOCAL idle_in_transaction_session_timeout = ${idleMilliseconds}; SELECT pg_advisory_xact_lock(${writerLock})`;
  const write = async <T>(work: (on: PoolClient) => Promise<T>): Promise<T> => {
    await writer.acquire(AbortSignal.timeout(statementMilliseconds));
    try {
      return await transact(beginWrite, work);
    } finally {
      writer.release();
    }
  };
  const rowsOf = async (sql: string, parameters: readonly SqlValue[]): Promise<SqlRow[]> =>
    attempt(sql, async () => {
      const work = async (on: PoolClient) => (await send(on, sql, parameters)).rows;
      const rows = await (writes.test(sql) ? write(work) : send(pool, sql, parameters).then((result) => result.rows));
      return rows.filter(isRow);
    });
  return {
    all: async (sql, ...parameters) => rowsOf(sql, parameters),
    first: async (sql, ...parameters) => (await rowsOf(sql, parameters))[0] ?? null,
    async join(sql, ...parameters) {
      const rows = await rowsOf(
        `SELECT coalesce(string_agg(text, ''), '') AS joined, count(*) AS rows, count(text) AS texts FROM (${sql}) AS one`,
        parameters,
      );
      return joinedOf(rows[0]);
    },
    run: async (sql, ...parameters) =>
      attempt(sql, async () => write(async (on) => (await send(on, sql, parameters)).rowCount ?? 0)),
    batch: async (statements) =>
      attempt(statements.map(({ sql }) => sql).join("; "), async () =>
        write(async (on) => {
          const changes: number[] = [];
          for (const { sql, parameters } of statements) changes.push((await send(on, sql, parameters)).rowCount ?? 0);
          return changes;
        }),
      ),
    close: async () => (pool.ended ? undefined : pool.end()),
  };
}

const writes = /\b(?:INSERT|UPDATE|DELETE)\b/;

function joinedOf(row: SqlRow | undefined): Joined {
  if (row === undefined || readInt(row, "rows") !== readInt(row, "texts")) {
    throw new AppError("store_failed", "the database's column is not a text");
  }
  return { bytes: new TextEncoder().encode(readText(row, "joined")), rows: readInt(row, "rows") };
}

/** In JSON, and in JSON within it: NUL, and half of a pair of surrogates, which is written out only without the other half. */
const unstorable = /\\+u(?:0000|d[89a-f][\da-f]{2})/gi;

/** Returns the value with U+FFFD for the characters that PostgreSQL has no place for; Waldur keeps its own texts there. */
function storable(value: SqlValue): SqlValue {
  if (typeof value !== "string") return value;
  const text = value.replaceAll("\0", "\uFFFD");
  return /^[[{]/.test(text) ? text.replace(unstorable, "\uFFFD") : text;
}

/** PostgreSQL would take the first ones; D1 refuses. */
function checkNumber(sql: string, parameters: readonly SqlValue[]): void {
  const wanted = Math.max(0, ...Array.from(sql.matchAll(/\?(\d+)/g), ([, number]) => Number(number)));
  if (parameters.length === wanted) return;
  throw new AppError("store_failed", `a statement wants ${wanted} parameters and got ${parameters.length}`);
}

async function attempt<T>(sql: string, query: () => Promise<T>): Promise<T> {
  try {
    return await query();
  } catch (error) {
    if (error instanceof DOMException && error.name === "TimeoutError") throw storeBusy(error, sql);
    if (error instanceof AppError) throw error;
    if (!(error instanceof DatabaseError)) throw storeFailed(new Error(causeOf(error), { cause: error }), sql);
    const { message, code = "" } = error;
    // The rest of it has values; so has, after a colon, the message of bad data (class 22).
    const told = new Error(`${code.startsWith("22") ? message.replace(/: .*/s, "") : message} (SQLSTATE ${code})`);
    throw code === lockNotAvailable ? storeBusy(told, sql) : storeFailed(told, sql);
  }
}
