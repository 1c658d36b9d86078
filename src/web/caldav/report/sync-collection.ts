import { child, type XmlElement } from "../../../caldav/xml.ts";
import { AppError } from "../../../errors.ts";
import { type ChangeRow, knowsSince, listChanges, listTouched } from "../../../store/changes.ts";
import { listObjects, nameEnding, type ObjectRow } from "../../../store/objects.ts";
import { hrefOf } from "../address.ts";
import { absentResponse, asksForData, describeAll, objectWriter, readContents, type ReportQuery } from "../describe.ts";
import { multistatusResponse, refusalResponse } from "../responses.ts";
import type { PersonCalendar, Scene } from "../scene.ts";
import { currentToken, readSyncToken, type SyncState, writeSyncToken } from "../../../feed/sync-token.ts";
import { dav, href } from "../xml.ts";

/** Objects in one answer at most; with their texts at most. What is left is told in the next (RFC 6578 3.6). */
const mostObjects = 5000;
const mostTexts = 500;

/**
 * Answers a `sync-collection` (RFC 6578 3): what changed and what went since the token's state, or the whole calendar without
 * one. A token of another edition of the calendar, or of a state that is not known any more, is refused: the program reads
 * the calendar anew. Nothing new costs no statement but that which read the calendar.
 */
export async function answerSyncCollection(
  scene: Scene,
  calendar: PersonCalendar,
  root: XmlElement,
  query: ReportQuery,
): Promise<Response> {
  const written = child(root, "sync-token")?.text.trim() ?? "";
  const limit = Math.min(readLimit(root), asksForData(query.request) ? mostTexts : mostObjects);
  const since = written === "" ? null : readSyncToken(written);
  if (written !== "" && (since === null || !(await isKnown(scene, calendar, since)))) {
    return refusalResponse("valid-sync-token");
  }
  const current = currentToken(calendar);
  if (written === current) return answer([], current);
  const rows = await readChanges(scene, calendar, since, limit + 1);
  const more = rows.length > limit;
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  if (!more || last === undefined) {
    const touched = await readTouched(scene, calendar, since);
    return answer(await describeChanges(scene, calendar, page, touched, query), current);
  }
  const { rev, uid } = last;
  const begunRev = Math.max(rev, since?.begunRev ?? calendar.feed.rev);
  const place = {
    edition: calendar.edition,
    rev,
    uid,
    touchedAt: since?.touchedAt ?? 0,
    begunRev,
    readRev: calendar.feed.rev,
  };
  const rest = dav(
    "response",
    href(calendar.href) +
      dav("status", "HTTP/1.1 507 Insufficient Storage") +
      dav("error", dav("number-of-matches-within-limits")),
  );
  return answer([...(await describeChanges(scene, calendar, page, [], query)), rest], writeSyncToken(place));
}

/** An object as it stands, or that changed or went. */
type Change = ObjectRow | ChangeRow;

function isGone(change: Change): boolean {
  return "gone" in change && change.gone;
}

function answer(responses: readonly string[], token: string): Response {
  return multistatusResponse(responses, dav("sync-token", token));
}

/** Reads the most objects that the program wants (RFC 6578 3.7, RFC 5323 5.17). Throws `bad_input`. */
function readLimit(root: XmlElement): number {
  const written = child(child(root, "limit"), "nresults")?.text.trim();
  if (written === undefined) return Number.POSITIVE_INFINITY;
  if (!/^[1-9]\d{0,9}$/.test(written)) throw new AppError("bad_input", "the limit is no whole number above zero");
  return Number(written);
}

async function isKnown({ deps, viewer }: Scene, calendar: PersonCalendar, since: SyncState): Promise<boolean> {
  const { feed, edition, touchedAt } = calendar;
  const { begunRev, readRev } = since;
  if (since.edition !== edition || Math.max(begunRev, readRev) > feed.rev || since.touchedAt > touchedAt) return false;
  if (begunRev === feed.rev && readRev === feed.rev && since.touchedAt === touchedAt) return true;
  return knowsSince(deps.sql, feed.id, viewer.account.id, [begunRev, readRev], since.touchedAt);
}

async function readChanges(
  { deps, viewer }: Scene,
  { feed, touchedAt }: PersonCalendar,
  since: SyncState | null,
  limit: number,
): Promise<readonly Change[]> {
  if (since !== null) return listChanges(deps.sql, feed.id, viewer.account.id, since, limit);
  const all = await listObjects(deps.sql, feed.id, viewer.account.id, touchedAt > 0);
  return all.slice(0, limit);
}

/** Returns the names of the objects that the program must read again for another reason than a change of the feed. */
async function readTouched(
  { deps, viewer }: Scene,
  { feed, touchedAt }: PersonCalendar,
  since: SyncState | null,
): Promise<readonly string[]> {
  // Who reads the whole calendar has all of them already.
  if (since === null || since.touchedAt === touchedAt) return [];
  return listTouched(deps.sql, feed.id, viewer.account.id, since.touchedAt);
}

async function describeChanges(
  scene: Scene,
  calendar: PersonCalendar,
  rows: readonly Change[],
  touched: readonly string[],
  query: ReportQuery,
): Promise<string[]> {
  const { user } = scene;
  const feedId = calendar.feed.id;
  const withData = asksForData(query.request);
  const write = objectWriter(scene, calendar, query);
  if (touched.length === 0 && !withData && !rows.some(isGone)) return rows.map((row) => write(row));
  // An event that went and came back is told as it is now.
  const states = new Map<string, Change | null>(rows.map((row) => [`${row.uid}${nameEnding}`, row]));
  for (const name of touched) if (!states.has(name)) states.set(name, null);
  const unread = [...states].flatMap(([name, row]) =>
    row === null ? [{ uid: uidOf(name), rev: 0, touchedAt: 0 }] : [],
  );
  const standing = [...states.values()].flatMap((row) => (row === null || isGone(row) ? [] : [row]));
  const contents = await readContents(scene, calendar, withData ? [...standing, ...unread] : unread);
  const read = new Set(contents.map(({ uid }) => uid));
  const told = withData ? [] : standing.map((row) => write(row));
  const missing = [...states].flatMap(([name, row]) => {
    const gone = row === null ? !read.has(uidOf(name)) : isGone(row) || (withData && !read.has(row.uid));
    return gone ? [absentResponse(hrefOf({ kind: "object", user, feedId, name }))] : [];
  });
  return [...told, ...(await describeAll(scene, calendar, contents, query)), ...missing];
}

function uidOf(name: string): string {
  return name.endsWith(nameEnding) ? name.slice(0, -nameEnding.length) : "";
}
