import { mkdtemp, rm } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { statement } from "../../../src/store/sql/port.ts";
import { openSqlite } from "../../../src/store/sql/sqlite.ts";

let folder: string;
let sql: ReturnType<typeof openSqlite>;
let other: DatabaseSync;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
  sql = openSqlite(join(folder, "store.sqlite"));
  await sql.run("CREATE TABLE t (n INTEGER)");
  other = new DatabaseSync(join(folder, "store.sqlite"));
});
afterEach(async () => {
  sql.close();
  other.close();
  await rm(folder, { recursive: true });
});

/** Resolves once the process has gone through its timers that often: nothing has kept it from that. */
async function spin(rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe("a SQLite file that another program has locked", () => {
  it("lets the process do other things while a write waits, and takes the write when it is free", async () => {
    other.exec("BEGIN IMMEDIATE");
    let written = 0;
    const writes = Promise.all([
      sql.run("INSERT INTO t VALUES (1)").then(() => (written += 1)),
      sql
        .batch([statement("INSERT INTO t VALUES (2)"), statement("INSERT INTO t VALUES (3)")])
        .then(() => (written += 1)),
    ]);
    await spin(50);
    expect(written).toBe(0);
    expect(await sql.all("SELECT n FROM t")).toEqual([]);
    other.exec("ROLLBACK");
    await writes;
    expect(await sql.all("SELECT n FROM t ORDER BY n")).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  it("fails in words when that lasts, with nothing written", async () => {
    other.exec("BEGIN IMMEDIATE");
    await expect(sql.run("INSERT INTO t VALUES (1)")).rejects.toMatchObject({
      code: "store_failed",
      message: "another program has locked the database; try again in a minute",
      facts: { statement: "INSERT INTO t VALUES (1)" },
    });
    other.exec("ROLLBACK");
    expect(await sql.all("SELECT n FROM t")).toEqual([]);
  });
});
