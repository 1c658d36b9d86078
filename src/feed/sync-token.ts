import type { Viewer } from "../account/access.ts";
import { calendarUserAddress, organizerAddress } from "../account/calendar-user.ts";
import { personName } from "../account/person-name.ts";
import { rendererVersion } from "../calendar/feed.ts";
import type { Deps } from "../deps.ts";
import { hex, sha256 } from "../security/hash.ts";
import type { ObjectRow } from "../store/objects.ts";
import type { OwnCalendar } from "./calendars.ts";

/** Version of what `web/caldav` adds to the events of a feed; a new one makes every token and ETag new. */
const version = 1;
// Evolution takes a token without a colon for an old ctag.
const prefix = "urn:waldur-calendar:sync:";

/** The state of a calendar up to which a program has read it (RFC 6578 3.2). */
export interface SyncState {
  /** The facts that the whole calendar depends on, besides its events. */
  readonly edition: string;
  /** The feed's rev, and the last UID of it that was told; "" for all of them. */
  readonly rev: number;
  readonly uid: string;
  /** Epoch milliseconds. */
  readonly touchedAt: number;
  /**
   * The feed's rev of which it must be known what changed since: `rev`, but while a whole calendar is told in parts, whose
   * events may be older than what is known of its history, that at which the first part was read.
   */
  readonly begunRev: number;
  /**
   * The feed's rev at which the last part was read. A database restored from a copy without it may have events before `rev`
   * that stood behind it then.
   */
  readonly readRev: number;
}

/** A calendar with the hash of what all its objects depend on besides their events: 10 hex digits. */
export interface EditedCalendar extends OwnCalendar {
  readonly edition: string;
}

/** Returns what all objects of a calendar depend on besides their events: the feed's epoch, what the person may do, and how they are named. */
export async function makeEdition(
  deps: Pick<Deps, "config">,
  { account }: Viewer,
  { feed, answerable, standing }: OwnCalendar,
): Promise<string> {
  const facts = answerable ? [calendarUserAddress(deps, account), organizerAddress(deps), personName(account)] : [];
  const digest = await sha256(
    JSON.stringify([version, rendererVersion, feed.epoch, standing === "colleague", ...facts]),
  );
  return hex(digest.subarray(0, 5));
}

/** Returns the token of a state, which is a URI. */
export function writeSyncToken({ edition, rev, uid, touchedAt, begunRev, readRev }: SyncState): string {
  const part = uid === "" ? "" : `:${uid}:${begunRev}:${readRev}`;
  return `${prefix}${edition}:${rev}:${touchedAt}${part}`;
}

/** Reads a token; null for one that is none of ours. */
export function readSyncToken(token: string): SyncState | null {
  if (!token.startsWith(prefix)) return null;
  const [, edition = "", rev, touchedAt, uid = "", begunRev = rev, readRev = begunRev] =
    /^([0-9a-f]{10}):(\d{1,15}):(\d{1,15})(?::([A-Za-z0-9.-]{1,128}):(\d{1,15}):(\d{1,15}))?$/.exec(
      token.slice(prefix.length),
    ) ?? [];
  if (edition === "") return null;
  const [begun, read] = [Number(begunRev), Number(readRev)];
  return { edition, rev: Number(rev), uid, touchedAt: Number(touchedAt), begunRev: begun, readRev: read };
}

/** Returns the token of a calendar as it is now. */
export function currentToken({ edition, feed, touchedAt }: EditedCalendar): string {
  return writeSyncToken({ edition, rev: feed.rev, uid: "", touchedAt, begunRev: feed.rev, readRev: feed.rev });
}

/** Returns the strong ETag of an object, with its quotes. */
export function objectTag({ edition }: EditedCalendar, { rev, touchedAt }: ObjectRow): string {
  return touchedAt === 0 ? `"${edition}-${rev}"` : `"${edition}-${rev}-${touchedAt}"`;
}
