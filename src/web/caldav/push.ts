import { child, pushSpace, type XmlElement } from "../../caldav/xml.ts";
import { codeOf, messageOf } from "../../errors.ts";
import { subscribe, unsubscribe, type Wish } from "../../push/subscribe.ts";
import type { Knowing } from "../../store/push-subscriptions.ts";
import type { PageContext } from "../env.ts";
import { formatHttpDate, parseHttpDate } from "../feed/conditional.ts";
import { hrefOf } from "./address.ts";
import { readXmlBody } from "./read-body.ts";
import { type Condition, plainResponse, refusalResponse } from "./responses.ts";
import type { PersonCalendar, Scene } from "./scene.ts";

const refusals: Readonly<Partial<Record<string, Condition>>> = {
  bad_input: "invalid-subscription",
  over_quota: "push-not-available",
};

/**
 * Answers a POST to a calendar: one that registers a push subscription (WebDAV-Push, Subscription Registration) has its
 * program told when the calendar changes; every other is refused.
 */
export async function answerPost(c: PageContext, scene: Scene, calendar: PersonCalendar): Promise<Response> {
  const isXml = /^(?:application|text)\/xml\b/i.test(c.req.header("Content-Type") ?? "");
  const root = isXml ? await readXmlBody(c) : null;
  if (root?.name !== "push-register" || root.space !== pushSpace) return refusalResponse("need-privileges");
  if (scene.vapidKey === null) return refusalResponse("push-not-available");
  // DAVx5 sends no trigger, and no content-encoding either.
  const trigger = child(root, "trigger", pushSpace);
  if (trigger !== undefined && child(trigger, "content-update", pushSpace) === undefined) {
    return refusalResponse("no-supported-trigger", "Only content updates are told.");
  }
  const wish = readWish(root);
  if (wish === null) return refusalResponse("invalid-subscription");
  try {
    const { id, expiresAt } = await subscribe(scene.deps, scene, calendar.feed, wish);
    return plainResponse(204, "", { Location: subscriptionUrl(scene, id), Expires: formatHttpDate(expiresAt) });
  } catch (error) {
    const condition = refusals[codeOf(error) ?? ""];
    if (condition === undefined) throw error;
    return refusalResponse(condition, messageOf(error));
  }
}

/** Answers a request for a push subscription, which can be deleted and nothing else. */
export async function answerSubscription(scene: Scene, id: string, method: string): Promise<Response> {
  if (method !== "DELETE") return plainResponse(405, "", { Allow: "OPTIONS, DELETE" });
  try {
    await unsubscribe(scene.deps, scene.viewer, id);
    return plainResponse(204, "");
  } catch (error) {
    if (codeOf(error) !== "not_found") throw error;
    return plainResponse(404, "There is no such subscription.\n");
  }
}

/** Reads which of the person's subscriptions Push-Dont-Notify keeps from being told of a change; `*`: all of them. */
export function readPushDontNotify(scene: Scene, field: string | null): Knowing | undefined {
  if (field === null) return undefined;
  const accountId = scene.viewer.account.id;
  if (field.trim() === "*") return { accountId, ids: null };
  const start = subscriptionUrl(scene, "");
  const urls = Array.from(field.slice(0, 4000).matchAll(/"([^"]*)"/g), ([, url = ""]) => url);
  return { accountId, ids: urls.flatMap((url) => (url.startsWith(start) ? [url.slice(start.length)] : [])) };
}

function subscriptionUrl({ deps }: Scene, id: string): string {
  return new URL(hrefOf({ kind: "subscription", id }), deps.config.publicUrl).href;
}

/** Reads the subscription that is wished for; null for one of another kind or without what it needs. */
function readWish(root: XmlElement): Wish | null {
  const asked = child(child(root, "subscription", pushSpace), "web-push-subscription", pushSpace);
  const text = (name: string, other = ""): string => child(asked, name, pushSpace)?.text.trim() ?? other;
  if (text("content-encoding", "aes128gcm") !== "aes128gcm") return null;
  const receiver = {
    resource: text("push-resource"),
    publicKey: text("subscription-public-key"),
    authSecret: text("auth-secret"),
  };
  const expires = child(root, "expires", pushSpace)?.text;
  return { receiver, expiresAt: expires === undefined ? null : parseHttpDate(expires) };
}
