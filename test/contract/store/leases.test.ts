import { describe, expect, it } from "vitest";
import { countStatements } from "../../../src/store/sql/counted.ts";
import { dropLease, dropLeases, renewLease, takeLease, takeLeases } from "../../../src/store/leases.ts";
import { readMeta, writeMeta } from "../../../src/store/meta.ts";
import { engines, openForTests } from "./engines.ts";

const t = 1_767_225_600;

describe.each(engines)("leases and meta over $engine", ({ open }) => {
  const { sql, another } = openForTests(open);

  it("gives a lease to one holder until it runs out", async () => {
    expect(await takeLease(sql, "source:1", "a", t, 60)).toBe(true);
    expect(await takeLease(sql, "source:1", "b", t, 60)).toBe(false);
    expect(await takeLease(sql, "source:1", "b", t + 59, 60)).toBe(false);
    expect(await takeLease(sql, "source:1", "b", t + 60, 60)).toBe(true);
    expect(await takeLease(sql, "source:1", "a", t + 61, 60)).toBe(false);
    expect(await takeLease(sql, "source:2", "a", t + 61, 60)).toBe(true);
  });

  it("lets the holder, and nobody else, make it longer", async () => {
    await takeLease(sql, "longer", "a", t, 60);
    expect(await takeLease(sql, "longer", "a", t + 50, 60)).toBe(true);
    expect(await renewLease(sql, "longer", "b", t + 51, 60)).toBe(false);
    expect(await renewLease(sql, "longer", "a", t + 100, 60)).toBe(true);
    expect(await takeLease(sql, "longer", "b", t + 159, 60)).toBe(false);
    expect(await renewLease(sql, "longer", "a", t + 160, 60)).toBe(false);
    expect(await takeLease(sql, "longer", "b", t + 160, 60)).toBe(true);
    expect(await renewLease(sql, "longer", "a", t + 161, 60)).toBe(false);
    expect(await renewLease(sql, "no such lease", "a", t, 60)).toBe(false);
  });

  it("gives many at once, those that are free, and takes back only the holder's", async () => {
    const names = Array.from({ length: 120 }, (_, n) => `many:${n}`);
    await takeLease(sql, "many:7", "b", t, 60);
    await takeLease(sql, "many:8", "b", t - 60, 60);
    await takeLease(sql, "many:9", "a", t, 60);
    expect(await takeLeases(sql, names, "a", t, 60)).toEqual(new Set(names.filter((name) => name !== "many:7")));
    expect(await takeLeases(sql, names, "b", t + 1, 60)).toEqual(new Set(["many:7"]));
    expect(await takeLeases(sql, [], "a", t, 60)).toEqual(new Set());
    await dropLeases(sql, names, "a");
    expect(await takeLeases(sql, names, "c", t + 2, 60)).toEqual(new Set(names.filter((name) => name !== "many:7")));
  });

  it("is free once its holder drops it; another's drop does nothing", async () => {
    await takeLease(sql, "dropped", "a", t, 60);
    await dropLease(sql, "dropped", "b");
    expect(await takeLease(sql, "dropped", "b", t, 60)).toBe(false);
    await dropLease(sql, "dropped", "a");
    expect(await takeLease(sql, "dropped", "b", t, 60)).toBe(true);
  });

  it("goes to exactly one of many that want it at once, free or run out", async () => {
    const sides = [sql, another(), another()];
    const race = async (nowAt: number) =>
      Promise.all(
        Array.from({ length: 24 }, async (_, n) => takeLease(sides[n % 3] ?? sql, "raced", `${nowAt}-${n}`, nowAt, 60)),
      );
    expect((await race(t)).filter(Boolean)).toHaveLength(1);
    expect((await race(t + 30)).filter(Boolean)).toHaveLength(0);
    expect((await race(t + 60)).filter(Boolean)).toHaveLength(1);
  });

  it("costs one statement to take", async () => {
    const counted = countStatements(sql);
    await takeLease(counted.sql, "counted", "a", t, 60);
    expect(counted.counts.statements).toBe(1);
  });

  it("keeps small values by key", async () => {
    expect(await readMeta(sql, "traits")).toBeNull();
    await writeMeta(sql, "traits", "{}");
    await writeMeta(sql, "other", "x");
    await writeMeta(sql, "traits", '{"order":"modified"}');
    expect(await readMeta(sql, "traits")).toBe('{"order":"modified"}');
    expect(await readMeta(sql, "other")).toBe("x");
  });
});
