import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";

/** The pace of one person: requests in a row, each earned back after a while, and requests under way, waiting ones included. */
interface Pace {
  readonly name: string;
  readonly burst: number;
  readonly earnMilliseconds: number;
  readonly mostAtOnce: number;
}

/** Requests for pages and to the API. */
export const requestPace: Pace = { name: "requests", burst: 60, earnMilliseconds: 500, mostAtOnce: 20 };
/** Talks with a server outside, which costs a hundred times as much and may answer whatever it likes. */
export const outsidePace: Pace = { name: "outside", burst: 20, earnMilliseconds: 5000, mostAtOnce: 3 };

const refusalMilliseconds = 2000;

/** The requests of one person in this process. */
interface Turns {
  underWay: number;
  /** The time at which all are earned back, epoch milliseconds. */
  fullAt: number;
}

/** By installation, then pace and person; whoever has earned all back is forgotten. */
const known = new WeakMap<Deps["config"], Map<string, Turns>>();

/**
 * Does `work` in a person's turn, so that nobody takes the process from others: what comes faster than the pace waits. Throws
 * `too_many`, and not at once, when too much waits already.
 */
export async function takeTurn<T>(deps: Deps, person: string, pace: Pace, work: () => Promise<T>): Promise<T> {
  const { burst, earnMilliseconds, mostAtOnce } = pace;
  const all = known.get(deps.config) ?? new Map<string, Turns>();
  known.set(deps.config, all);
  const name = `${pace.name} ${person}`;
  const now = deps.now();
  const own = all.get(name) ?? { underWay: 0, fullAt: now };
  if (own.underWay >= mostAtOnce) {
    await deps.sleep(refusalMilliseconds);
    throw new AppError("too_many", "too many of your requests are waiting; send fewer at once");
  }
  // Further ahead than anything that may wait: the clock has jumped back.
  const jumped = own.fullAt > now + (burst + mostAtOnce) * earnMilliseconds;
  own.fullAt = (jumped ? now : Math.max(now, own.fullAt)) + earnMilliseconds;
  own.underWay += 1;
  all.set(name, own);
  try {
    const wait = own.fullAt - burst * earnMilliseconds - now;
    if (wait > 0) await deps.sleep(wait);
    return await work();
  } finally {
    own.underWay -= 1;
    for (const [key, { underWay, fullAt }] of all) if (underWay === 0 && fullAt <= deps.now()) all.delete(key);
  }
}
