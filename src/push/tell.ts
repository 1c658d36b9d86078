import { viewerOf } from "../account/access.ts";
import type { Deps } from "../deps.ts";
import { listOwnCalendars } from "../feed/calendars.ts";
import { currentToken, makeEdition } from "../feed/sync-token.ts";
import { pauseAfter, readRetryAfter } from "../lib/backoff.ts";
import { epochSeconds } from "../lib/clock.ts";
import { sideBySide } from "../lib/side-by-side.ts";
import { attempt } from "../log.ts";
import { guardedFetch } from "../mirror/connect/guarded.ts";
import { hex } from "../security/hash.ts";
import { open, unlessSealed } from "../security/seal.ts";
import { findAccount } from "../store/accounts/accounts.ts";
import {
  claimUntold,
  type FeedMove,
  type Knowing,
  longestPushPause,
  notePushKnown,
  notePushOutcomes,
  type PushOutcome,
  type PushSubscriptionRow,
} from "../store/push-subscriptions.ts";
import { encryptMessage, type Receiver, writeMessage } from "./message.ts";
import { findVapidKey, ownVapidKey, vapidSigner } from "./vapid.ts";

/** Seconds between two messages to a program about a calendar: changes that follow each other are one message. */
const leastPause = 20;
const pauses = { first: 60, most: longestPushPause } as const;
/** Seconds after which another run takes over what a run left that ended in the middle; longer than a run tells. */
const takeOverSeconds = 300;
/** Seconds for which the push service keeps a message for a device that is not there (RFC 8030 5.2). */
const keepSeconds = 86_400;
const mostAtOnce = 4;
const requestMilliseconds = 10_000;
const allMilliseconds = 20_000;
const mostBytes = 65_536;
/** Statements of a run that tells anybody, and those that each person adds. */
const statementsOfRun = 4;
const statementsOfPerson = 3;

/** The limits of telling. */
export interface TellLimits {
  readonly requests: number;
  readonly statements: number;
}

/** A message that is to be sent. */
interface Due {
  readonly row: PushSubscriptionRow;
  readonly receiver: Receiver;
  /** The feed's revision that it tells, and the sync token of that. */
  readonly rev: number;
  readonly token: string;
}

/**
 * Tells subscribers that their calendars have changed, within the limits: each once, however often the calendar changed
 * since. The subscription ends of whoever may not read the calendar any more, or whose push service answers that it is gone
 * (404, 410). After any other failure it is tried again, each time after a longer pause. Throws
 * `store_failed`.
 */
export async function tellSubscribers(deps: Deps, { requests, statements }: TellLimits): Promise<void> {
  const limit = Math.floor(Math.min(requests, (statements - statementsOfRun) / statementsOfPerson));
  if (limit <= 0 || (await ownVapidKey(deps)) === null) return;
  const nowAt = epochSeconds(deps);
  const rows = await claimUntold(deps.sql, hex(deps.random(8)), { nowAt, seconds: takeOverSeconds, limit });
  if (rows.length === 0) return;
  const due = await readDue(
    deps,
    rows.filter(({ expiresAt }) => expiresAt > nowAt),
  );
  const outcomes: PushOutcome[] = [];
  const ended = new Set(rows.filter(({ id }) => !due.has(id)).map(({ id }) => id));
  const until = deps.now() + allMilliseconds;
  let sent = 0;
  await sideBySide([...due.values()], mostAtOnce, async (one) => {
    const { id, toldRev, tries } = one.row;
    if (deps.now() >= until) {
      outcomes.push({ id, toldRev, tries, dueAt: nowAt });
      return;
    }
    sent += 1;
    const pause = await attempt(deps, "push_failed", async () => send(deps, one));
    if (pause === "gone") ended.add(id);
    else if (pause === null) outcomes.push({ id, toldRev: one.rev, tries: 0, dueAt: epochSeconds(deps) + leastPause });
    else outcomes.push({ id, toldRev, tries: tries + 1, dueAt: epochSeconds(deps) + (pause ?? longestPushPause) });
  });
  await deps.sql.batch(notePushOutcomes(outcomes, [...ended]));
  const failed = outcomes.filter(({ tries }) => tries > 0).length;
  deps.log.info("push", { messages: sent, failed, ended: ended.size });
}

/**
 * Tells subscribers of a decision behind its answer, but the program that made it, which knows these moves of feeds and no
 * change by anybody else. Does nothing where WebDAV-Push is off.
 */
export async function tellOfDecision(
  deps: Deps,
  moves: readonly FeedMove[],
  knowing: Knowing | undefined,
  limits: TellLimits,
): Promise<void> {
  if ((await ownVapidKey(deps)) === null) return;
  if (knowing !== undefined && moves.length > 0) {
    await attempt(deps, "push_failed", async () => notePushKnown(deps.sql, knowing, moves));
  }
  deps.defer(attempt(deps, "push_failed", async () => tellSubscribers(deps, limits)));
}

/** Returns the messages to these subscriptions by id, but those whose person may not read the calendar any more, or which no key opens. */
async function readDue(deps: Deps, rows: readonly PushSubscriptionRow[]): Promise<ReadonlyMap<string, Due>> {
  const due = new Map<string, Due>();
  for (const [accountId, own] of Map.groupBy(rows, (row) => row.accountId)) {
    const account = await findAccount(deps.sql, accountId);
    if (account === null) continue;
    const viewer = await viewerOf(deps, account);
    const calendars = new Map((await listOwnCalendars(deps, viewer)).map((one) => [one.feed.id, one]));
    for (const row of own) {
      const calendar = calendars.get(row.feedId);
      const place = { table: "push_subscriptions", row: row.id, column: "receiver" };
      const opened = await unlessSealed(open(deps.keys, place, row.receiver));
      if (calendar === undefined || opened === null) continue;
      const edition = await makeEdition(deps, viewer, calendar);
      const receiver: Receiver = JSON.parse(opened);
      due.set(row.id, { row, receiver, rev: calendar.feed.rev, token: currentToken({ ...calendar, edition }) });
    }
  }
  return due;
}

/** Sends a message (RFC 8030 5). Resolves to null when it was taken, to the seconds until the next try, or to "gone". */
async function send(deps: Deps, { row, receiver, token }: Due): Promise<number | "gone" | null> {
  const key = await findVapidKey(deps.keys, row.keyId);
  if (key === null) return "gone";
  const url = new URL(receiver.resource);
  const body = await encryptMessage(receiver, writeMessage(row.feedId, token));
  const headers = new Headers({
    "Content-Type": 'application/xml; charset="UTF-8"',
    "Content-Encoding": "aes128gcm",
    TTL: String(keepSeconds),
    // What waits for a device that is not there is replaced by what comes later.
    Topic: row.id,
    Urgency: "normal",
  });
  const request = { url: url.href, method: "POST", headers, body, milliseconds: requestMilliseconds, mostBytes };
  const answer = await guardedFetch(deps)(request, vapidSigner(deps, key, url));
  if ("status" in answer) {
    if (answer.status >= 200 && answer.status < 300) return null;
    if (answer.status === 404 || answer.status === 410) return "gone";
  }
  const why = "status" in answer ? String(answer.status) : answer.why;
  deps.log.warn("push_refused", { account: row.accountId, feed: row.feedId, host: url.host, why });
  const wished = "status" in answer ? readRetryAfter(answer.headers.get("Retry-After"), deps.now()) : null;
  const pause = Math.ceil(pauseAfter(row.tries + 1, pauses, deps.random));
  return Math.min(Math.max(pause, wished ?? 0), longestPushPause);
}
