import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, describe, expect, it } from "vitest";
import { copyToServer } from "../../src/node/copy-to-server.ts";
import { openServerDatabase } from "../../src/node/server-database.ts";
import { randomBytes } from "../../src/lib/random.ts";
import { newKey } from "../../src/security/keys.ts";
import { migrate, type Migration } from "../../src/store/sql/migrate.ts";
import { readMigrations } from "../../src/store/sql/migrations-node.ts";
import { type Sql, statement } from "../../src/store/sql/port.ts";
import { messageOf } from "../../src/errors.ts";
import { openSqlite } from "../../src/store/sql/sqlite.ts";
import { liveDay } from "../bench/day.ts";
import { makePostgres } from "../contract/store/engines.ts";
import { findPostgres, startPostgres } from "../contract/store/postgres-server.ts";
import { until } from "../until.ts";
import { makeWorld } from "../world.ts";
import { makeApp } from "../../src/app.ts";
import { openPostgres } from "../../src/store/sql/postgres.ts";
import { tick } from "../../src/tick.ts";

const nowAt = Date.UTC(2027, 0, 4, 9) / 1000;

async function addToOutbox(sql: Sql, cause: string): Promise<void> {
  await sql.run(
    "INSERT INTO outbox (id, cause, recipient, channel, message, due_at, created_at) VALUES (?1, ?1, 'somebody', 'mail', '{}', 0, 0)",
    cause,
  );
}

describe.runIf(findPostgres() !== null)("a database on a PostgreSQL server", () => {
  const opened: { close(): Promise<void> }[] = [];

  afterAll(async () => {
    for (const one of opened) await one.close();
  });

  const openAt = async (databaseUrl: string, later: readonly Migration[] = []) => {
    const migrations = [...(await readMigrations("migrations/postgres")), ...later];
    const one = await openServerDatabase({ databaseUrl, databaseConnections: 3 }, migrations, nowAt);
    opened.push(one);
    return one;
  };
  const connectTo = async (url: string): Promise<Client> => {
    const client = new Client(url);
    client.on("error", () => {});
    await client.connect();
    return client;
  };

  it("has the tables and columns that the migrations make in SQLite", async () => {
    const sqlite = openSqlite(":memory:");
    await migrate(sqlite, await readMigrations("migrations"), nowAt);
    const wanted = await sqlite.all(
      `SELECT tables.name || '.' || columns.name AS "column" FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
       WHERE tables.type = 'table' AND tables.name NOT IN ('d1_migrations', 'sqlite_sequence')`,
    );
    sqlite.close();
    const sql = await openAt(await makePostgres());
    const have = await sql.all(
      `SELECT table_name::text || '.' || column_name::text AS "column" FROM information_schema.columns
       WHERE table_schema = current_schema() AND table_name != 'd1_migrations' AND column_name != 'rowid'`,
    );
    const names = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).toSorted();
    expect(names(have)).toEqual(names(wanted));
  });

  it.each([
    ["nobody has made", (url: URL) => (url.pathname = "/none"), "does not exist (SQLSTATE 3D000); make it, empty"],
    [
      "takes no such user",
      (url: URL) => (url.username = "stranger"),
      "(SQLSTATE 28000); the server must take the user",
    ],
    ["does not answer", (url: URL) => (url.port = "1"), "connect ECONNREFUSED 127.0.0.1:1; PostgreSQL must run there"],
  ])("that %s is named with what to do", async (_words, change, told) => {
    const url = new URL(await makePostgres());
    change(url);
    const failure = await openAt(url.href).catch((error: unknown) => messageOf(error));
    expect(failure).toMatch(/^the database at DATABASE_URL refused: /);
    expect(failure).toContain(told);
  });

  it("whose user may make no tables in it is named with what to do", async () => {
    const url = new URL(await makePostgres());
    const owner = await connectTo(url.href);
    await owner.query("CREATE ROLE guest LOGIN");
    await owner.end();
    url.username = "guest";
    await expect(openAt(url.href)).rejects.toThrow("(SQLSTATE 42501); make the user the owner of the database");
  });

  it("is made once by several processes that start at once, and not touched by an older version", async () => {
    const url = await makePostgres();
    const all = await Promise.all([openAt(url), openAt(url), openAt(url)]);
    expect(await all[0]?.all("SELECT name FROM d1_migrations")).toHaveLength(
      (await readMigrations("migrations/postgres")).length,
    );
    await all[1]?.run("INSERT INTO d1_migrations (name, applied_at) VALUES ('9999_later', 0)");
    await expect(openAt(url)).rejects.toThrow("is of a newer version of this program, which has 9999_later");
  });

  it("is upgraded under nodes of the version before, by one of several that start at once, with ten minutes for it", async () => {
    const url = await makePostgres("-with-tables");
    const before = await openAt(url);
    const world = await makeWorld({ bookings: 20, sql: before });
    const address = await world.address(await world.addFeed());
    await world.tick();
    const next: Migration = {
      name: "0002_next.sql",
      sql: `ALTER TABLE feeds ADD COLUMN later TEXT NOT NULL DEFAULT 'as before';
        CREATE TABLE limits AS SELECT current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS statement`,
    };
    const broken: Migration = { name: "0003_broken.sql", sql: "DROP TABLE limits; SELECT nothing FROM nowhere" };
    const after = await Promise.all([openAt(url, [next]), openAt(url, [next])]);
    expect(await before.all("SELECT * FROM limits")).toEqual([{ lock: "10min", statement: "10min" }]);
    await expect(openAt(url, [next, broken])).rejects.toMatchObject({ code: "store_failed" });
    expect(await before.all("SELECT * FROM limits")).toHaveLength(1);

    // Both versions go on with the same feeds; one of the version before does not start any more.
    for (const [n, sql] of [before, ...after].entries()) {
      world.sample.rename(world.sample.bookings[0]?.uuid ?? "", `Name ${n}`);
      world.wait(60);
      await tick({ ...world.deps, sql });
      expect(await world.calendar(address)).toContain(`Name ${n}`);
    }
    expect(await before.all("SELECT later FROM feeds")).toEqual([{ later: "as before" }]);
    await expect(openAt(url)).rejects.toThrow("is of a newer version of this program, which has 0002_next.sql");
  });

  it("shows what one node changed at every other with the next request, in place of what that keeps in memory", async () => {
    const url = await makePostgres("-with-tables");
    const world = await makeWorld({ bookings: 20, sql: await openAt(url) });
    const address = await world.address(await world.addFeed());
    await world.tick();
    const other = { app: makeApp(), deps: { ...world.deps, sql: await openAt(url) } };
    const get = async () => {
      const response = await other.app.fetch(new Request(address), other.deps);
      return { tag: response.headers.get("ETag"), text: await response.text() };
    };
    const first = await get();
    expect(await get()).toEqual(first);
    world.sample.rename(world.sample.bookings[0]?.uuid ?? "", "Of another name");
    world.wait(60);
    await world.tick();
    const second = await get();
    expect(second.text).toContain("Of another name");
    expect(second.tag).not.toBe(first.tag);
    expect(second.text).toBe(await (await world.get(address)).text());
  });

  it("ends what waits for a lock that somebody else keeps, here and on the server, and goes on", async () => {
    const url = await makePostgres("-with-tables");
    const sql = openPostgres(url, { connections: 2, statementMilliseconds: 10_000, lockMilliseconds: 50 });
    const slow = openPostgres(url, { connections: 2, statementMilliseconds: 50 });
    opened.push(sql, slow);
    const holder = await connectTo(url);
    await holder.query("BEGIN; LOCK TABLE meta IN ACCESS EXCLUSIVE MODE");
    const add = "INSERT INTO meta (key, value) VALUES ('a', '')";
    const busy = { code: "store_failed", message: "another program has locked the database; try again in a minute" };
    await expect(sql.all("SELECT key FROM meta")).rejects.toMatchObject(busy);
    await expect(sql.run(add)).rejects.toMatchObject(busy);
    await expect(slow.all("SELECT key FROM meta")).rejects.toThrow("statement timeout");
    await expect(slow.run(add)).rejects.toThrow("statement timeout");
    const waiting = await holder.query(
      "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    expect(waiting.rows).toEqual([]);
    await holder.query("ROLLBACK");
    await sql.run(add);
    // On a busy machine it may be too slow for its 50 ms a few times.
    await expect.poll(async () => slow.all("SELECT key FROM meta").catch(() => [])).toEqual([{ key: "a" }]);
    await holder.end();
  });

  it("may be started again under the service: subscribers get the last good copy, then what is new", async () => {
    const server = await startPostgres(findPostgres() ?? "");
    const sql = await openAt(await server.makeDatabase());
    const world = await makeWorld({ bookings: 20, sql });
    const address = await world.address(await world.addFeed());
    const another = await world.address(await world.addFeed());
    await world.tick();
    const before = await world.calendar(address);
    world.sample.rename(world.sample.bookings[0]?.uuid ?? "", "Of another name");
    await server.restart(async () => {
      world.wait(60);
      expect(await world.calendar(address)).toBe(before);
      expect((await world.get(another)).status).toBe(404);
      await world.tick().catch(() => undefined);
    });
    world.wait(60);
    await world.tick();
    expect(await world.calendar(address)).toContain("Of another name");
    expect((await world.get(another)).status).toBe(200);
    await sql.close();
    await server.stop();
  });

  it("has as many connections as it is told at most, however much is asked at once", async () => {
    const url = await makePostgres("-with-tables");
    const sql = await openAt(url);
    const gate = await connectTo(url);
    await gate.query("SELECT pg_advisory_lock(1)");
    const held = "SELECT pg_backend_pid() AS pid, pg_advisory_xact_lock_shared(1)::text AS locked";
    const rows = Promise.all(Array.from({ length: 12 }, async () => sql.first(held)));
    const waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'";
    await until(async () => (await gate.query(waiting)).rows.length === 3);
    await gate.query("SELECT pg_advisory_unlock(1)");
    expect(new Set((await rows).map((row) => row?.["pid"])).size).toBe(3);
    await gate.end();
  });

  it("outlives every connection that the server ends, in the middle of a batch too", async () => {
    const url = await makePostgres();
    const [sql, other] = [await openAt(url), await openAt(url)];
    const end =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()";
    const slow = sql.batch([
      statement("INSERT INTO meta (key, value) VALUES ('one', 'of two')"),
      statement("INSERT INTO meta (key, value) SELECT 'two', pg_sleep(20)::text"),
    ]);
    const failed = expect(slow).rejects.toMatchObject({ code: "store_failed" });
    const sleeps = "SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)%' AND wait_event = 'PgSleep'";
    while ((await other.all(sleeps)).length === 0);
    await other.all(end);
    await failed;
    expect(await sql.all("SELECT key FROM meta")).toEqual([]);
    await sql.run("INSERT INTO meta (key, value) VALUES ('three', '')");
    expect(await other.all("SELECT key FROM meta")).toEqual([{ key: "three" }]);
  });

  it("lets go of the writers' lock where a process says nothing more", async () => {
    const url = await makePostgres();
    const sql = await openAt(url);
    const silent = await connectTo(url);
    await silent.query(
      "BEGIN; SET LOCAL idle_in_transaction_session_timeout = 500; SELECT pg_advisory_xact_lock(2002873444)",
    );
    await sql.run("INSERT INTO meta (key, value) VALUES ('after', '')");
    expect(await sql.all("SELECT key FROM meta")).toEqual([{ key: "after" }]);
  });

  it("serves the very events that SQLite does, through changes and decisions", async () => {
    const begin = async (sql?: Sql) => {
      const world = await makeWorld({ bookings: 40, ...(sql !== undefined && { sql }) });
      const address = await world.address(await world.addFeed());
      await world.tick();
      for (let n = 0; n < 30; n += 1) {
        world.wait(60);
        world.sample.step();
        await world.tick();
      }
      return (await world.get(address)).text();
    };
    const own = (text: string): string[] =>
      text
        .replaceAll(/\r\n[ \t]/g, "")
        .split("\r\n")
        .filter((line) => !/^(?:UID|DESCRIPTION|X-WR|URL|X-ALT-DESC)/.test(line));
    const there = await begin(await openAt(await makePostgres()));
    expect(own(there)).toEqual(own(await begin()));
    expect(own(there).length).toBeGreaterThan(200);
  });

  it("takes a database in a file over whole, and goes on with it; one that is not empty is left alone", async () => {
    const folder = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
    const file = join(folder, "store.sqlite");
    const sqlite = openSqlite(file);
    await migrate(sqlite, await readMigrations("migrations"), nowAt);
    const keys = newKey(randomBytes);
    const world = await makeWorld({ bookings: 40, sql: sqlite, keys });
    const address = await world.address(await world.addFeed());
    await world.tick();
    await addToOutbox(sqlite, "a mail");
    const served = await (await world.get(address)).text();
    const databaseUrl = await makePostgres();
    const config = { databaseUrl, databaseConnections: 2 };
    const migrations = {
      sqlite: await readMigrations("migrations"),
      postgres: await readMigrations("migrations/postgres"),
    };
    const { rows } = await copyToServer(file, config, migrations, { nowAt, random: randomBytes });
    const sql = await openAt(databaseUrl);
    const tables = await sqlite.all(
      `SELECT tables.name, group_concat('"' || columns.name || '"') AS columns
       FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
       WHERE tables.type = 'table' AND tables.name NOT IN ('d1_migrations', 'sqlite_sequence') GROUP BY tables.name`,
    );
    let found = 0;
    for (const { name, columns } of tables) {
      const all = async (from: Sql) =>
        (await from.all(`SELECT ${columns} FROM ${name}`)).map((row) => JSON.stringify(row)).toSorted();
      const own = await all(sqlite);
      expect([name, await all(sql)]).toEqual([name, own]);
      found += own.length;
    }
    expect(rows).toBe(found);
    expect(rows).toBeGreaterThan(60);
    const moved = await makeWorld({ bookings: 40, sql, keys });
    expect(await (await moved.get(address)).text()).toBe(served);
    await addToOutbox(sql, "another");
    await expect(copyToServer(file, config, migrations, { nowAt, random: randomBytes })).rejects.toMatchObject({
      code: "conflict",
    });
    await sql.run("INSERT INTO meta (key, value) VALUES ('copying', 'cut short')");
    await expect(openAt(databaseUrl)).rejects.toThrow("make a new database and copy again");
    sqlite.close();
    await rm(folder, { recursive: true });
  });

  it("ends an hour of faults with every feed and calendar as Waldur has it", async () => {
    const sql = await openAt(await makePostgres());
    const day = await liveDay({ feeds: 8, targets: 4, hours: 1, sql });
    expect(day).toMatchObject({ wrongFeeds: 0, wrongCalendars: 0, overdue: 0, refused: 0 });
    expect(day.faults.database).toBeGreaterThan(2);
  });
});
