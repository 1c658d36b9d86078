import { AppError, codeOf } from "../errors.ts";
import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import type { KeyRing, SealingPurpose } from "./keys.ts";

/** The place where a sealed text is stored; it opens nowhere else. */
export interface SealedPlace {
  readonly table: string;
  /** The row's primary key. */
  readonly row: string;
  readonly column: string;
}

const nonceBytes = 12;
const tagBytes = 16;

/**
 * Seals a text for one place with the ring's first key for the purpose: AES-256-GCM (NIST SP 800-38D) under a random 96-bit nonce,
 * place and key id authenticated with it. Resolves to `v1.<key id>.<base64url of nonce, ciphertext and tag>`. Throws
 * `seal_broken` when the ring has no key.
 */
export async function seal(
  keys: KeyRing,
  place: SealedPlace,
  plaintext: string,
  random: (bytes: number) => Uint8Array<ArrayBuffer>,
  purpose: SealingPurpose = "sealing",
): Promise<string> {
  const [id] = keys.ids;
  const nonce = random(nonceBytes);
  const sealed = await crypto.subtle.encrypt(
    gcm(nonce, place, id),
    await sealingKey(keys, purpose, id),
    new TextEncoder().encode(plaintext),
  );
  const bytes = new Uint8Array(nonceBytes + sealed.byteLength);
  bytes.set(nonce);
  bytes.set(new Uint8Array(sealed), nonceBytes);
  return `v1.${id}.${encodeBase64url(bytes)}`;
}

/** Opens what `seal` made for the same place. Throws `seal_broken` when key, place or text are not those. */
export async function open(
  keys: KeyRing,
  place: SealedPlace,
  sealed: string,
  purpose: SealingPurpose = "sealing",
): Promise<string> {
  const { id, bytes } = parseSealed(sealed);
  const key = await keyOf(keys, purpose, id, place);
  try {
    const plain = await crypto.subtle.decrypt(
      gcm(bytes.subarray(0, nonceBytes), place, id),
      key,
      bytes.subarray(nonceBytes),
    );
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(plain);
  } catch (error) {
    throw new AppError("seal_broken", `${place.table}.${place.column} cannot be opened: another key or row sealed it`, {
      cause: error,
      facts: { table: place.table, column: place.column, key: id },
    });
  }
}

/** Resolves to what was opened; null when no key opens it. */
export async function unlessSealed<T>(opening: Promise<T>): Promise<T | null> {
  return opening.catch((error: unknown) => {
    if (codeOf(error) === "seal_broken") return null;
    throw error;
  });
}

/** Returns the id of the key that sealed a text: it needs sealing again when that is not the ring's first. Throws `seal_broken`. */
export function sealedBy(sealed: string): string {
  return parseSealed(sealed).id;
}

async function sealingKey(keys: KeyRing, purpose: SealingPurpose, id: string): Promise<CryptoKey> {
  const key = keys.key(purpose, id);
  if (key === null) throw new AppError("seal_broken", `no secret can be stored: ${keys.lost}`);
  return key;
}

async function keyOf(keys: KeyRing, purpose: SealingPurpose, id: string, place: SealedPlace): Promise<CryptoKey> {
  const key = keys.key(purpose, id);
  if (key !== null) return key;
  throw new AppError(
    "seal_broken",
    `${place.table}.${place.column} was sealed with key ${id}, which SECRET_KEYS lacks`,
    {
      facts: { table: place.table, column: place.column, key: id },
    },
  );
}

function parseSealed(sealed: string): { id: string; bytes: Uint8Array<ArrayBuffer> } {
  const [, id, text] = /^v1\.([a-z0-9]{1,8})\.([A-Za-z0-9_-]+)$/.exec(sealed) ?? [];
  const bytes = text === undefined ? null : decodeBase64url(text);
  if (id === undefined || bytes === null || bytes.length < nonceBytes + tagBytes) {
    throw new AppError("seal_broken", "a stored secret is not in the form of a sealed one");
  }
  return { id, bytes };
}

function gcm(nonce: Uint8Array<ArrayBuffer>, place: SealedPlace, id: string) {
  const bound = JSON.stringify(["v1", id, place.table, place.row, place.column]);
  return { name: "AES-GCM", iv: nonce, additionalData: new TextEncoder().encode(bound), tagLength: tagBytes * 8 };
}
