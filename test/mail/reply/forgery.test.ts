import { tokens } from "../../../src/demo/people.ts";
import { beforeAll, describe, expect, it } from "vitest";
import type { Received } from "../../../src/mail/reply/receive.ts";
import { newKey, parseKeyRing } from "../../../src/security/keys.ts";
import { randomBytes } from "../../../src/lib/random.ts";
import { writesOf } from "../../decision/decided.ts";
import { makeInvited, proven } from "../invitation/invited.ts";
import { type Answer, itip, programs, rawReply } from "./replies.ts";

type Invited = Awaited<ReturnType<typeof makeInvited>>;
type Forgery = (invited: Invited) => Promise<Received> | Received;

const write = (answer: Answer): string => programs["Gmail"]?.(answer) ?? "";
const evil = "mallory@evil.example";
const withHeader = (raw: string, line: string): string => `${line}\r\n${raw}`;
const from = (raw: string, author: string): string => raw.replace(/^From: .*$/m, `From: ${author}`);

/** Every way in which an answer is not the approver's own, each alone, and what is done with it. */
const forgeries: readonly (readonly [name: string, received: Received, forgery: Forgery])[] = [
  [
    "to the address of somebody else",
    "unknown",
    async ({ answer, receive, invitations, invite }) => {
      await invite("providerManager", "jaan.kask@example.edu");
      const other = (await invitations()).find(({ uid }) => uid.startsWith(answer.uid.slice(0, 33)));
      return receive(proven(write(answer)), { recipients: [other?.organizer ?? ""] });
    },
  ],
  [
    "about the UID of somebody else",
    "unknown",
    async ({ answer, receive, invitations, invite }) => {
      await invite("providerManager", "jaan.kask@example.edu");
      const other = (await invitations()).find(({ uid }) => uid.startsWith(answer.uid.slice(0, 33)));
      return receive(proven(write({ ...answer, uid: other?.uid ?? "" })));
    },
  ],
  [
    "about the UID that a feed has",
    "unknown",
    ({ answer, receive }) => receive(proven(write({ ...answer, uid: `${answer.uid.slice(0, 32)}-1` }))),
  ],
  [
    "to no address of ours",
    "not-ours",
    ({ answer, receive }) => receive(proven(write(answer)), { recipients: ["calendar@example.org"] }),
  ],
  [
    "whose header alone has the address",
    "not-ours",
    ({ answer, receive }) => receive(proven(write(answer)), { recipients: ["someone@rsvp.example.org"] }),
  ],
  [
    "under a key that was retired",
    "unknown",
    ({ world, answer, receive }) => {
      Object.assign(world.deps, { keys: parseKeyRing(newKey(randomBytes)) });
      return receive(proven(write(answer)));
    },
  ],
  [
    "of somebody who wants no invitations any more",
    "retired",
    async ({ answer, receive, want }) => {
      await want("mari.tamm@example.edu", false);
      return receive(proven(write(answer)));
    },
  ],
  [
    "to an invitation that was taken back",
    "retired",
    async ({ world, answer, receive, booking, invitations }) => {
      world.sample.reject(booking.uuid);
      await invitations();
      booking.state = "Creating";
      return receive(proven(write(answer)));
    },
  ],
  [
    "after the address was changed",
    "retired",
    async ({ answer, receive, want }) => {
      await want("other@example.edu", true);
      return receive(proven(write(answer)));
    },
  ],
  [
    "whose attendee is another",
    "explained",
    ({ answer, receive }) => receive(proven(from(write({ ...answer, attendee: evil }), answer.attendee))),
  ],
  [
    "with two answers of the attendee",
    "explained",
    ({ answer, receive }) => {
      const attendees = ["DECLINED", "ACCEPTED"].map(
        (partstat) => `ATTENDEE;PARTSTAT=${partstat}:mailto:${answer.attendee}`,
      );
      return receive(proven(rawReply(answer, itip(answer, { prodid: "x", attendees }))));
    },
  ],
  [
    "from another address",
    "explained",
    ({ answer, receive }) => receive(proven(from(write(answer), evil), "evil.example")),
  ],
  [
    "from another address of the same domain",
    "explained",
    ({ answer, receive }) => receive(proven(from(write(answer), "mallory@example.edu"))),
  ],
  [
    "from another address with the approver's as its name",
    "explained",
    ({ answer, receive }) => receive(proven(from(write(answer), `"${answer.attendee}" <${evil}>`), "evil.example")),
  ],
  ...["mari.tamm@example.edu?@evil.example", "mari.tamm%40example.edu", "mailto:mari.tamm@example.edu"].map(
    (author): (typeof forgeries)[number] => [
      `from ${author}, which is no more than like the approver's`,
      "explained",
      ({ answer, receive }) => receive(proven(from(write(answer), `<${author}>`))),
    ],
  ),
  [
    "with a field of a server that has a blank before its colon",
    "explained",
    ({ answer, receive }) => receive(proven(write(answer)).replace("Results:", "Results :")),
  ],
  [
    "from two authors",
    "explained",
    ({ answer, receive }) => receive(proven(from(write(answer), `${answer.attendee}, ${evil}`))),
  ],
  [
    "with two From fields",
    "explained",
    ({ answer, receive }) => receive(proven(withHeader(write(answer), `From: ${evil}`))),
  ],
  [
    "forwarded, by whom it was forwarded to",
    "explained",
    ({ answer, receive }) => receive(proven(write({ ...answer, attendee: evil }), "evil.example"), { sender: evil }),
  ],
  [
    "on which the mail server says that DMARC failed",
    "explained",
    ({ answer, receive }) => receive(proven(write(answer)).replace("dmarc=pass", "dmarc=fail")),
  ],
  [
    "with the signature of another domain",
    "explained",
    ({ answer, receive }) =>
      receive(withHeader(write(answer), "Authentication-Results: mx.example.org; dkim=pass header.d=evil.example")),
  ],
  [
    "on which another server says so",
    "explained",
    ({ answer, receive }) => receive(proven(write(answer), "example.edu", "mx.evil.example")),
  ],
  ["on which no server says anything", "explained", ({ answer, receive }) => receive(write(answer))],
  [
    "by a machine",
    "automatic",
    ({ answer, receive }) => receive(withHeader(proven(write(answer)), "Auto-Submitted: auto-replied")),
  ],
  [
    "by an absence note that repeats the invitation",
    "automatic",
    ({ answer, receive }) =>
      receive(
        withHeader(proven(rawReply(answer, itip(answer, { prodid: "x" }))), "Auto-Submitted: auto-replied (vacation)"),
      ),
  ],
  [
    "by a program of another",
    "automatic",
    ({ answer, receive }) =>
      receive(withHeader(proven(from(write(answer), evil), "evil.example"), "Auto-Submitted: auto-generated")),
  ],
  [
    "over a list",
    "automatic",
    ({ answer, receive }) => receive(withHeader(proven(write(answer)), "List-Id: <x.example.edu>")),
  ],
  ["as a bounce", "automatic", ({ answer, receive }) => receive(proven(write(answer)), { sender: "" })],
  [
    "in our own name",
    "loop",
    ({ answer, receive }) => receive(proven(from(write(answer), answer.mailbox), "rsvp.example.org")),
  ],
  ["that is too large", "unreadable", ({ answer, receive }) => receive(proven(write(answer)) + "x".repeat(1_000_000))],
  [
    "that is an invitation itself",
    "no-reply",
    ({ answer, receive }) => receive(proven(rawReply(answer, itip(answer, { prodid: "x", method: "REQUEST" })))),
  ],
];

describe("a forged answer decides nothing, and nothing goes to anybody but the approver", () => {
  it.each(forgeries)("%s", async (_, received, forgery) => {
    const invited = await makeInvited();
    writesOf(invited.world);
    const result = await forgery(invited);
    expect(result).toBe(received);
    expect([invited.state(), writesOf(invited.world)]).toEqual(["Creating", []]);
    const told = (await invited.run()).filter(({ mail }) => mail.attachments.length === 0);
    expect(told.map(({ envelope }) => envelope.to)).toEqual(received === "explained" ? ["mari.tamm@example.edu"] : []);
    for (const { mail } of told) expect(JSON.stringify(mail)).not.toContain("evil");
  });

  it("is told once, however often it comes", async () => {
    const { answer, receive, run } = await makeInvited();
    for (let n = 10; n < 30; n += 1) {
      const stamp = `20270104T1005${n}Z`;
      expect(await receive(proven(from(write({ ...answer, stamp }), evil), "evil.example"))).toBe("explained");
    }
    expect(await run()).toHaveLength(1);
  });
});

describe("an answer that comes again", () => {
  it("is taken once, and not when the meeting was put right meanwhile", async () => {
    const { world, answer, receive, state, run } = await makeInvited();
    world.wait(7200);
    world.fault((request) =>
      request.method === "POST"
        ? new Response('["no order"]', { status: 400, headers: { "Content-Type": "application/json" } })
        : null,
    );
    const raw = proven(write(answer));
    expect(await receive(raw)).toBe("decided");
    world.fault(null);
    await run();
    writesOf(world);
    expect(await receive(raw)).toBe("repeated");
    // The same version with a stamp that somebody made up is old by then.
    expect(await receive(proven(write({ ...answer, stamp: "20270105T000000Z" })))).toBe("explained");
    expect([state(), writesOf(world)]).toEqual(["Creating", []]);
  });

  it("after the other answer changes nothing", async () => {
    const { world, answer, receive, state } = await makeInvited({ waldurDecisionToken: tokens.staff });
    world.wait(7200);
    const accept = proven(write(answer));
    expect(await receive(proven(write({ ...answer, partstat: "DECLINED", stamp: "20270104T100600Z" })))).toBe(
      "decided",
    );
    writesOf(world);
    expect(await receive(accept)).toBe("repeated");
    expect([state(), writesOf(world)]).toEqual(["Terminated", []]);
  });
});

describe("1,000 mutations", () => {
  let invited: Invited;
  beforeAll(async () => {
    invited = await makeInvited();
  });

  it("of the address and the UID find no invitation", async () => {
    const { answer, receive, state, world, run } = invited;
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const letters = "abcdefghijklmnopqrstuvwxyz234567";
    const mutate = (text: string): string => {
      const at = random(text.indexOf("@") < 0 ? text.length : text.indexOf("@"));
      const letter = letters.charAt(random(letters.length));
      const how = random(3);
      return text.slice(0, at) + (how === 0 ? "" : letter) + text.slice(at + (how === 2 ? 0 : 1));
    };
    writesOf(world);
    const results = new Set<Received>();
    let made = 0;
    while (made < 1000) {
      const changed = { uid: answer.uid, mailbox: answer.mailbox };
      const what = random(2) === 0 ? "uid" : "mailbox";
      changed[what] = mutate(changed[what]);
      if (changed[what] === answer[what]) continue;
      made += 1;
      results.add(await receive(proven(write({ ...answer, ...changed })), { recipients: [changed.mailbox] }));
    }
    expect([...results].toSorted()).toEqual(["not-ours", "unknown"]);
    expect([state(), writesOf(world)]).toEqual(["Creating", []]);
    expect(await run()).toEqual([]);
  });

  it("leave the right one right", async () => {
    expect(await invited.receive(proven(write(invited.answer)))).toBe("decided");
    expect(invited.state()).toBe("OK");
  });
});
