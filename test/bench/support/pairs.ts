import { setTimeout } from "node:timers/promises";

/** A piece of work that resolves to the milliseconds it took. */
export type Timed = () => Promise<number>;

export interface Compared {
  /** Median over the pairs of ours divided by theirs. */
  readonly ratio: number;
  /** Medians, milliseconds. */
  readonly ours: number;
  readonly theirs: number;
}

/**
 * Times two pieces of work in turn. The one that goes first changes with each pair, so that other work on the machine slows
 * both alike. The first `warmUp` pairs are not counted. With BENCH_QUICK there is one pair, which shows that the work can be done.
 */
export async function compare(pairs: number, ours: Timed, theirs: Timed, warmUp = 2): Promise<Compared> {
  const timed: { ours: number; theirs: number }[] = [];
  const [first, end] = process.env["BENCH_QUICK"] === undefined ? [-warmUp, pairs] : [0, 1];
  for (let pair = first; pair < end; pair += 1) {
    const one = { ours: 0, theirs: 0 };
    if (pair % 2 === 0) {
      one.ours = await ours();
      one.theirs = await theirs();
    } else {
      one.theirs = await theirs();
      one.ours = await ours();
    }
    if (pair >= 0) timed.push(one);
  }
  return {
    ratio: median(timed.map((one) => one.ours / one.theirs)),
    ours: median(timed.map((one) => one.ours)),
    theirs: median(timed.map((one) => one.theirs)),
  };
}

/**
 * Measures the processor time of work in this process, so that other work on the machine does not count. It begins when
 * the garbage of earlier work is collected, which other threads finish some milliseconds later.
 */
export function timed(work: () => unknown): Timed {
  return async () => {
    globalThis.gc?.();
    await setTimeout(30);
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [below = Number.NaN, above = below] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
  return (below + above) / 2;
}
