/** Returns the items with another one first each minute, so that a budget too small for all reaches each in turn. */
export function rotate<T>(items: readonly T[], nowAt: number): T[] {
  const first = items.length === 0 ? 0 : Math.floor(nowAt / 60) % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}
