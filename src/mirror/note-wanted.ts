import { hashObject, objectUid, uidToName, writeObject } from "./remote-object.ts";
import { hrefName } from "../caldav/hrefs.ts";
import { type LedgerRow, newEntry, listGone, listNews } from "../store/ledger.ts";
import { withSignInLinks } from "../feed/links.ts";
import { nameGeneration, nameStem, objectName } from "./plan-writes.ts";
import { dropRow, putRow, type PushRun, saveLedger } from "./run.ts";

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
  const strays = findStrays(run);
  let left = deps.budget.events;
  // A dry run saves nothing, so that the same page would come again.
  const most = run.dry ? left : Math.min(pageSize, left);
  for (let full = true; full && left > 0;) {
    const page = await listNews(deps.sql, target.id, feed.id, `empty-${feed.id}`, Math.min(most, left));
    for (const news of page) {
      const known = run.ledger.get(news.uid) ?? newEntry(news.uid);
      const wanted = news.cancelledAt === null || target.cancelled === "keep";
      const row = wanted ? takeStray(run, strays, known) : known;
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

/** Returns the rows of objects whose event was not wanted when they were found, by the stem of their names. */
function findStrays({ ledger }: PushRun): Map<string, LedgerRow> {
  const strays = [...ledger.values()].filter(({ uid, href }) => href !== "" && uidToName(uid) === hrefName(href));
  return new Map(strays.map((row) => [nameStem(uidToName(row.uid)), row]));
}

/** Returns the row of an event with the object that was found for it before it was wanted, which else would be deleted as another's. */
function takeStray(run: PushRun, strays: Map<string, LedgerRow>, row: LedgerRow): LedgerRow {
  const stem = nameStem(objectName(row, run.target.id));
  const stray = strays.get(stem);
  if (row.href !== "" || stray === undefined) return row;
  strays.delete(stem);
  dropRow(run, stray.uid);
  const { href, etag, state, pushedHash } = stray;
  return { ...row, generation: nameGeneration(hrefName(href)), href, etag, state, pushedHash };
}

/** Returns the fingerprint of the object as which an event is written. */
export function hashWanted(run: PushRun, uid: string, generation: number, vevent: string): string {
  return hashObject(writeObject(vevent, objectUid(uid, run.target.id, generation), run.owner));
}
