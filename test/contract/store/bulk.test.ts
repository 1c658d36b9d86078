import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { chunkRows } from "../../../src/store/sql/bulk.ts";
import { statement } from "../../../src/store/sql/port.ts";
import { engines, openForTests } from "./engines.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text).length;
const back = (chunks: readonly string[]): unknown[] => chunks.flatMap((chunk): unknown[] => JSON.parse(chunk));

describe("chunkRows", () => {
  it("puts every row into one chunk, in order, none above the bytes and rows allowed", () => {
    const row = fc.record({ id: fc.string({ unit: "grapheme", maxLength: 30 }), n: fc.integer() });
    fc.assert(
      fc.property(
        fc.array(row),
        fc.integer({ min: 2, max: 300 }),
        fc.integer({ min: 1, max: 9 }),
        (rows, max, count) => {
          const { chunks, tooLarge } = chunkRows(rows, max, count);
          expect(back(chunks)).toEqual(rows.filter((_, index) => !tooLarge.includes(index)));
          for (const chunk of chunks) {
            expect(bytesOf(chunk)).toBeLessThanOrEqual(max);
            expect(back([chunk]).length).toBeLessThanOrEqual(count);
          }
          for (const index of tooLarge) expect(bytesOf(JSON.stringify([rows[index]]))).toBeGreaterThan(max);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("fills chunks to the byte, counted in UTF-8", () => {
    const rows = [{ t: "ä" }, { t: "ö" }];
    expect(chunkRows(rows, bytesOf(JSON.stringify(rows)))).toEqual({ chunks: [JSON.stringify(rows)], tooLarge: [] });
    expect(chunkRows(rows, bytesOf(JSON.stringify(rows)) - 1).chunks).toHaveLength(2);
  });

  it("makes no chunk of no rows", () => {
    expect(chunkRows([])).toEqual({ chunks: [], tooLarge: [] });
  });

  it("names a row that is too large alone and keeps the others", () => {
    const { chunks, tooLarge } = chunkRows([{ t: "a" }, { t: "x".repeat(900_000) }, { t: "b" }]);
    expect(tooLarge).toEqual([1]);
    expect(back(chunks)).toEqual([{ t: "a" }, { t: "b" }]);
  });
});

describe.each(engines)("bulk writes over $engine", ({ open, sqlite }) => {
  const { sql } = openForTests(open);

  beforeEach(async () => {
    await sql.batch([
      statement("DROP TABLE IF EXISTS stock"),
      statement("CREATE TABLE stock (shop TEXT, id TEXT, size BIGINT, label TEXT, data TEXT, PRIMARY KEY (shop, id))"),
    ]);
  });

  const upsert = `INSERT INTO stock (shop, id, size, label, data)
    SELECT ?2, value->>'$.id', CAST(value->>'$.size' AS BIGINT), value->>'$.label', value->>'$.data' FROM json_each(?1) WHERE true
    ON CONFLICT (shop, id) DO UPDATE SET size = excluded.size, label = excluded.label, data = excluded.data`;

  it("inserts and updates many rows by one parameter, each value with its type", async () => {
    const rows = [
      { id: "a", size: 1, label: "plain", data: JSON.stringify({ n: 1 }) },
      { id: "b", size: null, label: null, data: JSON.stringify([]) },
      {
        id: "c",
        size: 1_795_456_702_300_123,
        label: "🔬 \"'\\ \u0001\u001f\u2028 مرحبا before\u0000after",
        data: JSON.stringify("a\u0000b"),
      },
      { id: "d", size: 0, label: "12", data: "" },
    ];
    expect(await sql.run(upsert, JSON.stringify(rows), "x")).toBe(4);
    const kept = sqlite ? rows : JSON.parse(JSON.stringify(rows).replaceAll(/\\+u0000/g, "\uFFFD"));
    expect(await sql.all("SELECT id, size, label, data FROM stock ORDER BY id")).toEqual(kept);
    expect(
      await sql.run(
        upsert,
        JSON.stringify([
          { id: "a", size: 2 },
          { id: "e", size: 3 },
        ]),
        "x",
      ),
    ).toBe(2);
    expect(await sql.first("SELECT size, label FROM stock WHERE id = 'a'")).toEqual({ size: 2, label: null });
    expect(await sql.first("SELECT count(*) AS count FROM stock")).toEqual({ count: 5 });
  });

  it.runIf(sqlite)("takes the last of two rows with one key", async () => {
    await sql.run(
      upsert,
      JSON.stringify([
        { id: "a", size: 1 },
        { id: "a", size: 2 },
      ]),
      "x",
    );
    expect(await sql.all("SELECT id, size FROM stock")).toEqual([{ id: "a", size: 2 }]);
  });

  it("writes three megabytes in full chunks as one batch", async () => {
    const rows = Array.from({ length: 1500 }, (_, n) => ({
      id: `id${n}`,
      size: n,
      label: "ä🔬".repeat(330),
      data: "{}",
    }));
    const { chunks, tooLarge } = chunkRows(rows);
    expect(tooLarge).toEqual([]);
    expect(chunks.length).toBeGreaterThan(2);
    const changes = await sql.batch(chunks.map((json) => statement(upsert, json, "x")));
    expect(changes.reduce((sum, n) => sum + n)).toBe(rows.length);
    expect(await sql.first("SELECT count(*) AS n, sum(length(label)) AS l, sum(size) AS s FROM stock")).toEqual({
      n: 1500,
      l: 1500 * 660,
      s: (1499 * 1500) / 2,
    });
    const ids = JSON.stringify(rows.filter((_, n) => n % 3 === 0).map(({ id }) => id));
    const gone = await sql.run(
      "DELETE FROM stock WHERE shop = ?1 AND id IN (SELECT value FROM json_each(?2))",
      "x",
      ids,
    );
    expect(gone).toBe(500);
  });

  it("stores the largest row that fits a chunk", async () => {
    const { chunks } = chunkRows([{ id: "big", size: 1, label: "x".repeat(899_000), data: "" }]);
    expect(await sql.run(upsert, chunks[0] ?? "", "x")).toBe(1);
    expect(await sql.first("SELECT length(label) AS length FROM stock")).toEqual({ length: 899_000 });
  });

  it("writes nothing when one row breaks a rule", async () => {
    await sql.run("CREATE UNIQUE INDEX IF NOT EXISTS stock_label ON stock (label)");
    const rows = JSON.stringify([
      { id: "a", label: "same" },
      { id: "b", label: "same" },
    ]);
    await expect(sql.run(upsert, rows, "x")).rejects.toMatchObject({ code: "store_failed" });
    expect(await sql.all("SELECT id FROM stock")).toEqual([]);
  });
});
