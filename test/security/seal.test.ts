import { createDecipheriv, hkdfSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newKey, parseKeyRing } from "../../src/security/keys.ts";
import { open, type SealedPlace, seal, sealedBy } from "../../src/security/seal.ts";

const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));
const place: SealedPlace = { table: "accounts", row: "7", column: "token" };
const entry = newKey(random);
const keys = parseKeyRing(entry);
const broken = { code: "seal_broken" };

/** The same text with the lowest bit of one byte of its last part turned over. */
const flip = (sealed: string, at: number): string => {
  const [version = "", id = "", data = ""] = sealed.split(".");
  const bytes = Buffer.from(data, "base64url");
  const index = at < 0 ? bytes.length + at : at;
  bytes[index] = (bytes[index] ?? 0) ^ 1;
  return `${version}.${id}.${bytes.toString("base64url")}`;
};

describe("seal and open", () => {
  it("give back any text at its place", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "binary", maxLength: 200 }),
        fc.string({ maxLength: 20 }),
        async (text, row) => {
          const here = { ...place, row };
          expect(await open(keys, here, await seal(keys, here, text, random))).toBe(text);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("keep a text that begins with a byte order mark, and one of 100,000 characters", async () => {
    for (const text of ["\ufeffx", "ä".repeat(100_000)]) {
      expect(await open(keys, place, await seal(keys, place, text, random))).toBe(text);
    }
  });

  it("write AES-256-GCM that another implementation opens", async () => {
    const sealed = await seal(keys, place, "tökén", random);
    const [id = "", master = ""] = entry.split(":");
    const [version, by, data = ""] = sealed.split(".");
    expect([version, by]).toEqual(["v1", id]);
    const bytes = Buffer.from(data, "base64url");
    const key = hkdfSync("sha256", Buffer.from(master, "base64url"), "waldur-calendar", "sealing", 32);
    const decipher = createDecipheriv("aes-256-gcm", new Uint8Array(key), bytes.subarray(0, 12));
    decipher.setAAD(Buffer.from(JSON.stringify(["v1", id, "accounts", "7", "token"])));
    decipher.setAuthTag(bytes.subarray(-16));
    expect(Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString()).toBe("tökén");
  });

  it("never write the same twice", async () => {
    const sealed = await Promise.all(Array.from({ length: 50 }, async () => seal(keys, place, "x", random)));
    expect(new Set(sealed.map((text) => text.slice(0, `v1.${keys.ids[0]}.`.length + 16))).size).toBe(50);
  });

  it.each<[string, SealedPlace]>([
    ["another row", { ...place, row: "8" }],
    ["another column", { ...place, column: "username" }],
    ["another table", { ...place, table: "feeds" }],
    ["parts that only together read the same", { table: "accounts", row: '7","token', column: "" }],
    ["parts that are shifted", { table: "account", row: "s7", column: "token" }],
  ])("refuse %s", async (_, other) => {
    const sealed = await seal(keys, place, "secret-text", random);
    await expect(open(keys, other, sealed)).rejects.toMatchObject(broken);
  });

  it("refuse a text in which any part was changed", async () => {
    const sealed = await seal(keys, place, "secret-text", random);
    for (const changed of [
      flip(sealed, 0),
      flip(sealed, 11),
      flip(sealed, 12),
      flip(sealed, -17),
      flip(sealed, -16),
      flip(sealed, -1),
    ]) {
      await expect(open(keys, place, changed)).rejects.toMatchObject(broken);
    }
    const [, id = "", data = ""] = sealed.split(".");
    for (const changed of [
      "",
      "secret-text",
      `v2.${id}.${data}`,
      `v1.${id}`,
      `v1.${id}.`,
      `v1.${id}.AAAA`,
      `${sealed}.x`,
      `${sealed}=`,
      ` ${sealed}`,
      sealed.slice(0, -2),
    ]) {
      await expect(open(keys, place, changed)).rejects.toMatchObject(broken);
    }
  });

  it("refuse a key of the same id that is another, and the id of another key", async () => {
    const sealed = await seal(parseKeyRing(`a:${"A".repeat(43)}`), place, "x", random);
    const ring = parseKeyRing(`a:${"A".repeat(42)}E,b:${"A".repeat(43)}`);
    await expect(open(ring, place, sealed)).rejects.toMatchObject(broken);
    await expect(open(ring, place, sealed.replace("v1.a.", "v1.b."))).rejects.toMatchObject(broken);
  });

  it("name the key that is missing, and neither the row nor the text", async () => {
    const sealed = await seal(parseKeyRing(`gone:${"A".repeat(43)}`), place, "x", random);
    await expect(open(keys, place, sealed)).rejects.toMatchObject({
      ...broken,
      message: "accounts.token was sealed with key gone, which SECRET_KEYS lacks",
      facts: { table: "accounts", column: "token", key: "gone" },
    });
  });
});

describe("a rotated key ring", () => {
  const old = newKey(random);
  const rotated = parseKeyRing(`fresh:${"A".repeat(43)},${old}`);

  it("opens what the old key sealed, tells that it did, and seals with the new one", async () => {
    const before = await seal(parseKeyRing(old), place, "token", random);
    expect(await open(rotated, place, before)).toBe("token");
    expect(sealedBy(before)).not.toBe(rotated.ids[0]);
    const after = await seal(rotated, place, "token", random);
    expect(sealedBy(after)).toBe("fresh");
    expect(await open(parseKeyRing(`fresh:${"A".repeat(43)}`), place, after)).toBe("token");
  });

  it("takes no text for sealed that is not", () => {
    expect(() => sealedBy("a plain token")).toThrow(expect.objectContaining(broken));
  });
});
