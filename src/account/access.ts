import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { type AccountRow, findAccount, listPersonAccounts, noteSeen } from "../store/accounts/accounts.ts";
import { findLocated, type LocatedRow } from "../store/bookings/bookings.ts";
import { type FeedRow, findFeed, listFeeds } from "../store/feeds.ts";
import { withLastReads } from "../store/sources/reads.ts";
import { findReadSource, listReadSources, lostAccess, type ReadSource } from "../store/sources/readers.ts";
import { findTarget, listTargets, type TargetRow } from "../store/targets.ts";
import { accountClient } from "./client.ts";
import { proveAccount } from "./prove.ts";
import { epochSeconds, hasElapsed } from "../lib/clock.ts";
import { hasAccess } from "../waldur/roles.ts";

/** An account that looks at what is stored: one that has shown who it is. */
export interface Viewer {
  readonly account: AccountRow;
  /** The operator: manages all. */
  readonly operator: boolean;
  /** Ids of all accounts of the same person, whatever token shows them, the operator's too: what belongs to one of them is the viewer's own. */
  readonly accountIds: ReadonlySet<string>;
}

/**
 * The relation of somebody to a source and its feeds. `owner`: made them; `former`: made them, and holds the role no more or has
 * no token that Waldur takes; `colleague`: holds the role; `operator`: of this service.
 */
export type Standing = "owner" | "operator" | "colleague" | "former" | "none";

/** Seconds for which the roles that Waldur told hold. */
const freshSeconds = 60;

/**
 * Returns the viewer behind an account, with the roles it has in Waldur, asked anew when that was a minute ago. While Waldur does
 * not answer, what it said last stands; where it does not take the token, that is noted.
 */
export async function loadViewer(deps: Deps, account: AccountRow): Promise<Viewer> {
  if (!hasElapsed(account.askedAt, freshSeconds, epochSeconds(deps))) return viewerOf(deps, account);
  try {
    await proveAccount(deps, account, await accountClient(deps, account));
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    deps.log.warn("roles_not_read", { account: account.id, code: error.code, message: error.message });
  }
  await noteSeen(deps.sql, account.id, epochSeconds(deps));
  return viewerOf(deps, (await findAccount(deps.sql, account.id)) ?? account);
}

/** Returns the viewer behind an account, with the roles that Waldur told last. */
export async function viewerOf(deps: Pick<Deps, "sql">, account: AccountRow): Promise<Viewer> {
  const operator = account.kind === "operator";
  // ADMIN_TOKEN proves no user of Waldur: whoever shows it has no part in what that user made.
  const accountIds = new Set(operator ? [account.id] : await listPersonAccounts(deps.sql, account.id));
  return { account, operator, accountIds };
}

/** Returns the standing of the viewer to a source as another account has it, and to that account's feeds over it. */
export function standingOf(
  { account, operator, accountIds }: Viewer,
  source: Pick<ReadSource, "accountId" | "kind" | "customerUuid" | "lost">,
): Standing {
  const { isStaff, roles, refusedAt } = account;
  const holds = refusedAt === null && hasAccess({ isActive: true, isStaff, roles }, source);
  if (accountIds.has(source.accountId)) {
    return operator || (holds && lostAccess(source) === null) ? "owner" : "former";
  }
  if (operator) return "operator";
  // A list that any role opens is shared with nobody: another role opens another list.
  const shared = source.kind === "provider" || source.kind === "offering";
  return holds && shared && (isStaff || source.customerUuid !== "") ? "colleague" : "none";
}

/** The rights to a feed and the targets that mirror it, and who has them. */
const allowed = {
  /** See its name and state. */
  name: ["owner", "operator", "colleague", "former"],
  /** See what is in it. */
  content: ["owner", "operator"],
  /** See the bookings of its source, and answer them. */
  bookings: ["owner", "operator", "colleague"],
  /** Read it in a calendar program that signs in for them. The operator has many, and none of them is theirs. */
  calendar: ["owner", "colleague", "former"],
  /** See the address of a feed. */
  address: ["owner"],
  /** Change it, give it another address. */
  change: ["owner", "operator"],
  end: ["owner", "operator", "former"],
  takeOver: ["colleague"],
} as const satisfies Record<string, readonly Standing[]>;
export type Right = keyof typeof allowed;

/** Returns true when somebody of that standing may do that. */
export function may(standing: Standing, right: Right): boolean {
  const standings: readonly Standing[] = allowed[right];
  return standings.includes(standing);
}

/** A source as one account has it, with what the viewer is to that. */
export interface VisibleSource {
  readonly source: ReadSource;
  readonly standing: Standing;
}

/** Returns every source as each account has it that asked for its list. */
export async function listSources(deps: Pick<Deps, "sql">): Promise<ReadSource[]> {
  return withLastReads(deps.sql, await listReadSources(deps.sql));
}

/** Returns the sources of which the viewer sees at least the name, each once for every account that asked for its list. */
export async function listVisibleSources(deps: Pick<Deps, "sql">, viewer: Viewer): Promise<VisibleSource[]> {
  return selectVisible(viewer, await listSources(deps));
}

function selectVisible(viewer: Viewer, sources: readonly ReadSource[]): VisibleSource[] {
  const all = sources.map((source) => ({ source, standing: standingOf(viewer, source) }));
  return all.filter(({ standing }) => may(standing, "name"));
}

/** Returns a feed with its source, for somebody who may do that with it. Throws `not_found`, whatever the reason. */
export async function findVisibleFeed(
  deps: Pick<Deps, "sql">,
  viewer: Viewer,
  id: string,
  right: Right,
): Promise<VisibleSource & { readonly feed: FeedRow }> {
  const seen = await look(deps, viewer, id, right);
  if (seen === null) throw new AppError("not_found", `there is no feed ${id}; feeds list shows all feeds`);
  return seen;
}

/**
 * Returns the sources whose bookings the viewer may see: of every list that their roles open, whoever had it read, whether there
 * is a feed or not. A list that its account cannot read any more tells nothing new and is left out.
 */
export async function listBookingSources(deps: Pick<Deps, "sql">, viewer: Viewer): Promise<VisibleSource[]> {
  return selectBookingSources(viewer, await listSources(deps));
}

/** Returns those of these sources whose bookings the viewer may see, each once. */
export function selectBookingSources(viewer: Viewer, sources: readonly ReadSource[]): VisibleSource[] {
  const seen = selectVisible(viewer, sources);
  const open = seen.filter(({ source, standing }) => may(standing, "bookings") && lostAccess(source) === null);
  // Several accounts may have asked for a list: each is here once, as the viewer has it where they did.
  const others = open.filter(({ source }) => !viewer.accountIds.has(source.accountId));
  const own = open.filter(({ source }) => viewer.accountIds.has(source.accountId));
  return [...new Map([...others, ...own].map((one) => [one.source.id, one])).values()];
}

/** A booking that the viewer may see, with the list that holds it. */
export interface VisibleBooking extends VisibleSource {
  readonly known: LocatedRow;
}

/** Returns those of these bookings that the viewer may see, by uuid. */
export async function findVisibleBookings(
  deps: Pick<Deps, "sql">,
  viewer: Viewer,
  uuids: readonly string[],
): Promise<ReadonlyMap<string, VisibleBooking>> {
  const seen = new Map((await listBookingSources(deps, viewer)).map((one) => [one.source.id, one]));
  const found = new Map<string, VisibleBooking>();
  for (const [uuid, known] of await findLocated(deps.sql, [...seen.keys()], uuids)) {
    const one = seen.get(known.sourceId);
    if (one !== undefined) found.set(uuid, { ...one, known });
  }
  return found;
}

/** Returns a booking that the viewer may see. Throws `not_found`, whatever the reason. */
export async function findVisibleBooking(
  deps: Pick<Deps, "sql">,
  viewer: Viewer,
  uuid: string,
): Promise<VisibleBooking> {
  const found = (await findVisibleBookings(deps, viewer, [uuid])).get(uuid);
  if (found === undefined) throw new AppError("not_found", "there is no such booking");
  return found;
}

/**
 * Returns a target with its feed, for somebody who may do that with the feed: a target belongs to whom its feed belongs to.
 * Throws `not_found`, whatever the reason.
 */
export async function findVisibleTarget(
  deps: Pick<Deps, "sql">,
  viewer: Viewer,
  id: string,
  right: Right,
): Promise<VisibleSource & { readonly feed: FeedRow; readonly target: TargetRow }> {
  const target = await findTarget(deps.sql, id);
  const seen = target === null ? null : await look(deps, viewer, target.feedId, right);
  if (target === null || seen === null) {
    throw new AppError("not_found", `there is no target ${id}; targets list shows all targets`);
  }
  return { ...seen, target };
}

/** Returns the targets of which the viewer sees at least the name, oldest first. */
export async function listVisibleTargets(
  deps: Pick<Deps, "sql">,
  viewer: Viewer,
): Promise<{ readonly target: TargetRow; readonly standing: Standing }[]> {
  const standings = new Map(
    (await listVisibleSources(deps, viewer)).map(({ source, standing }) => [
      `${source.id} ${source.accountId}`,
      standing,
    ]),
  );
  const feeds = new Map(
    (await listFeeds(deps.sql)).map(({ id, sourceId, accountId }) => [id, `${sourceId} ${accountId}`]),
  );
  return (await listTargets(deps.sql)).flatMap((target) => {
    const standing = standings.get(feeds.get(target.feedId) ?? "");
    return standing === undefined ? [] : [{ target, standing }];
  });
}

async function look(deps: Pick<Deps, "sql">, viewer: Viewer, feedId: string, right: Right) {
  const feed = await findFeed(deps.sql, feedId);
  const stored = feed === null ? null : await findReadSource(deps.sql, feed.sourceId, feed.accountId);
  const [source = null] = stored === null ? [] : await withLastReads(deps.sql, [stored]);
  const standing = source === null ? "none" : standingOf(viewer, source);
  return feed === null || source === null || !may(standing, right) ? null : { feed, source, standing };
}
