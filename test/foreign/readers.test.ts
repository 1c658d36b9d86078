import { describe, expect, it } from "vitest";
import { makeComparison } from "./cost.ts";
import { hostileText, makeChance } from "./hostile-text.ts";
import { plainText, readers, readForeign } from "./readers.ts";

/** A square would be a hundred times as much and more; the rest is for a busy machine. `npm run bench -- hostile` is strict. */
const most = 60;

describe.each(readers)("a reader of $name", (reader) => {
  it("reads plain text", async () => {
    await expect(readForeign(reader, plainText(reader, 2000))).resolves.toBe(undefined);
  });

  it("bears every text, and takes time by its length", async () => {
    const chance = makeChance(7);
    const ratioOf = makeComparison(reader, 5);
    let worst = { ratio: 0, text: "" };
    for (let turn = 0; turn < 60; turn += 1) {
      const text = hostileText(reader, Math.min(reader.longest, 256 << Math.floor(chance() * 8)), chance);
      const ratio = await ratioOf(text, most);
      if (ratio > worst.ratio) worst = { ratio, text: text.slice(0, 100) };
    }
    expect(worst).toSatisfy(({ ratio }) => ratio <= most);
  });
});
