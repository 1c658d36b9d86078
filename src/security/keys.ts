import { AppError } from "../errors.ts";
import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import { hex } from "./hash.ts";

/** The purpose of a key. Each purpose has a key of its own, so that what one leaks is of no use to another. */
export type KeyPurpose = SealingPurpose | "links" | "forms" | "salts" | "bearers" | "mail" | "invitations" | "push";
/** `sealing`: what is stored; `sessions`: cookies. */
export type SealingPurpose = "sealing" | "sessions";

/** The operator's keys. */
export interface KeyRing {
  /** Ids of all keys. The first seals and signs; the others only open and check what was made before. */
  readonly ids: readonly [string, ...string[]];
  /**
   * The key derived for a purpose: AES-256-GCM for `sealing` and `sessions`, HMAC-SHA-256 for the others; never
   * extractable.
   * Null when the ring has no key of that id.
   */
  key(purpose: KeyPurpose, id: string): Promise<CryptoKey> | null;
  /** The reason for which nothing can be sealed and no link be signed, with what to do; "" in a ring that has its keys. */
  readonly lost: string;
}

/** The purposes of keys for what is worth nothing after a restart. */
const passing: readonly KeyPurpose[] = ["sessions", "forms", "bearers"];

const keyBytes = 32;

/**
 * Reads SECRET_KEYS: `id:key` separated by commas, the id 1 to 8 of `a-z0-9`, the key 32 bytes in base64url.
 * Throws `bad_config` that tells every fault by position; it never repeats what might be a key.
 */
export function parseKeyRing(text: string): KeyRing {
  const masters = new Map<string, Uint8Array<ArrayBuffer>>();
  const faults: string[] = [];
  for (const [index, entry] of text.split(",").entries()) {
    const found = readEntry(entry.trim());
    if (typeof found === "string") faults.push(`key ${index + 1} ${found}`);
    else if (masters.has(found.id)) faults.push(`key ${index + 1} has the id ${found.id} of an earlier one`);
    else masters.set(found.id, found.master);
  }
  const [first, ...others] = masters.keys();
  if (faults.length > 0 || first === undefined) {
    throw new AppError(
      "bad_config",
      `SECRET_KEYS: ${faults.join("; ")}. Wanted is id:key, several separated by commas; keygen makes one`,
    );
  }
  const derived = new Map<string, Promise<CryptoKey>>();
  return {
    ids: [first, ...others],
    lost: "",
    key(purpose, id) {
      const master = masters.get(id);
      if (master === undefined) return null;
      const name = `${purpose}:${id}`;
      const key = derived.get(name) ?? derive(master, purpose);
      derived.set(name, key);
      return key;
    },
  };
}

/**
 * Makes the ring of a service whose keys are lost, and why: people can sign in with what needs no key, but nothing is sealed,
 * opened or signed that outlives the process.
 */
export function makeKeylessRing(random: (bytes: number) => Uint8Array, lost: string): KeyRing {
  const own = parseKeyRing(newKey(random));
  return { ids: own.ids, lost, key: (purpose, id) => (passing.includes(purpose) ? own.key(purpose, id) : null) };
}

/** Makes a new entry for SECRET_KEYS: `id:key` with a random id. */
export function newKey(random: (bytes: number) => Uint8Array): string {
  const id = hex(random(4));
  return `${id}:${encodeBase64url(random(keyBytes))}`;
}

function readEntry(entry: string): { id: string; master: Uint8Array<ArrayBuffer> } | string {
  if (entry === "") return "is empty";
  const colon = entry.indexOf(":");
  if (colon < 0) return "has no colon between id and key";
  const id = entry.slice(0, colon);
  if (!/^[a-z0-9]{1,8}$/.test(id)) return "has an id that is not 1 to 8 of the characters a-z and 0-9";
  const master = decodeBase64url(entry.slice(colon + 1));
  if (master === null) return `(${id}) is not base64url`;
  if (master.length !== keyBytes) return `(${id}) has ${master.length} bytes where ${keyBytes} are needed`;
  return { id, master };
}

/** Derives a key by HKDF-SHA-256 (RFC 5869), with the purpose as its info. */
async function derive(master: Uint8Array<ArrayBuffer>, purpose: KeyPurpose): Promise<CryptoKey> {
  const encoder = new TextEncoder();
  const input = await crypto.subtle.importKey("raw", master, "HKDF", false, ["deriveKey"]);
  const how = {
    name: "HKDF",
    hash: "SHA-256",
    salt: encoder.encode("waldur-calendar"),
    info: encoder.encode(purpose),
  };
  return purpose === "sealing" || purpose === "sessions"
    ? crypto.subtle.deriveKey(how, input, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"])
    : crypto.subtle.deriveKey(how, input, { name: "HMAC", hash: "SHA-256", length: 256 }, false, ["sign", "verify"]);
}
