import { createHash } from "node:crypto";
import type { Quirks } from "./quirks.ts";

export interface User {
  readonly name: string;
  readonly password: string;
  readonly token: string;
}

const nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c0";
const realm = "calendars, and more";
const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

/** The challenge of a 401. */
export function challengeOf(auth: Quirks["auth"]): string {
  if (auth === "digest")
    return `Digest realm="${realm}", qop="auth", nonce="${nonce}", opaque="5ccc069c", algorithm=MD5`;
  return auth === "bearer" ? `Bearer realm="${realm}"` : `Basic realm="${realm}"`;
}

/** Returns true when the request carries valid credentials as in RFC 7617 (in UTF-8), 7616 or 6750. */
export async function allows(
  auth: Quirks["auth"],
  user: User,
  request: { readonly method: string; readonly url: string; readonly headers: Headers },
): Promise<boolean> {
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
      const ha1 = md5(`${user.name}:${realm}:${user.password}`);
      const ha2 = md5(`${request.method}:${pathname}${search}`);
      const expected = md5(`${ha1}:${nonce}:${field("nc")}:${field("cnonce")}:${field("qop")}:${ha2}`);
      return (
        field("uri") === `${pathname}${search}` && field("opaque") === "5ccc069c" && field("response") === expected
      );
    }
  }
}
