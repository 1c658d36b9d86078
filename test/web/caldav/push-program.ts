import { pushSpace } from "../../../src/caldav/xml.ts";
import type { Receiver } from "../../push/push-service.ts";
import type { Answer, Program } from "./program.ts";

/** A registration: the receiver's keys and usual values, where nothing else is given. */
export interface Wished {
  readonly resource: string;
  readonly encoding?: string;
  readonly publicKey?: string;
  readonly authSecret?: string;
  readonly trigger?: string;
  readonly expires?: string;
}

/** Returns the body that registers a subscription (WebDAV-Push). */
export function registration(receiver: Receiver, wished: Wished): string {
  const { resource, encoding = "aes128gcm", publicKey, authSecret, trigger, expires } = wished;
  return `<?xml version="1.0"?><push-register xmlns="${pushSpace}" xmlns:D="DAV:"><subscription><web-push-subscription>
    <push-resource>${resource}</push-resource><content-encoding>${encoding}</content-encoding>
    <subscription-public-key type="p256dh">${publicKey ?? receiver.publicKey}</subscription-public-key>
    <auth-secret>${authSecret ?? receiver.authSecret}</auth-secret></web-push-subscription></subscription>
    <trigger>${trigger ?? "<content-update><D:depth>infinity</D:depth></content-update><property-update><D:depth>0</D:depth></property-update>"}</trigger>
    ${expires === undefined ? "" : `<expires>${expires}</expires>`}</push-register>`;
}

/** Registers a subscription to a calendar. */
export async function register(program: Program, path: string, receiver: Receiver, wished: Wished): Promise<Answer> {
  const headers = { "Content-Type": "application/xml; charset=utf-8" };
  return program.send("POST", path, registration(receiver, wished), headers);
}
