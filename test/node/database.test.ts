import { execFile } from "node:child_process";
import { once } from "node:events";
import { chmod, copyFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backUpDatabase } from "../../src/node/backup.ts";
import { checkpoint, openDatabase } from "../../src/node/database.ts";
import { memoryLog } from "../../src/log.ts";
import { readMeta, writeMeta } from "../../src/store/meta.ts";
import type { Migration } from "../../src/store/sql/migrate.ts";
import { readMigrations } from "../../src/store/sql/migrations-node.ts";

const nowAt = 1_800_000_000;
const migrations: readonly Migration[] = await readMigrations(join(import.meta.dirname, "../../migrations"));

let folder: string;
let path: string;
const opened: { close(): void }[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
  path = join(folder, "waldur-calendar.sqlite");
});
afterEach(async () => {
  for (const one of opened.splice(0)) one.close();
  await rm(folder, { recursive: true });
});

async function open(known = migrations) {
  const sql = await openDatabase(path, known, nowAt, memoryLog());
  opened.push(sql);
  return sql;
}

function tablesIn(file: string): unknown {
  const db = new DatabaseSync(file);
  try {
    return db.prepare("SELECT count(*) AS count FROM sqlite_master WHERE type = 'table'").get()?.["count"];
  } finally {
    db.close();
  }
}

describe("the database's file", () => {
  it("appears with all its tables in it, and nothing is left beside it", async () => {
    await open();
    await copyFile(path, join(folder, "copy"));
    expect(tablesIn(join(folder, "copy"))).toBeGreaterThan(10);
    expect((await readdir(folder)).filter((name) => name.includes(".new-"))).toEqual([]);
  });

  it("is one, whoever of several makes it first", async () => {
    const all = await Promise.all([open(), open(), open()]);
    for (const [n, sql] of all.entries()) await writeMeta(sql, `key ${n}`, "kept");
    for (const n of all.keys()) expect(await readMeta(await open(), `key ${n}`)).toBe("kept");
  });

  it("has what was written once the log is checkpointed", async () => {
    const sql = await open();
    await writeMeta(sql, "key", "kept");
    await checkpoint(sql);
    await copyFile(path, join(folder, "copy"));
    const db = new DatabaseSync(join(folder, "copy"));
    expect(db.prepare("SELECT value FROM meta WHERE key = 'key'").get()).toEqual({ value: "kept" });
    db.close();
  });

  it.each([
    ["is empty", async () => writeFile(path, ""), /is empty: .*Put back a copy made with `backup`, or remove the file/],
    [
      "is missing beside its log",
      async () => writeFile(`${path}-wal`, "what was written last"),
      /is missing, while what was written to it last is in .*-wal: put the file back/,
    ],
    ["is no database", async () => writeFile(path, "hello ".repeat(200)), /it is no database, or a damaged one: stop/],
    ["is another program's", async () => makeOther(), /is not this program's: give DATA_DIR a folder of its own/],
  ])("is left alone where it %s, and words say so", async (_, prepare, words) => {
    await prepare();
    const before = await readdir(folder);
    await expect(open()).rejects.toMatchObject({ code: "store_failed", message: expect.stringMatching(words) });
    await expect(open()).rejects.toThrow(path);
    expect((await readdir(folder)).filter((name) => !name.endsWith("-shm") && !before.includes(name))).toEqual([]);
  });

  it("is not opened where it is empty beside its log, which SQLite would remove", async () => {
    await writeFile(path, "");
    await writeFile(`${path}-wal`, "all there is");
    await expect(open()).rejects.toThrow(/is empty: .*in the file beside it that ends in -wal/);
    expect(await readFile(`${path}-wal`, "utf8")).toBe("all there is");
  });

  it("is left alone where a newer version made it", async () => {
    await open([...migrations, { name: "9999_later.sql", sql: "CREATE TABLE later (a TEXT);" }]);
    await expect(open()).rejects.toThrow(`${path} is of a newer version of this program, which has 9999_later.sql`);
  });

  function makeOther(): void {
    const db = new DatabaseSync(path);
    db.exec("CREATE TABLE notes (a TEXT)");
    db.close();
  }
});

describe("a failure of the database", () => {
  it("names the file and what to do", async () => {
    const sql = await open();
    const db = new DatabaseSync(path);
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    const pages = Number(db.prepare("PRAGMA page_count").get()?.["page_count"]);
    db.close();
    await sql.all(`PRAGMA max_page_count = ${pages}`);
    const full = sql.run("INSERT INTO meta (key, value) VALUES ('big', ?1)", "x".repeat(100_000));
    await expect(full).rejects.toMatchObject({
      code: "store_failed",
      message: `the database ${path} refused: database or disk is full; the disk is full: make room, and the service goes on by itself`,
    });
  });

  it("tells a folder that cannot be written to", async () => {
    await chmod(folder, 0o500);
    const isRoot = await writeFile(join(folder, "probe"), "").then(
      () => true,
      () => false,
    );
    if (!isRoot) await expect(open()).rejects.toThrow("give the user of the service the right");
    await chmod(folder, 0o700);
    path = join(folder, "nowhere", "waldur-calendar.sqlite");
    await expect(open()).rejects.toThrow(
      /the database .*nowhere.* refused: unable to open database file; give the user of the service the right/,
    );
  });
});

describe("backUpDatabase", () => {
  it("copies the whole while another process writes, into a file of its own", async () => {
    const sql = await open();
    await writeMeta(sql, "before", "kept");
    // Writes in pairs: a copy that mixed two moments would have one half.
    const writer = execFile(process.execPath, [
      "-e",
      `const { DatabaseSync } = require("node:sqlite");
       const db = new DatabaseSync(process.argv[1], { timeout: 5000 });
       const put = db.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)");
       process.stdout.write("begun");
       for (let n = 0; ; n += 1) {
         db.exec("BEGIN IMMEDIATE");
         put.run("one", "x".repeat(20000) + n);
         put.run("other", "x".repeat(20000) + n);
         db.exec("COMMIT");
       }`,
      path,
    ]);
    try {
      await new Promise((resolve) => writer.stdout?.once("data", resolve));
      for (let n = 0; n < 5; n += 1) {
        const made = await backUpDatabase(path, join(folder, `copy-${n}`), false);
        expect(made).toMatchObject({ tables: tablesIn(made.file), bytes: (await stat(made.file)).size });
        expect((await stat(made.file)).mode & 0o777).toBe(0o600);
        const db = new DatabaseSync(made.file);
        const values = db.prepare("SELECT key, value FROM meta ORDER BY key").all();
        db.close();
        expect(values[0]).toEqual({ key: "before", value: "kept" });
        expect(values[1]?.["value"]).toBe(values[2]?.["value"]);
      }
    } finally {
      const ended = new Promise((resolve) => writer.once("close", resolve));
      writer.kill("SIGKILL");
      await ended;
    }
    const left = (await readdir(folder)).filter((name) => name.startsWith("copy"));
    expect(left.toSorted()).toEqual(["copy-0", "copy-1", "copy-2", "copy-3", "copy-4"]);
  });

  it("is one on which the service starts", async () => {
    const sql = await open();
    await writeMeta(sql, "key", "kept");
    const { file } = await backUpDatabase(path, join(folder, "copy"), false);
    path = file;
    expect(await readMeta(await open(), "key")).toBe("kept");
  });

  it("takes no name that is taken, unless it is told to", async () => {
    await open();
    const file = join(folder, "copy");
    await writeFile(file, "something else");
    await expect(backUpDatabase(path, file, false)).rejects.toMatchObject({
      code: "bad_input",
      message: `${file} is there already; give another name, or --replace`,
    });
    await expect(backUpDatabase(path, folder, true)).rejects.toThrow("is a folder");
    const socket = join(folder, "socket");
    const server = createServer().listen(socket);
    await once(server, "listening");
    await expect(backUpDatabase(path, socket, true)).rejects.toThrow("is no file but a device or the like");
    server.close();
    await expect(backUpDatabase(path, join(folder, "none", "copy"), true)).rejects.toThrow("cannot be put into");
    for (const end of ["", "-wal", "-shm"]) {
      await expect(backUpDatabase(path, path + end, true)).rejects.toThrow("is the database itself");
    }
    await backUpDatabase(path, file, true);
    expect(tablesIn(file)).toBeGreaterThan(10);
  });

  it("makes no copy of what is not there, empty or damaged, and leaves none", async () => {
    await expect(backUpDatabase(path, join(folder, "copy"), false)).rejects.toMatchObject({ code: "not_found" });
    await writeFile(path, "");
    await expect(backUpDatabase(path, join(folder, "copy"), false)).rejects.toThrow(`the database ${path} is empty`);
    await writeFile(path, "hello ".repeat(2000));
    await expect(backUpDatabase(path, join(folder, "copy"), false)).rejects.toThrow(path);
    expect((await readdir(folder)).filter((name) => name.startsWith("copy"))).toEqual([]);
  });
});
