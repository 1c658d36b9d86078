import { expect, it } from "vitest";
import { liveDay } from "./bench/day.ts";

it("four hours with faults at Waldur, calendars' servers and the database end with every feed and calendar as Waldur has it", async () => {
  const { faults, runs, ...wrong } = await liveDay({ feeds: 16, targets: 6, hours: 4 });
  expect(runs).toBe(4 * 60 + 40);
  expect(Math.min(faults.waldur, faults.caldav, faults.database)).toBeGreaterThan(5);
  expect(wrong).toEqual({ wrongFeeds: 0, wrongCalendars: 0, overdue: 0, refused: 0 });
});
