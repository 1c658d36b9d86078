import { beforeAll, describe, expect, it } from "vitest";
import type { Sql } from "../../src/store/sql/port.ts";
import { play, type Schedule } from "./random-schedule.ts";
import { openStore } from "./push-world.ts";

const book = (n: number) => ({ do: "book", n, again: false, cancelled: false }) as const;
const others = { events: [], now: false } as const;

/** Schedules of the model check that once ended wrong. */
const found: Readonly<Record<string, Schedule>> = {
  "a run that slept through its lease does not take it again and act on what it read before": {
    quirks: 0,
    edits: "respect",
    requests: 12,
    steps: [book(0), { do: "run", events: [{ at: 5, what: { other: "run" } }], now: false }],
  },
  "two first runs at once agree on the installation's name": {
    quirks: 0,
    edits: "mirror",
    requests: 12,
    steps: [book(0), { do: "run", events: [{ at: 1, what: { other: "run" } }], now: false }, { do: "forget" }, book(0)],
  },
  "a token read in the second of our own write is not one to begin from": {
    quirks: 5,
    edits: "mirror",
    requests: 12,
    steps: [book(0), { do: "run", ...others }, { do: "run", events: [], now: true }, { do: "edit", n: 0 }],
  },
  "a token of the second in which others and we both wrote does not tell what they did after us": {
    quirks: 5,
    edits: "mirror",
    requests: 12,
    steps: [
      book(3),
      { do: "foreign", n: 0, ours: false },
      { do: "run", events: [{ at: 16, what: { edit: 3 } }], now: false },
    ],
  },
  "what a run that was cut had deleted itself is no deletion of somebody's when its booking comes back as it was": {
    quirks: 0,
    edits: "respect",
    requests: 12,
    steps: [
      book(2),
      { do: "run", ...others },
      book(0),
      { do: "wait", seconds: 90_000 },
      { do: "drop", n: 2 },
      { do: "run", events: [{ at: 13, what: { crash: "after" } }], now: false },
      { do: "book", n: 2, again: true, cancelled: false },
    ],
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
