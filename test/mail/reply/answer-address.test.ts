import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  isAnswerTo,
  isAnswerAddress,
  answerAddress,
  normalAddress,
  readInvitationUid,
  invitationUid,
} from "../../../src/mail/reply/answer-address.ts";
import { newKey, parseKeyRing } from "../../../src/security/keys.ts";
import { randomBytes } from "../../../src/lib/random.ts";

const pattern = "rsvp-*@example.org";
const keys = parseKeyRing(`${newKey(randomBytes)},${newKey(randomBytes)}`);
const [keyId] = keys.ids;
const invited = { attendee: "1".repeat(32), bookingUuid: "2".repeat(32), keyId };

async function made(change: Partial<typeof invited> = {}) {
  const of = { ...invited, ...change };
  return { address: (await answerAddress(keys, pattern, of)) ?? "", uid: (await invitationUid(keys, of)) ?? "" };
}

describe("the address for answers", () => {
  it("is the approver's own, the same for all bookings, and no other under another key", async () => {
    const { address, uid } = await made();
    expect(address).toMatch(/^rsvp-[a-z2-7]{26}@example\.org$/);
    const other = await made({ bookingUuid: "3".repeat(32) });
    expect(other.address).toBe(address);
    expect(other.uid).not.toBe(uid);
    const others = [await made({ attendee: "4".repeat(32) }), await made({ keyId: keys.ids[1] ?? "" })];
    for (const one of others) expect([one.address === address, one.uid === uid]).toEqual([false, false]);
    expect(readInvitationUid(uid.toUpperCase())).toBe(invited.bookingUuid);
    expect(readInvitationUid(`${invited.bookingUuid}-1`)).toBeNull();
  });

  it("is taken in capitals, as some servers pass it on", async () => {
    const { address, uid } = await made();
    const shown = { address: address.toUpperCase(), uid: ` ${uid.toUpperCase()}` };
    expect(await isAnswerTo(keys, pattern, shown, invited)).toBe(true);
    expect(isAnswerAddress(pattern, address.toUpperCase())).toBe(true);
  });

  it("is retired with its key", async () => {
    const later = parseKeyRing(newKey(randomBytes));
    expect(await answerAddress(later, pattern, invited)).toBeNull();
    expect(await isAnswerTo(later, pattern, await made(), invited)).toBe(false);
  });

  it("is not guessed by 1,000 mutations of the address and the UID", async () => {
    const right = await made();
    const character = fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz0123456789-@.");
    const mutation = fc.record({
      what: fc.constantFrom("address" as const, "uid" as const),
      at: fc.nat(60),
      cut: fc.nat(2),
      put: fc.array(character, { maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(mutation, async ({ what, at, cut, put }) => {
        const text = right[what];
        const place = at % text.length;
        const changed = text.slice(0, place) + put.join("") + text.slice(place + cut);
        fc.pre(changed !== text);
        expect(await isAnswerTo(keys, pattern, { ...right, [what]: changed }, invited)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("addresses", () => {
  it.each([
    ["mailto:a%2Bb@example.org", "a+b@example.org"],
    ["a b@example.org", "a+b@example.org"],
    ["MAILTO:A+B@Example.ORG?subject=x", "a+b@example.org"],
    ["mailto:", ""],
    ["Mari <a@example.org>", ""],
    ["a@example.org\r\nBcc: x@example.org", ""],
    ["mailto:a%0d%0aBcc:x@example.org", ""],
  ])("compares %j as %j", (text, address) => {
    expect(normalAddress(text)).toBe(address);
  });
});
