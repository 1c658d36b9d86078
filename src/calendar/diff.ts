export interface Diff {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Returns the ids to write so that `have` becomes `wanted`: the one comparison of the program.
 * Both map an id to the text (or a fingerprint of it) that is compared. Ids keep the order of their map.
 */
export function diff(wanted: ReadonlyMap<string, string>, have: ReadonlyMap<string, string>): Diff {
  const added: string[] = [];
  const changed: string[] = [];
  for (const [id, text] of wanted) {
    const old = have.get(id);
    if (old === undefined) added.push(id);
    else if (old !== text) changed.push(id);
  }
  return { added, changed, removed: [...have.keys()].filter((id) => !wanted.has(id)) };
}
