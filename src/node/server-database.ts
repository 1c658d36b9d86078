import type { Config } from "../config/config.ts";
import { AppError } from "../errors.ts";
import { listMissing, listUnknown, migrate, type Migration, postgresRecord } from "../store/sql/migrate.ts";
import { readMeta } from "../store/meta.ts";
import type { Sql } from "../store/sql/port.ts";
import { openPostgres } from "../store/sql/postgres.ts";

const statementMilliseconds = 30_000;
/** A migration may rewrite a table, and whoever starts meanwhile waits for it. */
const migrationMilliseconds = 600_000;

/** The key in `meta` that is there while a database is filled with another (`copy-to-server.ts`). */
export const copyMark = "copying";

/**
 * Opens the database at DATABASE_URL and brings it to this version; of several processes that start at once, one. One that a
 * newer version made is left alone. `nowAt`: epoch seconds. Throws `store_failed`.
 */
export async function openServerDatabase(
  { databaseUrl, databaseConnections }: Pick<Config, "databaseUrl" | "databaseConnections">,
  migrations: readonly Migration[],
  nowAt: number,
): Promise<Sql & { close(): Promise<void> }> {
  const url = databaseUrl ?? "";
  const sql = openPostgres(url, { connections: databaseConnections, statementMilliseconds });
  try {
    const encoding = (await sql.first("SELECT current_setting('server_encoding') AS encoding"))?.["encoding"];
    if (encoding !== "UTF8") {
      throw new AppError(
        "store_failed",
        `the database at DATABASE_URL keeps texts as ${encoding}: make one with ENCODING 'UTF8'`,
      );
    }
    if ((await listMissing(sql, migrations)).length > 0) await migrateServer(url, migrations, nowAt);
    const unknown = await listUnknown(sql, migrations);
    if (unknown.length > 0) {
      throw new AppError(
        "store_failed",
        `the database at DATABASE_URL is of a newer version of this program, which has ${unknown.join(", ")}: start that version, or restore a copy from before it`,
      );
    }
    if ((await readMeta(sql, copyMark)) !== null) {
      throw new AppError(
        "store_failed",
        "the database at DATABASE_URL is being filled by `copy`, or that was cut short: wait for it, or make a new database and copy again",
      );
    }
    return sql;
  } catch (error) {
    await sql.close();
    throw nameServer(error);
  }
}

/** What helps where the server lets nobody in, by SQLSTATE (PostgreSQL, appendix A), or cannot be reached. */
const remedies: readonly (readonly [RegExp, string])[] = [
  [/SQLSTATE 3D000/, "make it, empty and in UTF-8, with the user as its owner"],
  [/SQLSTATE 28/, "the server must take the user and password that stand there, from this machine"],
  [/SQLSTATE 42501/, "make the user the owner of the database"],
  [
    /^the database refused: (?:connect|getaddrinfo|read|TLS|Connection terminated)\b/,
    "PostgreSQL must run there, and answer this machine",
  ],
];

/** Returns a failure at the start with the setting that it is about and what to do; anything else as it is. */
function nameServer(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const { message, cause, facts } = error;
  const [, remedy] = remedies.find(([said]) => said.test(message)) ?? [];
  if (remedy === undefined) return error;
  const named = message.replace("the database", "the database at DATABASE_URL");
  return new AppError("store_failed", `${named}; ${remedy}`, { cause, facts });
}

async function migrateServer(url: string, migrations: readonly Migration[], nowAt: number): Promise<void> {
  const patience = { statementMilliseconds: migrationMilliseconds, lockMilliseconds: migrationMilliseconds };
  const sql = openPostgres(url, { connections: 1, ...patience });
  try {
    await migrate(sql, migrations, nowAt, postgresRecord);
  } finally {
    await sql.close();
  }
}
