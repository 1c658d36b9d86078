import { beforeEach, describe, expect, it } from "vitest";
import type { Config } from "../../../src/config/config.ts";
import { listDecisions } from "../../../src/store/decisions.ts";
import { randomBytes } from "../../../src/lib/random.ts";
import { newKey, parseKeyRing } from "../../../src/security/keys.ts";
import { writesOf } from "../../decision/decided.ts";
import { proven } from "../invitation/invited.ts";
import { rooms } from "./room-replies.ts";
import { domain, hour, makeRoom, room, slot } from "./room.ts";

/** A room that was asked about a request, which nobody has answered. */
async function makeAsked(config: Partial<Config> = {}) {
  const one = await makeRoom(config);
  const at = one.later();
  const booking = one.request([slot(at)]);
  const { asked: invitations } = await one.minute(false);
  const [invitation] = invitations;
  return {
    ...one,
    at,
    booking,
    invitations,
    receive: async (raw: string, envelope: { sender?: string; recipients?: readonly string[] } = {}) =>
      one.receive(raw, { sender: room, recipients: [invitation?.organizer ?? ""], ...envelope }),
    state: () => one.stateOf(booking),
  };
}

describe("a room that is asked", () => {
  it("gets an event that takes its time, without a word on who asks", async () => {
    const { invitations, booking, world } = await makeAsked();
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
      const one = await makeAsked();
      const raw = proven(rooms[name]?.(one.answerOf(one.invitations[0], partstat)) ?? "", domain);
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
    const { reply, invitations, state, run } = await makeAsked();
    expect(await reply(invitations[0], "TENTATIVE")).toBe("waiting");
    expect([state(), (await run()).told]).toEqual(["Creating", []]);
    expect(await reply(invitations[0], "ACCEPTED")).toBe("decided");
    expect(state()).toBe("OK");
  });

  it("accepts a request of several periods once it took them all, and rejects it by one", async () => {
    for (const last of ["ACCEPTED", "DECLINED"]) {
      const one = await makeRoom();
      const booking = one.request([0, 24, 48].map((hours, n) => slot(one.later() + hours * hour, 1, n)));
      const { asked } = await one.minute(false);
      expect(new Set(asked.map(({ uid }) => uid)).size).toBe(3);
      const results = [await one.reply(asked[0], "ACCEPTED"), await one.reply(asked[1], "ACCEPTED")];
      expect([results, one.stateOf(booking)]).toEqual([["waiting", "waiting"], "Creating"]);
      expect(await one.reply(asked[2], last)).toBe("decided");
      expect(one.stateOf(booking)).toBe(last === "ACCEPTED" ? "OK" : "Terminated");
      const after = (await one.run()).asked.map(({ method }) => method);
      expect(after).toEqual(last === "ACCEPTED" ? [] : ["CANCEL", "CANCEL", "CANCEL"]);
    }
  });

  it("is asked anew where a request moves, and its answer to the old time decides nothing", async () => {
    const { booking, world, minute, reply, invitations, state } = await makeAsked();
    world.sample.moveSlot(booking.uuid, hour);
    // The service does not know yet.
    expect(await reply(invitations[0], "ACCEPTED")).toBe("decided");
    expect(state()).toBe("Creating");
    const { asked, told } = await minute(false);
    expect(asked.map(({ method, uid }) => [method, uid === invitations[0]?.uid])).toEqual([
      ["CANCEL", true],
      ["REQUEST", false],
    ]);
    expect([await reply(invitations[0], "ACCEPTED"), state(), told]).toEqual(["retired", "Creating", []]);
    expect(await reply(asked[1], "ACCEPTED")).toBe("decided");
    expect(state()).toBe("OK");
  });

  it("is asked once more a day later where it did not answer", async () => {
    const { world, minute, reply, invitations, state } = await makeAsked();
    world.wait(80_000);
    expect((await minute(false)).asked).toEqual([]);
    world.wait(6000);
    const { asked } = await minute(false);
    expect(asked).toMatchObject([{ uid: invitations[0]?.uid, sequence: 1 }]);
    expect(await reply(invitations[0], "DECLINED")).toBe("waiting");
    expect([await reply(asked[0], "ACCEPTED"), state()]).toEqual(["decided", "OK"]);
  });

  it("that has no time for what was accepted leaves it, and the person is told", async () => {
    const { booking, world, run, minute, reply, invitations, state } = await makeAsked();
    world.sample.accept(booking.uuid);
    expect((await minute()).asked).toEqual([]);
    expect(await reply(invitations[0], "DECLINED")).toBe("explained");
    expect([state(), writesOf(world)]).toEqual(["OK", []]);
    expect((await run()).told).toEqual([
      expect.stringContaining(`${room} declined this booking, which is accepted already.`),
    ]);
    // What was accepted and moves is moved there too.
    world.sample.moveSlot(booking.uuid, 2 * hour);
    expect((await minute()).asked.map(({ method }) => method)).toEqual(["CANCEL", "REQUEST"]);
  });

  it("and a person at once: the first decides, and the other is told", async () => {
    const { booking, world, reply, invitations, run, state } = await makeAsked();
    world.sample.reject(booking.uuid);
    expect(await reply(invitations[0], "ACCEPTED")).toBe("decided");
    expect(state()).toBe("Terminated");
    expect((await run()).told.join()).toContain(`${room} accepted this request, but that had no effect.`);
  });

  it("brings its person the page where mails decide nothing, once it took all", async () => {
    const one = await makeRoom({ mailDecisions: "page" });
    const booking = one.request([slot(one.later()), slot(one.later() + 24 * hour, 1, 1)]);
    const { asked } = await one.minute(false);
    expect([await one.reply(asked[0], "ACCEPTED"), await one.reply(asked[1], "ACCEPTED")]).toEqual([
      "waiting",
      "explained",
    ]);
    expect((await one.run()).told).toEqual([
      expect.stringMatching(/^aurora@rooms.* accepted this request.*one more click/),
    ]);
    expect([one.stateOf(booking), (await one.run()).told]).toEqual(["Creating", []]);
  });
});

describe("an answer in the name of a room decides nothing", () => {
  let one: Awaited<ReturnType<typeof makeAsked>>;
  beforeEach(async () => {
    one = await makeAsked();
    writesOf(one.world);
  });
  const write = (partstat = "ACCEPTED"): string =>
    rooms["Exchange"]?.(one.answerOf(one.invitations[0], partstat)) ?? "";

  it.each([
    ["with the word of another server", "explained", () => proven(write(), domain, "mx.evil.example")],
    [
      "signed by another domain",
      "automatic",
      () => `Authentication-Results: mx.example.org; dkim=pass header.d=evil.example\r\n${write()}`,
    ],
    [
      "from another mailbox of the same domain",
      "automatic",
      () => proven(write().replace(/^From: .*$/m, `From: other@${domain}`), domain),
    ],
    [
      "by a delegate in their own name",
      "automatic",
      () => proven(write().replace(/^From: .*$/m, "From: mari.tamm@example.edu")),
    ],
    [
      "about another room",
      "automatic",
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
    const { asked, told } = await one.minute();
    expect([one.state(), writesOf(one.world)]).toEqual(["Creating", []]);
    // What nothing speaks for or against brings the page.
    expect([asked, told.length]).toEqual([[], received === "explained" ? 1 : 0]);
  });

  it("that nothing proves, not even later", async () => {
    Object.assign(one.world.deps.config, { mailAuthservId: null });
    expect(await one.receive(write())).toBe("explained");
    Object.assign(one.world.deps.config, { mailAuthservId: "mx.example.org" });
    expect((await one.minute()).told).toEqual([expect.stringContaining("one click")]);
    expect([one.state(), writesOf(one.world)]).toEqual(["Creating", []]);
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
    one.world.wait(5);
    expect(await one.receive(proven(write(), domain))).toBe("decided");
    expect([one.state(), writesOf(one.world)]).toEqual(["Creating", []]);
    const { asked } = await one.minute();
    expect(asked).toMatchObject([{ method: "CANCEL", uid: one.invitations[0]?.uid }]);
  });
});
