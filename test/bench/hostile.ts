import { spawnSync } from "node:child_process";
import { makeComparison } from "../foreign/cost.ts";
import { hostileText, makeChance } from "../foreign/hostile-text.ts";
import { flat, type Reader, readers, readForeign } from "../foreign/readers.ts";
import type { Figure } from "./support/figure.ts";

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
    const needs = reader.bits.map((bit, at) => ({ bit, times: heapFor(reader, at) }));
    const worst = needs.reduce((a, b) => (b.times > a.times ? b : a));
    figures.push({
      name: `memory for ${reader.name} : its bytes`,
      measured: worst.times,
      unit: "×",
      bound: { most: 10 },
      about: `each bit repeated to ${size} bytes, in a process and a heap of so many times that and ${bare} MB; the worst is ${JSON.stringify(worst.bit)}`,
    });
  }
  return figures;
}

/** Returns the times its bytes that a heap must have so that a process reads one text: the bit at that place, repeated. */
function heapFor(reader: Reader, at: number): number {
  return [2, 3, 4, 5, 6, 8, 10, 15, 20, 30].find((times) => fits(reader.name, at, times)) ?? Number.POSITIVE_INFINITY;
}

/** Returns true when a process reads that text in a heap of so many times its bytes. */
function fits(name: string, at: number, times: number): boolean {
  const heap = bare + (times * size) / 1024 / 1024;
  const [, script = ""] = process.argv;
  const args = ["--max-semi-space-size=1", `--max-old-space-size=${heap}`, script, "read", name, String(at)];
  return spawnSync(process.execPath, args, { stdio: "ignore" }).status === 0;
}

/** Reads a bit of one reader, repeated. */
export async function readRepeated(name: string, at: number): Promise<void> {
  const reader = readers.find((one) => one.name === name);
  const bit = reader?.bits[at];
  if (reader === undefined || bit === undefined) throw new Error(`there is no bit ${at} of ${name}`);
  const { begin = "", end = "" } = reader;
  await readForeign(reader, flat(begin + bit.repeat(size / bit.length) + end));
}
