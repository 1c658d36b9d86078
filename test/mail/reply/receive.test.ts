import { describe, expect, it } from "vitest";
import { hasMailbox } from "../../../src/mail/reply/receive.ts";
import { makeInvited } from "../invitation/invited.ts";

/** An address that nobody has: 26 letters that begin with this one. */
const nobodys = (letter: string): string => `${letter.repeat(26)}@rsvp.example.org`;

describe("an address for answers", () => {
  it("is known, however many there are, and one that nobody has costs little to refuse", async () => {
    const { world, invitation } = await makeInvited();
    const { deps } = world;
    // 300 mailboxes, each asked about 20 periods.
    await deps.sql.run(
      `INSERT INTO invitations (attendee, booking_uuid, key_id, address, open, sequence, status, start_at, end_at, periods, content, stamp_at)
       SELECT rooms.value || '.' || periods.value, rooms.value,
         ?2, 'x@rooms.example.edu', 1, 0, 'TENTATIVE', 1, 1, '', '', 0
       FROM json_each(?1) AS rooms, json_each(?3) AS periods`,
      JSON.stringify(Array.from({ length: 300 }, (_, n) => String(n).padStart(32, "0"))),
      deps.keys.ids[0],
      JSON.stringify(Array.from({ length: 20 }, (_, n) => String(n))),
    );
    let signed = 0;
    const { keys } = deps;
    const key: typeof keys.key = (purpose, id) => {
      signed += 1;
      return keys.key(purpose, id);
    };
    const counted = { ...deps, keys: { ...keys, key } };
    expect(await hasMailbox(counted, invitation.organizer)).toBe(true);
    expect(await hasMailbox(counted, nobodys("a"))).toBe(false);
    expect(signed).toBeLessThanOrEqual(301);
    signed = 0;
    for (const letter of "bcdefgh") expect(await hasMailbox(counted, nobodys(letter))).toBe(false);
    expect(signed).toBe(0);
  });
});
