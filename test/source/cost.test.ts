import { describe, expect, it } from "vitest";
import { findEvents } from "../../src/store/events.ts";
import { tick } from "../../src/tick.ts";
import { workerBudgets } from "../../src/workers/budgets.ts";
import { addProviders, addReaders, beginAsStaff } from "../many-readers.ts";
import { requestTo } from "../waldur-answers.ts";
import { makeWorld, type World } from "../world.ts";

const always = { nightHours: { from: 0, to: 0 } };
const { free: small, paid } = workerBudgets;

/** A page of a whole list; what only asks for changes, or for requests, is short. */
function isFullPage(line: string): boolean {
  return (
    /(?:booking-resources|marketplace-orders)\/\?/.test(line) &&
    !/[?&](?:modified|state)=/.test(line) &&
    !line.startsWith("HEAD")
  );
}

/** Returns the number of events that the last run compared. */
function eventsOf(world: World): number {
  return Number(world.log.entries.findLast(({ event }) => event === "run")?.facts["events"]);
}

describe("what an unchanged source costs", () => {
  it("is two slim requests a minute, one row of a run for the time of the reading, and at most one more in ten minutes, in half an hour and in an hour", async () => {
    const world = await makeWorld({ bookings: 40, config: always });
    await world.addFeed();
    await world.tick();
    // What waits for slots is asked for by name; here nothing does.
    for (const booking of world.sample.bookings) if (booking.slots.length === 0) world.sample.writeSlots(booking.uuid);
    world.wait(600);
    await world.tick();
    world.requests();
    let sweeps = 0;
    for (let minute = 0; minute < 120; minute += 1) {
      if (minute % 10 === 0) world.written.rows = 0;
      world.wait(60);
      await world.tick();
      const hours = (world.clock.ms / 60_000) % 60 < 10 ? 1 : 0;
      // The sample's tokens slide by an hour: each account is asked who it is twice in it.
      const all = world.requests();
      const proofs = all.filter((line) => line.includes("/users/me/")).length;
      expect(world.written.rows - (minute % 10) - 1).toBeLessThanOrEqual(1 + hours + proofs);
      const asked = all.filter((line) => /booking-resources|marketplace-orders/.test(line));
      sweeps += asked.length === 3 ? 1 : 0;
      expect(asked.length).toBeLessThanOrEqual(3);
      expect(asked.length).toBeGreaterThanOrEqual(2);
      expect(asked.every((line) => !line.includes("field=attributes"))).toBe(true);
    }
    expect(sweeps).toBe(12);
  });

  it("asks of a sweep only the cheap columns", async () => {
    const world = await makeWorld({ bookings: 40, config: always });
    await world.addFeed();
    await world.tick();
    world.wait(600);
    world.requests();
    await world.tick();
    const sweep = world
      .requests()
      .find((line) => line.includes("/api/booking-resources/?") && !line.includes("modified="));
    const fields = new URLSearchParams(sweep?.split("?")[1]).getAll("field");
    expect(fields).toEqual(["uuid", "name", "state", "created", "modified", "slots", "project_name"]);
  });

  it("is who-am-I at least hourly, and twice in the life of a sliding token", async () => {
    const world = await makeWorld({ bookings: 10, config: always });
    await world.addFeed();
    await world.tick();
    world.requests();
    let asked = 0;
    for (let minute = 0; minute < 180; minute += 1) {
      world.wait(60);
      await world.tick();
      asked += world.requests().filter((line) => line.includes("/users/me/")).length;
    }
    expect(asked).toBe(6);
  });

  it("reads every booking with all columns about once a week", async () => {
    const world = await makeWorld({ bookings: 24, config: { ...always, pollSeconds: 600, nightPollSeconds: 600 } });
    const feed = await world.addFeed();
    await world.tick();
    world.requests();
    const read = new Map<string, number>();
    for (let turn = 0; turn < 7 * 24 * 6; turn += 1) {
      world.wait(600);
      await world.tick();
      for (const line of world.requests()) {
        const uuid = /booking-resources\/([0-9a-f]{32})\//.exec(line)?.[1];
        if (uuid !== undefined) read.set(uuid, (read.get(uuid) ?? 0) + 1);
      }
    }
    const own = world.sample.bookings.filter(({ offering }) => offering.customer.uuid === world.sample.providerUuid);
    const slotted = own.filter(({ slots }) => slots.length > 0);
    expect((await world.source(feed)).failure).toBe("");
    expect(slotted.map(({ uuid }) => read.get(uuid))).toEqual(slotted.map(() => 1));
  });
});

describe("a run on Workers", () => {
  it("stays within its budget, and a source of 500 bookings is done in as many runs as it needs", async () => {
    const world = await makeWorld({ bookings: 700, budget: small, config: always });
    const feed = await world.addFeed({ pastDays: 3650, futureDays: 3650 });
    const own = world.sample.bookings.filter(({ offering }) => offering.customer.uuid === world.sample.providerUuid);
    expect(own.length).toBeGreaterThanOrEqual(500);
    let runs = 0;
    world.requests();
    for (; (await world.feed(feed.id)).state !== "active"; runs += 1) {
      expect(runs).toBeLessThan(60);
      world.wait(60);
      world.counts.statements = 0;
      const { feeds } = await world.tick();
      const asked = world.requests();
      expect(world.counts.statements).toBeLessThanOrEqual(40);
      expect(asked.length).toBeLessThanOrEqual(40);
      expect(asked.filter(isFullPage).length).toBeLessThanOrEqual(1);
      expect(feeds.reduce((sum, { added }) => sum + added, 0)).toBeLessThanOrEqual(50);
      expect(eventsOf(world)).toBeLessThanOrEqual(50);
    }
    const expected = own.reduce((sum, booking) => sum + Math.max(booking.slots.length, booking.schedules.length), 0);
    const done = await world.feed(feed.id);
    expect(done.eventCount).toBeGreaterThan(expected / 2);
    expect((await world.calendar(await world.address(feed))).match(/BEGIN:VEVENT/g)).toHaveLength(done.eventCount);
    // Once loaded, a quiet run is cheap as well.
    world.wait(60);
    world.counts.statements = 0;
    await world.tick();
    expect(world.counts.statements).toBeLessThanOrEqual(20);
  });

  it("brings one change to fifty feeds over a source at the price of one, and to the others with the next", async () => {
    const world = await makeWorld({ bookings: 12, config: always });
    const first = await world.addFeed();
    const feeds = [first];
    while (feeds.length < 70) feeds.push(await world.addFeed({ name: `Feed ${feeds.length}` }));
    await world.tick();
    const booking = requestTo(world.sample);
    const run = async (): Promise<number> => {
      world.wait(60);
      world.counts.statements = 0;
      await tick({ ...world.deps, budget: small });
      expect(world.counts.statements).toBeLessThanOrEqual(40);
      expect(eventsOf(world)).toBeLessThanOrEqual(50);
      const ids = feeds.map(({ id }) => id);
      return (await findEvents(world.deps.sql, ids, [booking.uuid])).size;
    };
    expect(await run()).toBe(50);
    expect(await run()).toBe(70);
    const { rev } = await world.source(first);
    for (const { id } of feeds) expect((await world.feed(id)).renderedRev).toBe(rev);
  });

  it("lets every source have its turn", async () => {
    const world = await makeWorld({ bookings: 60, budget: small, config: always });
    const feeds = [await world.addFeed(), await world.addFeed({ name: "visible" }, "visible")];
    for (const { offering } of world.sample.bookings.slice(0, 20)) {
      if (feeds.length < 6 && offering.customer.uuid === world.sample.providerUuid)
        feeds.push(await world.addOffering(offering.uuid));
    }
    for (let minute = 0; minute < 80; minute += 1) {
      world.wait(60);
      world.counts.statements = 0;
      await world.tick();
      expect(world.counts.statements).toBeLessThanOrEqual(40);
      expect(eventsOf(world)).toBeLessThanOrEqual(50);
    }
    for (const feed of feeds) {
      expect((await world.feed(feed.id)).state).toBe("active");
      expect(world.deps.now() / 1000 - ((await world.source(feed)).freshAt ?? 0)).toBeLessThan(1800);
    }
  });
});

describe("a run on the paid plan of Workers", () => {
  it("reads and renders 500 bookings in one or two instead of twenty, within what Cloudflare allows", async () => {
    const world = await makeWorld({ bookings: 700, budget: paid, config: always });
    const feed = await world.addFeed({ pastDays: 3650, futureDays: 3650 });
    let runs = 0;
    for (; (await world.feed(feed.id)).state !== "active"; runs += 1) {
      world.wait(60);
      world.counts.statements = 0;
      await world.tick();
      expect(world.counts.statements).toBeLessThanOrEqual(paid.statements);
      expect(world.requests().length).toBeLessThanOrEqual(paid.requests);
    }
    expect(runs).toBeLessThanOrEqual(2);
  });

  it("leaves no more to many accounts side by side than it has", async () => {
    const world = await beginAsStaff();
    await addProviders(world, 60, 1, await addReaders(world, 30));
    Object.assign(world.deps, { budget: paid });
    world.wait(7200);
    world.requests();
    world.counts.statements = 0;
    await world.tick();
    expect(world.requests().length).toBeLessThanOrEqual(paid.requests);
    expect(world.counts.statements).toBeLessThanOrEqual(1000);
  });
});
