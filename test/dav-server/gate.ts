import { createHash } from "node:crypto";
import type { Quirks } from "./quirks.ts";

export interface User {
  readonly name: string;
  readonly password: string;
  readonly token: string;
}

const realm = 'calendars, Basic "and" more';
const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

/** The door of a server: who may come in, and what the others are told. */
export interface Gate {
  /** Returns the challenge of a 401. */
  challenge(): string;
  /** Returns true when the request carries valid credentials as in RFC 7617 (in UTF-8), 7616 or 6750. */
  allows(request: { readonly method: string; readonly url: string; readonly headers: Headers }): boolean;
}

/** Makes the door of a server with these quirks and this one user. */
export function makeGate({ auth, nonces }: Pick<Quirks, "auth" | "nonces">, user: User): Gate {
  /** Nonces given out, with the uses that each has left. */
  const uses = new Map<string, number>();
  let stale = false;
  const most = { fixed: Number.POSITIVE_INFINITY, once: 1, stale: 3, silent: 3 }[nonces];
  const makeNonce = (): string => {
    const nonce = nonces === "fixed" ? "dcd98b7102dd2f0e8b11d0f600bfb0c0" : `n${uses.size}`;
    uses.set(nonce, most);
    return nonce;
  };
  return {
    challenge() {
      if (auth !== "digest") return `${auth === "bearer" ? "Bearer" : "Basic"} realm=${JSON.stringify(realm)}`;
      const more = stale && nonces === "stale" ? ", stale=true" : "";
      return `Digest realm=${JSON.stringify(realm)}, qop="auth", nonce="${makeNonce()}", opaque="5ccc069c", algorithm=MD5${more}`;
    },
    allows(request) {
      const given = request.headers.get("Authorization") ?? "";
      switch (auth) {
        case "none":
          return true;
        case "basic":
          return given === `Basic ${Buffer.from(`${user.name}:${user.password}`, "utf8").toString("base64")}`;
        case "bearer":
          return given === `Bearer ${user.token}`;
        case "digest": {
          if (!given.startsWith("Digest ")) return false;
          const field = (name: string): string =>
            new RegExp(`(?:^|[ ,])${name}=(?:"([^"]*)"|([^ ,]*))`).exec(given)?.slice(1).find(Boolean) ?? "";
          const { pathname, search } = new URL(request.url);
          const nonce = field("nonce");
          const ha1 = md5(`${user.name}:${realm}:${user.password}`);
          const ha2 = md5(`${request.method}:${pathname}${search}`);
          const expected = md5(`${ha1}:${nonce}:${field("nc")}:${field("cnonce")}:${field("qop")}:${ha2}`);
          const right =
            field("uri") === `${pathname}${search}` && field("opaque") === "5ccc069c" && field("response") === expected;
          const left = uses.get(nonce) ?? 0;
          stale = right && left <= 0;
          uses.set(nonce, left - 1);
          return right && left > 0;
        }
      }
    },
  };
}
