import type { Deps } from "../deps.ts";
import { codeOf } from "../errors.ts";
import { open, seal } from "../security/seal.ts";
import { listSealed, replaceSealed, type SealedRow } from "../store/accounts/sealed.ts";

const pageSize = 100;

/**
 * Seals what earlier keys of the ring have sealed under its first key, `most` texts at most. Resolves to the number of those
 * sealed anew, and of those that the key of their id does not open, which stay as they are.
 */
export async function reseal(
  deps: Pick<Deps, "sql" | "keys" | "random" | "log">,
  most = Infinity,
): Promise<{ readonly sealed: number; readonly kept: number }> {
  const [, ...others] = deps.keys.ids;
  let sealed = 0;
  let kept = 0;
  for (let after: string | undefined = ""; after !== undefined && others.length > 0 && sealed + kept < most;) {
    const limit = Math.min(pageSize, most - sealed - kept);
    const rows: readonly SealedRow[] = await listSealed(deps.sql, others, after, limit);
    for (const row of rows) {
      if (await resealRow(deps, row)) sealed += 1;
      else kept += 1;
    }
    after = rows.at(-1)?.id;
  }
  if (sealed + kept > 0) deps.log.info("resealed", { sealed, kept });
  return { sealed, kept };
}

async function resealRow(deps: Pick<Deps, "sql" | "keys" | "random">, row: SealedRow): Promise<boolean> {
  try {
    const again = await seal(deps.keys, row, await open(deps.keys, row, row.text), deps.random);
    await deps.sql.batch([replaceSealed(row, row.text, again)]);
    return true;
  } catch (error) {
    if (codeOf(error) !== "seal_broken") throw error;
    return false;
  }
}
