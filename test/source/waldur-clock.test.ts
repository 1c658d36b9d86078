import { describe, expect, it } from "vitest";
import { revokeFeed, updateFeed } from "../../src/feed/commands.ts";
import { readCalendar } from "../read-calendar.ts";
import { visitor } from "../web/visitor.ts";
import { makeWorld, type World } from "../world.ts";

const hour = 3600;
const day = 86_400;
const adminToken = "a-token-for-the-operator-only";

async function run(world: World, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    world.wait(60);
    await world.tick();
  }
}

async function begin() {
  const world = await makeWorld({ bookings: 30, config: { adminToken } });
  const feed = await world.addFeed();
  await run(world, 15);
  return { world, feed, address: await world.address(feed) };
}

/** A feed that ends in three days. */
async function beginEnding() {
  const begun = await begin();
  const { world, feed } = begun;
  const expiresAt = Math.floor(world.deps.now() / 1000) + 3 * day;
  await updateFeed(world.deps, await world.feed(feed.id), feed.profile, expiresAt);
  await run(world, 2);
  return begun;
}

const statuses = (calendar: string): string[] =>
  [...readCalendar(calendar).values()].map(({ uid, status }) => `${uid} ${status}`).toSorted();

const stateOf = async (world: World, id: string): Promise<string> => (await world.feed(id)).state;

describe("a feed with an end", () => {
  it.each([5, 60])(
    "that a clock passed which jumped %i days ahead is as before when that is set right",
    async (days) => {
      const { world, feed, address } = await beginEnding();
      const before = statuses(await world.calendar(address));
      world.clock.ahead += days * day * 1000;
      await run(world, 15);
      expect(await world.calendar(address)).toContain("This calendar has ended");
      world.clock.ahead = 0;
      await run(world, 15);
      expect(await stateOf(world, feed.id)).toBe("active");
      expect(statuses(await world.calendar(address))).toEqual(before);
    },
  );

  it("ends when Waldur's clock has come there too", async () => {
    const { world, feed, address } = await beginEnding();
    world.clock.ahead = hour * 1000;
    world.wait(3 * day - hour / 2);
    await run(world, 2);
    expect(await stateOf(world, feed.id)).toBe("active");
    expect(await world.calendar(address)).toContain("This calendar has ended");
    world.wait(hour / 2);
    await run(world, 2);
    expect(await stateOf(world, feed.id)).toBe("ended");
  });

  it("says so at its end while Waldur does not answer, and ends for good when it does", async () => {
    const { world, feed, address } = await beginEnding();
    world.fault(() => new TypeError("no route to Waldur"));
    world.wait(4 * day);
    await run(world, 2);
    expect(await world.calendar(address)).toContain("This calendar has ended");
    expect(await stateOf(world, feed.id)).toBe("active");
    world.fault(null);
    await run(world, 2);
    expect(await stateOf(world, feed.id)).toBe("ended");
  });
});

describe("what has ended", () => {
  it("is not deleted before its time because the clock jumped ahead over a full hour", async () => {
    const { world, feed, address } = await begin();
    await revokeFeed(world.deps, await world.feed(feed.id), false);
    const other = await world.addFeed();
    await run(world, 15);
    world.clock.ahead = 400 * day * 1000;
    await run(world, 65);
    world.clock.ahead = 0;
    await run(world, 65);
    expect(await world.calendar(address)).toContain("This calendar has ended");
    expect(await stateOf(world, other.id)).toBe("active");
    world.wait(400 * day);
    await run(world, 65);
    expect((await world.get(address)).status).toBe(404);
  });
});

describe("a lost role", () => {
  it("clears nothing early because the clock jumped ahead, and is over when the role is back", async () => {
    const { world, feed, address } = await begin();
    const before = statuses(await world.calendar(address));
    world.sample.revokeRole("providerOwner");
    await run(world, 70);
    world.clock.ahead = 30 * day * 1000;
    await run(world, 15);
    expect(await stateOf(world, feed.id)).toBe("active");
    world.clock.ahead = 0;
    await run(world, 15);
    expect(await stateOf(world, feed.id)).toBe("active");
    world.sample.giveBack("providerOwner");
    await run(world, 15);
    expect(statuses(await world.calendar(address))).toEqual(before);
  });

  it("that was seen by a clock ahead clears a day later, as others do", async () => {
    const { world, feed } = await begin();
    world.clock.ahead = 30 * day * 1000;
    world.sample.revokeRole("providerOwner");
    await run(world, 70);
    world.clock.ahead = 0;
    await run(world, 15);
    expect(await stateOf(world, feed.id)).toBe("active");
    world.wait(day + 600);
    await run(world, 2);
    expect(await stateOf(world, feed.id)).toBe("suspended");
  });
});

describe("clocks that differ", () => {
  it.each([
    [12 * 60, "12 minutes ahead of"],
    [-2 * hour, "120 minutes behind"],
  ])("by %i seconds are told by check, readyz and the first page, until they agree", async (seconds, words) => {
    const { world } = await begin();
    const operator = visitor(world);
    await operator.signIn(adminToken);
    const headers = { Authorization: `Bearer ${adminToken}` };
    const told = async (): Promise<string[]> => {
      await world.tick({ sweepSince: 0 });
      return Promise.all([
        world.get("https://calendar.example/readyz", headers).then(async (answer) => answer.text()),
        world.get("https://calendar.example/api/v1/check", headers).then(async (answer) => answer.text()),
        operator.page("/"),
      ]);
    };
    const sentence = `This machine's clock is ${words} Waldur's`;
    const says = (texts: string[]): boolean[] => texts.map((text) => text.replaceAll("&#39;", "'").includes(sentence));
    world.clock.ahead = seconds * 1000;
    expect(says(await told())).toEqual([true, true, true]);
    world.clock.ahead = 200_000;
    expect(says(await told())).toEqual([false, false, false]);
  });
});

describe("Waldur's own clock", () => {
  it("may be 30 days ahead for a while: what happens afterwards is found with the next run, for no more requests", async () => {
    const { world, address } = await begin();
    // Who-am-I has a pace of its own.
    const lists = (): number => world.requests().filter((line) => !line.includes("/users/me/")).length;
    lists();
    await run(world, 5);
    const usual = lists();
    const jump = 30 * day * 1000;
    world.clock.ms += jump;
    world.clock.ahead -= jump;
    const during = world.sample.request({ name: "While it was ahead" });
    await run(world, 3);
    expect(await world.calendar(address)).toContain(during.uuid);
    world.clock.ms -= jump;
    world.clock.ahead += jump;
    await run(world, 2);
    const after = world.sample.request({ name: "Afterwards" });
    await run(world, 1);
    expect(await world.calendar(address)).toContain(after.uuid);
    lists();
    await run(world, 5);
    expect(lists()).toBe(usual);
  });
});
