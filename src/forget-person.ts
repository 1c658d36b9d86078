import type { Deps } from "./deps.ts";
import { AppError } from "./errors.ts";
import { epochSeconds } from "./lib/clock.ts";
import { revokeFeed } from "./feed/commands.ts";
import { removalChoices, removeTarget } from "./mirror/commands.ts";
import { listFeeds } from "./store/feeds.ts";
import { deleteFeeds } from "./store/forget.ts";
import { forgetInvited } from "./store/mail/invitations.ts";
import { forgetMailboxes } from "./store/mail/resource-mailboxes.ts";
import { forgetNotices } from "./store/mail/notices.ts";
import { forgetWebhooks } from "./store/mail/webhooks.ts";
import { forgetPosts } from "./store/mail/outbox.ts";
import { emptyAccounts, forgetNames, forgetPrograms, listAccountsOf } from "./store/accounts/people.ts";
import { listTargets } from "./store/targets.ts";

/** The data of a person that was deleted. */
export interface Forgotten {
  readonly feeds: number;
  readonly targets: number;
  /** Decisions that no longer name the person. */
  readonly decisions: number;
}

/**
 * Forgets a person, given by the username or uuid that Waldur has: feeds and their addresses end at once, mirrors stop,
 * tokens, sessions and app passwords go, and the record of decisions no longer says who it was. `events`: what becomes of the events in
 * mirrored calendars; to be removed they need some runs, and until then the calendar's credentials stay. Bookings are
 * Waldur's: what is erased there is erased here. Throws `not_found` for somebody of whom nothing is kept.
 */
export async function forgetPerson(deps: Deps, user: string, events: "leave" | "remove"): Promise<Forgotten> {
  const { sql } = deps;
  const accounts = await listAccountsOf(sql, user);
  const feeds = (await listFeeds(sql)).filter(({ accountId }) => accounts.includes(accountId));
  let targets = 0;
  for (const feed of feeds) {
    if (feed.state !== "ended") await revokeFeed(deps, feed, true);
    let removing = 0;
    for (const target of await listTargets(sql, feed.id)) {
      const fate = removalChoices(target).includes(events) ? events : "leave";
      if ((await removeTarget(deps, target, fate)) !== null) removing += 1;
      targets += 1;
    }
    if (removing === 0) await sql.batch(deleteFeeds([feed.id]));
  }
  const [decisions = 0] = await sql.batch([
    forgetNames(accounts, user),
    ...forgetMailboxes(accounts, epochSeconds(deps)),
    forgetPosts(accounts),
    forgetNotices(accounts),
    forgetWebhooks(accounts),
    forgetInvited(accounts),
    emptyAccounts(accounts),
    ...forgetPrograms(accounts),
  ]);
  if (accounts.length === 0 && decisions === 0) {
    throw new AppError("not_found", `nothing is kept of a user ${user}; give the username as Waldur has it`);
  }
  deps.log.info("person_forgotten", { accounts: accounts.length, feeds: feeds.length, targets, decisions });
  return { feeds: feeds.length, targets, decisions };
}
