import type { FoundCalendar } from "../caldav/calendars.ts";
import { parentPath } from "../caldav/hrefs.ts";
import { probe } from "../caldav/probe.ts";
import type { ServerProfile } from "../caldav/port.ts";
import type { Preset } from "../caldav/presets.ts";
import type { Connection } from "../caldav/wire.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { hashSecret } from "../security/secret.ts";
import { clearLedgerFailures } from "../store/ledger.ts";
import { findSource } from "../store/sources.ts";
import {
  changeTarget,
  findTarget,
  insertTarget,
  listTargets,
  type TargetChange,
  type TargetRow,
} from "../store/targets.ts";
import {
  type Access,
  createCalendar,
  type CalendarAddress,
  type Credentials,
  findCalendarHome,
  connect,
  connectTarget,
  openAccess,
  openCalendar,
  type CalendarHome,
  sealAccess,
  credentialsUsername,
} from "./connect.ts";
import { failureError, connectError } from "./connect-error.ts";
import { getFeed } from "../feed/commands.ts";
import { forgetTarget } from "./forget.ts";
import { ensureInstallation, push, type PushOptions, type PushReport } from "./push.ts";
import { meterRequests } from "./request-meter.ts";
import { epochSeconds } from "../clock.ts";

/** What a new target is asked to be. */
export interface NewTargetRequest extends CalendarAddress {
  readonly feedId: string;
  /** Address or name of the calendar; null: the only one there is, or the one to be made. */
  readonly calendar: string | null;
  /** Name of a calendar to be made; null: none. */
  readonly create: string | null;
  readonly edits: TargetRow["edits"];
  /** Null: what suits the server. */
  readonly cancelled: TargetRow["cancelled"] | null;
  /** Nothing is written before somebody resumes it. */
  readonly paused?: boolean;
}

/**
 * Connects a feed to a calendar: finds it or makes it, tries how its server behaves with one event that goes again, and
 * stores what is needed. Nothing of the feed is written yet. Throws `bad_input`, `conflict`, `caldav_failed`.
 */
export async function addTarget(deps: Deps, asked: NewTargetRequest): Promise<TargetRow> {
  const feed = await getFeed(deps, asked.feedId);
  if (feed.state === "ended") throw new AppError("conflict", `feed ${feed.id} has ended; add a new one`);
  const place = await findCalendarHome(deps, asked);
  const calendar =
    asked.create === null ? chooseCalendar(place, asked.calendar) : await createCalendar(deps, place, asked.create);
  if (calendar.notWritable !== null) {
    throw connectError("read-only", `${calendarName(calendar)}: ${calendar.notWritable}`);
  }
  const id = await targetIdFor(deps, feed.id, calendar.url);
  if ((await findTarget(deps.sql, id)) !== null) {
    throw connectError("exists", `target ${id} mirrors this feed into that calendar already`);
  }
  const profile = await probeServer(deps, calendar.url, connect(deps, place.access), place.preset);
  const { host } = new URL(calendar.url);
  const target = {
    id,
    feedId: feed.id,
    name: calendarName(calendar),
    calendarUrl: calendar.url,
    host,
    account: accountName(host, asked.credentials),
    credentials: await sealAccess(deps, id, place.access),
    profile: JSON.stringify(profile),
    perMinute: place.preset?.perMinute ?? null,
    edits: asked.edits,
    cancelled: asked.cancelled ?? (place.preset?.dropsCancelled === true ? "delete" : "keep"),
    ...(asked.paused === true && { state: "paused" as const }),
  };
  await deps.sql.batch([insertTarget(target, epochSeconds(deps))]);
  deps.log.info("target_added", { target: id, feed: feed.id, host });
  return getTarget(deps, id);
}

/** The same feed and calendar give the same id: what an earlier target left there is taken up and not written twice. */
async function targetIdFor(deps: Deps, feedId: string, calendarUrl: string): Promise<string> {
  const hash = await hashSecret(JSON.stringify([await ensureInstallation(deps), feedId, calendarUrl]));
  return hash.slice(0, 16);
}

function chooseCalendar({ calendars }: CalendarHome, wanted: string | null): FoundCalendar {
  const writable = calendars.filter(({ notWritable }) => notWritable === null);
  const matches = wanted === null ? writable : calendars.filter(({ url, name }) => url === wanted || name === wanted);
  const [only] = matches;
  if (only !== undefined && matches.length === 1) return only;
  const there = calendars.map((one) => `${calendarName(one)} (${one.url})`).join(", ") || "none";
  const problem = wanted === null ? "say which calendar, or make one" : `there is not one calendar ${wanted}`;
  throw connectError("which-calendar", `${problem}; there are: ${there}`);
}

function calendarName({ name, url }: Pick<FoundCalendar, "name" | "url">): string {
  return name === "" ? parentPath(url) : name;
}

function accountName(host: string, credentials: Credentials): string {
  return `${host} ${credentialsUsername(credentials) || "token"}`;
}

async function probeServer(deps: Deps, url: string, line: Connection, preset: Preset | null): Promise<ServerProfile> {
  const answer = await probe(url, line, deps.random, preset?.concurrency);
  if ("failure" in answer) throw failureError(answer.failure, preset);
  const profile = answer.value;
  if (!profile.honoursIfMatch) {
    throw connectError(
      "overwrites",
      "this server overwrites an event whatever was changed in it meanwhile, so other people's changes could be lost; subscribe to the feed's address instead",
    );
  }
  return profile;
}

/** The target of that id. Throws `not_found`. */
export async function getTarget(deps: Pick<Deps, "sql">, id: string): Promise<TargetRow> {
  const target = await findTarget(deps.sql, id);
  if (target === null) throw new AppError("not_found", `there is no target ${id}; targets list shows those there are`);
  return target;
}

/** Tries again how the target's server behaves, and keeps that. Throws `bad_input`, `caldav_failed`. */
export async function probeTarget(deps: Deps, target: TargetRow): Promise<TargetRow> {
  const before: ServerProfile = JSON.parse(target.profile);
  needOwnCredentials(target);
  const found = await probeServer(deps, target.calendarUrl, await connectTarget(deps, target), null);
  return updateTarget(deps, target, {
    profile: JSON.stringify({ ...found, concurrency: before.concurrency }),
    dirty: true,
  });
}

/** Nothing is sent to the calendar until it is resumed. */
export async function pauseTarget(deps: Deps, target: TargetRow): Promise<TargetRow> {
  if (target.state !== "on") throw new AppError("conflict", `target ${target.id} is ${target.state}`);
  return updateTarget(deps, target, { state: "paused" });
}

/** Goes on with a paused or stopped target, at once; what had failed or was given up is tried anew. */
export async function resumeTarget(deps: Deps, target: TargetRow): Promise<TargetRow> {
  const feed = await getFeed(deps, target.feedId);
  if (feed.state === "ended") throw new AppError("conflict", target.stopReason || "its feed has ended");
  if (target.state === "removing") throw new AppError("conflict", "its events are being taken away");
  needOwnCredentials(target);
  await deps.sql.batch([clearLedgerFailures(target.id)]);
  return updateTarget(deps, target, { state: "on", ...withoutFailures(deps) });
}

/** Whoever took the feed over must first show that the calendar is open to them too. */
function needOwnCredentials({ stopCode, stopReason }: TargetRow): void {
  if (stopCode === "owner") throw new AppError("conflict", stopReason);
}

/** What may be told of where the calendar is and whose: until its new owner has shown that they get in, the server alone. */
export function targetLocation({
  stopCode,
  calendarUrl,
  account,
}: Pick<TargetRow, "stopCode" | "calendarUrl" | "account">): {
  readonly url: string;
  readonly account: string;
} {
  return stopCode === "owner" ? { url: new URL("/", calendarUrl).href, account: "" } : { url: calendarUrl, account };
}

/**
 * Keeps new credentials for every target that the same person has on that account, and goes on with those that waited
 * for them. Throws `bad_input`, `caldav_failed` when they do not lead to the calendar.
 */
export async function changeCredentials(deps: Deps, target: TargetRow, credentials: Credentials): Promise<TargetRow> {
  const access: Access = { ...(await openAccess(deps, target)), credentials };
  const sealed = await sealAccess(deps, target.id, access);
  const port = await openCalendar(deps, { ...target, credentials: sealed });
  const state = await port.state();
  if ("failure" in state) throw failureError(state.failure, null);
  const account = accountName(target.host, credentials);
  const keeper = await feedAccountId(deps, target);
  for (const one of await listTargets(deps.sql)) {
    // Where somebody else's calendar was, each must show by itself that these credentials lead there.
    const own = one.stopCode !== "owner" && one.account === target.account;
    const shares = own && (await feedAccountId(deps, one)) === keeper;
    if (one.id !== target.id && !shares) continue;
    const next = { ...(await openAccess(deps, one)), credentials };
    const waits = one.stopCode === "credentials" || one.stopCode === "owner";
    const change = { credentials: await sealAccess(deps, one.id, next), account };
    await updateTarget(deps, one, waits ? { ...change, state: "on", ...withoutFailures(deps) } : change);
  }
  return getTarget(deps, target.id);
}

/** The account whose feed a target mirrors. */
async function feedAccountId(deps: Deps, { feedId }: TargetRow): Promise<string> {
  const { sourceId } = await getFeed(deps, feedId);
  return (await findSource(deps.sql, sourceId))?.accountId ?? "";
}

/**
 * Ends a target. `leave`: its events stay in the calendar as they are, and it is forgotten at once; `remove`: they are
 * taken away in this and later runs, and then it is forgotten: null once it is. Throws `conflict` when they are in the
 * calendar of whoever had the feed before.
 */
export async function removeTarget(
  deps: Deps,
  target: TargetRow,
  events: "leave" | "remove",
): Promise<TargetRow | null> {
  if (events === "remove") needOwnCredentials(target);
  deps.log.info("target_ended", { target: target.id, events });
  if (events === "remove") return updateTarget(deps, target, { state: "removing", ...withoutFailures(deps) });
  await forgetTarget(deps, target);
  return null;
}

/** One run over one target, due or not. Throws `conflict` when it is not running, or another run is at it. */
export async function syncTarget(deps: Deps, target: TargetRow, options: PushOptions): Promise<PushReport> {
  if (target.state !== "on" && target.state !== "removing") {
    throw new AppError("conflict", target.stopReason || `target ${target.id} is ${target.state}; resume it first`);
  }
  const feed = await getFeed(deps, target.feedId);
  const metered = meterRequests(deps);
  return push(metered, target, feed, await openCalendar(metered, target), { ...options, now: true });
}

/** Nothing that went wrong before counts any more. */
function withoutFailures(deps: Deps) {
  const nothing = {
    stopCode: "",
    stopReason: "",
    stoppedAt: null,
    failures: 0,
    failure: "",
    failingSinceAt: null,
  } as const;
  return { ...nothing, dueAt: epochSeconds(deps) };
}

async function updateTarget(deps: Deps, target: TargetRow, change: TargetChange): Promise<TargetRow> {
  const update = changeTarget(target.id, change);
  if (update !== null) await deps.sql.batch([update]);
  return getTarget(deps, target.id);
}
