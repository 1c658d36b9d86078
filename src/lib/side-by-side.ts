/**
 * Does work for each item, begun in their order, `most` at once. Once one fails no other is begun; rejects with the first
 * failure when all that were begun have ended.
 */
export async function sideBySide<T>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (const item of waiting) {
      if (failed) return;
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = Array.from({ length: Math.min(most, items.length) }, lane);
  await Promise.allSettled(lanes);
  await Promise.all(lanes);
}
