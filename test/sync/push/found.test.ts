import { beforeAll, describe, expect, it } from "vitest";
import type { Sql } from "../../../src/store/sql.ts";
import { play, type Schedule } from "./schedule.ts";
import { openStore } from "./world.ts";

const book = (n: number) => ({ do: "book", n, again: false, cancelled: false }) as const;
const others = { events: [], now: false } as const;

/** Schedules of the model check that once ended wrong. */
const found: Readonly<Record<string, Schedule>> = {
  "a run that slept through its lease does not take it again and act on what it read before": {
    quirks: 0,
    edits: "respect",
    requests: 12,
    steps: [book(0), { do: "run", ...others, events: [{ at: 5, what: { other: "run" } }] }],
  },
  "two first runs at once agree on the installation's name": {
    quirks: 0,
    edits: "mirror",
    requests: 12,
    steps: [book(0), { do: "run", ...others, events: [{ at: 1, what: { other: "run" } }] }, { do: "forget" }, book(0)],
  },
};

describe("found by the model check", () => {
  let sql: Sql;
  beforeAll(async () => {
    sql = await openStore();
  });

  it.each(Object.entries(found))("%s", async (_, schedule) => {
    expect(await play(sql, schedule)).toEqual([]);
  });
});
