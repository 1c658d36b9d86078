import { readText } from "./row.ts";
import { type Sql, statement } from "./port.ts";

/** One numbered file of `migrations/`. */
export interface Migration {
  /** The file's name, as wrangler records it: `0001_first.sql`. */
  readonly name: string;
  readonly sql: string;
}

/** The statements by which an engine notes which migrations it has, in a table `d1_migrations`. */
interface MigrationRecord {
  readonly createTable: string;
  /** Adds a name (?1), with the time (?2, epoch seconds). */
  readonly add: string;
}

/** As `wrangler d1 migrations apply` keeps it; both may be used on one database. */
const sqliteRecord: MigrationRecord = {
  createTable: `CREATE TABLE IF NOT EXISTS d1_migrations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT UNIQUE,
    applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
  )`,
  add: "INSERT INTO d1_migrations (name, applied_at) VALUES (?1, datetime(?2, 'unixepoch'))",
};

export const postgresRecord: MigrationRecord = {
  createTable: "CREATE TABLE IF NOT EXISTS d1_migrations (name text PRIMARY KEY, applied_at bigint NOT NULL)",
  add: "INSERT INTO d1_migrations (name, applied_at) VALUES (?1, ?2)",
};

/**
 * Applies, in the order given, the migrations that the database does not have; each all or nothing with its record.
 * Processes that do so at once share the work. `nowAt` is noted as the time. Resolves to the names of those it applied.
 */
export async function migrate(
  sql: Sql,
  migrations: readonly Migration[],
  nowAt: number,
  record = sqliteRecord,
): Promise<string[]> {
  await sql.run(record.createTable);
  const known = await listApplied(sql);
  const done: string[] = [];
  for (const migration of migrations) {
    if (known.has(migration.name)) continue;
    try {
      await apply(sql, migration, nowAt, record);
      done.push(migration.name);
    } catch (error) {
      // The name is unique, so whoever comes second changes nothing.
      if (!(await listApplied(sql)).has(migration.name)) throw error;
    }
  }
  return done;
}

/** Returns the names of the migrations that the database does not have. A database without the table lacks all. */
export async function listMissing(sql: Sql, migrations: readonly Migration[]): Promise<string[]> {
  const table = await sql.first("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'd1_migrations'");
  const known = table === null ? new Set<string>() : await listApplied(sql);
  return migrations.map(({ name }) => name).filter((name) => !known.has(name));
}

/** Returns the names of the migrations that the database has and this version does not know. */
export async function listUnknown(sql: Sql, migrations: readonly Migration[]): Promise<string[]> {
  const known = new Set(migrations.map(({ name }) => name));
  return [...(await listApplied(sql))].filter((name) => !known.has(name));
}

async function listApplied(sql: Sql): Promise<Set<string>> {
  const rows = await sql.all("SELECT name FROM d1_migrations");
  return new Set(rows.map((row) => readText(row, "name")));
}

async function apply(sql: Sql, migration: Migration, nowAt: number, record: MigrationRecord): Promise<void> {
  await sql.batch([
    statement(record.add, migration.name, nowAt),
    ...splitStatements(migration.sql).map((part) => statement(part)),
  ]);
}

const token = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[^]*?(?:\*\/|$)|;|[^]/g;

/** Returns the single statements of an SQL text without triggers: split at semicolons outside strings, names and comments. */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let part = "";
  for (const [piece] of `${sql};`.matchAll(token)) {
    if (piece === ";") {
      if (part.trim() !== "") statements.push(part.trim());
      part = "";
    } else {
      part += piece.startsWith("--") || piece.startsWith("/*") ? " " : piece;
    }
  }
  return statements;
}
