import { describe, expect, it } from "vitest";
import { bookingStates, orderStates } from "../../src/calendar/booking.ts";
import { sampleWaldur } from "../../src/demo/sample.ts";

function begin(bookings = 60) {
  const clock = { ms: Date.UTC(2027, 0, 4, 9) };
  const options = { now: () => clock.ms, begunAt: clock.ms / 1000, bookings, baseUrl: "http://sample.invalid" };
  return { clock, sample: sampleWaldur(options), again: () => sampleWaldur(options) };
}

describe("the sample", () => {
  it("holds bookings in all states, of all orders, past and to come", () => {
    const { sample, clock } = begin();
    expect(new Set(sample.bookings.map(({ state }) => state))).toEqual(new Set(bookingStates));
    expect(new Set(sample.bookings.map(({ orders }) => orders[0].state))).toEqual(new Set(orderStates));
    const starts = sample.bookings.flatMap(({ schedules }) => schedules.map(({ start }) => start));
    expect(Math.min(...starts)).toBeLessThan(clock.ms / 1000);
    expect(Math.max(...starts)).toBeGreaterThan(clock.ms / 1000);
  });

  it("is the same each time it is begun at the same moment", () => {
    const { sample, again } = begin();
    expect(again().bookings).toEqual(sample.bookings);
  });

  it("lives on: each minute a request comes in or one is decided, and it does not run full or dry", () => {
    const { sample, clock } = begin();
    const waiting = (): number => sample.bookings.filter(({ state }) => state === "Creating").length;
    const states = (): string => JSON.stringify(sample.bookings.map(({ uuid, state }) => [uuid, state]));
    const decided = new Set<string>();
    for (let minute = 0; minute < 200; minute += 1) {
      const before = states();
      clock.ms += 60_000;
      sample.step();
      expect(states()).not.toBe(before);
      for (const { uuid, state, modifiedMicros } of sample.bookings) {
        if (modifiedMicros === clock.ms * 1000 && state !== "Creating") decided.add(`${state} ${uuid}`);
      }
    }
    expect(waiting()).toBeGreaterThan(3);
    expect(waiting()).toBeLessThan(100);
    for (const state of ["OK", "Terminated"]) expect([...decided].some((one) => one.startsWith(state))).toBe(true);
  });
});
