import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backUpDatabase } from "../../src/node/backup.ts";
import { openDatabase } from "../../src/node/database.ts";
import { restoreDatabase } from "../../src/node/restore.ts";
import { memoryLog } from "../../src/log.ts";
import { readMeta, writeMeta } from "../../src/store/meta.ts";
import { readMigrations } from "../../src/store/sql/migrations-node.ts";

const nowAt = 1_800_000_000;
const moment = "2027-01-15T08:00:00.000Z";
const migrations = await readMigrations(join(import.meta.dirname, "../../migrations"));

let folder: string;
let path: string;
let copy: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
  path = join(folder, "waldur-calendar.sqlite");
  copy = join(folder, "copy");
  await write("old");
  await backUpDatabase(path, copy, false);
  await write("new");
});
afterEach(async () => rm(folder, { recursive: true }));

const open = async (known = migrations) => openDatabase(path, known, nowAt, memoryLog());
const restore = async (from = copy) => restoreDatabase(from, path, migrations, moment);

async function write(value: string): Promise<void> {
  const sql = await open();
  await writeMeta(sql, "key", value);
  sql.close();
}

async function read(file: string): Promise<string | null> {
  const sql = await openDatabase(file, migrations, nowAt, memoryLog());
  try {
    return await readMeta(sql, "key");
  } finally {
    sql.close();
  }
}

/** All files of the folder with what is in them, but those that SQLite makes and removes as it likes. */
async function contents(): Promise<Record<string, string>> {
  const names = (await readdir(folder)).filter((name) => !name.endsWith("-shm"));
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), "latin1")])),
  );
}

describe("restoreDatabase", () => {
  it("puts the copy in place, keeps the copy and the database before, and leaves nothing else", async () => {
    const bytes = await readFile(copy);
    const { kept, ...made } = await restore();
    expect(made).toMatchObject({ file: path, bytes: (await stat(path)).size });
    expect(made.tables).toBeGreaterThan(10);
    expect(kept).toBe(`${path}.before-2027-01-15T08-00-00-000Z`);
    expect((await readdir(folder)).toSorted()).toEqual(
      ["copy", "waldur-calendar.sqlite", "waldur-calendar.sqlite.before-2027-01-15T08-00-00-000Z"].toSorted(),
    );
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect([await read(path), await read(kept ?? "")]).toEqual(["old", "new"]);
    expect((await readFile(copy)).equals(bytes)).toBe(true);
  });

  it("refuses while anybody has the database open, and changes nothing", async () => {
    const sql = await open();
    await writeMeta(sql, "key", "newest");
    const before = await contents();
    await expect(restore()).rejects.toMatchObject({
      code: "conflict",
      message: `the database ${path} is in use: stop the service, then restore`,
    });
    expect(await contents()).toEqual(before);
    expect(await readMeta(sql, "key")).toBe("newest");
    sql.close();
  });

  it("takes up what a service that was killed had not written into the file, and keeps that too", async () => {
    const db = new DatabaseSync(path);
    db.exec("PRAGMA journal_mode = WAL; UPDATE meta SET value = 'newest' WHERE key = 'key'");
    const log = await readFile(`${path}-wal`);
    const file = await readFile(path);
    db.close();
    await writeFile(path, file);
    await writeFile(`${path}-wal`, log);
    const { kept } = await restore();
    expect([await read(path), await read(kept ?? "")]).toEqual(["old", "newest"]);
  });

  it.each([
    ["damaged", "hello ".repeat(2000)],
    ["empty", ""],
  ])("takes the place of one that is %s, and nothing of it gets into the copy", async (_, bytes) => {
    await writeFile(path, bytes);
    await writeFile(`${path}-wal`, "what was written last");
    const { kept } = await restore();
    expect(await read(path)).toBe("old");
    expect(await readFile(kept ?? "", "utf8")).toBe(bytes);
  });

  it("needs no database before", async () => {
    await rm(path);
    expect(await restore()).toMatchObject({ kept: null });
    expect(await read(path)).toBe("old");
  });

  it("refuses what is no copy of this program's database, and changes nothing", async () => {
    const refuse = async (prepare: () => Promise<unknown> | void, error: object): Promise<void> => {
      await prepare();
      const before = await contents();
      await expect(restore()).rejects.toMatchObject(error);
      expect(await contents()).toEqual(before);
    };
    const storeFailed = (words: RegExp) => ({ code: "store_failed", message: expect.stringMatching(words) });
    const spoil = (text: string) => () => {
      const db = new DatabaseSync(copy);
      db.exec(text);
      db.close();
    };
    await refuse(
      spoil("INSERT INTO d1_migrations (name) VALUES ('9999_later.sql')"),
      storeFailed(/copy is of a newer version of this program, which has 9999_later\.sql/),
    );
    await refuse(spoil("DROP TABLE d1_migrations"), storeFailed(/copy is not this program's/));
    await refuse(async () => writeFile(copy, "hello ".repeat(2000)), storeFailed(/copy.*it is no database/));
    await refuse(async () => writeFile(copy, ""), storeFailed(/copy is empty; take another/));
    await refuse(async () => rm(copy), { code: "not_found", message: `there is no copy ${copy}` });
    await expect(restore(path)).rejects.toMatchObject({ code: "bad_input" });
    await expect(restore(folder)).rejects.toMatchObject({ code: "bad_input" });
    expect(await read(path)).toBe("new");
  });
});
