import { type FeedProfile } from "../calendar/profile.ts";
import type { Deps } from "../deps.ts";
import { listFeeds } from "../store/feeds.ts";
import { readMeta, writeMeta } from "../store/meta.ts";
import { addFeed } from "./commands.ts";
import { listProviders, actAsOperator } from "../account/find-source.ts";
import type { NewSource } from "../store/sources.ts";

const key = "first-feeds";

/**
 * On a first start: one feed for each provider the operator's account manages, and none for staff, who see all of them.
 * Done once, and never where feeds are. Resolves to why none was made, for the operator; "" when there is nothing to say.
 * Throws Waldur's failures: the next start, or the next run, tries again.
 */
export async function makeFirstFeeds(deps: Deps, profileOf: (name: string) => FeedProfile): Promise<string> {
  if ((await readMeta(deps.sql, key)) !== null || (await listFeeds(deps.sql)).length > 0) return "";
  const asker = await actAsOperator(deps);
  const { account, user } = asker;
  const own = user.isStaff ? [] : (await listProviders(asker)).filter((provider) => provider.own);
  for (const { uuid, name } of own) {
    const source: NewSource = {
      accountId: account.id,
      kind: "provider",
      scopeUuid: uuid,
      customerUuid: uuid,
      name,
      partial: "",
    };
    await addFeed(deps, source, profileOf(name), null);
  }
  await writeMeta(deps.sql, key, "made");
  if (user.isStaff) {
    return `${user.username} is staff and sees every provider, so no feed was made by itself. List them with \`providers\`, then \`feeds add --provider UUID\`.`;
  }
  return own.length > 0
    ? ""
    : `${user.username} manages no provider, so no feed was made. \`feeds add --mine\` shows its own bookings; for a provider's, set WALDUR_API_TOKEN of its owner or manager.`;
}
