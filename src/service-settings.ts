import * as v from "valibot";
import type { Deps } from "./deps.ts";
import { readMeta, writeMeta } from "./store/meta.ts";

const key = "service-settings";

/** The settings that shape what stored feeds show. */
const schema = v.object({
  publicUrl: v.string(),
  signedDecisions: v.boolean(),
  tombstoneDays: v.number(),
  outageNoticeHours: v.number(),
  outageClearDays: v.number(),
  accessClearHours: v.number(),
  accessProofDays: v.number(),
});

/** Keeps the settings of the service, which has just started, that shape its feeds. Throws `store_failed`. */
export async function noteServiceSettings({ sql, config }: Pick<Deps, "sql" | "config">): Promise<void> {
  await writeMeta(sql, key, JSON.stringify(v.parse(schema, config)));
}

/**
 * Returns the program with the settings that the service on its database started with last. A command beside it is called
 * with another environment: with settings of its own it would render every feed again, and lead links elsewhere. Throws
 * `store_failed`.
 */
export async function asService(deps: Deps): Promise<Deps> {
  const stored = await readMeta(deps.sql, key);
  const noted = stored === null ? null : v.safeParse(schema, JSON.parse(stored));
  return noted?.success === true ? { ...deps, config: { ...deps.config, ...noted.output } } : deps;
}
