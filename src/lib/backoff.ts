/** The growth of pauses between tries, in any unit of time. */
export interface BackOff {
  readonly first: number;
  readonly most: number;
  /** Factor from each pause to the next; 2 by default. */
  readonly factor?: number;
}

/** Returns the pause after a number of failed attempts. Half of it is random, so that clients do not return all at once. */
export function pauseAfter(
  tries: number,
  { first, most, factor = 2 }: BackOff,
  random: (bytes: number) => Uint8Array,
): number {
  const [chance = 0] = random(1);
  return Math.min(first * factor ** (tries - 1), most) * (0.5 + chance / 512);
}

/**
 * Does `work`, again after a pause (milliseconds) while it gives null because another run is in its way. Resolves to null
 * when all tries gave nothing.
 */
export async function retry<T>(
  { sleep, random }: { sleep: (milliseconds: number) => Promise<void>; random: (bytes: number) => Uint8Array },
  pauses: BackOff & { readonly tries: number },
  work: () => Promise<T | null>,
): Promise<T | null> {
  for (let tries = 1; ; tries += 1) {
    const done = await work();
    if (done !== null || tries >= pauses.tries) return done;
    await sleep(pauseAfter(tries, pauses, random));
  }
}

/** Reads Retry-After (RFC 9110 10.2.3): returns the seconds until then, from seconds or a date; null when it is neither. */
export function readRetryAfter(value: string | null, now: number): number | null {
  if (value === null) return null;
  if (/^\s*\d{1,9}\s*$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now) / 1000));
}
