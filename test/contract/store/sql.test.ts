import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../../src/errors.ts";
import { countStatements } from "../../../src/store/sql/counted.ts";
import { type Sql, type SqlValue, statement } from "../../../src/store/sql/port.ts";
import { engines, type Opened } from "./engines.ts";

describe.each(engines)("the port over $engine", ({ open, sqlite }) => {
  let opened: Opened;
  let sql: Sql;

  beforeAll(async () => {
    opened = await open();
    ({ sql } = opened);
  });
  afterAll(async () => opened.close());
  beforeEach(async () => {
    await sql.batch([
      statement("DROP TABLE IF EXISTS parts"),
      statement("DROP TABLE IF EXISTS things"),
      statement("CREATE TABLE things (id TEXT PRIMARY KEY, size BIGINT, label TEXT)"),
      statement("CREATE TABLE parts (id TEXT PRIMARY KEY, thing_id TEXT NOT NULL REFERENCES things(id))"),
    ]);
  });

  const add = async (id: string, size: number | null) =>
    sql.run("INSERT INTO things (id, size) VALUES (?1, ?2)", id, size);
  const failure = async (work: Promise<unknown>): Promise<AppError> => {
    const error: unknown = await work.then(
      () => null,
      (reason: unknown) => reason,
    );
    if (error instanceof AppError) return error;
    throw new Error(`expected an AppError, got ${String(error)}`);
  };

  it("gives all rows in the order asked for, the first one, or none", async () => {
    expect(await sql.all("SELECT id FROM things")).toEqual([]);
    expect(await sql.first("SELECT id FROM things")).toBeNull();
    await add("b", 2);
    await add("a", 1);
    expect(await sql.all("SELECT id, size FROM things ORDER BY id")).toEqual([
      { id: "a", size: 1 },
      { id: "b", size: 2 },
    ]);
    expect(await sql.first("SELECT id FROM things ORDER BY id DESC")).toEqual({ id: "b" });
  });

  it("takes parameters by number, in any order and more than once", async () => {
    expect(await sql.first("SELECT ?2 AS second, ?1 AS first, ?2 AS again", "one", "two")).toEqual({
      second: "two",
      first: "one",
      again: "two",
    });
  });

  it("refuses a statement with too few or too many parameters", async () => {
    expect((await failure(sql.all("SELECT ?1 AS a, ?2 AS b", 1))).code).toBe("store_failed");
    expect((await failure(sql.all("SELECT ?1 AS a", 1, 2))).code).toBe("store_failed");
  });

  const values: [string, SqlValue][] = [
    ["null", null],
    ["empty text", ""],
    ["zero", 0],
    ["a negative number", -7],
    ["microseconds of today", 1_795_456_702_300_123],
    ["the largest safe integer", Number.MAX_SAFE_INTEGER],
    ["the smallest safe integer", Number.MIN_SAFE_INTEGER],
    ["text of digits", "0123"],
    ["emoji, right-to-left and combining characters", "🔬 مرحبا e\u0301 \u202E"],
    ["quotes and statement ends", `'";--/*`],
    ["control characters", "\u0001\u0007\t\r\n\u001f\u007f\u0085\u2028\ufeff"],
    ["text with NUL", "before\u0000after"],
    ["a megabyte of text", "ä".repeat(500_000)],
  ];
  it.each(values)("returns %s as it was given", async (_, value) => {
    const column = typeof value === "number" ? "size" : "label";
    await sql.run(`INSERT INTO things (id, ${column}) VALUES (?1, ?2)`, "x", value);
    const kept = sqlite || typeof value !== "string" ? value : value.replaceAll("\0", "\uFFFD");
    expect(await sql.first(`SELECT ${column} AS value FROM things`)).toEqual({ value: kept });
    expect(await sql.first(`SELECT id FROM things WHERE ${column} IS ?1`, value)).toEqual({ id: "x" });
  });

  it.runIf(sqlite)("stores a whole number as an integer in an INTEGER column", async () => {
    await add("x", 5);
    expect(await sql.first("SELECT typeof(size) AS type, size || '' AS text FROM things")).toEqual({
      type: "integer",
      text: "5",
    });
  });

  it("joins the texts of rows in their order, as UTF-8", async () => {
    await add("ä🔬", 2);
    await add("b", 1);
    const { bytes, rows } = await sql.join("SELECT id AS text FROM things WHERE size < ?1 ORDER BY size", 3);
    expect([new TextDecoder().decode(bytes), rows]).toEqual(["bä🔬", 2]);
    const none = await sql.join("SELECT id AS text FROM things WHERE size > ?1", 3);
    expect([none.bytes.length, none.rows]).toEqual([0, 0]);
    const gap = "SELECT CASE WHEN size > 1 THEN id END AS text FROM things";
    expect((await failure(sql.join(gap))).code).toBe("store_failed");
  });

  it("refuses what the port has no type for", async () => {
    const error = await failure(sql.all("SELECT x'00ff' AS picture"));
    expect(error.code).toBe("store_failed");
    expect(error.message).toContain("picture");
  });

  it("tells how many rows a write changed", async () => {
    expect(await add("a", 1)).toBe(1);
    expect(await add("b", 2)).toBe(1);
    expect(await sql.run("UPDATE things SET size = size + 1")).toBe(2);
    expect(await sql.run("UPDATE things SET size = ?2 WHERE id = ?1 AND size = ?3", "a", 9, 7)).toBe(0);
    expect(await sql.run("UPDATE things SET size = ?2 WHERE id = ?1 AND size = ?3", "a", 9, 2)).toBe(1);
    expect(await sql.run("DELETE FROM things WHERE size > ?1", 100)).toBe(0);
    expect(await sql.run("DELETE FROM things")).toBe(2);
  });

  it("tells of an upsert whether its condition let it write", async () => {
    const upsert = `INSERT INTO things (id, size) VALUES (?1, ?2)
      ON CONFLICT (id) DO UPDATE SET size = excluded.size WHERE things.size < excluded.size`;
    expect(await sql.run(upsert, "a", 5)).toBe(1);
    expect(await sql.run(upsert, "a", 4)).toBe(0);
    expect(await sql.run(upsert, "a", 6)).toBe(1);
    expect(await sql.first("SELECT size FROM things")).toEqual({ size: 6 });
  });

  it("runs a batch whole, in order, and tells each statement's rows", async () => {
    const changes = await sql.batch([
      statement("INSERT INTO things (id, size) VALUES (?1, 1), (?2, 2)", "a", "b"),
      statement("UPDATE things SET size = 7 WHERE id = ?1", "nobody"),
      statement("UPDATE things SET size = size * 10"),
      statement("DELETE FROM things WHERE size = ?1", 10),
    ]);
    expect(changes).toEqual([2, 0, 2, 1]);
    expect(await sql.all("SELECT id, size FROM things")).toEqual([{ id: "b", size: 20 }]);
    expect(await sql.batch([])).toEqual([]);
  });

  it("runs nothing of a batch when one statement fails, and works on", async () => {
    await add("taken", 1);
    const error = await failure(
      sql.batch([
        statement("INSERT INTO things (id) VALUES (?1)", "new"),
        statement("INSERT INTO things (id) VALUES (?1)", "taken"),
      ]),
    );
    expect(error.code).toBe("store_failed");
    expect(await sql.all("SELECT id FROM things")).toEqual([{ id: "taken" }]);
    expect(await sql.batch([statement("INSERT INTO things (id) VALUES (?1)", "later")])).toEqual([1]);
  });

  it("shows another process what a batch wrote only as a whole", async () => {
    const other = opened.another();
    const sums: SqlValue[] = [];
    const writes = Array.from({ length: 10 }, async (_, turn) =>
      sql.batch(
        ["a", "b", "c"].map((id) =>
          statement("INSERT INTO things (id, size) VALUES (?1, ?2)", `${id}${turn}`, id === "c" ? -2 : 1),
        ),
      ),
    );
    const reads = Array.from({ length: 20 }, async () => {
      sums.push((await other.first("SELECT coalesce(sum(size), 0) AS sum FROM things"))?.["sum"] ?? null);
    });
    await Promise.all([...writes, ...reads]);
    expect(new Set(sums)).toEqual(new Set([0]));
    expect(await other.first("SELECT count(*) AS count FROM things")).toEqual({ count: 30 });
  });

  it("names each value right after another process gave a table one more column", async () => {
    await add("a", 1);
    const both = "SELECT things.*, things.size AS again FROM things";
    expect(await sql.first(both)).toEqual({ id: "a", size: 1, label: null, again: 1 });
    const another = opened.another();
    await another.run("ALTER TABLE things ADD COLUMN colour TEXT DEFAULT 'red'");
    expect(await sql.first(both)).toEqual({ id: "a", size: 1, label: null, colour: "red", again: 1 });
    expect(await sql.all(both)).toEqual([{ id: "a", size: 1, label: null, colour: "red", again: 1 }]);
  });

  it("holds to foreign keys", async () => {
    const error = await failure(sql.run("INSERT INTO parts (id, thing_id) VALUES (?1, ?2)", "p", "nobody"));
    expect(error.code).toBe("store_failed");
    expect(error.message).toMatch(/foreign key/i);
  });

  it("names table, column and statement of a failure, never a value", async () => {
    const secret = "s3cr3t-value";
    await add(secret, 1);
    const faults = [
      async () => sql.run("INSERT INTO things (id) VALUES (?1)", secret),
      async () => sql.run("INSERT INTO parts (id, thing_id) VALUES (?1, ?2)", secret, null),
      async () => sql.all("SELECT nothing FROM things WHERE id = ?1", secret),
      async () => sql.all("SELECT * FROM nowhere WHERE id = ?1", secret),
      async () => sql.all("SELEC ?1", secret),
      async () => sql.all("SELECT value FROM json_each(?1)", secret),
      async () => sql.first("SELECT ?1 AS a, ?2 AS b", secret),
      async () => sql.batch([statement("INSERT INTO things (id) VALUES (?1)", secret)]),
    ];
    for (const fault of faults) {
      const error = await failure(fault());
      const cause = error.cause instanceof Error ? error.cause.message : "";
      expect(error.code).toBe("store_failed");
      expect(`${error.message} ${cause} ${JSON.stringify(error.facts)}`).not.toContain(secret);
    }
    const error = await failure(sql.run("INSERT INTO things (id)  VALUES\n (?1)", secret));
    expect(error.message).toMatch(/unique constraint.*things/i);
    expect(error.facts).toEqual({ statement: "INSERT INTO things (id) VALUES (?1)" });
    expect(error.cause).toBeInstanceOf(Error);
  });

  it.runIf(sqlite)("keeps D1's limits, so that what works on one engine works on the other", async () => {
    const list = (count: number, one: (n: number) => string) =>
      Array.from({ length: count }, (_, n) => one(n + 1)).join();
    const parameters = async (count: number) =>
      sql.first(`SELECT 7 IN (${list(count, (n) => `?${n}`)}) AS found`, ...Array.from({ length: count }, (_, n) => n));
    const columns = async (count: number) => sql.first(`SELECT ${list(count, (n) => `1 AS c${n}`)}`);
    const like = async (bytes: number) => sql.first("SELECT 'a' LIKE ?1 AS same", "a".repeat(bytes));
    const sqlText = async (bytes: number) => sql.first(`SELECT length('${"x".repeat(bytes)}') AS length`);
    const union = async (terms: number) =>
      sql.all(Array.from({ length: terms }, (_, n) => `SELECT ${n} AS n`).join(" UNION ALL "));
    const refused = { code: "store_failed" };

    expect(await parameters(100)).toEqual({ found: 1 });
    await expect(parameters(101)).rejects.toMatchObject(refused);
    expect(Object.keys((await columns(100)) ?? {})).toHaveLength(100);
    await expect(columns(101)).rejects.toMatchObject(refused);
    expect(await like(50)).toEqual({ same: 0 });
    await expect(like(51)).rejects.toMatchObject(refused);
    expect(await sqlText(99_000)).toEqual({ length: 99_000 });
    await expect(sqlText(100_000)).rejects.toMatchObject(refused);
    expect(await union(5)).toHaveLength(5);
    await expect(union(6)).rejects.toMatchObject(refused);
  });

  it("is counted by statement, those of a batch one by one", async () => {
    const counted = countStatements(sql);
    await counted.sql.all("SELECT 1 AS one");
    await counted.sql.first("SELECT 1 AS one");
    await counted.sql.run("INSERT INTO things (id) VALUES (?1)", "a");
    expect(counted.counts.statements).toBe(3);
    expect(await counted.sql.batch([statement("DELETE FROM things"), statement("DELETE FROM parts")])).toEqual([1, 0]);
    expect(counted.counts.statements).toBe(5);
    await expect(counted.sql.all("SELEC")).rejects.toMatchObject({ code: "store_failed" });
    expect(counted.counts.statements).toBe(6);
  });
});
