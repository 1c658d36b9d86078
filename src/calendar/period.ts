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
