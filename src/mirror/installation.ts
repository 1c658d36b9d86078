import type { Deps } from "../deps.ts";
import { hex } from "../security/hash.ts";
import { readMeta, settleMeta } from "../store/meta.ts";

const installationKey = "installation";

/** Returns the random name that marks this installation's objects; makes it on first use. */
export async function ensureInstallation(deps: Pick<Deps, "sql" | "random">): Promise<string> {
  const known = await readMeta(deps.sql, installationKey);
  return known ?? settleMeta(deps.sql, installationKey, hex(deps.random(8)));
}
