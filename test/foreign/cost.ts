import { workTime } from "../work-time.ts";
import { type Reader, plainText, readForeign } from "./readers.ts";

/** Milliseconds that the clock may be wrong by. */
const blur = 0.05;

/** Resolves to the milliseconds of reading a text: the least of several times, since other work can only add to them. */
async function timeOf(reader: Reader, text: string, times: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < times; turn += 1) {
    const begun = performance.now();
    await readForeign(reader, text);
    least = Math.min(least, performance.now() - begun);
  }
  return least;
}

/** Compares texts for one reader with plain text of the same length. */
export function makeComparison(reader: Reader, times: number) {
  const known = new Map<number, number>();

  /** Resolves to the times that a text costs of plain text; by work alone where the clock says more than `most`. */
  return async function ratioOf(text: string, most: number): Promise<number> {
    const { length } = text;
    const plain = known.get(length) ?? (await timeOf(reader, plainText(reader, length), times));
    known.set(length, plain);
    const ratio = (await timeOf(reader, text, 1)) / (plain + blur);
    if (ratio <= most) return ratio;
    // Other programs may have taken that time.
    const work = async (read: string): Promise<number> => workTime(async () => readForeign(reader, read));
    return (await work(text)) / (await work(plainText(reader, length)));
  };
}
