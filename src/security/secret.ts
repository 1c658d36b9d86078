import { encodeBase64url } from "./base64url.ts";
import { hex, sha256 } from "./hash.ts";

/** Makes a new secret of 192 random bits: 32 characters of base64url. */
export function newSecret(random: (bytes: number) => Uint8Array): string {
  return encodeBase64url(random(24));
}

/** Returns the hex SHA-256 under which a secret is stored and looked up. No salt or stretching: it has 192 bits already. */
export async function hashSecret(secret: string): Promise<string> {
  return hex(await sha256(secret));
}

/** Returns true when two texts are the same, in a time that tells nothing of where they differ or how long the other is: the only comparison of secrets. */
export async function sameText(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([sha256(a), sha256(b)]);
  return one.reduce((difference, byte, index) => difference | (byte ^ (other[index] ?? 0)), 0) === 0;
}
