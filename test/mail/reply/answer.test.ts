import { describe, expect, it } from "vitest";
import { people, tokens } from "../../../src/demo/people.ts";
import { listDecisions } from "../../../src/store/decisions.ts";
import { writesOf } from "../../decision/decided.ts";
import { requestTo } from "../../waldur-answers.ts";
import { calendarText, makeInvited, proven } from "../invitation/invited.ts";
import { type Answer, itip, programs, rawReply, tnefReply } from "./replies.ts";

const write = (answer: Answer): string => programs["Outlook on the web"]?.(answer) ?? "";

describe("a request as an invitation", () => {
  it("asks whoever may decide, at an address of their own", async () => {
    const { invitation, invitations, booking } = await makeInvited();
    expect(invitation).toMatchObject({
      method: "REQUEST",
      sequence: 0,
      status: "TENTATIVE",
      to: "mari.tamm@example.edu",
    });
    expect(invitation.attendee).toBe("mari.tamm@example.edu");
    expect(invitation.organizer).toMatch(/^[a-z2-7]{26}@rsvp\.example\.org$/);
    expect(invitation.text).toContain(`https://calendar.example/bookings/${booking.uuid}`);
    expect(await invitations()).toEqual([]);
  });

  it("follows the request: what is decided by anybody stands, what is withdrawn goes", async () => {
    const { world, invitation, invitations, booking, state } = await makeInvited();
    world.sample.accept(booking.uuid);
    expect(state()).toBe("OK");
    const [update] = await invitations();
    expect(update).toMatchObject({ method: "REQUEST", uid: invitation.uid, sequence: 1, status: "CONFIRMED" });
    expect(update?.organizer).toBe(invitation.organizer);
    world.sample.terminate(booking.uuid);
    const last = [...(await invitations()), ...(await invitations())].at(-1);
    expect(last).toMatchObject({ method: "CANCEL", uid: invitation.uid, status: "CANCELLED" });
    expect(await invitations()).toEqual([]);
  });

  it("is taken back when the role is lost, without a word on what the booking is", async () => {
    const { change, world, invitations } = await makeInvited();
    await change(`roles = '[]', proven_at = ${world.clock.ms / 1000}`);
    const [last] = await invitations();
    expect(last).toMatchObject({ method: "CANCEL", sequence: 1, subject: "Booking" });
  });

  it("is told in one mail with others where they are more than five in ten minutes, and none is lost", async () => {
    const { world, run, invitations } = await makeInvited();
    const names = Array.from({ length: 30 }, (_, n) => `Request ${n}.`);
    for (const name of names) requestTo(world.sample, { name });
    const [digest, ...others] = await run();
    expect(others).toEqual([]);
    expect(digest?.mail.subject).toBe("30 new requests");
    expect(digest?.mail.text).toMatch(/and 10 more\s+Look at all of them:\s+https:\/\/calendar\.example\/\s/);
    for (let n = 0; n < 4; n += 1) requestTo(world.sample, { name: `Later ${n}.` });
    for (let minute = 1; minute < 10; minute += 1) expect(await run()).toEqual([]);
    const sent = [...(await invitations()), ...(await invitations())];
    expect(sent.map(({ text }) => /Later \d\./.exec(text)?.[0] ?? "").toSorted()).toEqual([
      "Later 0.",
      "Later 1.",
      "Later 2.",
      "Later 3.",
    ]);
    for (let minute = 0; minute < 15; minute += 1) expect(await run()).toEqual([]);
  });

  it("is told by a mail of the other kind where it could not be sent before the choice ended", async () => {
    const { world, want, run } = await makeInvited();
    for (let n = 0; n < 6; n += 1) requestTo(world.sample, {});
    expect((await run()).map(({ mail }) => mail.subject)).toEqual(["6 new requests"]);
    requestTo(world.sample, { name: "Waited." });
    await want("mari.tamm@example.edu", false);
    const told = [];
    for (let minute = 0; minute < 12; minute += 1) told.push(...(await run()));
    expect(told.filter(({ mail }) => mail.text?.includes("Waited.")).map(({ mail }) => mail.subject)).toEqual([
      expect.stringMatching(/^New request: /),
    ]);
  });

  it("is taken back once the choice ends, with the page, and what was accepted is kept right", async () => {
    const { world, booking, invitation, want, run, invitations } = await makeInvited();
    const accepted = requestTo(world.sample, {});
    const [second] = await invitations();
    world.sample.accept(accepted.uuid);
    expect(await invitations()).toMatchObject([{ uid: second?.uid, status: "CONFIRMED" }]);
    await want("mari.tamm@example.edu", false);
    const taken = await run();
    for (const { mail } of taken) expect(calendarText(mail)).toMatch(/METHOD:CANCEL/);
    const page = `https://calendar.example/bookings/${booking.uuid}`;
    const own = taken.filter(({ mail }) => calendarText(mail).includes(invitation.uid));
    expect(own.map(({ mail }) => mail.text)).toEqual([
      expect.stringMatching(new RegExp(`^This request comes as an invitation no more.*:\\s+${page}`)),
    ]);
    expect(taken.filter(({ mail }) => calendarText(mail).includes(accepted.uuid))).toEqual([]);
    expect(await run()).toEqual([]);
    world.sample.terminate(accepted.uuid);
    const last = [...(await invitations()), ...(await invitations())].at(-1);
    expect(last).toMatchObject({ method: "CANCEL", uid: second?.uid });
    await want("mari.tamm@example.edu", true);
    const again = (await invitations()).filter(({ uid }) => uid === invitation.uid);
    expect(again).toMatchObject([{ method: "REQUEST", sequence: 2 }]);
  });

  it("is taken back where the address changes, and comes to the new one", async () => {
    const { want, invitations, invitation } = await makeInvited();
    await want("mari@lab.example.edu", true);
    const sent = [...(await invitations()), ...(await invitations())].filter(({ uid }) => uid === invitation.uid);
    expect(sent).toMatchObject([
      { method: "CANCEL", to: "mari.tamm@example.edu" },
      { method: "REQUEST", to: "mari@lab.example.edu", sequence: 2 },
    ]);
  });

  it("stays while Waldur does not take the token", async () => {
    const { change, invitations } = await makeInvited();
    await change("roles = '[]', refused_at = 1");
    expect(await invitations()).toEqual([]);
  });
});

describe("an answer by mail", () => {
  it.each(Object.keys(programs).filter((name) => !name.includes("no attendee")))("of %s accepts", async (name) => {
    const { world, answer, receive, state, invitations } = await makeInvited();
    expect(await receive(proven(programs[name]?.(answer) ?? ""))).toBe("decided");
    expect(state()).toBe("OK");
    const [row] = await listDecisions(world.deps.sql, null, 1);
    expect(row).toMatchObject({ via: "mail", action: "accept", result: "done", fullName: "Maria Näidis" });
    expect(await invitations()).toMatchObject([{ method: "REQUEST", status: "CONFIRMED", sequence: 1 }]);
  });

  it("that a calendar marks as generated is one all the same", async () => {
    const { answer, receive, state } = await makeInvited();
    const header = "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n";
    expect(await receive(header + proven(write(answer)))).toBe("decided");
    expect(state()).toBe("OK");
  });

  it("rejects, and the meeting goes", async () => {
    const { answer, receive, state, invitations } = await makeInvited({ waldurDecisionToken: tokens.staff });
    expect(await receive(proven(write({ ...answer, partstat: "DECLINED" })))).toBe("decided");
    expect(state()).toBe("Terminated");
    expect(await invitations()).toMatchObject([{ method: "CANCEL", status: "CANCELLED", sequence: 1 }]);
  });

  it("brings the page alone unless the operator allows more, and where nobody can prove the sender", async () => {
    for (const config of [{ mailDecisions: "page" as const }, { mailAuthservId: null }]) {
      const { world, answer, receive, state, run } = await makeInvited(config);
      writesOf(world);
      expect(await receive(proven(write(answer)))).toBe("explained");
      expect([state(), writesOf(world)]).toEqual(["Creating", []]);
      const [told, ...others] = await run();
      expect(others).toEqual([]);
      expect(told?.envelope.to).toBe("mari.tamm@example.edu");
      expect(told?.mail.text).toMatch(/not decided yet.*\s+.*:\s+https:\/\/calendar\.example\/bookings\//);
    }
  });

  it.each(["TENTATIVE", "DELEGATED", "NEEDS-ACTION"])("of %s decides nothing and says so once", async (partstat) => {
    const { answer, receive, state, run } = await makeInvited();
    expect(await receive(proven(write({ ...answer, partstat })))).toBe("explained");
    expect(await receive(proven(write({ ...answer, partstat, stamp: "20270104T120000Z" })))).toBe("explained");
    expect(state()).toBe("Creating");
    const told = await run();
    expect(told.map(({ mail }) => mail.text?.includes("neither yes nor no"))).toEqual([true]);
  });

  it("that names nobody says neither yes nor no", async () => {
    const { answer, receive, state } = await makeInvited();
    const name = "Exchange with an edge that names no attendee";
    expect(await receive(proven(programs[name]?.(answer) ?? ""))).toBe("explained");
    expect(state()).toBe("Creating");
  });

  it("with a proposal of another time, and in Outlook's own form, is explained", async () => {
    const { answer, receive, run } = await makeInvited();
    const counter = rawReply(answer, itip(answer, { prodid: "x", method: "COUNTER" }));
    expect(await receive(proven(counter))).toBe("explained");
    expect((await run()).map(({ mail }) => mail.text ?? "").join()).toContain("Another time cannot be proposed");
    expect(await receive(proven(tnefReply(answer)))).toBe("explained");
    expect(await receive(proven(tnefReply(answer)))).toBe("explained");
    const told = await run();
    expect(told.map(({ mail }) => mail.text?.includes("winmail.dat"))).toEqual([true]);
  });

  it("to an earlier version decides nothing", async () => {
    const { world, answer, receive, state, booking, invitations, run } = await makeInvited();
    booking.slots = booking.slots.map((slot) => ({ ...slot, start: slot.start + 3600, end: slot.end + 3600 }));
    world.wait(700);
    expect(await invitations()).toMatchObject([{ method: "REQUEST", sequence: 1 }]);
    expect(await receive(proven(write(answer)))).toBe("explained");
    expect(state()).toBe("Creating");
    expect((await run())[0]?.mail.text).toContain("an earlier version");
    expect(await receive(proven(write({ ...answer, sequence: 1, stamp: "20270104T120000Z" })))).toBe("decided");
    expect(state()).toBe("OK");
  });

  it("decides nothing once a later period has moved, which asks again", async () => {
    const { world, answer, receive, state, booking, invitations } = await makeInvited();
    const later = (hours: number) => {
      const [slot] = booking.slots;
      if (slot === undefined) throw new Error("no slot");
      const add = hours * 3600;
      return [slot, { ...slot, start: slot.start + add, end: slot.end + add, backend_id: "later", backendId: "later" }];
    };
    booking.slots = later(24);
    world.wait(700);
    expect(await invitations()).toMatchObject([{ method: "REQUEST", sequence: 1 }]);
    booking.slots = later(48);
    world.wait(700);
    expect(await invitations()).toMatchObject([{ method: "REQUEST", sequence: 2 }]);
    expect(await receive(proven(write({ ...answer, sequence: 1 })))).toBe("explained");
    expect(state()).toBe("Creating");
  });

  it("to a time that has moved since decides nothing, whether that was told or not", async () => {
    for (const read of [true, false]) {
      const { world, answer, receive, state, booking, run, hush } = await makeInvited();
      await hush({ from: 0, to: 24 });
      booking.slots = booking.slots.map((slot) => ({ ...slot, start: slot.start + 3600, end: slot.end + 3600 }));
      if (read) {
        world.wait(700);
        expect(await run()).toEqual([]);
      }
      expect(await receive(proven(write(answer)))).toBe("explained");
      expect(state()).toBe("Creating");
      await hush(null);
      const mails = [...(await run()), ...(await run())];
      expect(mails.map(({ mail }) => mail.text ?? "").join()).toContain("an earlier version");
      const asked = mails.map(({ mail }) => calendarText(mail)).filter((text) => text !== "");
      expect(asked).toEqual([expect.stringMatching(/METHOD:REQUEST[^]*SEQUENCE:1\r?\n/)]);
      expect(await receive(proven(write({ ...answer, sequence: 1, stamp: "20270104T120000Z" })))).toBe("decided");
      expect(state()).toBe("OK");
    }
  });

  it("of somebody whom Waldur does not know any more is answered by nothing", async () => {
    const { answer, receive, state, run, change } = await makeInvited();
    await change("refused_at = 1");
    expect(await receive(proven(write({ ...answer, partstat: "TENTATIVE" })))).toBe("retired");
    expect(state()).toBe("Creating");
    expect(await run()).toEqual([]);
  });

  it.each(["ACCEPTED", "DECLINED"])("while their token is known not to be taken says so once: %s", async (partstat) => {
    const { answer, receive, state, run, change, booking } = await makeInvited();
    await change("refused_at = 1");
    const raw = write({ ...answer, partstat });
    expect(await receive(raw)).toBe("retired");
    expect(await receive(proven(raw))).toBe("explained");
    expect(await receive(proven(raw))).toBe("explained");
    const [told, ...others] = await run();
    expect(others).toEqual([]);
    expect(told?.mail.text).toContain("Waldur no longer accepts the token");
    expect(`${told?.mail.subject} ${told?.mail.text}`).not.toContain(booking.name);
    expect(state()).toBe("Creating");
  });

  it("from a clock that is ahead does not make the next one old", async () => {
    const { world, answer, receive, state, invitations } = await makeInvited({ waldurDecisionToken: tokens.staff });
    world.fault((request) => (request.method === "POST" ? new Response("down", { status: 503 }) : null));
    expect(await receive(proven(write({ ...answer, stamp: "20370104T100500Z" })))).toBe("decided");
    world.fault(null);
    const [again] = await invitations();
    expect(again?.sequence).toBe(1);
    const stamp = new Date(world.clock.ms).toISOString().replaceAll(/[-:]|\.\d+/g, "");
    expect(await receive(proven(write({ ...answer, partstat: "DECLINED", sequence: 1, stamp })))).toBe("decided");
    expect(state()).toBe("Terminated");
  });

  it("declines only for the provider: without the role nobody withdraws by mail what they asked for", async () => {
    const { world, answer, receive, invitations } = await makeInvited();
    const own = requestTo(world.sample, { requester: people.providerOwner });
    const invitation = (await invitations()).find(({ uid }) => uid.startsWith(own.uuid));
    world.sample.revokeRole("providerOwner");
    writesOf(world);
    const { uid = "", organizer = "" } = invitation ?? {};
    const raw = proven(write({ ...answer, uid, mailbox: organizer, partstat: "DECLINED" }));
    expect(await receive(raw, { recipients: [organizer] })).toBe("decided");
    expect([world.sample.find(own.uuid)?.state, writesOf(world)]).toEqual(["Creating", []]);
  });

  it("of somebody whose token Waldur does not take tells nothing of the request", async () => {
    const { world, answer, receive, run, booking } = await makeInvited();
    world.fault((request) =>
      request.method === "POST" ? Response.json({ detail: "Invalid token." }, { status: 401 }) : null,
    );
    expect(await receive(proven(write(answer)))).toBe("decided");
    world.fault(null);
    const [told, ...others] = await run();
    expect(others).toEqual([]);
    expect(told?.mail.text).toContain("Waldur no longer accepts the token");
    expect(`${told?.mail.subject} ${told?.mail.text}`).not.toContain(booking.name);
    expect(told?.mail.attachments).toEqual([]);
  });

  it("that Waldur does not take is told, and asks again", async () => {
    const { world, answer, receive, run } = await makeInvited();
    world.fault((request) =>
      request.method === "POST"
        ? new Response('["related order is not found"]', {
            status: 400,
            headers: { "Content-Type": "application/json" },
          })
        : null,
    );
    expect(await receive(proven(write(answer)))).toBe("decided");
    world.fault(null);
    const [told, ...others] = await run();
    expect(others).toEqual([]);
    expect(told?.mail.text).toMatch(/^Too early/);
    const text = told === undefined ? "" : calendarText(told.mail);
    expect(text).toMatch(/METHOD:REQUEST[^]*SEQUENCE:1\r?\n/);
  });

  it("after somebody decided otherwise says who", async () => {
    const { world, answer, receive, run } = await makeInvited();
    await world.deps.sql.run(
      `INSERT INTO decisions (id, made_at, booking_uuid, action, result, via, feed_id, account_id, username, full_name, by_operator, address, insider)
       SELECT 'x', 1, ?1, 'reject', 'done', 'sign-in', '', 'y', 'kalle', 'Kalle Kask', 0, '', 1`,
      answer.uid.slice(0, 32),
    );
    world.sample.reject(answer.uid.slice(0, 32));
    expect(await receive(proven(write(answer)))).toBe("decided");
    const told = (await run()).map(({ mail }) => mail.text ?? "");
    expect(told.join("\n")).toContain("It was decided by Kalle Kask.");
  });
});
