import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { davSchedules, davStage } from "./dav-stage.ts";
import { memorySchedules, memoryStage } from "./memory-stage.ts";
import { play } from "./play-schedule.ts";
import { openStore } from "../../empty-store.ts";

/** Number of schedules; the long mode sets PUSH_SCHEDULES=100000, and may end it after PUSH_SECONDS. */
const runs = Number(process.env["PUSH_SCHEDULES"] ?? 2000);
const seconds = Number(process.env["PUSH_SECONDS"] ?? 24 * 3600);
const seed = Number(process.env["PUSH_SEED"] ?? 20_270_104);

/** Checks schedules until all are played or the time is over, and says how many that were. */
async function check<S>(what: string, schedules: fc.Arbitrary<S>, wrongIn: (schedule: S) => Promise<string[]>) {
  let played = 0;
  const property = fc.asyncProperty(schedules, async (schedule) => {
    expect(await wrongIn(schedule)).toEqual([]);
    played += 1;
  });
  try {
    await fc.assert(property, { numRuns: runs, seed, interruptAfterTimeLimit: seconds * 1000 });
  } finally {
    process.stderr.write(`${played} schedules over ${what}\n`);
  }
}

describe("whatever happens between a feed and a calendar", () => {
  const title = "once it is quiet, ours are what is wanted and others' are untouched";

  it(`${title}, for calendars in memory`, { timeout: 25 * 3_600_000 }, async () => {
    const sql = await openStore();
    await check("calendars in memory", memorySchedules, async (schedule) =>
      play(await memoryStage(sql, schedule.quirks, schedule), schedule),
    );
  });

  it(`${title}, for servers with random switches`, { timeout: 25 * 3_600_000 }, async () => {
    const sql = await openStore();
    await check("servers with random switches", davSchedules, async (schedule) =>
      play(await davStage(sql, schedule.quirks, schedule), schedule),
    );
  });
});
