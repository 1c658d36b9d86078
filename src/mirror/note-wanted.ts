import { hashObject, objectUid, writeObject } from "./remote-object.ts";
import { newEntry, listGone, listNews } from "../store/ledger.ts";
import { withSignInLinks } from "../feed/links.ts";
import { putRow, type PushRun, saveLedger } from "./run.ts";

const pageSize = 500;

/**
 * Notes in the ledger which of the feed's events the calendar should have, the soonest first, as many as the budget allows.
 * Sends nothing. Resolves to true when the whole feed was noted.
 */
export async function noteWanted(run: PushRun): Promise<boolean> {
  const { deps, feed, target } = run;
  if (target.feedRev === feed.rev) return true;
  for (const uid of await listGone(deps.sql, target.id, feed.id)) {
    const row = run.ledger.get(uid);
    if (row !== undefined) putRow(run, { ...row, wantedHash: "", nextAt: 0 });
  }
  let left = deps.budget.events;
  // A dry run saves nothing, so that the same page would come again.
  const most = run.dry ? left : Math.min(pageSize, left);
  for (let full = true; full && left > 0;) {
    const page = await listNews(deps.sql, target.id, feed.id, `empty-${feed.id}`, Math.min(most, left));
    for (const news of page) {
      const row = run.ledger.get(news.uid) ?? newEntry(news.uid);
      const wanted = news.cancelledAt === null || target.cancelled === "keep";
      const wantedHash = wanted
        ? hashWanted(run, news.uid, row.generation, await withSignInLinks(deps, feed, news.vevent))
        : "";
      // A change is a new try for an event that could not be written as it was.
      const again = wantedHash === row.wantedHash ? {} : { attempts: 0, nextAt: 0, failure: "" };
      const { rev: eventRev, startAt, endAt } = news;
      putRow(run, { ...row, wantedHash, eventRev, startAt, endAt, ...again });
    }
    left -= page.length;
    full = page.length >= most;
    if (full && !run.dry) await saveLedger(run);
  }
  if (left <= 0) return false;
  await saveLedger(run, { feedRev: feed.rev });
  return true;
}

/** Returns the fingerprint of the object as which an event is written. */
export function hashWanted(run: PushRun, uid: string, generation: number, vevent: string): string {
  return hashObject(writeObject(vevent, objectUid(uid, run.target.id, generation), run.owner));
}
