import { encryptNotification } from "@block65/webcrypto-web-push";
import { escapeXml, pushSpace } from "../caldav/xml.ts";

/** The push resource of a program (RFC 8030 5), and the keys that encrypt its messages (RFC 8291 2), in base64url. */
export interface Receiver {
  /** The push resource. */
  readonly resource: string;
  /** Of the program: a point of P-256 in uncompressed form. */
  readonly publicKey: string;
  readonly authSecret: string;
}

/** Returns a message that says that the content of a calendar changed: its topic, and the token of its state (RFC 6578). */
export function writeMessage(topic: string, syncToken: string): string {
  return (
    `<?xml version="1.0" encoding="utf-8"?>\n<push-message xmlns="${pushSpace}" xmlns:D="DAV:">` +
    `<topic>${escapeXml(topic)}</topic>` +
    `<content-update><D:sync-token>${escapeXml(syncToken)}</D:sync-token></content-update></push-message>\n`
  );
}

/** Encrypts a message for its receiver (RFC 8291, aes128gcm). Rejects when the receiver's keys are none. */
export async function encryptMessage(
  { resource: endpoint, publicKey: p256dh, authSecret: auth }: Receiver,
  message: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const subscription = { endpoint, expirationTime: null, keys: { p256dh, auth } };
  return encryptNotification(subscription, new TextEncoder().encode(message), { pad: false });
}
