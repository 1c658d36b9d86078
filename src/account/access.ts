import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { type AccountRow, findAccount, noteAsked, noteRefused } from "../store/accounts.ts";
import { type BookingRow, findBookings } from "../store/bookings.ts";
import { type FeedRow, findFeed, listFeeds } from "../store/feeds.ts";
import { withLastReads } from "../store/reads.ts";
import { findSource, listSources, lostAccess, type SourceRow } from "../store/sources.ts";
import { findTarget, listTargets, type TargetRow } from "../store/targets.ts";
import { accountClient, identify } from "./client.ts";
import { epochSeconds, hasElapsed } from "../clock.ts";
import { hasAccess } from "../waldur/roles.ts";

/** An account that looks at what is stored: one that has shown who it is. */
export interface Viewer {
  readonly account: AccountRow;
  /** The operator: manages all. */
  readonly operator: boolean;
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
  if (account.kind === "operator") return { account, operator: true };
  if (!hasElapsed(account.askedAt, freshSeconds, epochSeconds(deps))) return { account, operator: false };
  try {
    await identify(deps, account.id, await accountClient(deps, account));
    await noteRefused(deps.sql, account.id, null);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === "waldur_refused_token") await noteRefused(deps.sql, account.id, epochSeconds(deps));
    deps.log.warn("roles_not_read", { account: account.id, code: error.code, message: error.message });
  }
  await noteAsked(deps.sql, account.id, epochSeconds(deps));
  return { account: (await findAccount(deps.sql, account.id)) ?? account, operator: false };
}

/** Returns the standing of the viewer to a source. */
export function standingOf(
  { account, operator }: Viewer,
  source: Pick<SourceRow, "accountId" | "kind" | "customerUuid" | "lost">,
): Standing {
  const { isStaff, roles, refusedAt } = account;
  const holds = refusedAt === null && hasAccess({ isActive: true, isStaff, roles }, source);
  if (source.accountId === account.id) {
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

/** A source with what the viewer is to it. */
export interface VisibleSource {
  readonly source: SourceRow;
  readonly standing: Standing;
}

/** Returns the sources of which the viewer sees at least the name. */
export async function listVisibleSources(deps: Pick<Deps, "sql">, viewer: Viewer): Promise<VisibleSource[]> {
  const sources = await withLastReads(deps.sql, await listSources(deps.sql));
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

/** Returns a booking in a source whose content the viewer may see. Throws `not_found`, whatever the reason. */
export async function findVisibleBooking(deps: Pick<Deps, "sql">, viewer: Viewer, uuid: string): Promise<BookingRow> {
  for (const { source, standing } of await listVisibleSources(deps, viewer)) {
    const known = may(standing, "content") ? (await findBookings(deps.sql, source.id, [uuid])).get(uuid) : undefined;
    if (known !== undefined) return known;
  }
  throw new AppError("not_found", "there is no such booking");
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
    (await listVisibleSources(deps, viewer)).map(({ source, standing }) => [source.id, standing]),
  );
  const feeds = new Map((await listFeeds(deps.sql)).map(({ id, sourceId }) => [id, sourceId]));
  return (await listTargets(deps.sql)).flatMap((target) => {
    const standing = standings.get(feeds.get(target.feedId) ?? "");
    return standing === undefined ? [] : [{ target, standing }];
  });
}

async function look(deps: Pick<Deps, "sql">, viewer: Viewer, feedId: string, right: Right) {
  const feed = await findFeed(deps.sql, feedId);
  const stored = feed === null ? null : await findSource(deps.sql, feed.sourceId);
  const [source = null] = stored === null ? [] : await withLastReads(deps.sql, [stored]);
  const standing = source === null ? "none" : standingOf(viewer, source);
  return feed === null || source === null || !may(standing, right) ? null : { feed, source, standing };
}
