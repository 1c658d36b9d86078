import { expect, it } from "vitest";
import { offerings, people } from "../../../src/demo/people.ts";
import { bounceAddress } from "../../../src/mail/reply/answer-address.ts";
import { forgetPerson } from "../../../src/forget-person.ts";
import { chooseNotices, findNotices } from "../../../src/store/mail/notices.ts";
import { everything } from "../../everything.ts";
import { visitor } from "../../web/visitor.ts";
import { report } from "../reply/report.ts";
import { hour, makeOffice, makeRoom, room, slot } from "./room.ts";

/** The text of the list of mailboxes on the page. */
const listed = (page: string): string =>
  /Mailboxes that are set[\s\S]*?<\/ul>/.exec(page)?.[0].replace(/<[^>]*>/g, " ") ?? "";

it("is set by whoever may decide about the offering, of the domains that the operator lets in, and is no person's", async () => {
  const { choose, world } = await makeRoom();
  expect(await choose("aurora@evil.example")).toBe("domain");
  expect(await choose("not an address")).toBe("bad");
  expect(await choose(room, "0".repeat(32))).toBe("offering");
  await world.deps.sql.run("UPDATE accounts SET email = ?1", room);
  expect(await choose(room)).toBe("person");
});

it("answers for one offering: another's, of whichever provider, cannot take its time", async () => {
  const one = await makeOffice();
  const [mine, own, , foreign] = offerings.map(({ uuid }) => uuid);
  expect(await one.choose(room, mine)).toBe("saved");
  expect(await one.choose(room.toUpperCase(), own)).toBe("taken");
  expect(await one.chooseAs("otherProviderOwner", room, foreign)).toBe("taken");
  expect(await one.choose("", mine)).toBe("ended");
  expect(await one.choose(room, own)).toBe("saved");
});

it("gets no more than 60 mails an hour", async () => {
  const one = await makeRoom();
  for (let n = 0; n < 100; n += 1) one.request([slot(one.later() + n * hour)]);
  one.world.wait(700);
  let mails = 0;
  for (let minute = 0; minute < 58; minute += 1) mails += (await one.run()).asked.length;
  expect(mails).toBe(60);
});

it("of an offering that is asked no more loses what waits, and keeps what was accepted", async () => {
  const one = await makeRoom();
  const booking = one.request([slot(one.later())]);
  await one.minute();
  const other = one.request([slot(one.later() + 24 * hour)]);
  const { asked } = await one.minute(false);
  expect(await one.choose("")).toBe("ended");
  expect((await one.minute()).asked).toMatchObject([{ method: "CANCEL", uid: asked[0]?.uid }]);
  expect(await one.reply(asked[0], "ACCEPTED")).toBe("retired");
  expect([one.stateOf(booking), one.stateOf(other)]).toEqual(["OK", "Creating"]);
  one.world.sample.terminate(booking.uuid);
  expect((await one.minute()).asked).toMatchObject([{ method: "CANCEL" }]);
  expect(one.calendar.events.size).toBe(0);
});

it.each(["role", "token"])("whose person has lost the %s is shown as one that is not asked", async (lost) => {
  const one = await makeRoom();
  const manager = visitor(one.world);
  await manager.signIn(one.world.sample.tokens.providerManager);
  await one.world.settle();
  expect(listed(await manager.page("/notices/mailboxes"))).not.toContain("Not asked now");
  if (lost === "role") one.world.sample.revokeRole("providerOwner");
  else one.world.sample.expireToken("providerOwner");
  one.request([slot(one.later())]);
  for (let minute = 0; minute < 3; minute += 1) expect((await one.minute()).asked).toEqual([]);
  expect(listed(await manager.page("/notices/mailboxes"))).toContain("Not asked now");
  expect(await one.chooseAs("providerManager", room)).toBe("saved");
  expect((await one.minute()).asked).toHaveLength(1);
});

it("is told as a colleague would be, stands in the history, and names nobody once they are forgotten", async () => {
  const one = await makeRoom();
  const { sql } = one.world.deps;
  const { wishes } = await findNotices(sql, people.providerOwner.uuid);
  const kinds = { ...wishes.kinds, decision: true };
  await sql.batch([chooseNotices(people.providerOwner.uuid, { wishes: { ...wishes, kinds } })]);
  one.request([slot(one.later())]);
  await one.minute();
  const told: string[] = [];
  for (let minute = 0; minute < 12; minute += 1) told.push(...(await one.run()).told);
  expect(told).toEqual([expect.stringContaining(`by ${room}.`)]);
  const owner = visitor(one.world);
  await owner.signIn(one.world.sample.tokens.providerOwner);
  expect(await owner.page("/history")).toContain(`Maria Näidis, by the mailbox ${room}`);
  expect(await everything(one.world)).toContain(people.providerOwner.uuid);
  await forgetPerson(one.world.deps, people.providerOwner.username, "leave");
  for (const name of ["resource_mailboxes", "invitations", "outbox"]) {
    expect(JSON.stringify(await sql.all(`SELECT * FROM ${name}`))).not.toContain(people.providerOwner.uuid);
  }
});

it("is asked no more once two mails to it came back, until it is set anew", async () => {
  const one = await makeRoom();
  const comeBack = async (id: string) => {
    const path = (await bounceAddress(one.world.deps.keys, "*@rsvp.example.org", id)) ?? "";
    return one.receive(report({ messageId: `${id}@rsvp.example.org`, to: room }), { sender: "", recipients: [path] });
  };
  let days = 90;
  const next = async () => {
    one.request([slot(one.later((days += 1)))]);
    return (await one.minute(false)).asked.length;
  };
  expect([await next(), await next()]).toEqual([1, 1]);
  const rows = await one.world.deps.sql.all("SELECT id FROM outbox WHERE state = 'sent' AND recipient = ?1", room);
  const [first = "", second = ""] = rows.map(({ id }) => String(id));
  expect([await comeBack(first), await next()]).toEqual(["bounce", 1]);
  expect([await comeBack(second), await next()]).toEqual(["bounce", 0]);
  const owner = visitor(one.world);
  await owner.signIn(one.world.sample.tokens.providerOwner);
  expect(listed(await owner.page("/notices/mailboxes"))).toContain("Not asked now");
  await one.choose(room);
  expect((await one.minute()).asked).toHaveLength(1);
});
