/** Makes a pure function that keeps its last results, at most so many: what is asked for again is not made again. */
export function memoize<K extends string | number, V>(make: (key: K) => V, most: number): (key: K) => V {
  const kept = new Map<K, V>();
  return (key) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = make(key);
    if (kept.size >= most) kept.clear();
    kept.set(key, made);
    return made;
  };
}
