import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NumberedSlot, Slot } from "../../src/calendar/booking.ts";
import { numberSlots } from "../../src/calendar/slots.ts";
import { booking } from "./samples.ts";

const slot = (start: number, end: number, backendId = ""): Slot => ({ start, end, backendId });
const numbersById = (slots: readonly NumberedSlot[]) => slots.map(({ backendId, n, gone }) => [backendId, n, gone]);

describe("numbering the slots of a booking", () => {
  it("counts by start at first sight, whatever order Waldur gives", () => {
    const slots = numberSlots([], booking({ slots: [slot(300, 400, "late"), slot(100, 200, "early")] }));
    expect(numbersById(slots)).toEqual([
      ["early", 1, false],
      ["late", 2, false],
    ]);
  });

  it("shows what was asked for while Waldur has no slots", () => {
    const slots = numberSlots([], booking({ slots: [], schedules: [slot(100, 200)] }));
    expect(slots).toEqual([{ start: 100, end: 200, backendId: "", n: 1, real: false, gone: false }]);
  });

  it("keeps the numbers when approval turns wishes into slots, in any order", () => {
    const wished = numberSlots([], booking({ slots: [], schedules: [slot(100, 200), slot(300, 400)] }));
    const moved = numberSlots([], booking({ slots: [], schedules: [slot(300, 400), slot(100, 200)] }));
    const approved = booking({ slots: [slot(100, 200, "x"), slot(300, 400, "y")] });
    const expected = [
      ["x", 1, false],
      ["y", 2, false],
    ];
    expect(numbersById(numberSlots(wished, approved))).toEqual(expected);
    expect(numbersById(numberSlots(moved, approved))).toEqual(expected);
  });

  it("keeps a slot as it was while it cannot be read, and strikes out only what is lost", () => {
    const before = numberSlots([], booking({ slots: [slot(100, 200, "x"), slot(300, 400, "y"), slot(500, 600, "z")] }));
    const known = (unreadSlots: readonly string[]) =>
      numbersById(numberSlots(before, booking({ slots: [slot(100, 200, "x")], unreadSlots })));
    expect(known(["y"])).toEqual([
      ["x", 1, false],
      ["y", 2, false],
      ["z", 3, true],
    ]);
    // Which one it is cannot be told: nothing is lost.
    expect(known([""]).map(([, , gone]) => gone)).toEqual([false, false, false]);
  });

  it("keeps the number of a wish that was moved before approval, by its position", () => {
    const wished = numberSlots([], booking({ slots: [], schedules: [slot(100, 200), slot(300, 400)] }));
    const slots = numberSlots(wished, booking({ slots: [slot(100, 200, "x"), slot(500, 600, "y")] }));
    expect(numbersById(slots)).toEqual([
      ["x", 1, false],
      ["y", 2, false],
    ]);
  });

  it("keeps the number of a slot that an administrator moved past the others", () => {
    const before = numberSlots([], booking({ slots: [slot(100, 200, "x"), slot(300, 400, "y")] }));
    const after = numberSlots(before, booking({ slots: [slot(300, 400, "y"), slot(500, 600, "x")] }));
    expect(after.map(({ n, start }) => [n, start])).toEqual([
      [1, 500],
      [2, 300],
    ]);
  });

  it("keeps the number when two slots swap their times", () => {
    const before = numberSlots([], booking({ slots: [slot(100, 200, "x"), slot(300, 400, "y")] }));
    const after = numberSlots(before, booking({ slots: [slot(100, 200, "y"), slot(300, 400, "x")] }));
    expect(numbersById(after)).toEqual([
      ["x", 1, false],
      ["y", 2, false],
    ]);
  });

  it("never gives the number of a lost slot to a new one, and gives it back when the slot returns", () => {
    const before = numberSlots([], booking({ slots: [slot(100, 200, "x"), slot(300, 400, "y")] }));
    const lost = numberSlots(before, booking({ slots: [slot(100, 200, "x")] }));
    expect(numbersById(lost)).toEqual([
      ["x", 1, false],
      ["y", 2, true],
    ]);
    const more = numberSlots(lost, booking({ slots: [slot(100, 200, "x"), slot(300, 400, "z")] }));
    expect(numbersById(more)).toEqual([
      ["x", 1, false],
      ["y", 2, true],
      ["z", 3, false],
    ]);
    const back = numberSlots(more, booking({ slots: [slot(100, 200, "x"), slot(300, 400, "z"), slot(300, 400, "y")] }));
    expect(numbersById(back)).toEqual([
      ["x", 1, false],
      ["y", 2, false],
      ["z", 3, false],
    ]);
  });

  it("goes back to the wishes when Waldur rolls the slots back", () => {
    const wishes = [slot(100, 200), slot(300, 400)];
    const before = numberSlots([], booking({ slots: [slot(100, 200, "x"), slot(300, 400, "y")], schedules: wishes }));
    const after = numberSlots(before, booking({ slots: [], schedules: wishes }));
    expect(after.map(({ n, start, real, gone }) => [n, start, real, gone])).toEqual([
      [1, 100, false, false],
      [2, 300, false, false],
    ]);
  });

  it("gives each of two equal slots, a backward one and one without length its own number", () => {
    const slots = [slot(100, 200, "x"), slot(100, 200, "y"), slot(400, 300, "z"), slot(500, 500, "w")];
    expect(numberSlots([], booking({ slots })).map(({ n }) => n)).toEqual([1, 2, 3, 4]);
  });

  it("is settled: numbering its own result changes nothing, numbers are unique and survive", () => {
    const time = fc.integer({ min: 0, max: 4 });
    const periods = fc.array(fc.tuple(time, time, fc.constantFrom("", "x", "y", "z")), { maxLength: 5 });
    const readings = fc.array(fc.record({ slots: periods, schedules: periods }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(readings, (all) => {
        let have: NumberedSlot[] = [];
        for (const { slots, schedules } of all) {
          const read = booking({
            slots: slots.map((args) => slot(...args)),
            schedules: schedules.map((args) => slot(...args)),
          });
          const next = numberSlots(have, read);
          expect(numberSlots(next, read)).toEqual(next);
          expect(new Set(next.map(({ n }) => n)).size).toBe(next.length);
          expect(next.map(({ n }) => n)).toEqual(expect.arrayContaining(have.map(({ n }) => n)));
          const wanted = read.slots.length > 0 ? read.slots : read.schedules;
          const shape = ({ start, end, backendId }: Slot) => `${start} ${end} ${backendId}`;
          expect(
            next
              .filter(({ gone }) => !gone)
              .map(shape)
              .toSorted(),
          ).toEqual(wanted.map(shape).toSorted());
          have = next;
        }
      }),
      { numRuns: 500 },
    );
  });
});
