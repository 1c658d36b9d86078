import type { Deps } from "../deps.ts";
import { open, seal, sealedBy } from "../security/seal.ts";
import { listSealed, replaceSealed } from "../store/sealed.ts";

/** Seals all that is stored under the ring's first key. Resolves to how many were sealed anew. Throws `seal_broken`. */
export async function reseal(deps: Pick<Deps, "sql" | "keys" | "random">): Promise<number> {
  const [first] = deps.keys.ids;
  let count = 0;
  for (const { place, sealed } of await listSealed(deps.sql)) {
    if (sealedBy(sealed) === first) continue;
    const again = await seal(deps.keys, place, await open(deps.keys, place, sealed), deps.random);
    await deps.sql.batch([replaceSealed(place, sealed, again)]);
    count += 1;
  }
  return count;
}
