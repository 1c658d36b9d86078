import { describe, expect, it } from "vitest";
import { pollDelay } from "../../src/source/pace.ts";

const settings = {
  pollSeconds: 60,
  nightPollSeconds: 600,
  nightHours: { from: 20, to: 6 },
  timeZone: "Europe/Tallinn",
};
const nobody = { pending: false, read: false };
/** 4 January 2027 at that hour of UTC; Tallinn is two hours ahead. */
const at = (hour: number): number => Date.UTC(2027, 0, 4, hour) / 1000;

describe("how soon a source is read again", () => {
  it.each([
    ["by day, while a request waits", { ...nobody, pending: true }, 10, 60],
    ["by day, while somebody reads the feed", { ...nobody, read: true }, 10, 60],
    ["by day, when nobody waits", nobody, 10, 600],
    ["in the last minute before the night", { ...nobody, pending: true }, 18 - 1 / 60, 60],
    ["from the night's first hour on, whoever waits", { ...nobody, pending: true, read: true }, 18, 600],
    ["in the night's last hour", { ...nobody, pending: true }, 3, 600],
    ["when the night is over", { ...nobody, pending: true }, 4, 60],
  ])("%s", (_, facts, hour, seconds) => {
    expect(pollDelay(settings, facts, at(hour))).toBe(seconds);
  });

  it("knows nights within one day, and none", () => {
    const waiting = { ...nobody, pending: true };
    const siesta = { ...settings, nightHours: { from: 12, to: 14 } };
    expect([9.5, 10, 11.5, 12].map((hour) => pollDelay(siesta, waiting, at(hour)))).toEqual([60, 600, 600, 60]);
    const none = { ...settings, nightHours: { from: 7, to: 7 } };
    expect([...Array(24).keys()].map((hour) => pollDelay(none, waiting, at(hour)))).toEqual(Array(24).fill(60));
  });
});
