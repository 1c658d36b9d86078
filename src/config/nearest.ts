/** Returns the name that needs the fewest single-character edits to become `wanted`, when that is at most `most`; else null. */
export function nearest(wanted: string, names: readonly string[], most: number): string | null {
  let best: string | null = null;
  let least = most + 1;
  for (const name of names) {
    const edits = distance(wanted, name);
    if (edits < least) [best, least] = [name, edits];
  }
  return best;
}

/** Returns the Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, left] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, right] of [...b].entries()) {
      const swap = (row[j] ?? 0) + (left === right ? 0 : 1);
      next.push(Math.min(swap, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
