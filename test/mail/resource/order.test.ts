import { expect, it } from "vitest";
import { hour, makeRoom, slot } from "./room.ts";

const day = 24 * hour;

it.each(["withdrawn", "ended"])("a time is asked for again only once what was %s is out of the room", async (how) => {
  const one = await makeRoom();
  const at = one.later();
  const first = one.request([slot(at)]);
  await one.minute(how === "ended");
  if (how === "withdrawn") one.world.sample.reject(first.uuid);
  else one.world.sample.terminate(first.uuid);
  const second = one.request([slot(at, 2)]);
  const { asked } = await one.minute();
  expect(asked.map(({ method }) => method)).toEqual(["CANCEL", "REQUEST"]);
  expect(one.stateOf(second)).toBe("OK");
});

it("a cancellation that the mail server puts off holds back what comes after it", async () => {
  const one = await makeRoom();
  const at = one.later();
  const first = one.request([slot(at)]);
  await one.minute(false);
  one.world.sample.reject(first.uuid);
  one.office.next = () => ({ result: "refused", forEver: false, answer: "450 4.2.0 greylisted" });
  await one.minute();
  const second = one.request([slot(at)]);
  await one.minute();
  one.office.next = () => null;
  const sent: string[] = [];
  for (let minute = 0; minute < 4; minute += 1) sent.push(...(await one.minute()).asked.map(({ method }) => method));
  expect([sent, one.stateOf(second)]).toEqual([["CANCEL", "REQUEST"], "OK"]);
});

it.each([
  ["that all move by an hour", [0, 1], [1, 2]],
  ["a day apart that change places", [0, 24], [24, 0]],
  ["of which the first goes", [0, 24], [24]],
])("periods of one request %s are not in each other's way", async (_, before, after) => {
  const one = await makeRoom();
  const at = one.later();
  const periods = (hours: readonly number[]) => hours.map((from, n) => slot(at + from * hour, 1, n));
  const request = one.request(periods(before));
  const { asked } = await one.minute(false);
  request.slots = periods(after);
  one.world.sample.rename(request.uuid, "x");
  const { asked: again } = await one.minute();
  for (const each of asked) await one.reply(each, "ACCEPTED");
  expect(one.stateOf(request)).toBe("OK");
  // One event has one time for ever.
  const timesOf = (uid: string) =>
    [...asked, ...again].filter((mail) => mail.uid === uid).map(({ text }) => /^DTSTART:.*$/m.exec(text)?.[0]);
  for (const { uid } of [...asked, ...again]) expect(new Set(timesOf(uid)).size).toBe(1);
});

it.each([0, 0.5])("periods of one request that share time are asked about as one (%d h later)", async (later) => {
  const one = await makeRoom();
  const at = one.later();
  const request = one.request([slot(at), slot(at + later * hour, 1, 1)]);
  const { asked } = await one.minute();
  expect([asked.length, one.stateOf(request)]).toEqual([1, "OK"]);
});

it("what was accepted before, or elsewhere, is in the room: a request over it is rejected", async () => {
  const one = await makeRoom();
  const at = one.later();
  const taken = one.request([slot(at)]);
  one.world.sample.accept(taken.uuid);
  const over = one.request([slot(at - hour, 3)]);
  const { asked } = await one.minute();
  expect(asked.map(({ uid }) => uid.slice(0, 32))).toEqual([taken.uuid, over.uuid]);
  expect([one.stateOf(taken), one.stateOf(over)]).toEqual(["OK", "Terminated"]);
});

it("a request that the room accepts over a booking that stands is left to people", async () => {
  const one = await makeRoom();
  const at = one.later();
  const taken = one.request([slot(at)]);
  const over = one.request([slot(at + 0.5 * hour)]);
  one.world.sample.accept(taken.uuid);
  const { asked } = await one.minute(false);
  const mail = asked.find(({ uid }) => uid.startsWith(over.uuid));
  expect([await one.reply(mail, "ACCEPTED"), one.stateOf(over)]).toEqual(["explained", "Creating"]);
  const told = [...(await one.minute(false)).told, ...(await one.minute(false)).told];
  expect(told).toEqual([expect.stringContaining("Another booking has some of that time")]);
});

it("of two requests for one time the one that was made first is decided first", async () => {
  const one = await makeRoom();
  const at = one.later();
  const early = one.request([slot(at, 2)]);
  one.world.wait(30);
  const late = one.request([slot(at - 0.5 * hour)]);
  const { asked } = await one.minute();
  expect(asked.map(({ uid }) => uid.slice(0, 32))).toEqual([early.uuid]);
  await one.minute();
  expect([one.stateOf(early), one.stateOf(late)]).toEqual(["OK", "Terminated"]);
});

it("an earlier request that moves to the time of a later one goes before it", async () => {
  const one = await makeRoom();
  const at = one.later();
  const early = one.request([slot(at)]);
  one.world.wait(30);
  const late = one.request([slot(at + day)]);
  const { asked } = await one.minute(false);
  one.world.sample.moveSlot(early.uuid, day);
  const { asked: next } = await one.minute();
  expect(next.map(({ method, uid }) => [method, uid.slice(0, 32)])).toEqual([
    ["CANCEL", early.uuid],
    ["CANCEL", late.uuid],
    ["REQUEST", early.uuid],
  ]);
  // The room's yes to the later one was on its way.
  expect(await one.reply(asked[1], "ACCEPTED")).toBe("retired");
  await one.minute();
  expect([one.stateOf(early), one.stateOf(late)]).toEqual(["OK", "Terminated"]);
});

it("a no that a booking was the reason for does not count once that is gone", async () => {
  const one = await makeRoom();
  const at = one.later();
  const taken = one.request([slot(at)]);
  await one.minute();
  const over = one.request([slot(at, 2)]);
  const { asked } = await one.minute(false);
  one.world.sample.terminate(taken.uuid);
  const { asked: again } = await one.minute(false);
  expect(again.map(({ method, sequence }) => [method, sequence])).toEqual([
    ["CANCEL", 1],
    ["REQUEST", 1],
  ]);
  // It comes late.
  expect(await one.reply(asked[0], "DECLINED")).toBe("waiting");
  expect([await one.reply(again[1], "ACCEPTED"), one.stateOf(over)]).toEqual(["decided", "OK"]);
});

it("a period that is over does not count, before and after the room is asked", async () => {
  const one = await makeRoom();
  const soon = Math.floor(one.world.deps.now() / 1000) + hour;
  const begun = one.request([slot(soon), slot(soon + 2 * day, 1, 1)]);
  const over = one.request([slot(soon - 2 * hour), slot(soon + 3 * day, 1, 1)]);
  const { asked } = await one.minute(false);
  expect(asked.filter(({ uid }) => uid.startsWith(over.uuid))).toHaveLength(1);
  one.world.wait(3 * 3600);
  await one.minute(false);
  for (const each of asked.slice(1)) await one.reply(each, "ACCEPTED");
  expect([one.stateOf(begun), one.stateOf(over)]).toEqual(["OK", "OK"]);
});

it("a request of many periods is for people; one that was accepted and gets more keeps the room", async () => {
  const one = await makeRoom();
  const at = one.later();
  const slots = (count: number) => Array.from({ length: count }, (_, n) => slot(at + n * day, 1, n));
  const many = one.request(slots(21));
  expect((await one.minute()).asked).toEqual([]);
  one.world.sample.reject(many.uuid);
  const request = one.request(slots(20));
  for (let minute = 0; minute < 3; minute += 1) await one.minute();
  expect([one.stateOf(request), one.calendar.events.size]).toEqual(["OK", 20]);
  request.slots = slots(21);
  one.world.sample.rename(request.uuid, "x");
  for (let minute = 0; minute < 2; minute += 1) await one.minute();
  expect(one.calendar.events.size).toBe(21);
});

it("a request behind one that is left to people is told to them, and asked about once they have decided that", async () => {
  const one = await makeRoom();
  const at = one.later();
  const many = one.request(Array.from({ length: 21 }, (_, n) => slot(at + n * day, 1, n)));
  one.world.wait(30);
  const behind = one.request([slot(at + 3 * day, 2)]);
  const { asked, told } = await one.minute();
  expect(asked).toEqual([]);
  for (const { uuid } of [many, behind]) expect(told.filter((text) => text.includes(uuid))).toHaveLength(1);
  one.world.sample.reject(many.uuid);
  await one.minute();
  expect([one.stateOf(many), one.stateOf(behind)]).toEqual(["Terminated", "OK"]);
});
