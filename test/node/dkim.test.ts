import { generateKeyPairSync } from "node:crypto";
import { buffer } from "node:stream/consumers";
import DKIM from "nodemailer/lib/dkim";
import { describe, expect, it } from "vitest";
import { makeDkimVerifier } from "../../src/node/dkim.ts";
import { answer, programs } from "../mail/reply/replies.ts";

const now = Date.UTC(2027, 0, 4, 10);
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = publicKey.export({ type: "spki", format: "der" }).toString("base64");
const plain = programs["Gmail"]?.(answer) ?? "";

async function sign(raw: string, options: Record<string, string> = {}): Promise<Buffer> {
  const dkim = new DKIM({
    domainName: "example.edu",
    keySelector: "k1",
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    ...options,
  });
  return buffer(dkim.sign(raw));
}

async function domains(raw: Uint8Array, record = `v=DKIM1; k=rsa; p=${key}`): Promise<readonly string[]> {
  const asked: string[] = [];
  const verify = makeDkimVerifier(
    () => now,
    async (name) => {
      asked.push(name);
      return [[record]];
    },
  );
  const found = await verify(raw);
  expect(asked.every((name) => name.endsWith("._domainkey.example.edu") || name.endsWith("evil.example"))).toBe(true);
  return found;
}

describe("DKIM", () => {
  it("of an untouched mail holds", async () => {
    expect(await domains(await sign(plain))).toEqual(["example.edu"]);
  });

  it.each([
    [
      "changed body",
      async () => Buffer.from((await sign(plain)).toString().replace("PARTSTAT=ACCEPTED", "PARTSTAT=DECLINED")),
    ],
    ["changed author", async () => Buffer.from((await sign(plain)).toString().replace("From: Mari", "From: Maria"))],
    ["second author", async () => Buffer.from(`From: x@evil.example\r\n${(await sign(plain)).toString()}`)],
    ["body longer than what is signed", async () => Buffer.from(`${(await sign(plain)).toString()}more\r\n`)],
    ["signature without From", async () => sign(plain, { headerFieldNames: "Subject:Date" })],
    ["no signature", async () => Buffer.from(plain)],
  ])("with a %s does not", async (_, make) => {
    expect(await domains(await make())).toEqual([]);
  });

  it("with another key, a key under test or a revoked one does not", async () => {
    const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ type: "spki", format: "der" });
    const signed = await sign(plain);
    const records = [`v=DKIM1; p=${other.toString("base64")}`, `v=DKIM1; t=y; p=${key}`, "v=DKIM1; p=", "nonsense"];
    for (const record of records) expect(await domains(signed, record)).toEqual([]);
  });

  it("says whose it is, not what the author says", async () => {
    expect(await domains(await sign(plain, { domainName: "evil.example" }))).toEqual(["evil.example"]);
  });

  it("that cannot be looked up holds nothing", async () => {
    const verify = makeDkimVerifier(
      () => now,
      async () => {
        throw Object.assign(new Error("timeout"), { code: "ETIMEOUT" });
      },
    );
    expect(await verify(await sign(plain))).toEqual([]);
  });
});
