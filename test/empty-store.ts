import { messageOf } from "../src/errors.ts";
import { aroundCalls } from "../src/store/sql/around.ts";
import { migrate } from "../src/store/sql/migrate.ts";
import { readMigrations } from "../src/store/sql/migrations-node.ts";
import { readText } from "../src/store/sql/row.ts";
import { openPostgres } from "../src/store/sql/postgres.ts";
import { type Sql, type Statement, statement } from "../src/store/sql/port.ts";
import { openSqlite } from "../src/store/sql/sqlite.ts";

type EmptyStore = Sql & { close(): void | Promise<void> };

let schema: Promise<Statement[]> | undefined;

/**
 * Opens an empty database in memory with every table: what migrations make, without the way there, which takes ten times as long.
 * With TEST_STORE=postgres one on the PostgreSQL of this run, with TEST_STORE=d1 one of its workerd.
 */
export async function openStore(): Promise<EmptyStore> {
  const sql = await openEngine();
  return { ...sql, ...aroundCalls(sql, async (call) => call().catch(tellRefused)) };
}

/**
 * Throws an error of the database on. A statement that it refuses, but for a constraint that others may meet first, is a fault of
 * the program, whatever the program makes of the error: what nobody catches fails the run.
 */
function tellRefused(error: unknown): never {
  if (/^the database refused: (?!.*constraint)/.test(messageOf(error))) {
    queueMicrotask(() => {
      throw error;
    });
  }
  throw error;
}

async function openEngine(): Promise<EmptyStore> {
  if (process.env["TEST_STORE"] === "postgres") {
    const { makePostgres } = await import("./contract/store/engines.ts");
    return openPostgres(await makePostgres("-with-tables"), { connections: 3, statementMilliseconds: 30_000 });
  }
  schema ??= readSchema();
  if (process.env["TEST_STORE"] === "d1") {
    const { openEmptyD1 } = await import("./contract/store/engines.ts");
    const sql = await openEmptyD1();
    await sql.batch(await schema);
    return sql;
  }
  const sql = openSqlite(":memory:");
  await sql.batch(await schema);
  return sql;
}

/** Returns what makes the tables and indexes of a database that has all migrations, and the rows that say so. */
async function readSchema(): Promise<Statement[]> {
  const migrated = openSqlite(":memory:");
  const names = await migrate(migrated, await readMigrations("migrations"), 0);
  const made = await migrated.all(
    "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
  );
  migrated.close();
  return [
    ...made.map((row) => statement(readText(row, "sql"))),
    ...names.map((name) => statement("INSERT INTO d1_migrations (name) VALUES (?1)", name)),
  ];
}
