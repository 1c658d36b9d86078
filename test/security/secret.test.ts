import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { busyUid, hmac } from "../../src/security/hash.ts";
import { hashSecret, newSecret, sameText } from "../../src/security/secret.ts";

const encode = (text: string) => new TextEncoder().encode(text);

describe("newSecret", () => {
  it("is 192 random bits in the characters of a path", () => {
    const asked: number[] = [];
    const secret = newSecret((bytes) => {
      asked.push(bytes);
      return new Uint8Array(bytes).fill(255);
    });
    expect(asked).toEqual([24]);
    expect(secret).toBe("_".repeat(32));
  });
});

describe("hashSecret", () => {
  it("is the hex SHA-256 of the text (FIPS 180-4, example of `abc`)", async () => {
    expect(await hashSecret("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });
});

describe("sameText", () => {
  it("says whether two texts are the same, of any length", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), async (a, b) => {
        expect(await sameText(a, b)).toBe(a === b);
        expect(await sameText(a, a)).toBe(true);
        expect(await sameText(a, `${a}${b}x`)).toBe(false);
      }),
      { numRuns: 100 },
    );
  });
});

describe("hmac", () => {
  it("gives the value of RFC 4231, test case 2", async () => {
    const digest = await hmac(encode("Jefe"), "what do ya want for nothing?");
    expect(Buffer.from(digest).toString("hex")).toBe(
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    );
  });
});

describe("busyUid", () => {
  const booking = "0123456789abcdef0123456789abcdef";

  it("is short, of letters and digits, and says nothing of the booking", async () => {
    const uid = await busyUid("salt", booking, 1);
    expect(uid).toMatch(/^[0-9a-f]{40}$/);
    expect(uid).toBe(createHmac("sha256", "salt").update(`${booking}-1`).digest("hex").slice(0, 40));
  });

  it("stays the same, and differs by salt, booking and slot", async () => {
    const uids = await Promise.all([
      busyUid("salt", booking, 1),
      busyUid("salt", booking, 1),
      busyUid("salt", booking, 11),
      busyUid("tlas", booking, 1),
      busyUid("salt", "0123456789abcdef0123456789abcde0", 1),
    ]);
    expect(uids[0]).toBe(uids[1]);
    expect(new Set(uids).size).toBe(4);
  });
});
