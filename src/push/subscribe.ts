import type { Viewer } from "../account/access.ts";
import type { CalendarUser } from "../account/calendar-sign-in.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { epochSeconds } from "../lib/clock.ts";
import { decodeBase64url } from "../security/base64url.ts";
import { hex, sha256 } from "../security/hash.ts";
import { blockedReason, outsideRules } from "../security/outside.ts";
import { seal } from "../security/seal.ts";
import type { FeedRow } from "../store/feeds.ts";
import { deletePushSubscription, keepPushSubscription, mostPushSubscriptions } from "../store/push-subscriptions.ts";
import type { Receiver } from "./message.ts";
import { ownVapidKey } from "./vapid.ts";

/** Seconds for which a subscription holds at most; programs renew theirs daily. */
const longestSeconds = 14 * 86_400;

/** The wish of a program to be told when a calendar changes. */
export interface Wish {
  readonly receiver: Receiver;
  /** Epoch seconds; null: as long as may be. */
  readonly expiresAt: number | null;
}

/**
 * Has a program told when a feed changes, or renews that: a push resource has one subscription to a feed of a person. Resolves to
 * its id, and when it ends (epoch seconds), a fortnight later at most. Throws `bad_input` for a receiver to which nothing
 * may or can be sent or an end in the past, `over_quota` for too many, and `conflict` where WebDAV-Push is off.
 */
export async function subscribe(
  deps: Deps,
  { viewer, passwordId }: CalendarUser,
  feed: Pick<FeedRow, "id" | "rev">,
  { receiver, expiresAt: wished }: Wish,
): Promise<{ readonly id: string; readonly expiresAt: number }> {
  const key = await ownVapidKey(deps);
  if (key === null) throw new AppError("conflict", "WebDAV-Push is off");
  const nowAt = epochSeconds(deps);
  const expiresAt = Math.min(wished ?? Infinity, nowAt + longestSeconds);
  if (expiresAt <= nowAt) throw new AppError("bad_input", "the subscription has expired");
  const host = await needReceiver(deps, receiver);
  const { id: accountId } = viewer.account;
  const id = hex((await sha256(JSON.stringify([feed.id, accountId, receiver.resource]))).subarray(0, 16));
  const place = { table: "push_subscriptions", row: id, column: "receiver" };
  const row = {
    id,
    feedId: feed.id,
    accountId,
    passwordId,
    receiver: await seal(deps.keys, place, JSON.stringify(receiver), deps.random),
    keyId: key.id,
    toldRev: feed.rev,
    expiresAt,
  };
  if (!(await keepPushSubscription(deps.sql, row, [...viewer.accountIds], nowAt))) {
    throw new AppError("over_quota", `one person may have ${mostPushSubscriptions} subscriptions`);
  }
  deps.log.info("push_subscribed", { account: accountId, feed: feed.id, host });
  return { id, expiresAt };
}

/** Ends a subscription of the viewer's person. Throws `not_found`. */
export async function unsubscribe(deps: Pick<Deps, "sql">, viewer: Viewer, id: string): Promise<void> {
  if (!(await deletePushSubscription(deps.sql, [...viewer.accountIds], id))) {
    throw new AppError("not_found", `there is no subscription ${id}`);
  }
}

/** Returns the host of a receiver to which messages may and can be sent. Throws `bad_input`. */
async function needReceiver(
  { config }: Pick<Deps, "config">,
  { resource, publicKey, authSecret }: Receiver,
): Promise<string> {
  if (!URL.canParse(resource)) throw new AppError("bad_input", "the push resource is no address");
  const url = new URL(resource);
  const blocked = blockedReason(url, outsideRules(config));
  if (blocked !== null) throw new AppError("bad_input", `the push resource may not be asked: ${blocked}`);
  const point = decodeBase64url(publicKey);
  if (point?.length !== 65 || !(await isPoint(point))) {
    throw new AppError("bad_input", "the public key is no uncompressed point of P-256");
  }
  if (decodeBase64url(authSecret)?.length !== 16) {
    throw new AppError("bad_input", "the authentication secret is not 16 bytes");
  }
  return url.host;
}

async function isPoint(point: Uint8Array<ArrayBuffer>): Promise<boolean> {
  try {
    await crypto.subtle.importKey("raw", point, { name: "ECDH", namedCurve: "P-256" }, false, []);
    return true;
  } catch {
    return false;
  }
}
