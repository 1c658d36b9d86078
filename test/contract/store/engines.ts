import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, inject } from "vitest";
import type { Sql } from "../../../src/store/sql/port.ts";
import { openPostgres } from "../../../src/store/sql/postgres.ts";
import { migrate, postgresRecord } from "../../../src/store/sql/migrate.ts";
import { readMigrations } from "../../../src/store/sql/migrations-node.ts";
import { openSqlite } from "../../../src/store/sql/sqlite.ts";
import { t } from "../../rows.ts";
import { findPostgres } from "./postgres-server.ts";
import { remoteSql } from "./wire.ts";

/** The repository's own migrations. */
export const migrationsFolder = join(import.meta.dirname, "../../../migrations");

/** An empty database of one engine. */
export interface Opened {
  readonly sql: Sql;
  /** Makes the tables of this version, `nowAt` in epoch seconds. */
  migrate(nowAt: number): Promise<unknown>;
  /** The same database as another process or isolate sees it. */
  another(): Sql;
  /** Applies the repository's migrations as wrangler does; absent where wrangler has no say. */
  readonly applyByWrangler?: () => Promise<void>;
  close(): Promise<void>;
}

interface Engine {
  readonly engine: string;
  /** True where it is SQLite, and takes the migrations of `migrations/`. */
  readonly sqlite: boolean;
  readonly open: () => Promise<Opened>;
}

export const sqliteEngines: readonly Engine[] = [
  { engine: "node:sqlite", sqlite: true, open: openFile },
  { engine: "D1 in workerd", sqlite: true, open: openWorkerd },
];

/** The engines that must behave alike. */
export const engines: readonly Engine[] = [
  ...sqliteEngines,
  ...(findPostgres() === null ? [] : [{ engine: "PostgreSQL", sqlite: false, open: openServer }]),
];

/**
 * Opens a database with the tables of this version before the tests of a `describe`, and closes it after them. Returns the port
 * to it, and what sees the same database as another process does.
 */
export function openForTests(open: Engine["open"]): { readonly sql: Sql; readonly another: Opened["another"] } {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
    await opened.migrate(t);
  });
  afterAll(async () => opened.close());
  const sql: Sql = {
    all: async (...given) => opened.sql.all(...given),
    first: async (...given) => opened.sql.first(...given),
    join: async (...given) => opened.sql.join(...given),
    run: async (...given) => opened.sql.run(...given),
    batch: async (statements) => opened.sql.batch(statements),
  };
  return { sql, another: () => opened.another() };
}

/** Asks the servers of this run (`servers.ts`). */
async function ask(path: string): Promise<string> {
  const response = await fetch(inject("servers") + path);
  if (!response.ok) throw new Error(await response.text());
  return response.text();
}

/** Makes a database on the run's PostgreSQL, without tables or with those of this version, and resolves to its address. */
export const makePostgres = async (tables: "" | "-with-tables" = ""): Promise<string> => ask(`/postgres${tables}`);

/** Makes the tables of this version in an empty database of PostgreSQL. */
const migratePostgres = async (sql: Sql, nowAt: number) =>
  migrate(sql, await readMigrations(join(migrationsFolder, "postgres")), nowAt, postgresRecord);
const migrateSqlite = async (sql: Sql, nowAt: number) => migrate(sql, await readMigrations(migrationsFolder), nowAt);

async function openFile(): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
  const opened = [openSqlite(join(folder, "store.sqlite"))];
  const [sql] = opened;
  if (sql === undefined) throw new Error("no database was opened");
  return {
    sql,
    migrate: async (nowAt) => migrateSqlite(sql, nowAt),
    another() {
      const other = openSqlite(join(folder, "store.sqlite"));
      opened.push(other);
      return other;
    },
    async close() {
      for (const one of opened) one.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Makes a database without tables in this run's workerd, and resolves to the port to it. */
export const openEmptyD1 = async () => connectD1(await ask("/d1"));

async function connectD1(url: string) {
  const socket = new WebSocket(url.replace(/^http/, "ws"));
  await once(socket, "open");
  return remoteSql(socket);
}

async function openWorkerd(): Promise<Opened> {
  const url = await ask("/d1");
  const [sql, other] = [await connectD1(url), await connectD1(url)];
  return {
    sql,
    migrate: async (nowAt) => migrateSqlite(sql, nowAt),
    another: () => other,
    applyByWrangler: async () => void (await ask(`/d1/migrated-by-wrangler${new URL(url).search}`)),
    async close() {
      for (const one of [sql, other]) one.close();
    },
  };
}

async function openServer(): Promise<Opened> {
  const url = await makePostgres();
  const opened: ReturnType<typeof openPostgres>[] = [];
  const open = () => {
    const one = openPostgres(url, { connections: 4, statementMilliseconds: 30_000 });
    opened.push(one);
    return one;
  };
  const sql = open();
  return {
    sql,
    migrate: async (nowAt) => migratePostgres(sql, nowAt),
    another: open,
    async close() {
      for (const one of opened) await one.close();
    },
  };
}
