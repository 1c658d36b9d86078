import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { listMissing, migrate, type Migration, splitStatements } from "../../../src/store/sql/migrate.ts";
import { readMigrations } from "../../../src/store/sql/migrations-node.ts";
import { openSqlite } from "../../../src/store/sql/sqlite.ts";
import type { Sql } from "../../../src/store/sql/port.ts";
import { sqliteEngines, migrationsFolder, type Opened } from "./engines.ts";

const nowAt = 1_767_225_600; // 2026-01-01T00:00:00Z

const one: Migration = {
  name: "0001_one.sql",
  sql: "CREATE TABLE t (a TEXT);\nINSERT INTO t (a) VALUES ('one; two');",
};
const two: Migration = { name: "0002_two.sql", sql: "ALTER TABLE t ADD COLUMN b INTEGER NOT NULL DEFAULT 7;" };
const broken: Migration = {
  name: "0003_broken.sql",
  sql: "INSERT INTO t (a) VALUES ('half'); INSERT INTO nowhere VALUES (1);",
};

describe("the migrations", () => {
  it("are numbered one after the other", async () => {
    const names = (await readMigrations(migrationsFolder)).map(({ name }) => name);
    expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, index) => index + 1));
  });
});

describe.each(sqliteEngines)("migrate over $engine", ({ open }) => {
  let opened: Opened;
  let sql: Sql;

  beforeEach(async () => {
    opened = await open();
    ({ sql } = opened);
  });
  afterEach(async () => opened.close());

  it("applies what is missing, in order, once, and notes when", async () => {
    expect(await listMissing(sql, [one, two])).toEqual([one.name, two.name]);
    expect(await migrate(sql, [one], nowAt)).toEqual([one.name]);
    expect(await listMissing(sql, [one, two])).toEqual([two.name]);
    expect(await migrate(sql, [one, two], nowAt + 60)).toEqual([two.name]);
    expect(await migrate(sql, [one, two], nowAt + 120)).toEqual([]);
    expect(await sql.all("SELECT a, b FROM t")).toEqual([{ a: "one; two", b: 7 }]);
    expect(await sql.all("SELECT id, name, applied_at FROM d1_migrations")).toEqual([
      { id: 1, name: one.name, applied_at: "2026-01-01 00:00:00" },
      { id: 2, name: two.name, applied_at: "2026-01-01 00:01:00" },
    ]);
  });

  it("leaves nothing of a migration that fails, and what came before stays", async () => {
    await expect(migrate(sql, [one, broken], nowAt)).rejects.toMatchObject({ code: "store_failed" });
    expect(await sql.all("SELECT a FROM t")).toEqual([{ a: "one; two" }]);
    expect(await sql.all("SELECT name FROM d1_migrations")).toEqual([{ name: one.name }]);
  });

  it("makes bookings and events anew with every row and index they had", async () => {
    const all = await readMigrations(migrationsFolder);
    const rowid = all.findIndex(({ name }) => name.endsWith("_rowid.sql"));
    await migrate(sql, all.slice(0, rowid), nowAt);
    await sql.run("INSERT INTO accounts (id, created_at) VALUES ('a', 1)");
    await sql.run(
      `INSERT INTO sources (id, account_id, kind, scope_uuid, customer_uuid, name, created_at, due_at)
       VALUES ('s', 'a', 'mine', '', '', 'S', 1, 1)`,
    );
    await sql.run(
      `INSERT INTO bookings (source_id, uuid, rev, created_micros, modified_micros, state, slim, data, slots, order_state,
         slotless, first_start_at, last_start_at, last_end_at, missed_sweep, vanished_at)
       VALUES ('s', 'b1', 1, 2, 3, 'OK', 'f', '{"a":"õ"}', '[]', NULL, 0, 4, 5, 6, NULL, 7),
         ('s', 'b2', 2, 3, 4, 'Creating', 'g', '{}', '[]', 'executing', 1, 5, 6, 7, 8, NULL)`,
    );
    await sql.run(
      `INSERT INTO feeds (id, source_id, slug, profile, salt, secret, epoch, revised_at, state, created_at)
       VALUES ('f', 's', 'x', '{}', '', '', 'e', 1, 'active', 1)`,
    );
    await sql.run(
      `INSERT INTO events (feed_id, uid, booking_uuid, rev, sequence, stamp_at, start_at, end_at, cancelled_at, vevent)
       VALUES ('f', 'b1-1', 'b1', 1, 2, 3, 4, 5, 6, 'x'), ('f', 'b2-1', 'b2', 1, 2, 3, 4, 5, NULL, 'y')`,
    );
    const rows = async () => [
      await sql.all("SELECT * FROM bookings ORDER BY uuid"),
      await sql.all("SELECT * FROM events ORDER BY uid"),
      await sql.all(
        `SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name IN ('bookings', 'events')
           AND name NOT LIKE 'sqlite_%' ORDER BY name`,
      ),
    ];
    const before = await rows();
    await migrate(
      sql,
      all.slice(
        0,
        all.findIndex(({ name }) => name.endsWith("_order.sql")),
      ),
      nowAt,
    );
    expect(await rows()).toEqual(before);
    await migrate(sql, all, nowAt);
    expect(await sql.all("SELECT uuid, order_uuid FROM bookings ORDER BY uuid")).toEqual([
      { uuid: "b1", order_uuid: null },
      { uuid: "b2", order_uuid: null },
    ]);
    await expect(sql.run(`INSERT INTO bookings SELECT * FROM bookings WHERE uuid = 'b1'`)).rejects.toMatchObject({
      code: "store_failed",
    });
  });

  it("takes a column from the ledger and keeps every row", async () => {
    const all = await readMigrations(migrationsFolder);
    const intent = all.findIndex(({ name }) => name.endsWith("_intent.sql"));
    await migrate(sql, all.slice(0, intent), nowAt);
    await sql.run("INSERT INTO accounts (id, created_at) VALUES ('a', 1)");
    await sql.run(
      `INSERT INTO sources (id, account_id, kind, scope_uuid, customer_uuid, name, created_at, due_at)
       VALUES ('s', 'a', 'mine', '', '', 'S', 1, 1)`,
    );
    await sql.run(
      `INSERT INTO feeds (id, source_id, slug, profile, salt, secret, epoch, revised_at, state, created_at)
       VALUES ('f', 's', 'x', '{}', '', '', 'e', 1, 'active', 1)`,
    );
    await sql.run(
      `INSERT INTO targets (id, feed_id, name, calendar_url, host, account, credentials, profile, edits, cancelled, state,
         due_at, created_at) VALUES ('t', 'f', 'T', 'https://x/', 'x', 'x u', '', '{}', 'mirror', 'keep', 'on', 1, 1)`,
    );
    await sql.run(
      `INSERT INTO ledger (target_id, uid, generation, href, etag, state, wanted_hash, event_rev, pushed_hash, intent_hash,
         remote_hash, start_at, end_at, intent_at, attempts, next_at, failure, restores, restored_at)
       VALUES ('t', 'u1', 1, '/u1', '"e"', 'create', 'w', 2, '', 'w', '', 3, 4, 5, 6, 7, 'f', 8, 9),
         ('t', 'u2', 2, '', NULL, 'new', 'w', 3, 'p', '', 'r', 4, 5, NULL, 0, 0, '', 0, 0)`,
    );
    const before = await sql.all("SELECT * FROM ledger ORDER BY uid");
    await migrate(sql, all, nowAt);
    // Another text: node:sqlite keeps the names of a statement's columns while their number is the same.
    expect(await sql.all("SELECT * FROM ledger AS after ORDER BY uid")).toEqual(
      before.map(({ intent_at: _intentAt, ...kept }) => ({ ...kept, lost: 0 })),
    );
  });

  it("takes a source whose access was lost for one that lost its role now, so that its feeds get their day of grace", async () => {
    const all = await readMigrations(migrationsFolder);
    const lost = all.findIndex(({ name }) => name.endsWith("_lost.sql"));
    await migrate(sql, all.slice(0, lost), nowAt);
    await sql.run("INSERT INTO accounts (id, created_at) VALUES ('a', 1)");
    await sql.run(
      `INSERT INTO sources (id, account_id, kind, scope_uuid, customer_uuid, name, created_at, due_at, access)
       VALUES ('s', 'a', 'mine', '', '', 'S', 1, 1, 'ok'), ('t', 'a', 'provider', 'x', 'x', 'T', 1, 1, 'lost')`,
    );
    await migrate(sql, all, nowAt);
    const rows = await sql.all("SELECT source_id AS id, lost, lost_at FROM readers ORDER BY id");
    expect(rows).toEqual([
      { id: "s", lost: "", lost_at: null },
      { id: "t", lost: "role", lost_at: expect.any(Number) },
    ]);
    expect(Number(rows[1]?.["lost_at"])).toBeGreaterThan(nowAt);
  });

  it("is done once when several start at once", async () => {
    const starts = [sql, opened.another(), opened.another(), opened.another()];
    const done = await Promise.all(starts.map(async (start) => migrate(start, [one, two], nowAt)));
    expect(done.flat().toSorted()).toEqual([one.name, two.name]);
    expect(await sql.all("SELECT a, b FROM t")).toEqual([{ a: "one; two", b: 7 }]);
  });

  it("agrees with wrangler on what was applied", async () => {
    const migrations = await readMigrations(migrationsFolder);
    const wranglers = opened.applyByWrangler;
    if (wranglers === undefined) {
      // Without wrangler: the statements of its source, as it sends them.
      await sql.run(
        `CREATE TABLE IF NOT EXISTS "d1_migrations"(
		id         INTEGER PRIMARY KEY AUTOINCREMENT,
		name       TEXT UNIQUE,
		applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`,
      );
      for (const { name } of migrations) await sql.run(`INSERT INTO "d1_migrations" (name)\nvalues ('${name}')`);
      expect(await migrate(sql, migrations, nowAt)).toEqual([]);
      return;
    }
    const columns = "SELECT name, type, dflt_value, pk FROM pragma_table_info('d1_migrations')";
    await wranglers();
    const theirs = await sql.all(columns);
    expect(await migrate(sql, migrations, nowAt)).toEqual([]);
    await sql.run("DROP TABLE d1_migrations");
    await migrate(sql, [one], nowAt);
    expect(await sql.all(columns)).toEqual(theirs);
  });

  it("makes the tables of this project, which wrangler then leaves alone", async () => {
    const migrations = await readMigrations(migrationsFolder);
    expect(await migrate(sql, migrations, nowAt)).toEqual(migrations.map(({ name }) => name));
    await opened.applyByWrangler?.();
    expect(await sql.all("SELECT count(*) AS count FROM d1_migrations")).toEqual([{ count: migrations.length }]);
    const tables = await sql.all("SELECT name FROM sqlite_master WHERE type = 'table'");
    expect(tables.map((row) => row["name"])).toEqual(expect.arrayContaining(["feeds", "events", "leases", "meta"]));
  });
});

describe("processes that start at once on a new file", () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
  });
  afterAll(async () => rm(folder, { recursive: true }));

  it("all come up, and one of them makes the tables", async () => {
    const file = join(folder, "store.sqlite");
    const script = join(import.meta.dirname, "migrate-once.ts");
    const start = async () =>
      (await promisify(execFile)(process.execPath, [script, file, migrationsFolder])).stdout.trim();
    const answers = await Promise.all([start(), start(), start()]);
    const names = (await readMigrations(migrationsFolder)).map(({ name }) => name);
    expect(
      answers
        .filter((answer) => answer !== "")
        .join("\n")
        .split("\n")
        .toSorted(),
    ).toEqual(names.toSorted());
    const sql = openSqlite(file);
    expect(await sql.first("PRAGMA journal_mode")).toEqual({ journal_mode: "wal" });
    sql.close();
  });
});

describe("splitStatements", () => {
  it("splits at semicolons that end a statement, and at no other", () => {
    expect(
      splitStatements(`
        -- a comment; with 'half a string
        CREATE TABLE a (b TEXT DEFAULT 'it''s; fine'); /* another; "one */
        INSERT INTO "odd;name" VALUES ('--', '/*'); ;
        SELECT [a;b], \`c;d\` FROM a -- the end; without one
      `).map((text) => text.replace(/\s+/g, " ")),
    ).toEqual([
      "CREATE TABLE a (b TEXT DEFAULT 'it''s; fine')",
      `INSERT INTO "odd;name" VALUES ('--', '/*')`,
      "SELECT [a;b], `c;d` FROM a",
    ]);
    expect(splitStatements("-- nothing; at all\n/* ; */ ;")).toEqual([]);
  });
});

describe("readMigrations", () => {
  it("tells that a folder is missing", async () => {
    await expect(readMigrations(join(tmpdir(), "waldur-calendar-nothing-here"))).rejects.toMatchObject({
      code: "store_failed",
    });
  });
});
