import { flat, type Reader } from "./readers.ts";

/** Returns numbers from 0 to below 1, the same ones for the same seed (mulberry32). */
export function makeChance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Returns a text of at most `length` characters that is made to cost: runs of one to four bits, each many times, since what
 * costs more than its length does so for what repeats. Half of them stand in the frame of plain text.
 */
export function hostileText(
  { bits, begin = "", end = "", plain }: Reader,
  length: number,
  chance: () => number,
): string {
  const bit = (): string => bits[Math.floor(chance() * bits.length)] ?? "";
  const framed = chance() < 0.5;
  let text = framed ? begin : "";
  const runs = 1 + Math.floor(chance() * 3);
  for (let run = 0; run < runs; run += 1) {
    const pump = Array.from({ length: 1 + Math.floor(chance() * 4) }, bit).join("");
    const lead = chance() < 0.3 ? bit() : "";
    const numbered = chance() < 0.2;
    const times = Math.floor(length / runs / (pump.length + (numbered ? 4 : 0)));
    text += lead;
    text += numbered ? Array.from({ length: times }, (_, at) => pump + at.toString(36)).join("") : pump.repeat(times);
    if (chance() < 0.3) text += bit();
    if (chance() < 0.1) text += plain;
  }
  return flat((text + (framed ? end : "")).slice(0, length));
}
