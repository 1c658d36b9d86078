import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { play, schedules } from "./schedule.ts";
import { openStore } from "./world.ts";

/** How many schedules; the long mode sets PUSH_SCHEDULES=100000. */
const runs = Number(process.env["PUSH_SCHEDULES"] ?? 2000);

describe("whatever happens between a feed and a calendar", () => {
  it(
    `once it is quiet, ours are what is wanted and others' are untouched (${runs} schedules)`,
    { timeout: 24 * 3_600_000 },
    async () => {
      const sql = await openStore();
      const seed = Number(process.env["PUSH_SEED"] ?? 20_270_104);
      await fc.assert(
        fc.asyncProperty(schedules, async (schedule) => {
          expect(await play(sql, schedule)).toEqual([]);
        }),
        { numRuns: runs, seed, endOnFailure: false },
      );
    },
  );
});
