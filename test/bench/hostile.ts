import { spawnSync } from "node:child_process";
import { makeComparison } from "../foreign/cost.ts";
import { hostileText, makeChance } from "../foreign/hostile-text.ts";
import { flat, readers, readForeign } from "../foreign/readers.ts";
import type { Figure } from "./figure.ts";

const texts = 100_000;
const mostRatio = 5;
/** Bytes of the texts whose memory is measured. */
const size = 4 * 1024 * 1024;
/** Megabytes of a process that reads nothing. */
const bare = 16;

/** Reads texts that are made to cost with every reader of foreign bytes: their time against plain text, and their memory. */
export async function hostile(): Promise<Figure[]> {
  const figures: Figure[] = [];
  const each = Math.ceil(texts / readers.length);
  for (const reader of readers) {
    const chance = makeChance(1);
    const ratioOf = makeComparison(reader, 5);
    let worst = { ratio: 0, text: "" };
    for (let turn = 0; turn < each; turn += 1) {
      const text = hostileText(reader, Math.min(reader.longest, 256 << Math.floor(chance() * 9)), chance);
      const ratio = await ratioOf(text, mostRatio);
      if (ratio > worst.ratio) worst = { ratio, text };
    }
    const { length } = worst.text;
    figures.push({
      name: `${reader.name} : plain text`,
      measured: worst.ratio,
      unit: "×",
      bound: { most: mostRatio },
      about: `${each} texts; the worst has ${length} characters: ${JSON.stringify(worst.text.slice(0, 40))}`,
    });
  }
  for (const reader of readers.filter(({ longest }) => longest >= size)) {
    const most = [2, 3, 4, 6, 8, 10, 15, 20, 30].find((times) => fits(reader.name, times)) ?? Number.POSITIVE_INFINITY;
    figures.push({
      name: `memory for ${reader.name} : its bytes`,
      measured: most,
      unit: "×",
      bound: { most: 10 },
      about: `each bit repeated to ${size} bytes, in a heap of so many times that and ${bare} MB`,
    });
  }
  return figures;
}

/** Returns true when a process reads everything in a heap of so many times the bytes of a text. */
function fits(name: string, times: number): boolean {
  const heap = bare + (times * size) / 1024 / 1024;
  const [, script = ""] = process.argv;
  const args = ["--max-semi-space-size=1", `--max-old-space-size=${heap}`, script, "read", name];
  return spawnSync(process.execPath, args, { stdio: "ignore" }).status === 0;
}

/** Reads each bit of one reader, repeated. */
export async function readRepeated(name: string): Promise<void> {
  const reader = readers.find((one) => one.name === name);
  for (const bit of reader?.bits ?? []) {
    if (reader === undefined) continue;
    const { begin = "", end = "" } = reader;
    await readForeign(reader, flat(begin + bit.repeat(size / bit.length) + end));
  }
}
