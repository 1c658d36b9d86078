import { describe, expect, it } from "vitest";
import { people } from "../src/demo/people.ts";
import { revokeFeed, rotateFeed } from "../src/feed/commands.ts";
import { tick } from "../src/tick.ts";
import { workerBudgets } from "../src/workers/budgets.ts";
import { visitor } from "./web/visitor.ts";
import { connectThere, beginMirror } from "./web/mirrored.ts";
import { everything } from "./everything.ts";
import { makeWorld, type World } from "./world.ts";

const day = 86_400;

async function liveDays(world: World, days: number, each: (n: number) => void = () => undefined): Promise<void> {
  for (let n = 0; n < days; n += 1) {
    each(n);
    world.wait(day);
    await world.tick();
  }
}

async function countRows(world: World, table: string): Promise<number> {
  return (await world.deps.sql.all(`SELECT 1 FROM ${table}`)).length;
}

describe("what is erased in Waldur", () => {
  it("leaves no name anywhere after eight hundred days, and everything of others stays", async () => {
    const world = await makeWorld({ bookings: 20 });
    const feed = await world.addFeed();
    const offering = await world.addOffering(world.sample.bookings[0]?.offering.uuid ?? "");
    const erased: string[] = [];
    const names = [people.outsider.fullName, people.outsider.username, "Very private matter"];
    await liveDays(world, 70, (n) => {
      if (n % 9 === 0) world.sample.step();
      if (n % 6 > 0) return;
      const booking = world.sample.request({ name: "Very private matter", requester: people.outsider });
      erased.push(booking.uuid);
      if (n % 12 === 0) world.sample.accept(booking.uuid);
    });
    const before = await everything(world);
    for (const name of names) expect(before).toContain(name);
    await liveDays(world, 730, (n) => {
      if (n % 9 === 0) world.sample.step();
      const uuid = erased[n];
      if (uuid !== undefined) world.sample.unlink(uuid);
    });
    const after = await everything(world);
    for (const name of [...names, ...erased]) expect([name, after.includes(name)]).toEqual([name, false]);
    expect(await countRows(world, "bookings")).toBeGreaterThan(40);
    expect(await world.calendar(await world.address(feed))).toContain("BEGIN:VEVENT");
    expect((await world.feed(offering.id)).state).toBe("active");
  });

  it("is a tombstone for thirty days and then gone, also where it was all that a calendar had", async () => {
    const world = await makeWorld({ bookings: 0 });
    const address = await world.address(await world.addFeed());
    const booking = world.sample.request({ name: "Very private matter" });
    await world.tick();
    world.sample.unlink(booking.uuid);
    await liveDays(world, 29);
    expect(await world.calendar(address)).toMatch(/Cancelled: Very private matter/);
    await liveDays(world, 4);
    const text = await world.calendar(address);
    expect(text).not.toContain("Very private");
    // Some programs take an empty calendar for a failure.
    expect(text.match(/BEGIN:VEVENT/g)).toHaveLength(1);
    expect([await countRows(world, "bookings"), await everything(world)]).toEqual([
      0,
      expect.not.stringContaining("Very private"),
    ]);
  });

  it("goes hour by hour, within what a run of a Worker may send", async () => {
    const world = await makeWorld({ bookings: 0, config: { removalGuardMin: 100 } });
    await world.addFeed();
    for (let n = 0; n < 60; n += 1) world.sample.request();
    await world.tick();
    const uuids = world.sample.bookings.map(({ uuid }) => uuid);
    for (const uuid of uuids) world.sample.unlink(uuid);
    await liveDays(world, 1);
    expect(await countRows(world, "bookings WHERE vanished_at IS NULL")).toBe(0);
    world.wait(33 * day);
    const budget = workerBudgets.free;
    for (let hour = 0; hour < 6; hour += 1) {
      world.wait(3600);
      world.counts.statements = 0;
      await tick({ ...world.deps, budget });
      expect(world.counts.statements).toBeLessThanOrEqual(40);
    }
    expect(await countRows(world, "bookings")).toBe(0);
  });
});

describe("a calendar that has ended", () => {
  it("says so for thirty days, is gone for thirty more, and then unknown like any address that never was", async () => {
    const world = await makeWorld({ bookings: 5 });
    const [feed, other] = [await world.addFeed({ name: "Private plans" }), await world.addFeed()];
    await world.tick();
    const [address, rotated] = [await world.address(feed), await world.address(other)];
    await revokeFeed(world.deps, await world.feed(feed.id), false);
    await rotateFeed(world.deps, await world.feed(other.id));
    const answers = async (): Promise<number[]> => [
      (await world.get(address)).status,
      (await world.get(rotated)).status,
    ];
    await liveDays(world, 29);
    expect(await answers()).toEqual([200, 200]);
    await liveDays(world, 2);
    expect(await answers()).toEqual([410, 410]);
    await liveDays(world, 28);
    expect(await answers()).toEqual([410, 410]);
    await liveDays(world, 2);
    expect(await answers()).toEqual([404, 404]);
    expect(await everything(world)).not.toContain("Private plans");
    expect([await countRows(world, "feeds"), await countRows(world, "addresses")]).toEqual([1, 1]);
    expect((await world.get(await world.address(other))).status).toBe(200);
  });

  it("takes its mirrors with it, whose events stay where they are", async () => {
    const begun = await beginMirror();
    const { world, caldav, owner, feedId } = begun;
    const page = await connectThere(begun);
    await owner.send(`${page}/resume`, {}, page);
    await world.settle();
    const events = caldav.calendar("work").objects.size;
    expect(events).toBeGreaterThan(0);
    await revokeFeed(world.deps, await world.feed(feedId), false);
    await liveDays(world, 59);
    expect([await countRows(world, "targets"), await countRows(world, "ledger")]).toEqual([1, events]);
    await liveDays(world, 3);
    expect([
      await countRows(world, "targets"),
      await countRows(world, "ledger"),
      await countRows(world, "feeds"),
    ]).toEqual([0, 0, 0]);
    expect(caldav.calendar("work").objects.size).toBe(events);
  });
});

describe("somebody without a calendar", () => {
  it("is forgotten after thirty days, not counting those in which the service stood still", async () => {
    const world = await makeWorld({ bookings: 5 });
    await world.addFeed();
    await visitor(world).signIn(world.sample.tokens.providerManager);
    await world.settle();
    const here = async (): Promise<number> =>
      countRows(world, `accounts WHERE user_uuid = '${people.providerManager.uuid}'`);
    await liveDays(world, 10);
    // As a copy that is restored forty days later.
    world.wait(40 * day);
    await liveDays(world, 20);
    expect(await here()).toBe(1);
    await liveDays(world, 2);
    expect(await here()).toBe(0);
  });

  it("is forgotten within hours by a Worker too, whose runs reach a few kinds each", async () => {
    const world = await makeWorld({ bookings: 5 });
    await world.addFeed();
    await visitor(world).signIn(world.sample.tokens.providerManager);
    await world.settle();
    await liveDays(world, 30);
    const rows = async (): Promise<number> => countRows(world, "accounts WHERE kind = 'person'");
    expect(await rows()).toBe(1);
    for (let hour = 0; hour < 8; hour += 1) {
      world.wait(3600);
      await tick({ ...world.deps, budget: workerBudgets.free });
    }
    expect(await rows()).toBe(0);
  });
});
