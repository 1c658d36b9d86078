import { describe, expect, it } from "vitest";
import { sideBySide } from "../../src/lib/side-by-side.ts";

/** Work that lasts until it is told to end. */
function makeWork() {
  const begun: number[] = [];
  const ends = new Map<number, PromiseWithResolvers<void>>();
  const work = async (item: number): Promise<void> => {
    begun.push(item);
    const end = Promise.withResolvers<void>();
    ends.set(item, end);
    return end.promise;
  };
  const settle = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { begun, work, end: (item: number) => ends.get(item), settle };
}

describe("work side by side", () => {
  it("is begun in order, never more than so many at once, and each item once", async () => {
    const { begun, work, end, settle } = makeWork();
    const all = sideBySide([1, 2, 3, 4], 2, work);
    expect(begun).toEqual([1, 2]);
    end(2)?.resolve();
    await settle();
    expect(begun).toEqual([1, 2, 3]);
    for (const item of [1, 3]) end(item)?.resolve();
    await settle();
    end(4)?.resolve();
    await all;
    expect(begun).toEqual([1, 2, 3, 4]);
  });

  it("begins nothing after a failure, and fails once all that was begun has ended", async () => {
    const { begun, work, end, settle } = makeWork();
    let ended = "";
    const all = sideBySide([1, 2, 3, 4], 2, work).catch((error: unknown) => (ended = String(error)));
    end(1)?.reject(new Error("refused"));
    await settle();
    expect([begun, ended]).toEqual([[1, 2], ""]);
    end(2)?.resolve();
    await all;
    expect([begun, ended]).toEqual([[1, 2], "Error: refused"]);
  });

  it("of nothing is done", async () => {
    await expect(sideBySide([], 3, async () => Promise.reject(new Error("none")))).resolves.toBeUndefined();
  });
});
