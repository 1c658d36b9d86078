import { beforeEach, describe, expect, it } from "vitest";
import { people, tokens } from "../../../src/demo/people.ts";
import { viewerOf } from "../../../src/account/access.ts";
import { chooseMailbox } from "../../../src/mail/invitation/resource-mailbox.ts";
import { randomBytes } from "../../../src/lib/random.ts";
import { newKey, parseKeyRing } from "../../../src/security/keys.ts";
import { listDecisions } from "../../../src/store/decisions.ts";
import { findUser } from "../../../src/store/accounts/accounts.ts";
import type { Config } from "../../../src/config/config.ts";
import { forgetPerson } from "../../../src/forget-person.ts";
import { chooseNotices, findNotices } from "../../../src/store/mail/notices.ts";
import { everything } from "../../everything.ts";
import { visitor } from "../../web/visitor.ts";
import { writesOf } from "../../decision/decided.ts";
import { requestTo } from "../../waldur-answers.ts";
import { type Invitation, invitationIn, makeInvited, proven } from "../invitation/invited.ts";
import type { Answer } from "./replies.ts";
import { bounceAddress } from "../../../src/mail/reply/answer-address.ts";
import { report } from "./report.ts";
import { rooms } from "./rooms.ts";

const room = "aurora@rooms.example.edu";

/** A request of an offering whose room is asked in place of the person who set it; they get no invitations themselves. */
async function makeRoom(config: Partial<Config> = {}) {
  const invited = await makeInvited({
    mailResourceDomains: ["rooms.example.edu"],
    waldurDecisionToken: tokens.staff,
    ...config,
  });
  const { world } = invited;
  await invited.want("mari.tamm@example.edu", false);
  await invited.run();
  const account = await findUser(world.deps.sql, "person", people.providerOwner.uuid);
  if (account === null) throw new Error("nobody signed in");
  const choose = async (address: string, offering = invited.booking.offering.uuid) =>
    chooseMailbox(world.deps, await viewerOf(world.deps, account), offering, address);
  expect(await choose(room)).toBe("saved");
  await invited.run();
  world.wait(700);
  const booking = requestTo(world.sample);
  /** Lets a minute pass; returns what the room is sent, and the texts of what the person is. */
  const run = async () => {
    const mails = await invited.run();
    const asked = mails.flatMap(({ mail, envelope }) => (envelope.to === room ? (invitationIn(mail, room) ?? []) : []));
    const told = mails.filter(({ envelope }) => envelope.to !== room).map(({ mail }) => mail.text ?? "");
    return { asked, told };
  };
  const { asked: invitations } = await run();
  let second = 0;
  const answerOf = (one: Invitation | undefined, partstat: string): Answer => ({
    uid: one?.uid ?? "",
    mailbox: one?.organizer ?? "",
    attendee: room,
    partstat,
    sequence: one?.sequence ?? 0,
    stamp: `20270104T1500${String((second += 1)).padStart(2, "0")}Z`,
  });
  const receive = async (raw: string, envelope: { sender?: string; recipients?: readonly string[] } = {}) =>
    invited.receive(raw, { sender: room, recipients: [invitations[0]?.organizer ?? ""], ...envelope });
  /** Has the room answer, as Exchange writes it. */
  const reply = async (one: Invitation | undefined, partstat: string) =>
    receive(proven(rooms["Exchange"]?.(answerOf(one, partstat)) ?? "", "rooms.example.edu"));
  const state = (): string => world.sample.find(booking.uuid)?.state ?? "gone";
  return { ...invited, booking, choose, run, invitations, answerOf, receive, reply, state };
}

type Room = Awaited<ReturnType<typeof makeRoom>>;

describe("a room that is asked", () => {
  it("gets an event that takes its time, without a word on who asks", async () => {
    const { invitations, booking, world } = await makeRoom();
    const [one, ...others] = invitations;
    expect(others).toEqual([]);
    expect(one).toMatchObject({ method: "REQUEST", attendee: room, sequence: 0, status: "CONFIRMED" });
    expect(one?.text).toContain("TRANSP:OPAQUE");
    expect(one?.text).toContain(`https://calendar.example/bookings/${booking.uuid}`);
    for (const word of [booking.name, booking.requester.username, booking.project.name]) {
      expect(one?.text.replaceAll("\\", "")).not.toContain(word);
    }
    expect(world.log.entries.filter(({ level }) => level === "error")).toEqual([]);
  });

  it.each(Object.keys(rooms))("decides: %s", async (name) => {
    for (const [partstat, state, action] of [
      ["ACCEPTED", "OK", "accept"],
      ["DECLINED", "Terminated", "reject"],
    ] as const) {
      const one = await makeRoom();
      const raw = proven(rooms[name]?.(one.answerOf(one.invitations[0], partstat)) ?? "", "rooms.example.edu");
      expect(await one.receive(raw, { sender: name.includes("null sender") ? "" : room })).toBe("decided");
      expect(one.state()).toBe(state);
      const [row] = await listDecisions(one.world.deps.sql, null, 1);
      expect(row).toMatchObject({ via: "mail", action, result: "done", mailbox: room, fullName: "Maria Näidis" });
      const { asked, told } = await one.run();
      expect(asked.map(({ method }) => method)).toEqual(action === "accept" ? [] : ["CANCEL"]);
      expect(told).toEqual([]);
    }
  });

  it("that a delegate answers for says maybe first, which is no answer", async () => {
    const { reply, invitations, state, run } = await makeRoom();
    expect(await reply(invitations[0], "TENTATIVE")).toBe("waiting");
    expect([state(), (await run()).told]).toEqual(["Creating", []]);
    expect(await reply(invitations[0], "ACCEPTED")).toBe("decided");
    expect(state()).toBe("OK");
  });

  it("accepts a request of several periods once it took them all, and rejects it by one", async () => {
    const hour = 3600;
    const slots = (start: number) =>
      [0, 24, 48].map((hours, n) => ({
        start: start + hours * hour,
        end: start + (hours + 1) * hour,
        backend_id: `slot_${n}`,
        backendId: `slot_${n}`,
      }));
    for (const last of ["ACCEPTED", "DECLINED"]) {
      const one = await makeRoom();
      const at = one.booking.slots[0]?.start ?? 0;
      one.booking.slots = slots(at);
      one.world.wait(700);
      const asked = [...one.invitations, ...(await one.run()).asked].slice(-3);
      expect(new Set(asked.map(({ uid }) => uid)).size).toBe(3);
      expect([await one.reply(asked[0], "ACCEPTED"), await one.reply(asked[1], "ACCEPTED")]).toEqual([
        "waiting",
        "waiting",
      ]);
      expect(one.state()).toBe("Creating");
      expect(await one.reply(asked[2], last)).toBe("decided");
      expect(one.state()).toBe(last === "ACCEPTED" ? "OK" : "Terminated");
      const after = (await one.run()).asked.map(({ method }) => method);
      expect(after).toEqual(last === "ACCEPTED" ? [] : ["CANCEL", "CANCEL", "CANCEL"]);
    }
  });

  it("is asked again where a request moves, and its answer to the old time decides nothing", async () => {
    const { booking, world, run, reply, invitations, state } = await makeRoom();
    booking.slots = booking.slots.map((slot) => ({ ...slot, start: slot.start + 3600, end: slot.end + 3600 }));
    expect(await reply(invitations[0], "ACCEPTED")).toBe("waiting");
    world.wait(700);
    const { asked, told } = await run();
    expect(asked).toMatchObject([{ method: "REQUEST", sequence: 1, uid: invitations[0]?.uid }]);
    expect([await reply(invitations[0], "ACCEPTED"), state(), told]).toEqual(["waiting", "Creating", []]);
    expect(await reply(asked[0], "ACCEPTED")).toBe("decided");
    expect(state()).toBe("OK");
  });

  it("that has no time for what was accepted leaves it, and the person is told", async () => {
    const { booking, world, run, reply, invitations, state } = await makeRoom();
    world.sample.accept(booking.uuid);
    expect((await run()).asked).toEqual([]);
    expect(await reply(invitations[0], "DECLINED")).toBe("explained");
    expect([state(), writesOf(world)]).toEqual(["OK", []]);
    expect((await run()).told).toEqual([
      expect.stringContaining(`${room} declined this booking, which is accepted already.`),
    ]);
    // What was accepted and moves is moved there too.
    world.sample.moveSlot(booking.uuid, 7200);
    world.wait(700);
    expect((await run()).asked).toMatchObject([{ method: "REQUEST", sequence: 1 }]);
  });

  it("and a person at once: the first decides, and the other is told", async () => {
    const { booking, world, reply, invitations, run, state } = await makeRoom();
    world.sample.reject(booking.uuid);
    expect(await reply(invitations[0], "ACCEPTED")).toBe("decided");
    expect(state()).toBe("Terminated");
    expect((await run()).told.join()).toContain(`${room} accepted this request, but that had no effect.`);
  });

  it("that answers at once whatever it is asked makes no loop where Waldur does not take it", async () => {
    const { world, reply, invitations, run, state } = await makeRoom();
    world.fault((request) =>
      request.method === "POST"
        ? new Response('["no order"]', { status: 400, headers: { "Content-Type": "application/json" } })
        : null,
    );
    let asked = invitations;
    const told: string[] = [];
    let messages = 0;
    for (let minute = 0; minute < 20; minute += 1) {
      for (const one of asked) {
        messages += 1;
        await reply(one, "ACCEPTED");
      }
      const next = await run();
      asked = next.asked;
      told.push(...next.told);
    }
    expect([messages, told.length, state()]).toEqual([4, 1, "Creating"]);
    expect(told[0]).toContain("Too early");
  });

  it("brings its person the page where mails decide nothing, and nobody anything where its answer is not proven", async () => {
    const page = await makeRoom({ mailDecisions: "page" });
    expect(await page.reply(page.invitations[0], "ACCEPTED")).toBe("explained");
    expect((await page.run()).told).toEqual([expect.stringMatching(/^aurora@rooms.*not decided yet/)]);
    expect(page.state()).toBe("Creating");
  });

  it("of an offering that is asked no more loses what waits, and keeps what was accepted", async () => {
    const { booking, world, choose, run, reply, invitations, state } = await makeRoom();
    const other = requestTo(world.sample);
    const { asked } = await run();
    expect(await reply(invitations[0], "ACCEPTED")).toBe("decided");
    expect(await choose("")).toBe("ended");
    const { asked: taken } = await run();
    expect(taken.map(({ method }) => method)).toEqual(taken.map(() => "CANCEL"));
    expect(taken.map(({ uid }) => uid)).toContain(asked[0]?.uid);
    expect(taken.map(({ uid }) => uid)).not.toContain(invitations[0]?.uid);
    expect(await reply(asked[0], "ACCEPTED")).toBe("retired");
    expect([state(), world.sample.find(other.uuid)?.state]).toEqual(["OK", "Creating"]);
    world.sample.terminate(booking.uuid);
    const last = [...(await run()).asked, ...(await run()).asked];
    expect(last).toMatchObject([{ method: "CANCEL", uid: invitations[0]?.uid }]);
  });
});

describe("what a room decided", () => {
  it("is told as by a colleague, also to whoever set it, stands in the history and is forgotten with them", async () => {
    const { world, reply, invitations, run, invited } = await makeRoom().then((one) => ({ ...one, invited: one }));
    const { sql } = world.deps;
    const { wishes } = await findNotices(sql, people.providerOwner.uuid);
    const kinds = { ...wishes.kinds, decision: true };
    await sql.batch([chooseNotices(people.providerOwner.uuid, { wishes: { ...wishes, kinds } })]);
    await reply(invitations[0], "ACCEPTED");
    const told: string[] = [];
    for (let minute = 0; minute < 12; minute += 1) told.push(...(await run()).told);
    expect(told).toEqual([expect.stringContaining(`by ${room}.`)]);
    const owner = visitor(world);
    await owner.signIn(world.sample.tokens.providerOwner);
    expect(await owner.page("/history")).toContain(`Maria Näidis, by the mailbox ${room}`);
    expect(await everything(world)).toContain("aurora@");
    await forgetPerson(world.deps, people.providerOwner.username, "leave");
    expect(await sql.all("SELECT * FROM resource_mailboxes")).toEqual([]);
    expect(await sql.all("SELECT * FROM invitations")).toEqual([]);
    expect(invited.state()).toBe("OK");
  });

  it("is asked no more once two mails to it came back, until it is set anew", async () => {
    const { world, run, receive, choose } = await makeRoom();
    const rows = await world.deps.sql.all(
      "SELECT id FROM outbox WHERE state = 'sent' AND recipient IN (SELECT id FROM resource_mailboxes) LIMIT 2",
    );
    const [first = "", second = ""] = rows.map(({ id }) => String(id));
    const comeBack = async (id: string) => {
      const path = (await bounceAddress(world.deps.keys, "*@rsvp.example.org", id)) ?? "";
      const raw = report({ messageId: `${id}@rsvp.example.org`, to: room });
      return receive(raw, { sender: "", recipients: [path] });
    };
    expect(await comeBack(first)).toBe("bounce");
    requestTo(world.sample);
    expect((await run()).asked).toHaveLength(1);
    expect(await comeBack(second)).toBe("bounce");
    requestTo(world.sample);
    expect((await run()).asked).toEqual([]);
    const owner = visitor(world);
    await owner.signIn(world.sample.tokens.providerOwner);
    expect(await owner.page("/notices/mailboxes")).toContain("two mails to it came back");
    await choose(room);
    expect((await run()).asked).toHaveLength(1);
  });
});

describe("who may set one", () => {
  it("is whoever may decide about the offering, of the domains that the operator lets in, and of no person", async () => {
    const { choose, world } = await makeRoom();
    expect(await choose("aurora@evil.example")).toBe("domain");
    expect(await choose("not an address")).toBe("bad");
    expect(await choose(room, "0".repeat(32))).toBe("offering");
    await world.deps.sql.run("UPDATE accounts SET email = ?1", room);
    expect(await choose(room)).toBe("person");
  });
});

describe("an answer in the name of a room decides nothing", () => {
  let one: Room;
  beforeEach(async () => {
    one = await makeRoom();
    writesOf(one.world);
  });
  const write = (partstat = "ACCEPTED"): string =>
    rooms["Exchange"]?.(one.answerOf(one.invitations[0], partstat)) ?? "";
  const domain = "rooms.example.edu";

  it.each([
    ["with the word of another server", "explained", () => proven(write(), domain, "mx.evil.example")],
    [
      "signed by another domain",
      "explained",
      () => `Authentication-Results: mx.example.org; dkim=pass header.d=evil.example\r\n${write()}`,
    ],
    [
      "from another mailbox of the same domain",
      "explained",
      () => proven(write().replace(/^From: .*$/m, `From: other@${domain}`), domain),
    ],
    [
      "by a delegate in their own name",
      "explained",
      () => proven(write().replace(/^From: .*$/m, "From: mari.tamm@example.edu")),
    ],
    [
      "about another room",
      "explained",
      () =>
        proven(
          (rooms["SOGo"]?.(one.answerOf(one.invitations[0], "ACCEPTED")) ?? "").replace(
            `mailto:${room}`,
            `mailto:other@${domain}`,
          ),
          domain,
        ),
    ],
    ["that a program sends by itself, unproven", "explained", () => `Auto-Submitted: auto-replied\r\n${write()}`],
    ["over a list", "automatic", () => `List-Id: <x.${domain}>\r\n${proven(write(), domain)}`],
  ] as const)("%s", async (_, received, raw) => {
    expect(await one.receive(raw())).toBe(received);
    expect([one.state(), writesOf(one.world)]).toEqual(["Creating", []]);
    const { asked, told } = await one.run();
    expect([asked, told.length]).toEqual([[], received === "explained" ? 1 : 0]);
  });

  it("under a retired key, about a person's UID, without the domain, or once the role is lost", async () => {
    const raw = proven(write(), domain);
    expect(await one.receive(raw, { recipients: [one.invitation.organizer] })).toBe("unknown");
    Object.assign(one.world.deps.config, { mailResourceDomains: ["other.example.edu"] });
    expect(await one.receive(raw)).toBe("retired");
    Object.assign(one.world.deps.config, { mailResourceDomains: [domain] });
    const { keys } = one.world.deps;
    Object.assign(one.world.deps, { keys: parseKeyRing(newKey(randomBytes)) });
    expect(await one.receive(raw)).toBe("unknown");
    Object.assign(one.world.deps, { keys });
    one.world.sample.revokeRole("providerOwner");
    expect(await one.receive(raw)).toBe("decided");
    expect([one.state(), writesOf(one.world)]).toEqual(["Creating", []]);
    const { asked } = await one.run();
    expect(asked.map(({ method }) => method)).toEqual(asked.map(() => "CANCEL"));
    expect(asked.map(({ uid }) => uid)).toContain(one.invitations[0]?.uid);
  });
});
