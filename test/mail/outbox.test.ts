import { describe, expect, it } from "vitest";
import { queueMail, type Occasion } from "../../src/mail/queue.ts";
import { countOutbox } from "../../src/store/mail/outbox.ts";
import { makeWorld } from "../world.ts";
import { openPostOffice } from "./post-office.ts";

const from = { name: "Calendar", address: "calendar@calendar.example" };

async function openWorld(config: object = {}) {
  const post = openPostOffice();
  const world = await makeWorld({
    mail: post.transport,
    config: { mailFrom: "Calendar <calendar@calendar.example>", ...config },
  });
  const { deps } = world;
  return {
    ...post,
    world,
    queue: async (occasion: Partial<Occasion> & { cause: string }, subject = occasion.cause): Promise<void> => {
      const recipient = occasion.recipient ?? "liis@example.org";
      const to = { name: "", address: "liis@example.org" };
      const mail = { from, to, subject, text: "Text", html: "<p>Text</p>", headers: {} };
      await deps.sql.batch([await queueMail(deps, { ...occasion, recipient }, mail)]);
    },
    /** The subjects of what was taken since the last call. */
    subjects: async (): Promise<string[]> => (await post.read()).map(({ subject = "" }) => subject),
    counts: async () => countOutbox(deps.sql, "mail", Math.floor(deps.now() / 1000)),
  };
}

describe("the outbox", () => {
  it("sends a mail once for a cause and a recipient, under a Message-ID that follows from these", async () => {
    const { queue, world, read } = await openWorld();
    await queue({ cause: "a" });
    await queue({ cause: "a" }, "again");
    await queue({ cause: "a", recipient: "other" });
    await world.tick();
    await queue({ cause: "a" }, "again");
    await world.tick();
    const mails = await read();
    expect(mails.map(({ subject }) => subject)).toEqual(["a", "a"]);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(2);
    expect(mails[0]?.messageId).toMatch(/^<[0-9a-f]{32}@calendar\.example>$/);
  });

  it("tries again after growing pauses what is refused for now, and gives up after four days", async () => {
    const { queue, world, office, counts, subjects } = await openWorld();
    let tries = 0;
    office.next = () => ((tries += 1), { result: "refused", forEver: false, answer: "451 greylisted" });
    await queue({ cause: "a" });
    for (let quarter = 0; quarter < 4 * 24 * 4 + 6; quarter += 1) {
      await world.tick({ onlyTargets: true });
      world.wait(900);
    }
    expect(tries).toBeGreaterThan(90);
    expect(tries).toBeLessThan(200);
    expect(await counts()).toEqual({ queued: 0, failed: 1, reason: "451 greylisted" });
    expect(await subjects()).toEqual([]);
  });

  it("counts these from the first try, however long the mail has waited for it", async () => {
    const { queue, world, office, counts, subjects } = await openWorld();
    await queue({ cause: "a" });
    world.wait(5 * 86_400);
    office.next = () => ({ result: "refused", forEver: false, answer: "451 greylisted" });
    for (let minute = 0; minute < 5; minute += 1) {
      await world.tick({ onlyTargets: true });
      world.wait(60);
    }
    expect(await counts()).toMatchObject({ queued: 1, failed: 0 });
    office.next = () => null;
    world.wait(3600);
    await world.tick({ onlyTargets: true });
    expect(await subjects()).toEqual(["a"]);
  });

  it("gives up at once what is refused for ever, and goes on with the next of its thread", async () => {
    const { queue, world, office, counts, subjects } = await openWorld();
    let first = true;
    office.next = () => {
      const refused = first;
      first = false;
      return refused ? { result: "refused", forEver: true, answer: "550 no such user" } : null;
    };
    await queue({ cause: "a", thread: "t" });
    await queue({ cause: "b", thread: "t" });
    await world.tick();
    await world.tick();
    expect(await subjects()).toEqual(["b"]);
    expect(await counts()).toEqual({ queued: 0, failed: 1, reason: "550 no such user" });
  });

  it("sends the mails of a thread in their order, whatever happens to the first", async () => {
    const { queue, world, office, subjects } = await openWorld();
    office.next = () => ({ result: "refused", forEver: false, answer: "451 later" });
    await queue({ cause: "request", thread: "t" });
    await queue({ cause: "cancel", thread: "t" });
    await queue({ cause: "other" });
    await world.tick();
    office.next = () => null;
    await world.tick();
    expect(await subjects()).toEqual([]);
    world.wait(120);
    for (let run = 0; run < 2; run += 1) await world.tick();
    expect((await subjects()).filter((subject) => subject !== "other")).toEqual(["request", "cancel"]);
  });

  it("sends once more, under the same Message-ID, where the answer was lost, and not a third time", async () => {
    const { queue, world, office, read, counts } = await openWorld();
    office.next = () => "lost";
    await queue({ cause: "a" });
    for (let hour = 0; hour < 6; hour += 1) {
      await world.tick({ onlyTargets: true });
      world.wait(3600);
    }
    const mails = await read();
    expect(mails).toHaveLength(2);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1);
    expect(await counts()).toMatchObject({ queued: 0, failed: 1 });
  });

  it("stops at a server that is not there, and keeps all for later", async () => {
    const { queue, world, office, subjects } = await openWorld();
    let calls = 0;
    office.next = () => ((calls += 1), { result: "unreachable", answer: "connect ECONNREFUSED" });
    for (const cause of ["a", "b", "c"]) await queue({ cause });
    await world.tick();
    expect(calls).toBe(1);
    office.next = () => null;
    world.wait(120);
    await world.tick();
    expect(new Set(await subjects())).toEqual(new Set(["a", "b", "c"]));
  });

  it("sends no more in an hour than MAIL_PER_HOUR, and no more than sixty to one recipient", async () => {
    const { queue, world, office } = await openWorld({ mailPerHour: 70 });
    for (let n = 0; n < 65; n += 1) await queue({ cause: `a${n}` });
    for (let n = 0; n < 20; n += 1) await queue({ cause: `b${n}`, recipient: "other" });
    for (let run = 0; run < 5; run += 1) await world.tick({ onlyTargets: true });
    expect(office.taken).toHaveLength(70);
    const toOne = office.taken.filter(({ raw }) => /^Subject: a/m.test(raw));
    expect(toOne).toHaveLength(60);
    world.wait(3700);
    for (let run = 0; run < 5; run += 1) await world.tick({ onlyTargets: true });
    expect(office.taken).toHaveLength(85);
  });

  it("keeps what was queued while mail is off", async () => {
    const { queue, world, subjects } = await openWorld();
    await queue({ cause: "a" });
    const { tick } = await import("../../src/tick.ts");
    await tick({ ...world.deps, mail: null });
    expect(await subjects()).toEqual([]);
    await world.tick();
    expect(await subjects()).toEqual(["a"]);
  });

  it("leaves from its author where the way out takes no other sender, else from where reports on it go", async () => {
    for (const [fromAuthor, sender] of [
      [true, /^calendar@calendar\.example$/],
      [false, /^bounces-[a-z2-7]{26}@rsvp\.example$/],
    ] as const) {
      const { queue, world, office, transport } = await openWorld({ mailAnswers: "*@rsvp.example" });
      Object.assign(world.deps, { mail: { ...transport, fromAuthor } });
      await queue({ cause: "a" });
      await world.tick();
      expect(office.taken.map(({ envelope }) => envelope.from)).toEqual([expect.stringMatching(sender)]);
    }
  });
});
