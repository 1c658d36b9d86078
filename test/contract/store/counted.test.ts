import { describe, expect, it } from "vitest";
import { withSqlDeadline } from "../../../src/store/sql/counted.ts";
import { readInt, readIntOrNull, readText, readTextOrNull } from "../../../src/store/sql/row.ts";
import { type Sql, statement } from "../../../src/store/sql/port.ts";
import { openSqlite } from "../../../src/store/sql/sqlite.ts";

const hanging: Sql = {
  all: async () => new Promise(() => {}),
  first: async () => new Promise(() => {}),
  join: async () => new Promise(() => {}),
  run: async () => new Promise(() => {}),
  batch: async () => new Promise(() => {}),
};

describe("withDeadline", () => {
  it("turns a database that does not answer into store_failed", async () => {
    const clocks: AbortController[] = [];
    const sql = withSqlDeadline(hanging, () => {
      const clock = new AbortController();
      clocks.push(clock);
      return clock.signal;
    });
    const calls = [
      sql.all("SELECT 1"),
      sql.first("SELECT 1"),
      sql.join("SELECT 'a' AS text"),
      sql.run("SELECT 1"),
      sql.batch([statement("SELECT 1")]),
    ];
    const ends = Promise.allSettled(calls);
    for (const clock of clocks) clock.abort();
    expect(await ends).toEqual(
      calls.map(() => ({ status: "rejected", reason: expect.objectContaining({ code: "store_failed" }) })),
    );
  });

  it("does not even ask when the time is over already", async () => {
    let asked = false;
    const sql = withSqlDeadline({ ...hanging, run: async () => ((asked = true), 1) }, () => AbortSignal.abort());
    await expect(sql.run("DELETE FROM t")).rejects.toMatchObject({ code: "store_failed" });
    expect(asked).toBe(false);
  });

  it("lets answers and failures of a database in time through", async () => {
    const inner = openSqlite(":memory:");
    const clock = new AbortController();
    const sql = withSqlDeadline(inner, () => clock.signal);
    expect(await sql.all("SELECT ?1 AS a", "x")).toEqual([{ a: "x" }]);
    expect(await sql.first("SELECT ?1 AS a", "x")).toEqual({ a: "x" });
    await expect(sql.run("SELEC")).rejects.toThrow("syntax error");
    inner.close();
  });
});

describe("a closed SQLite file", () => {
  it("fails as a store does", async () => {
    const sql = openSqlite(":memory:");
    sql.close();
    sql.close();
    await expect(sql.all("SELECT 1")).rejects.toMatchObject({ code: "store_failed" });
  });

  it("cannot be opened where there is no folder", () => {
    expect(() => openSqlite("/no/such/folder/store.sqlite")).toThrow(expect.objectContaining({ code: "store_failed" }));
  });
});

describe("columns of a row", () => {
  const row = { name: "x", size: 5, half: 0.5, none: null };

  it("are read by type", () => {
    expect([readText(row, "name"), readTextOrNull(row, "name"), readTextOrNull(row, "none")]).toEqual(["x", "x", null]);
    expect([readInt(row, "size"), readIntOrNull(row, "size"), readIntOrNull(row, "none")]).toEqual([5, 5, null]);
  });

  it("of another type, or missing, are a failure of the store that names the column", () => {
    const wrong = [
      () => readText(row, "size"),
      () => readText(row, "none"),
      () => readTextOrNull(row, "absent"),
      () => readInt(row, "name"),
      () => readInt(row, "half"),
      () => readInt(row, "none"),
      () => readIntOrNull(row, "absent"),
    ];
    for (const read of wrong) expect(read).toThrow(expect.objectContaining({ code: "store_failed" }));
    expect(() => readInt(row, "name")).toThrow("column name should be a whole number and is string");
  });
});
