import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type MailInbox, watchInbox } from "../../src/node/mail-inbox.ts";
import { installed } from "../installed.ts";
import { makeInvited, proven } from "../mail/invitation/invited.ts";
import { programs } from "../mail/reply/replies.ts";
import { openDovecot } from "../mail/servers/dovecot.ts";

const patience = { timeout: 120_000 };
const usable = installed(["dovecot"], "apt-get install dovecot-imapd");

describe.runIf(usable)("a mailbox (Dovecot)", () => {
  let dovecot: Awaited<ReturnType<typeof openDovecot>>;
  const watches: MailInbox[] = [];
  beforeAll(async () => {
    dovecot = await openDovecot();
  });
  afterEach(async () => {
    for (const one of watches.splice(0)) await one.stop();
  });
  afterAll(async () => dovecot.close());

  it("is read as mails come: answers decide and are marked, everything else stays unread", async () => {
    const { world, answer, state } = await makeInvited();
    // The answer is not from the future.
    world.wait(7200);
    const raw = proven(programs["a CalDAV server, without any multipart"]?.(answer) ?? "");
    const human = raw.replace("METHOD:REPLY", "METHOD:PUBLISH");
    const { deps } = world;
    const results = () =>
      world.log.entries.filter(({ event }) => event === "mail_received").map(({ facts }) => facts["result"]);
    const watch = (): void =>
      void watches.push(
        watchInbox(
          { ...deps, sleep: async () => new Promise((resolve) => setTimeout(resolve, 50)) },
          { verifyDkim: null },
          dovecot.address(),
        ),
      );
    await dovecot.deliver(human);
    watch();
    await vi.waitFor(() => expect(results()).toEqual(["no-reply"]), patience);
    await dovecot.deliver(raw);
    await vi.waitFor(() => expect(state()).toBe("OK"), patience);
    await vi.waitFor(async () => expect(await dovecot.flags()).toEqual(["", "S"]), patience);
    await watches.pop()?.stop();
    // Whoever begins again does not look at what was left.
    watch();
    await dovecot.deliver(raw);
    await vi.waitFor(async () => expect(await dovecot.flags()).toEqual(["", "S", "S"]), patience);
    expect(results()).toEqual(["no-reply", "decided", "repeated"]);
  });
});
