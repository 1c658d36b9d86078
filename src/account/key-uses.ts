import type { Deps } from "../deps.ts";
import { open, unlessSealed } from "../security/seal.ts";
import { countSealed, type SealedGroup } from "../store/accounts/sealed.ts";

/** A key and the number of texts that it has sealed. */
export interface KeyUse {
  readonly id: string;
  /** `first`: it seals; `kept`: it only opens; `missing`: it is not in the ring; `other`: the ring has another key of that id. */
  readonly state: "first" | "kept" | "missing" | "other";
  /** Addresses of feeds, tokens of Waldur, and credentials of mirrors. */
  readonly addresses: number;
  readonly tokens: number;
  readonly credentials: number;
}

/** Returns the keys of the ring, in their order, and after them those that sealed something and are not in it. */
export async function listKeyUses(deps: Pick<Deps, "sql" | "keys">): Promise<KeyUse[]> {
  const { keys } = deps;
  const ring: readonly string[] = keys.lost === "" ? keys.ids : [];
  const groups = Map.groupBy(await countSealed(deps.sql), ({ key }) => key);
  const uses: KeyUse[] = [];
  for (const id of new Set([...ring, ...groups.keys()])) {
    const sealed = groups.get(id) ?? [];
    const count = (column: string): number => sealed.find((group) => group.column === column)?.count ?? 0;
    const state = !ring.includes(id)
      ? "missing"
      : !(await opensAll(deps, sealed))
        ? "other"
        : id === ring[0]
          ? "first"
          : "kept";
    uses.push({ id, state, addresses: count("secret"), tokens: count("token"), credentials: count("credentials") });
  }
  return uses;
}

/** Returns true when the ring's key of that id is the one that sealed one text of each kind. */
async function opensAll({ keys }: Pick<Deps, "keys">, groups: readonly SealedGroup[]): Promise<boolean> {
  for (const group of groups) if ((await unlessSealed(open(keys, group, group.text))) === null) return false;
  return true;
}
