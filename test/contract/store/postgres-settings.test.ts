import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openServerDatabase } from "../../../src/node/server-database.ts";
import { openPostgres } from "../../../src/store/sql/postgres.ts";
import { makePostgres } from "./engines.ts";
import { findPostgres } from "./postgres-server.ts";

describe.runIf(findPostgres() !== null)("a database on PostgreSQL whose owner has set it otherwise", () => {
  let url: string;
  let owner: Client;

  beforeEach(async () => {
    url = await makePostgres();
    owner = new Client(url);
    await owner.connect();
  });
  afterEach(async () => owner.end());

  it.each(["repeatable read", "serializable"])(
    "writes on what the writer before left, though it is to be %s",
    async (level) => {
      const { pathname } = new URL(url);
      await owner.query(`ALTER DATABASE ${pathname.slice(1)} SET default_transaction_isolation = '${level}'`);
      await owner.query("CREATE TABLE counters (n bigint); INSERT INTO counters VALUES (0)");
      const sql = openPostgres(url, { connections: 1, statementMilliseconds: 30_000 });
      await owner.query("BEGIN; SELECT pg_advisory_xact_lock(2002873444); UPDATE counters SET n = n + 1");
      const write = sql.run("UPDATE counters SET n = n + 1");
      const waits = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
      while ((await owner.query(waits)).rows.length === 0);
      await owner.query("COMMIT");
      expect(await write).toBe(1);
      expect(await sql.first("SELECT n FROM counters")).toEqual({ n: 2 });
      await sql.close();
    },
  );

  it("is refused in words where it cannot keep every text", async () => {
    await owner.query("CREATE DATABASE narrow TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'");
    const databaseUrl = new URL("/narrow", url).href;
    await expect(openServerDatabase({ databaseUrl, databaseConnections: 1 }, [], 0)).rejects.toMatchObject({
      code: "store_failed",
      message: "the database at DATABASE_URL keeps texts as LATIN1: make one with ENCODING 'UTF8'",
    });
  });
});
