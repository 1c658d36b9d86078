import { describe, expect, it } from "vitest";
import { newKey, parseKeyRing } from "../../src/security/keys.ts";
import { openSession, sealSession } from "../../src/security/session.ts";

const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
const key = newKey(random);
const keys = parseKeyRing(key);
const session = { accountId: "an account", sessionNo: 3, expiresAt: 1000, id: "0123456789abcdef" };

describe("a session's cookie", () => {
  it("says who it is, in characters a cookie may have, and never the same twice", async () => {
    const cookies = [
      await sealSession(keys, "decide", session, random),
      await sealSession(keys, "decide", session, random),
    ];
    for (const cookie of cookies) {
      expect(cookie).toMatch(/^[\w.-]+$/);
      expect(cookie).not.toContain(session.accountId);
      expect(await openSession(keys, "decide", cookie, 999)).toEqual(session);
    }
    expect(cookies[0]).not.toBe(cookies[1]);
  });

  it("is over at its time", async () => {
    const cookie = await sealSession(keys, "decide", session, random);
    expect(await openSession(keys, "decide", cookie, 1000)).toBeNull();
  });

  it("of decisions opens no pages, and the other way round", async () => {
    const decide = await sealSession(keys, "decide", session, random);
    const pages = await sealSession(keys, "pages", session, random);
    expect(await openSession(keys, "pages", decide, 1)).toBeNull();
    expect(await openSession(keys, "decide", pages, 1)).toBeNull();
    expect(await openSession(keys, "pages", pages, 1)).toEqual(session);
  });

  it("opens nothing when it was changed, is of another key, or none", async () => {
    const cookie = await sealSession(keys, "decide", session, random);
    const other = parseKeyRing(newKey(random));
    expect(await openSession(other, "decide", cookie, 1)).toBeNull();
    for (let at = 0; at < cookie.length; at += 7) {
      const changed = cookie.slice(0, at) + (cookie[at] === "A" ? "B" : "A") + cookie.slice(at + 1);
      expect(await openSession(keys, "decide", changed, 1)).toBeNull();
    }
    for (const none of ["", "v1", "v1.x.y", cookie.slice(0, -1), `${cookie}A`]) {
      expect(await openSession(keys, "decide", none, 1)).toBeNull();
    }
  });

  it("stays good while its key is in the ring", async () => {
    const cookie = await sealSession(keys, "decide", session, random);
    expect(await openSession(parseKeyRing(`${newKey(random)},${key}`), "decide", cookie, 1)).toEqual(session);
  });
});
