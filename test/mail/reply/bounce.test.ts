import { describe, expect, it } from "vitest";
import { people } from "../../../src/demo/people.ts";
import { proveAddress, typeAddress } from "../../../src/mail/notices/choose.ts";
import { bounceAddress } from "../../../src/mail/reply/answer-address.ts";
import { hasMailbox, isTaken, type Received } from "../../../src/mail/reply/receive.ts";
import { makeInvited } from "../invitation/invited.ts";
import { report, type Report } from "./report.ts";

/** A world in which two mails went to the approver, and their Message-IDs. */
async function makeSent() {
  const invited = await makeInvited();
  const { world } = invited;
  const ids = await world.deps.sql.all(
    "SELECT id FROM outbox WHERE state = 'sent' AND user_uuid != '' ORDER BY n DESC LIMIT 2",
  );
  const messageIds = ids.map(({ id }) => `${String(id)}@rsvp.example.org`);
  expect(messageIds).toHaveLength(2);
  const [first = "", second = ""] = messageIds;
  const pathOf = async (messageId: string): Promise<string> =>
    (await bounceAddress(world.deps.keys, "*@rsvp.example.org", messageId.replace(/@.*$/, ""))) ?? "";
  /** Hands a report in at the return path of a mail: its own unless another is given. */
  const bounces = async (given: Report, path = given.messageId): Promise<Received> =>
    invited.receive(report(given), { sender: "", recipients: [await pathOf(path)] });
  /** Returns true when a change of the request is still told. */
  const tells = async (): Promise<boolean> => {
    world.sample.accept(invited.booking.uuid);
    return (await invited.run()).length > 0;
  };
  return { ...invited, bounces, first, second, tells };
}

describe("a mail that comes back", () => {
  it("is done with in a mailbox where it counts, unlike what is for people to read", async () => {
    const { receive, bounces, first } = await makeSent();
    expect(isTaken(await bounces({ messageId: first }))).toBe(true);
    expect(isTaken(await bounces({ messageId: first }))).toBe(false);
    expect(isTaken(await receive(report({ messageId: first }), { sender: "" }))).toBe(false);
    for (const left of ["automatic", "loop", "retired", "not-ours", "no-reply"] as const) {
      expect(isTaken(left)).toBe(false);
    }
  });

  it("goes to the return path of what is sent", async () => {
    const { office, world, booking } = await makeInvited();
    world.sample.accept(booking.uuid);
    world.wait(60);
    await world.tick();
    const [one, ...others] = office.taken;
    expect(others).toEqual([]);
    const id = /^Message-ID: <([0-9a-f]{32})@/m.exec(one?.raw ?? "")?.[1] ?? "";
    expect(one?.envelope.from).toBe(await bounceAddress(world.deps.keys, "*@rsvp.example.org", id));
    expect(one?.envelope.from).toMatch(/^bounces-[a-z2-7]{26}@rsvp\.example\.org$/);
    expect(await hasMailbox(world.deps, one?.envelope.from ?? "")).toBe(true);
    expect(await hasMailbox(world.deps, "bounces@rsvp.example.org")).toBe(false);
  });

  it("twice ends mails to that address, until it is proved again", async () => {
    const { world, bounces, first, second, tells, run } = await makeSent();
    expect(await bounces({ messageId: first })).toBe("bounce");
    expect(await bounces({ messageId: second })).toBe("bounce");
    expect(await tells()).toBe(false);
    const address = "mari.tamm@example.edu";
    const rows = await world.deps.sql.all("SELECT reason FROM outbox WHERE state = 'failed'");
    expect(rows[0]?.["reason"]).toBe(`came back from ${address}: 550 5.1.1 <mari.tamm@example.edu>: unknown user`);
    await proveAddress(world.deps, { userUuid: people.providerOwner.uuid, address });
    expect((await run()).length).toBeGreaterThan(0);
  });

  it("to the return path of another mail is forged", async () => {
    const { bounces, first, second, tells } = await makeSent();
    expect(await bounces({ messageId: first }, second)).toBe("no-reply");
    expect(await bounces({ messageId: second }, first)).toBe("no-reply");
    expect(await tells()).toBe(true);
  });

  it("counts against nobody but whom that mail went to", async () => {
    const { world, bounces, tells, run } = await makeSent();
    // Whoever reads the mails to one address names another's.
    for (const other of ["jaan.kask@example.edu", "liis.saar@example.edu"]) {
      await typeAddress(world.deps, people.providerOwner.uuid, other, "en");
      await run();
      const [row] = await world.deps.sql.all("SELECT id FROM outbox WHERE recipient = ?1 AND state = 'sent'", other);
      const messageId = `${String(row?.["id"])}@rsvp.example.org`;
      expect(await bounces({ messageId })).toBe("no-reply");
      expect(await bounces({ messageId, to: other })).toBe("bounce");
    }
    expect(await tells()).toBe(true);
  });

  it("once changes nothing, however often it is reported", async () => {
    const { bounces, first, tells } = await makeSent();
    expect(await bounces({ messageId: first })).toBe("bounce");
    expect(await bounces({ messageId: first })).toBe("no-reply");
    expect(await tells()).toBe(true);
  });

  it.each([
    ["is only late", { action: "delayed", status: "4.4.1" }],
    ["failed for now", { status: "4.2.2" }],
    ["found a full mailbox", { status: "5.2.2" }],
    ["was refused by a policy", { status: "5.7.1" }],
    ["was to somebody else", { to: "other@example.edu" }],
    ["was never sent", { messageId: `${"0".repeat(32)}@rsvp.example.org` }],
  ])("and %s does not count", async (_, change) => {
    const { bounces, first, second, tells } = await makeSent();
    for (const messageId of [first, second]) {
      expect(await bounces({ messageId, ...change })).toBe("no-reply");
    }
    expect(await tells()).toBe(true);
  });
});
