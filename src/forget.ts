import type { Deps } from "./deps.ts";
import { rotate } from "./lib/rotate.ts";
import { logFailure } from "./log.ts";
import { forgetTarget } from "./mirror/connect/forget.ts";
import { forgetTries } from "./store/accounts/attempts.ts";
import { noteRunning } from "./store/accounts/presence.ts";
import { forgetDecisions } from "./store/decisions.ts";
import {
  deleteFeeds,
  forgetAccounts,
  forgetAddresses,
  forgetGoneBookings,
  forgetIdleBookings,
  forgetIdleSources,
  forgetOldRuns,
  forgetRefusedWrites,
  forgetRevisions,
  listEndedFeeds,
} from "./store/forget.ts";
import { forgetInvitations } from "./store/mail/invitations.ts";
import { forgetEndedMailboxes } from "./store/mail/resource-mailboxes.ts";
import { forgetSent } from "./store/mail/outbox.ts";
import { forgetPushSubscriptions } from "./store/push-subscriptions.ts";
import { forgetReads } from "./store/sources/reads.ts";
import { listTargets } from "./store/targets.ts";

const daySeconds = 86_400;
/** Days for which an ended address is gone (410) once it no longer says that it has ended; then it is unknown (404). */
const goneDays = 30;
const runDays = 90;
/** Days for which a calendar program that comes back is told only what has changed since. */
const revisionDays = 90;
/** Days for which it stays that something was sent, or given up. */
const sentDays = 30;
/** Days for which a list stays that has no feed, and an account without one that is not seen. */
const idleDays = 30;
/** Sessions for decisions last so long. */
const deciderDays = 90;
/** Days for which a mailbox stays that is asked no more: what it accepted is kept right so long. */
const mailboxDays = 365;
/** Rows that one statement deletes. */
const rowsAtOnce = 500;
/** Kinds that the smallest budget reaches in an hour. */
const kindsAtOnce = 4;
/** Feeds that are deleted at once. */
const feedsAtOnce = 20;

/** One kind of thing that is forgotten: deletes some of it, and resolves to true when there may be more. */
type Forgetting = (deps: Deps, nowAt: number) => Promise<boolean>;

const forgettings: readonly Forgetting[] = [
  async ({ sql, config }, nowAt) =>
    isFull(await forgetDecisions(sql, nowAt - config.decisionDays * daySeconds, rowsAtOnce)),
  async ({ sql }, nowAt) => {
    await forgetTries(sql, nowAt - 3600, nowAt + 3600);
    return false;
  },
  async ({ sql }, nowAt) => isFull(await forgetSent(sql, nowAt - sentDays * daySeconds, rowsAtOnce)),
  async ({ sql }, nowAt) => isFull(await forgetInvitations(sql, nowAt - sentDays * daySeconds, rowsAtOnce)),
  async ({ sql }, nowAt) => isFull(await forgetEndedMailboxes(sql, nowAt - mailboxDays * daySeconds, rowsAtOnce)),
  async ({ sql }, nowAt) => isFull(await forgetOldRuns(sql, nowAt - runDays * daySeconds, rowsAtOnce)),
  async ({ sql, config }, nowAt) =>
    isFull(await forgetGoneBookings(sql, nowAt - config.tombstoneDays * daySeconds, rowsAtOnce)),
  // Revisions count in seconds of the clock.
  async ({ sql }, nowAt) => isFull(await forgetRevisions(sql, nowAt - revisionDays * daySeconds, rowsAtOnce)),
  async ({ sql }, nowAt) => isFull(await forgetRefusedWrites(sql, nowAt - revisionDays * daySeconds, rowsAtOnce)),
  async ({ sql }, nowAt) => isFull(await forgetPushSubscriptions(sql, nowAt, rowsAtOnce)),
  async ({ sql, config }, nowAt) => isFull(await forgetAddresses(sql, endedBefore(config, nowAt), rowsAtOnce)),
  forgetFeeds,
  async ({ sql }, nowAt) => isFull(await forgetIdleBookings(sql, nowAt - idleDays * daySeconds, rowsAtOnce)),
  async ({ sql }, nowAt) => {
    if ((await forgetIdleSources(sql, nowAt - idleDays * daySeconds)) > 0) await forgetReads(sql);
    return false;
  },
  async ({ sql }, nowAt) => {
    await forgetAccounts(sql, nowAt - idleDays * daySeconds, nowAt - deciderDays * daySeconds);
    return false;
  },
];

/**
 * Forgets what is kept no longer at `nowAt` (epoch seconds), kind by kind and some at once, so that a run that is cut leaves
 * less for the next; while `more` says that this run may send a few more statements. Nobody is forgotten for the time in which the
 * service stood still. Throws `store_failed` where that cannot be noted.
 */
export async function forgetOld(deps: Deps, nowAt: number, more: () => boolean): Promise<void> {
  await noteRunning(deps.sql, nowAt);
  // Some kinds further each hour: what a small budget does not reach is reached in the next.
  for (const forgetting of rotate(forgettings, (nowAt * kindsAtOnce) / 60)) {
    try {
      while (more() && (await forgetting(deps, nowAt)));
    } catch (error) {
      logFailure(deps, "forget_failed", error);
    }
  }
}

/** Deletes feeds that ended long ago, and targets of them about which nobody ever said what becomes of their events: these stay. */
async function forgetFeeds(deps: Deps, nowAt: number): Promise<boolean> {
  const ids = await listEndedFeeds(deps.sql, endedBefore(deps.config, nowAt), feedsAtOnce);
  if (ids.length === 0) return false;
  for (const target of await listTargets(deps.sql)) if (ids.includes(target.feedId)) await forgetTarget(deps, target);
  await deps.sql.batch(deleteFeeds(ids));
  deps.log.info("feeds_forgotten", { feeds: ids.length });
  return ids.length === feedsAtOnce;
}

function isFull(deleted: number): boolean {
  return deleted >= rowsAtOnce;
}

function endedBefore({ endedDays }: Deps["config"], nowAt: number): number {
  return nowAt - (endedDays + goneDays) * daySeconds;
}
