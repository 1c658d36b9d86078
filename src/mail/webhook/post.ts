import type { Deps } from "../../deps.ts";
import { readRetryAfter } from "../../lib/backoff.ts";
import { epochSeconds } from "../../lib/clock.ts";
import type { HttpFailure } from "../../security/guard.ts";
import { guardedFetch } from "../../mirror/connect/guarded.ts";
import { encodeBase64 } from "../../security/base64url.ts";
import { hmac } from "../../security/hash.ts";
import { open, seal, type SealedPlace, unlessSealed } from "../../security/seal.ts";
import type { WebhookRow } from "../../store/mail/webhooks.ts";
import type { Delivery } from "../transport.ts";
import { renderPost } from "./render-post.ts";
import type { Post } from "../notices/notice.ts";

/** Time until the fields of an answer are there. */
const postMilliseconds = 10_000;
/** Failures after which nobody knows whether the receiver has taken a post. */
const unclear: ReadonlySet<HttpFailure["failed"]> = new Set(["timeout", "cut"]);
/** Answers that refuse one post for what it says (RFC 9110 15.5.1, 15.5.14, 15.5.21): the next may be taken. */
const refusals: ReadonlySet<number> = new Set([400, 413, 422]);

/** Secrets of Standard Webhooks begin so; base64 follows. */
const secretPrefix = "whsec_";
const secretBytes = 32;

/** Makes the secret with which the posts of a webhook are signed, as Standard Webhooks writes it. */
export function newWebhookSecret(random: Deps["random"]): string {
  return secretPrefix + encodeBase64(random(secretBytes));
}

/** The address of a webhook, and the secret that signs its posts. */
export interface WebhookAddress {
  readonly url: string;
  /** "": they are not. */
  readonly secret: string;
}

function placeOf(id: string): SealedPlace {
  return { table: "webhooks", row: id, column: "address" };
}

/** Seals the address of a webhook. Throws `seal_broken` when no key can seal. */
export async function sealAddress(
  { keys, random }: Pick<Deps, "keys" | "random">,
  id: string,
  address: WebhookAddress,
): Promise<string> {
  return seal(keys, placeOf(id), JSON.stringify(address), random);
}

/** Returns the address of a webhook; null when no key opens it any more. */
export async function openAddress(
  { keys }: Pick<Deps, "keys">,
  { id, address }: Pick<WebhookRow, "id" | "address">,
): Promise<WebhookAddress | null> {
  const opened = await unlessSealed(open(keys, placeOf(id), address));
  return opened === null ? null : JSON.parse(opened);
}

/** The outcome of a post. `gone`: the address said that it takes none any more (410). */
export type Posted = Delivery & { readonly gone: boolean };

/**
 * Posts a notice to a webhook through the guarded fetch, which follows no redirect of a POST. `id` names the notice, the same at
 * each try. Only what 2xx answers has arrived; any other answer but 410 may be tried again. Without one it is unclear whether it has,
 * unless there was no connection. Never throws for what the other side does.
 */
export async function sendPost(
  deps: Deps,
  webhook: WebhookRow,
  { id, post, atMs }: { readonly id: string; readonly post: Post; readonly atMs: number },
): Promise<Posted> {
  const address = await openAddress(deps, webhook);
  if (address === null) return refused("its address cannot be opened: the key that sealed it is gone");
  const { url, body } = renderPost(webhook.template, address.url, post, atMs);
  const result = await guardedFetch(deps)(
    {
      url,
      method: "POST",
      headers: await headersOf(deps, { id: `msg_${id}`, body, secret: address.secret }),
      body,
      milliseconds: postMilliseconds,
      mostBytes: null,
    },
    null,
  );
  const { host } = new URL(url);
  if ("failed" in result) {
    const answer = `${host}: ${result.why}`;
    return unclear.has(result.failed) ? { result: "unclear", answer, gone: false } : refused(answer);
  }
  const { status, headers } = result;
  const answer = `${host} answered ${status}`;
  if (status >= 200 && status < 300) return { result: "sent", answer, gone: false };
  const gone = status === 410;
  const retryAfter = readRetryAfter(headers.get("Retry-After"), deps.now());
  return { result: "refused", forEver: gone, itself: refusals.has(status), answer, retryAfter, gone };
}

function refused(answer: string) {
  return { result: "refused", forEver: false, answer, gone: false } as const;
}

/** The fields of a post; those of Standard Webhooks 1.0 sign its id, its time and its body. */
async function headersOf(
  deps: Pick<Deps, "now">,
  { id, body, secret }: { readonly id: string; readonly body: string; readonly secret: string },
): Promise<Headers> {
  const headers = new Headers({ "Content-Type": "application/json" });
  if (secret === "") return headers;
  const timestamp = String(epochSeconds(deps));
  const key = Uint8Array.from(atob(secret.slice(secretPrefix.length)), (character) => character.charCodeAt(0));
  headers.set("webhook-id", id);
  headers.set("webhook-timestamp", timestamp);
  headers.set("webhook-signature", `v1,${encodeBase64(await hmac(key, `${id}.${timestamp}.${body}`))}`);
  return headers;
}
