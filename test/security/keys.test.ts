import { createHmac, hkdfSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { codeOf, messageOf } from "../../src/errors.ts";
import { decodeBase64url, encodeBase64url } from "../../src/security/base64url.ts";
import { type KeyPurpose, newKey, parseKeyRing } from "../../src/security/keys.ts";

const one = new Uint8Array(32).fill(1);
const two = new Uint8Array(32).fill(2);
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");

const fault = (keys: string): { code: string | undefined; message: string } => {
  try {
    parseKeyRing(keys);
    return { code: undefined, message: "" };
  } catch (error) {
    return { code: codeOf(error), message: messageOf(error) };
  }
};

describe("parseKeyRing", () => {
  it("lets the first key seal and keeps the others", () => {
    expect(parseKeyRing(`new:${text(one)}, old1:${text(two)}`).ids).toEqual(["new", "old1"]);
  });

  it.each([
    ["", "key 1 is empty"],
    [`a:${text(one)},`, "key 2 is empty"],
    [text(one), "key 1 has no colon"],
    [`:${text(one)}`, "key 1 has an id that is not"],
    [`Upper:${text(one)}`, "key 1 has an id that is not"],
    [`ninechars:${text(one)}`, "key 1 has an id that is not"],
    [`${text(one)}:a`, "key 1 has an id that is not"],
    [`a:${text(one)}=`, "key 1 (a) is not base64url"],
    [`a:${"+".repeat(43)}`, "key 1 (a) is not base64url"],
    [`a:${text(one.subarray(1))}`, "key 1 (a) has 31 bytes where 32 are needed"],
    [`a:${text(new Uint8Array(33))}`, "key 1 (a) has 33 bytes where 32 are needed"],
    ["a:", "key 1 (a) has 0 bytes where 32 are needed"],
    [`a:${text(one)},a:${text(two)}`, "key 2 has the id a of an earlier one"],
  ])("refuses %j and says what is wrong", (keys, message) => {
    expect(fault(keys).code).toBe("bad_config");
    expect(fault(keys).message).toContain(message);
  });

  it("tells all faults at once and never repeats what may be a key", () => {
    const { message } = fault(`${text(one)},x:${text(two)}=,${text(two)}:y`);
    expect(message).toContain("key 1");
    expect(message).toContain("key 2");
    expect(message).toContain("key 3");
    expect(message).not.toContain(text(one));
    expect(message).not.toContain(text(two));
  });
});

describe("derived keys", () => {
  const ring = parseKeyRing(`a:${text(one)},b:${text(two)}`);
  const purposes: KeyPurpose[] = ["links", "forms", "salts"];

  it("are HKDF-SHA-256 of the operator's key, another one for each purpose and id", async () => {
    const seen = new Set<string>();
    for (const [id, master] of [["a", one] as const, ["b", two] as const]) {
      for (const purpose of purposes) {
        const key = await ring.key(purpose, id);
        if (key === null) throw new Error("no such key");
        const signed = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode("text"));
        const derived = new Uint8Array(hkdfSync("sha256", master, "waldur-calendar", purpose, 32));
        expect(Buffer.from(signed).toString("hex")).toBe(createHmac("sha256", derived).update("text").digest("hex"));
        seen.add(Buffer.from(signed).toString("hex"));
      }
    }
    expect(seen.size).toBe(6);
  });

  it("cannot be taken out, seal only if made for it, and are derived once", async () => {
    const sealing = await ring.key("sealing", "a");
    expect(sealing?.algorithm).toMatchObject({ name: "AES-GCM", length: 256 });
    expect(sealing?.usages.toSorted()).toEqual(["decrypt", "encrypt"]);
    expect(sealing?.extractable).toBe(false);
    expect((await ring.key("links", "a"))?.extractable).toBe(false);
    expect(await ring.key("sealing", "a")).toBe(sealing);
  });

  it("are none for an id that the ring lacks", () => {
    expect(ring.key("links", "c")).toBeNull();
  });
});

describe("newKey", () => {
  it("makes an entry that parseKeyRing takes, from the randomness given", () => {
    let calls = 0;
    const random = (bytes: number) => new Uint8Array(bytes).fill(200 + (calls += 1));
    const entry = newKey(random);
    expect(entry).toBe(`c9c9c9c9:${text(new Uint8Array(32).fill(202))}`);
    expect(parseKeyRing(`${entry},${newKey(random)}`).ids).toEqual(["c9c9c9c9", "cbcbcbcb"]);
  });
});

describe("base64url", () => {
  it("agrees with another implementation for every length and byte", () => {
    for (let length = 0; length < 260; length += 1) {
      const bytes = Uint8Array.from({ length }, (_, index) => (index * 7 + length) % 256);
      expect(encodeBase64url(bytes)).toBe(text(bytes));
      expect(decodeBase64url(text(bytes))).toEqual(bytes);
    }
  });

  it("takes one spelling only", () => {
    expect(decodeBase64url("AA")).toEqual(new Uint8Array(1));
    for (const other of ["AB", "AA==", "A", "A A", "AA\n", "+/+/", "ÄÄ"]) expect(decodeBase64url(other)).toBeNull();
  });
});
