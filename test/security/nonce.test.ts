import { describe, expect, it } from "vitest";
import { newKey, parseKeyRing } from "../../src/security/keys.ts";
import { checkNonce, signNonce } from "../../src/security/nonce.ts";

const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
const key = newKey(random);
const keys = parseKeyRing(key);

describe("the hidden field of a form", () => {
  it("is good for its cookie and purpose alone", async () => {
    const nonce = await signNonce(keys, "cookie", "accept");
    expect(await checkNonce(keys, "cookie", "accept", nonce)).toBe(true);
    expect(await checkNonce(keys, "cookie", "reject", nonce)).toBe(false);
    expect(await checkNonce(keys, "other", "accept", nonce)).toBe(false);
    // What separates the two cannot be moved.
    expect(await checkNonce(keys, 'cookie","accept', "", nonce)).toBe(false);
  });

  it("is good for any key of the ring, and for none outside", async () => {
    const nonce = await signNonce(keys, "cookie", "accept");
    expect(await checkNonce(parseKeyRing(`${newKey(random)},${key}`), "cookie", "accept", nonce)).toBe(true);
    expect(await checkNonce(parseKeyRing(newKey(random)), "cookie", "accept", nonce)).toBe(false);
  });

  it("that was changed, cut or made up is none", async () => {
    const nonce = await signNonce(keys, "cookie", "accept");
    const [id = ""] = nonce.split(".");
    for (const wrong of ["", ".", id, `${id}.`, nonce.slice(0, -1), `${nonce}A`, `x${nonce}`, nonce.toUpperCase()]) {
      expect(await checkNonce(keys, "cookie", "accept", wrong)).toBe(false);
    }
  });
});
