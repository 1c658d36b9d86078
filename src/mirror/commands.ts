import type { FoundCalendar } from "../caldav/calendars.ts";
import { probe } from "../caldav/probe.ts";
import type { ServerProfile } from "../caldav/port.ts";
import type { Preset } from "../caldav/presets.ts";
import type { Connection } from "../caldav/wire.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { environmentAccount } from "../store/accounts/accounts.ts";
import { hashSecret } from "../security/secret.ts";
import { clearLedgerFailures, restoreLost } from "../store/ledger.ts";
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
  dropCalendar,
  type CalendarAddress,
  type Credentials,
  findCalendarHome,
  connect,
  connectTarget,
  accessOrNone,
  openCalendar,
  type CalendarHome,
  sealAccess,
  credentialsUsername,
} from "./connect/connect.ts";
import { calendarName, chooseCalendar } from "./connect/choose.ts";
import { connectError, failureError, probeError } from "./connect/error.ts";
import { getFeed, needAlive } from "../feed/commands.ts";
import { needRoomForTarget } from "../feed/quota.ts";
import { forgetTarget } from "./connect/forget.ts";
import { limitGuesses, visitServer } from "./connect/guesses.ts";
import { ensureInstallation } from "./installation.ts";
import { push, type PushOptions } from "./push.ts";
import type { PushReport } from "./report.ts";
import { countRequests, fewestRequests, requestsAllowed } from "./provider-limit.ts";
import { meterRequests } from "./request-meter.ts";
import { epochSeconds } from "../lib/clock.ts";

/** The request for a new target. */
export interface NewTargetRequest extends CalendarAddress {
  readonly feedId: string;
  /** Address or name of the calendar; null: the only one, or the one to be created. */
  readonly calendar: string | null;
  /** Name of a calendar to create; null: none. */
  readonly create: string | null;
  readonly edits: TargetRow["edits"];
  /** Null: as the preset says. */
  readonly cancelled: TargetRow["cancelled"] | null;
  /** True to write nothing until somebody resumes it. */
  readonly paused?: boolean;
}

/**
 * Connects a feed to a calendar: finds or makes the calendar, probes its server with one event that is deleted again, and
 * stores the target. Nothing of the feed is written yet. `accountId` is who gives the credentials. Throws `bad_input`,
 * `conflict`, `over_quota`, `caldav_failed`, `too_many`.
 */
export async function addTarget(deps: Deps, accountId: string, asked: NewTargetRequest): Promise<TargetRow> {
  const feed = await getFeed(deps, asked.feedId);
  needAlive(feed);
  if (accountId !== environmentAccount) await needRoomForTarget(deps, feed.accountId);
  const place = await findCalendarHome(deps, accountId, asked);
  if (asked.create === null) return connectCalendar(deps, asked, place, chooseCalendar(place, asked.calendar));
  const made = await createCalendar(deps, place, asked.create);
  try {
    return await connectCalendar(deps, asked, place, made);
  } catch (error) {
    await dropCalendar(deps, place, made.url);
    throw error;
  }
}

/** Probes a calendar and stores it as a target. */
async function connectCalendar(
  deps: Deps,
  asked: NewTargetRequest,
  place: CalendarHome,
  calendar: FoundCalendar,
): Promise<TargetRow> {
  if (calendar.notWritable !== null) {
    throw connectError("read-only", `${calendarName(calendar)}: ${calendar.notWritable}`);
  }
  const id = await targetIdFor(deps, asked.feedId, calendar.url);
  if ((await findTarget(deps.sql, id)) !== null) {
    throw connectError("exists", `target ${id} mirrors this feed into that calendar already`);
  }
  const profile = await probeServer(deps, calendar.url, connect(deps, place.access), place.preset);
  const { host } = new URL(calendar.url);
  const target = {
    id,
    feedId: asked.feedId,
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
  deps.log.info("target_added", { target: id, feed: asked.feedId, host });
  return getTarget(deps, id);
}

/** Returns the id of a target: the same for the same feed and calendar, so that events of an earlier one are adopted. */
async function targetIdFor(deps: Deps, feedId: string, calendarUrl: string): Promise<string> {
  const hash = await hashSecret(JSON.stringify([await ensureInstallation(deps), feedId, calendarUrl]));
  return hash.slice(0, 16);
}

function accountName(host: string, credentials: Credentials): string {
  return `${host} ${credentialsUsername(credentials) || "token"}`;
}

async function probeServer(deps: Deps, url: string, line: Connection, preset: Preset | null): Promise<ServerProfile> {
  const answer = await probe(url, line, deps.random, preset?.concurrency);
  if ("failure" in answer) throw probeError(answer, preset);
  const profile = answer.value;
  if (!profile.honoursIfMatch) {
    throw connectError(
      "overwrites",
      "this server overwrites events even when they were changed meanwhile, so other people's changes could be lost; subscribe to the feed's address instead",
    );
  }
  return profile;
}

/** Returns the target of that id. Throws `not_found`. */
export async function getTarget(deps: Pick<Deps, "sql">, id: string): Promise<TargetRow> {
  const target = await findTarget(deps.sql, id);
  if (target === null) throw new AppError("not_found", `there is no target ${id}; targets list shows all targets`);
  return target;
}

/** Probes the target's server again and stores the result. Throws `bad_input`, `conflict`, `caldav_failed`. */
export async function probeTarget(deps: Deps, target: TargetRow): Promise<TargetRow> {
  const before: ServerProfile = JSON.parse(target.profile);
  needOwnCredentials(target);
  const found = await visitServer(deps, await feedAccountId(deps, target), async () =>
    probeServer(deps, target.calendarUrl, await connectTarget(deps, target), null),
  );
  return updateTarget(deps, target, {
    profile: JSON.stringify({ ...found, concurrency: before.concurrency }),
    dirty: true,
    listedAt: 0,
    dueAt: epochSeconds(deps),
  });
}

/** Gives a target another name here; that of the calendar on its server stays. */
export async function renameTarget(deps: Deps, target: TargetRow, name: string): Promise<TargetRow> {
  return updateTarget(deps, target, { name });
}

/** Pauses a target: nothing is sent to its calendar until it is resumed. Throws `conflict` unless it is on. */
export async function pauseTarget(deps: Deps, target: TargetRow): Promise<TargetRow> {
  if (target.state !== "on") throw new AppError("conflict", `target ${target.id} is ${target.state}`);
  return updateTarget(deps, target, { state: "paused" });
}

/** Resumes a paused or stopped target, which is then due at once; failed and abandoned events are tried again. Throws `conflict`. */
export async function resumeTarget(deps: Deps, target: TargetRow): Promise<TargetRow> {
  const feed = await getFeed(deps, target.feedId);
  if (feed.state === "ended") throw new AppError("conflict", target.stopReason || "its feed has ended");
  if (target.state === "removing") throw new AppError("conflict", "its events are being deleted");
  needOwnCredentials(target);
  await deps.sql.batch([clearLedgerFailures(target.id)]);
  // It is due at once, which a run then pays for.
  return visitServer(deps, await feedAccountId(deps, target), async () =>
    updateTarget(deps, target, { state: "on", ...withoutFailures(deps) }),
  );
}

/** Has the events written again that are gone from a calendar with most others at once. Throws `conflict` when there are none. */
export async function restoreEvents(deps: Deps, target: TargetRow): Promise<TargetRow> {
  if (target.lost === 0) throw new AppError("conflict", `no events of target ${target.id} are missing`);
  await deps.sql.batch([restoreLost(target.id)]);
  return visitServer(deps, await feedAccountId(deps, target), async () =>
    updateTarget(deps, target, { lost: 0, dueAt: epochSeconds(deps) }),
  );
}

/** Throws `conflict` until the new owner of the feed has given credentials of their own. */
function needOwnCredentials({ stopCode, stopReason }: TargetRow): void {
  if (stopCode === "owner") throw new AppError("conflict", stopReason);
}

/** Returns the part of a calendar's address that may be shown: the server alone until its new owner gave credentials. */
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
 * Stores new credentials for every target of the same person on that account, and resumes those that waited for them.
 * `accountId` is who gives them. Throws `bad_input`, `caldav_failed` when they do not lead to the calendar, and `too_many`.
 */
export async function changeCredentials(
  deps: Deps,
  accountId: string,
  target: TargetRow,
  credentials: Credentials,
): Promise<TargetRow> {
  const access: Access = { ...(await accessOrNone(deps, target)), credentials };
  const sealed = await sealAccess(deps, target.id, access);
  const port = await openCalendar(deps, { ...target, credentials: sealed });
  await limitGuesses(deps, accountId, async () => {
    const state = await port.state();
    if ("failure" in state) throw failureError(state.failure, null);
  });
  const account = accountName(target.host, credentials);
  const keeper = await feedAccountId(deps, target);
  for (const one of await listTargets(deps.sql)) {
    // After a change of owner each target must be shown to open with these credentials.
    const own = one.stopCode !== "owner" && one.account === target.account;
    const shares = own && (await feedAccountId(deps, one)) === keeper;
    if (one.id !== target.id && !shares) continue;
    const before = await accessOrNone(deps, one);
    const waits = one.stopCode === "credentials" || one.stopCode === "owner";
    const change = { credentials: await sealAccess(deps, one.id, { ...before, credentials }), account };
    await updateTarget(deps, one, {
      ...change,
      ...(waits && { state: "on" as const }),
      ...((waits || before.credentials === null) && withoutFailures(deps)),
    });
  }
  return getTarget(deps, target.id);
}

/** Resolves to the account whose feed a target mirrors. */
async function feedAccountId(deps: Deps, { feedId }: TargetRow): Promise<string> {
  return (await getFeed(deps, feedId)).accountId;
}

/** Returns what may become of a target's events when it ends: in a former owner's calendar they can only be left. */
export function removalChoices({ stopCode }: Pick<TargetRow, "stopCode">): readonly ("leave" | "remove")[] {
  return stopCode === "owner" ? ["leave"] : ["leave", "remove"];
}

/**
 * Ends a target. `leave`: its events stay in the calendar and it is forgotten at once; `remove`: later runs delete them and
 * then forget it; when some cannot be deleted it stops and keeps them in its ledger. Resolves to null once it is forgotten. Throws `conflict` for `remove` in a former owner's calendar.
 */
export async function removeTarget(
  deps: Deps,
  target: TargetRow,
  events: "leave" | "remove",
): Promise<TargetRow | null> {
  if (!removalChoices(target).includes(events)) throw new AppError("conflict", target.stopReason);
  deps.log.info("target_ended", { target: target.id, events });
  if (events === "remove") {
    // Those that could not be deleted before are tried again.
    await deps.sql.batch([clearLedgerFailures(target.id)]);
    return updateTarget(deps, target, { state: "removing", ...withoutFailures(deps) });
  }
  await forgetTarget(deps, target);
  return null;
}

/**
 * Runs one target, due or not, with all that waits, and lists its calendar wholly. Throws `conflict` when it is not on, another run has it, or its provider takes no more
 * requests in this minute.
 */
export async function syncTarget(deps: Deps, target: TargetRow, options: PushOptions): Promise<PushReport> {
  if (target.state !== "on" && target.state !== "removing") {
    throw new AppError("conflict", target.stopReason || `target ${target.id} is ${target.state}; resume it first`);
  }
  const feed = await getFeed(deps, target.feedId);
  const allowed = await requestsAllowed(deps, target);
  if (allowed < fewestRequests) {
    throw new AppError("conflict", `${target.host} takes no more requests in this minute; try again in a minute`);
  }
  const metered = meterRequests(deps, Math.min(deps.budget.requests, allowed));
  try {
    const report = await visitServer(deps, await feedAccountId(deps, target), async () =>
      push(metered, target, feed, await openCalendar(metered, target), { ...options, now: true, whole: true }),
    );
    return { ...report, complete: report.complete && report.waiting === 0 };
  } finally {
    await countRequests(deps, target, metered.meter.sent);
  }
}

/** Returns the columns of a target that is due now and has not failed. */
function withoutFailures(deps: Deps) {
  const nothing = {
    stopCode: "",
    stopReason: "",
    stoppedAt: null,
    failures: 0,
    failure: "",
    failingSinceAt: null,
  } as const;
  // What came to the calendar meanwhile is found by a listing alone.
  return { ...nothing, dueAt: epochSeconds(deps), listedAt: 0 };
}

async function updateTarget(deps: Deps, target: TargetRow, change: TargetChange): Promise<TargetRow> {
  const update = changeTarget(target.id, change);
  if (update !== null) await deps.sql.batch([update]);
  return getTarget(deps, target.id);
}
