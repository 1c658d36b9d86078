import { AppError } from "../../errors.ts";
import { hex } from "../../security/hash.ts";
import { encodeBase64 } from "../../security/base64url.ts";
import type { Signer } from "../../security/guard.ts";
import { answerDigest, type DigestChallenge, pickDigestChallenge, readAuthSchemes } from "./digest.ts";

/** A user name with a password, or a token. */
export type LoginCredentials = PasswordCredentials | { readonly kind: "bearer"; readonly token: string };

interface PasswordCredentials {
  readonly kind: "password";
  readonly username: string;
  readonly password: string;
}

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
  const basicOrBearer =
    credentials.kind === "bearer" ? `Bearer ${credentials.token}` : `Basic ${encodeBasic(credentials)}`;
  const answer = async (challenge: DigestChallenge, login: PasswordCredentials, method: string, url: URL) => {
    count += 1;
    const uri = `${url.pathname}${url.search}`;
    return answerDigest(challenge, login, { method, uri, cnonce: hex(random(8)), count });
  };
  return {
    trusts: (url) => trusts(trust, url),
    async header(method, url) {
      return digest === null || credentials.kind === "bearer"
        ? basicOrBearer
        : answer(digest, credentials, method, url);
    },
    async signAgain({ method, url, authorization, headers }) {
      if (credentials.kind === "bearer") return null;
      const asked = readAuthSchemes(headers.get("WWW-Authenticate") ?? "");
      const challenge = pickDigestChallenge(asked);
      if (challenge === null) return null;
      if (authorization === basicOrBearer) {
        if (asked.some(({ scheme }) => scheme === "basic")) return null;
      } else {
        // Refused with the very nonce that is asked for: the password is wrong.
        const [sent] = readAuthSchemes(authorization ?? "");
        if (sent?.parameters.get("nonce") === challenge.nonce && !challenge.stale) return null;
      }
      // Of requests side by side each has a challenge of its own, and some servers take each nonce once.
      if (challenge.nonce !== digest?.nonce) count = 0;
      digest = challenge;
      return answer(challenge, credentials, method, url);
    },
  };
}

function encodeBasic({ username, password }: PasswordCredentials): string {
  return encodeBase64(new TextEncoder().encode(`${username}:${password}`));
}
