import { epochSeconds, hasElapsed, isAhead } from "../lib/clock.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { type AccountRow, noteProof, noteRefusedProof } from "../store/accounts/accounts.ts";
import {
  listReadSources,
  type Loss,
  lostAccess,
  type ReadSource,
  wakeSources,
  writeLosses,
} from "../store/sources/readers.ts";
import type { WaldurClient } from "../waldur/client.ts";
import { hasAccess } from "../waldur/roles.ts";
import type { User } from "../waldur/schema.ts";

const daySeconds = 86_400;

/**
 * Asks Waldur who the account is now, and notes which of the lists that it asked for it may still read, and which again.
 * Throws Waldur's failures; of a token that it does not take, or a user who is not active, that is noted too.
 */
export async function proveAccount(
  deps: Deps,
  account: Pick<AccountRow, "id" | "provenAt">,
  client: WaldurClient,
): Promise<User> {
  try {
    const user = await client.whoAmI();
    await noteProof(deps.sql, account.id, user, epochSeconds(deps));
    await noteLosses(deps, account.id, (source) => {
      if (hasAccess(user, source)) return "";
      return user.isActive ? "role" : "inactive";
    });
    return user;
  } catch (error) {
    if (error instanceof AppError && error.code === "waldur_refused_token") await noteRefusal(deps, account, error);
    throw error;
  }
}

/**
 * Notes that Waldur does not take the account's token. What it said last of the account's roles holds for ACCESS_PROOF_DAYS,
 * unless it says that the user is not active.
 */
export async function noteRefusal(
  deps: Deps,
  account: Pick<AccountRow, "id" | "provenAt">,
  refusal: AppError,
): Promise<void> {
  const nowAt = epochSeconds(deps);
  await noteRefusedProof(deps.sql, account.id, nowAt);
  const inactive = refusal.facts.inactive === true;
  if (!inactive && !hasElapsed(account.provenAt, deps.config.accessProofDays * daySeconds, nowAt)) return;
  await noteLosses(deps, account.id, ({ lost }) => (inactive ? "inactive" : lost === "role" ? lost : "expired"));
}

/** Notes what the account has lost of each list that it asked for, in words of `lossOf`, or has again (""). */
async function noteLosses(
  deps: Deps,
  accountId: string,
  lossOf: (source: ReadSource) => Exclude<Loss["lost"], "part">,
): Promise<void> {
  const nowAt = epochSeconds(deps);
  const changes = (await listReadSources(deps.sql, accountId)).flatMap((source) => {
    const lost = lossOf(source);
    // That a part is out of sight is what sweeps find.
    if (lost === "" && (source.lost === "" || source.lost === "part")) return [];
    const since = source.lostAt === null || isAhead(source.lostAt, nowAt) ? null : source.lostAt;
    if (lost === source.lost && since !== null) return [];
    const lostAt = lost === "" ? null : lostAccess(source) === null ? nowAt : (since ?? nowAt);
    return [{ sourceId: source.id, name: source.name, lost, lostAt }];
  });
  if (changes.length === 0) return;
  const back = changes.filter(({ lost }) => lost === "").map(({ sourceId }) => sourceId);
  await deps.sql.batch([writeLosses(accountId, changes), ...(back.length === 0 ? [] : [wakeSources(back, nowAt)])]);
  for (const { sourceId: source, name, lost } of changes) {
    if (lost === "") deps.log.info("access_back", { source, name, account: accountId });
    else deps.log.error("access_lost", { source, name, account: accountId, reason: lossReasons[lost] });
  }
}

/** Each loss in words, for reports and the log. */
export const lossReasons = {
  role: "the account no longer has the role that shows these bookings",
  inactive: "the user is not active in Waldur",
  expired: "Waldur has not taken the account's token for too long to know of its role",
} as const satisfies Record<Exclude<Loss["lost"], "" | "part">, string>;
