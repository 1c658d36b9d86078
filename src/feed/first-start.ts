import type { Deps } from "../deps.ts";
import { type FeedRow, listFeeds } from "../store/feeds.ts";
import { readMeta, writeMeta } from "../store/meta.ts";
import { addFeed } from "./commands.ts";
import { newProfile } from "./profile.ts";
import { listProviders, actAsOperator } from "../account/find-source.ts";
import { listSources, type NewSource } from "../store/sources/sources.ts";
import type { User } from "../waldur/schema.ts";

const key = "first-feeds";

/** The feeds that a first start made. */
export interface FirstFeeds {
  readonly ids: readonly string[];
  /** The reason why there is none; "" without one. */
  readonly hint: string;
}

/**
 * Makes the feeds of a first start: one for each provider that the operator's account manages, none for staff, who see
 * every provider. Does so once, and never when somebody else made feeds before. Throws Waldur's failures; called again, it
 * makes those that are missing then.
 */
export async function makeFirstFeeds(deps: Deps): Promise<FirstFeeds> {
  const begun = await readMeta(deps.sql, key);
  const feeds = await listFeeds(deps.sql);
  if (begun === "made" || (begun === null && feeds.length > 0)) return { ids: [], hint: "" };
  const asker = await actAsOperator(deps);
  const { account, user } = asker;
  const own = user.isStaff ? [] : (await listProviders(asker)).filter((provider) => provider.own);
  await writeMeta(deps.sql, key, "making");
  const served = await listServed(deps, feeds);
  const ids: string[] = [];
  for (const { uuid, name } of own.filter((provider) => !served.has(provider.uuid))) {
    const source: NewSource = {
      accountId: account.id,
      kind: "provider",
      scopeUuid: uuid,
      customerUuid: uuid,
      name,
      partial: "",
    };
    ids.push((await addFeed(deps, source, newProfile(deps.config, name, {}), null)).id);
  }
  await writeMeta(deps.sql, key, "made");
  return { ids, hint: own.length > 0 ? "" : hintFor(user) };
}

/** Returns the UUIDs of the providers that have a feed. */
async function listServed({ sql }: Deps, feeds: readonly FeedRow[]): Promise<ReadonlySet<string>> {
  const ids = new Set(feeds.map(({ sourceId }) => sourceId));
  const sources = (await listSources(sql)).filter(({ id, kind }) => kind === "provider" && ids.has(id));
  return new Set(sources.map(({ scopeUuid }) => scopeUuid));
}

function hintFor({ isStaff, username }: User): string {
  return isStaff
    ? `${username} is staff and sees every provider, so no feed was made by itself. List them with \`providers\`, then \`feeds add --provider UUID\`.`
    : `${username} manages no provider, so no feed was made. \`feeds add --mine\` shows its own bookings; for a provider's, set WALDUR_API_TOKEN of its owner or manager.`;
}
