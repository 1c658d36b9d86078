import { expect, it } from "vitest";
import { hour, makeRoom, slot } from "./room.ts";

type Room = Awaited<ReturnType<typeof makeRoom>>;

/** Lets four days and some hours pass, in which the mail server takes nothing. */
async function longOutage(one: Room, answer: { forEver: boolean; answer: string }): Promise<void> {
  one.office.next = () => ({ result: "refused", ...answer });
  for (let tries = 0; tries < 102; tries += 1) {
    one.world.wait(3600);
    await one.run();
  }
  one.office.next = () => null;
}

it.each([
  ["after days", { forEver: false, answer: "451 4.3.0 later" }],
  ["at once", { forEver: true, answer: "552 5.2.2 mailbox full" }],
])("what could not be taken back, given up %s, does not make the room decline what comes after it", async (_, how) => {
  const one = await makeRoom();
  const at = one.later();
  const first = one.request([slot(at)]);
  await one.minute(false);
  one.world.sample.reject(first.uuid);
  await longOutage(one, how);
  expect(one.calendar.events.size).toBe(1);
  const second = one.request([slot(at, 2)]);
  for (let tries = 0; tries < 6 && one.stateOf(second) === "Creating"; tries += 1) {
    await one.minute();
    one.world.wait(6 * 3600);
  }
  expect([one.stateOf(second), one.calendar.events.size]).toEqual(["OK", 1]);
});

it("a no to what came behind a cancellation that was refused is no decision", async () => {
  const one = await makeRoom();
  const at = one.later();
  const first = one.request([slot(at)]);
  await one.minute(false);
  one.world.sample.reject(first.uuid);
  const second = one.request([slot(at, 2)]);
  const fates = [{ result: "refused", forEver: true, answer: "552 5.2.2 mailbox full" } as const];
  one.office.next = () => fates.shift() ?? null;
  const sent: string[] = [];
  for (let tries = 0; tries < 6; tries += 1) {
    sent.push(...(await one.minute()).asked.map(({ method }) => method));
    one.world.wait(6 * 3600);
  }
  expect([one.stateOf(second), one.calendar.events.size]).toEqual(["OK", 1]);
  // The question that was on its way is taken back; a day later the old event, and then it is asked again.
  expect(sent).toEqual(["REQUEST", "CANCEL", "CANCEL", "REQUEST"]);
});

it("a booking that stands is told again once the room can be told", async () => {
  const one = await makeRoom();
  const at = one.later();
  const taken = one.request([slot(at)]);
  one.world.sample.accept(taken.uuid);
  await longOutage(one, { forEver: false, answer: "451 4.3.0 later" });
  const over = one.request([slot(at + 24 * hour)]);
  for (let tries = 0; tries < 6; tries += 1) {
    await one.minute();
    one.world.wait(6 * 3600);
  }
  expect([one.stateOf(over), one.calendar.events.size]).toEqual(["OK", 2]);
});

it("a mailbox that is gone is not sent all of it again each day", async () => {
  const one = await makeRoom();
  const at = one.later();
  let tries = 0;
  one.office.next = () => ((tries += 1), { result: "refused", forEver: true, answer: "550 no such user" });
  const taken = Array.from({ length: 40 }, (_, n) => one.request([slot(at + n * hour)]));
  for (const { uuid } of taken) one.world.sample.accept(uuid);
  for (let passed = 0; passed < 42; passed += 1) await one.run();
  expect(tries).toBe(40);
  for (let passed = 0; passed < 48; passed += 1) {
    one.world.wait(3600);
    await one.run();
  }
  expect(tries - 40).toBeLessThan(30);
  one.office.next = () => null;
  one.world.wait(24 * hour);
  for (let passed = 0; passed < 42; passed += 1) await one.minute();
  expect(one.calendar.events.size).toBe(40);
});
