/** A time, epoch seconds; the end is not part of it. */
export interface Period {
  readonly start: number;
  readonly end: number;
}

/** Returns true when two periods share a moment: one that begins as the other ends does not overlap it. */
export function overlaps(one: Period, other: Period): boolean {
  return one.start < other.end && other.start < one.end;
}

/** Returns those of the others that overlap one of these periods. */
export function overlapping<T extends Period>(periods: readonly Period[], others: readonly T[]): T[] {
  return others.filter((other) => periods.some((one) => overlaps(one, other)));
}

/**
 * Returns the same time in as few periods as it takes, in order: those that overlap or touch are one. What is more than `most` is
 * left to the last, with what lies between.
 */
export function joinPeriods(periods: readonly Period[], most = Number.MAX_SAFE_INTEGER): readonly Period[] {
  const joined: Period[] = [];
  for (const { start, end } of periods.toSorted((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last === undefined || (start > last.end && joined.length < most)) joined.push({ start, end });
    else joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, end) };
  }
  return joined;
}
