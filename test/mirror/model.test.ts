import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { play, schedules } from "./random-schedule.ts";
import { openStore } from "./push-world.ts";

/** Number of schedules; the long mode sets PUSH_SCHEDULES=100000, and may end it after PUSH_SECONDS. */
const runs = Number(process.env["PUSH_SCHEDULES"] ?? 2000);
const seconds = Number(process.env["PUSH_SECONDS"] ?? 24 * 3600);

describe("whatever happens between a feed and a calendar", () => {
  it("once it is quiet, ours are what is wanted and others' are untouched", { timeout: 25 * 3_600_000 }, async () => {
    const sql = await openStore();
    const seed = Number(process.env["PUSH_SEED"] ?? 20_270_104);
    let played = 0;
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        expect(await play(sql, schedule)).toEqual([]);
        played += 1;
      }),
      { numRuns: runs, seed, interruptAfterTimeLimit: seconds * 1000 },
    );
    process.stderr.write(`${played} schedules\n`);
  });
});
