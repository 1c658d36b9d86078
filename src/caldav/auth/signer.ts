import { AppError } from "../../errors.ts";
import { hex } from "../../security/hash.ts";
import type { Signer } from "../../security/guard.ts";
import { answerDigest, type DigestChallenge, readDigestChallenge } from "./digest.ts";

/** A user name with a password, or a token. */
export type LoginCredentials =
  | { readonly kind: "password"; readonly username: string; readonly password: string }
  | { readonly kind: "bearer"; readonly token: string };

/** The addresses that may receive the credentials. */
export interface Trust {
  /** Origins that the person has confirmed. */
  readonly origins: readonly string[];
  /** A domain, named by a preset, all of whose https hosts may receive them, such as `icloud.com`; null for none. */
  readonly domain: string | null;
}

/** Returns true when an address may receive the credentials. */
export function trusts({ origins, domain }: Trust, url: URL): boolean {
  if (origins.includes(url.origin)) return true;
  return domain !== null && url.protocol === "https:" && url.port === "" && `.${url.hostname}`.endsWith(`.${domain}`);
}

/**
 * Makes the signer that sends credentials to trusted addresses only. A password goes as Basic in UTF-8 (RFC 7617), or as Digest
 * (RFC 7616) from the first challenge that asks for it and not for Basic. Throws `bad_input` for a token that no header can carry.
 */
export function makeSigner(credentials: LoginCredentials, trust: Trust, random: (bytes: number) => Uint8Array): Signer {
  if (credentials.kind === "bearer" && !/^[\x21-\x7e]+$/.test(credentials.token)) {
    throw new AppError("bad_input", "the token is empty, or holds a space or another character that no token has");
  }
  let digest: DigestChallenge | null = null;
  let count = 0;
  return {
    trusts: (url) => trusts(trust, url),
    async header(method, url) {
      if (credentials.kind === "bearer") return `Bearer ${credentials.token}`;
      if (digest === null) return basic(credentials);
      count += 1;
      const uri = `${url.pathname}${url.search}`;
      return answerDigest(digest, credentials, { method, uri, cnonce: hex(random(8)), count });
    },
    async challenged(headers) {
      const asked = readDigestChallenge(headers);
      if (credentials.kind !== "password" || asked === null) return false;
      if (digest === null ? /(?:^|,)\s*Basic\b/i.test(headers.get("WWW-Authenticate") ?? "") : !asked.stale)
        return false;
      digest = asked;
      count = 0;
      return true;
    },
  };
}

function basic({ username, password }: { readonly username: string; readonly password: string }): string {
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return `Basic ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
}
