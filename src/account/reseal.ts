import type { Deps } from "../deps.ts";
import { open, seal, sealedBy } from "../security/seal.ts";
import { listSealed, replaceSealed, type SealedRow } from "../store/sealed.ts";

const pageSize = 100;

/** Seals all that is stored under the ring's first key. Resolves to the number of texts sealed anew. Throws `seal_broken`. */
export async function reseal(deps: Pick<Deps, "sql" | "keys" | "random">): Promise<number> {
  const [first] = deps.keys.ids;
  let count = 0;
  for (let after: string | undefined = ""; after !== undefined;) {
    const rows: readonly SealedRow[] = await listSealed(deps.sql, after, pageSize);
    for (const row of rows) {
      if (sealedBy(row.text) === first) continue;
      const again = await seal(deps.keys, row, await open(deps.keys, row, row.text), deps.random);
      await deps.sql.batch([replaceSealed(row, row.text, again)]);
      count += 1;
    }
    after = rows.at(-1)?.id;
  }
  return count;
}
