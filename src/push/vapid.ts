import type { Deps } from "../deps.ts";
import { epochSeconds } from "../lib/clock.ts";
import { senderMailbox } from "../config/sender.ts";
import { encodeBase64url } from "../security/base64url.ts";
import type { Signer } from "../security/guard.ts";
import { hex, hmac } from "../security/hash.ts";

/** A key pair of VAPID (RFC 8292): ECDSA on P-256. */
export interface VapidKey {
  /** Id in the key ring. */
  readonly id: string;
  /** The point in uncompressed form, in base64url: what subscriptions are bound to. */
  readonly publicKey: string;
  readonly privateKey: CryptoKey;
}

/** Returns the key with which new subscriptions are signed for; null where WebDAV-Push is off, or the keys are lost. */
export async function ownVapidKey({ config, keys }: Pick<Deps, "config" | "keys">): Promise<VapidKey | null> {
  return config.webdavPush ? findVapidKey(keys, keys.ids[0]) : null;
}

const derived = new WeakMap<CryptoKey, Promise<Omit<VapidKey, "id">>>();

/** Returns the key that follows from the key of that id in the ring; null without one. */
export async function findVapidKey(keys: Deps["keys"], id: string): Promise<VapidKey | null> {
  const secret = await keys.key("push", id);
  if (secret === null) return null;
  const found = derived.get(secret) ?? deriveKey(secret);
  derived.set(secret, found);
  return { id, ...(await found) };
}

/** PrivateKeyInfo (RFC 5208, RFC 5915) of a P-256 key without its public point, up to the 32 bytes of the private key. */
const keyInfo = [
  0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
  0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25, 0x02, 0x01, 0x01, 0x04, 0x20,
];
/** The order of P-256 (FIPS 186-5): a private key is below it. */
const order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
const ecdsa = { name: "ECDSA", namedCurve: "P-256" } as const;

async function deriveKey(secret: CryptoKey): Promise<Omit<VapidKey, "id">> {
  let number = await hmac(secret, "vapid 1");
  for (let tries = 2; hex(number) >= order; tries += 1) number = await hmac(secret, `vapid ${tries}`);
  const info = Uint8Array.from([...keyInfo, ...number]);
  const privateKey = await crypto.subtle.importKey("pkcs8", info, ecdsa, true, ["sign"]);
  const { x = "", y = "" } = await crypto.subtle.exportKey("jwk", privateKey);
  return { privateKey, publicKey: joinPoint(x, y) };
}

/** Returns a point in uncompressed form (SEC 1 2.3.3) in base64url, from its coordinates in base64url. */
function joinPoint(x: string, y: string): string {
  const bytes = [x, y].flatMap((part) =>
    Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0)),
  );
  return encodeBase64url(Uint8Array.from([4, ...bytes]));
}

/** Seconds for which a token holds: RFC 8292 2 allows a day. */
const tokenSeconds = 43_200;

/** Returns the signer of messages to a push resource. */
export function vapidSigner(deps: Pick<Deps, "config" | "now">, key: VapidKey, resource: URL): Signer {
  return {
    trusts: ({ origin }) => origin === resource.origin,
    header: async () => authorize(deps, key, resource),
    signAgain: async () => null,
  };
}

/** Returns the Authorization of a message to a push resource (RFC 8292 3). */
async function authorize(
  deps: Pick<Deps, "config" | "now">,
  { privateKey, publicKey }: VapidKey,
  resource: URL,
): Promise<string> {
  const { config } = deps;
  const sender = senderMailbox(config);
  const sub = sender === null ? config.publicUrl : `mailto:${sender.address}`;
  const parts = [
    { typ: "JWT", alg: "ES256" },
    { aud: resource.origin, exp: epochSeconds(deps) + tokenSeconds, sub },
  ];
  const encoder = new TextEncoder();
  const claims = parts.map((part) => encodeBase64url(encoder.encode(JSON.stringify(part)))).join(".");
  const how = { name: "ECDSA", hash: "SHA-256" };
  const signature = new Uint8Array(await crypto.subtle.sign(how, privateKey, encoder.encode(claims)));
  return `vapid t=${claims}.${encodeBase64url(signature)}, k=${publicKey}`;
}
