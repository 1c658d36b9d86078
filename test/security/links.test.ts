import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseKeyRing } from "../../src/security/keys.ts";
import { checkLink, type Link, readLink, signLink } from "../../src/security/links.ts";

const keyOf = (letter: string): string => letter.repeat(43).replace(/.$/, "A");
const ring = parseKeyRing(`one:${keyOf("a")}`);
const link: Link = { feedId: "0123456789abcdef", bookingUuid: "f".repeat(32), kind: "sign-in" };
const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~/%=?& ";

describe("a link's token", () => {
  it("tells what it is for, is short and of characters every program takes for a link, and ends in none that is cut off", async () => {
    const token = await signLink(ring, link, "g");
    expect(readLink(token)).toEqual(link);
    expect(await checkLink(ring, token, "g")).toBe(true);
    expect(token).toMatch(/^[A-Za-z0-9._-]+[a-z0-9]$/);
    expect(`https://calendar.example.org/a/${token}/accept`.length).toBeLessThanOrEqual(200);
    expect(token.length).toBeLessThanOrEqual(95);
  });

  it("is the same for the same data, and another for each purpose, feed, booking, generation and key", async () => {
    const others = await Promise.all([
      signLink(ring, { ...link, kind: "signed" }, "g"),
      signLink(ring, { ...link, feedId: "1123456789abcdef" }, "g"),
      signLink(ring, { ...link, bookingUuid: "e".repeat(32) }, "g"),
      signLink(ring, link, "h"),
      signLink(parseKeyRing(`one:${keyOf("b")}`), link, "g"),
    ]);
    const token = await signLink(ring, link, "g");
    expect(await signLink(ring, link, "g")).toBe(token);
    const signatures = [token, ...others].map((one) => one.split(".")[1]);
    expect(new Set(signatures).size).toBe(signatures.length);
  });

  it("keeps 128 bits of the signature", async () => {
    const [, signature = ""] = (await signLink(ring, link, "g")).split(".");
    expect(Buffer.from(signature, "base64url")).toHaveLength(16);
  });

  it("opens nothing once its key was retired, and goes on while the key stays in the ring", async () => {
    const token = await signLink(ring, link, "g");
    expect(await checkLink(parseKeyRing(`two:${keyOf("b")},one:${keyOf("a")}`), token, "g")).toBe(true);
    expect(await checkLink(parseKeyRing(`two:${keyOf("b")}`), token, "g")).toBe(false);
    expect(await checkLink(parseKeyRing(`one:${keyOf("b")}`), token, "g")).toBe(false);
  });

  it("opens nothing when anything in it was changed, taken away or added", async () => {
    const token = await signLink(ring, link, "g");
    const character = fc.constantFrom(...alphabet);
    const place = fc.nat({ max: token.length - 1 });
    const mutation = fc.oneof(
      fc.tuple(place, character).map(([at, put]) => token.slice(0, at) + put + token.slice(at + 1)),
      place.map((at) => token.slice(0, at) + token.slice(at + 1)),
      fc.tuple(fc.nat({ max: token.length }), character).map(([at, put]) => token.slice(0, at) + put + token.slice(at)),
      place.map((at) => token.slice(0, at)),
      place.map((at) => token.slice(at + 1)),
      fc.tuple(place, place).map(([a, b]) => token.slice(0, Math.min(a, b)) + token.slice(Math.max(a, b) + 1)),
      fc.constant(token.toUpperCase()),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(mutation, async (changed) => {
        if (changed !== token) expect(await checkLink(ring, changed, "g")).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it("of one purpose is none for the other", async () => {
    const token = await signLink(ring, link, "g");
    expect(await checkLink(ring, token.replace(/^s/, "d"), "g")).toBe(false);
    expect(await checkLink(ring, token, "other generation")).toBe(false);
  });
});
