import { describe, expect, it } from "vitest";
import type { Budget } from "../../src/deps.ts";
import { readCalendar } from "../read-calendar.ts";
import { wide } from "../wide.ts";
import { makeWorld, type World, type WorldOptions } from "../world.ts";

/** Most bookings of this size of provider that have their weekly turn within ten minutes. */
const weekly = 6;
const always = { nightHours: { from: 0, to: 0 } };

/** A provider with three pages of bookings, loaded and quiet. */
async function begin(options: WorldOptions = {}) {
  const world = await makeWorld({ bookings: 800, config: always, ...options });
  const feed = await world.addFeed({ pastDays: 3650, futureDays: 3650 });
  do {
    world.wait(60);
    await world.tick();
  } while ((await world.feed(feed.id)).state !== "active");
  for (const booking of world.sample.bookings) if (booking.slots.length === 0) world.sample.writeSlots(booking.uuid);
  world.wait(86_400);
  for (let run = 0; run < 12; run += 1) {
    await world.tick();
    world.wait(60);
  }
  const own = world.sample.bookings.filter(({ offering }) => offering.customer.uuid === world.sample.providerUuid);
  expect(own.length).toBeGreaterThan(600);
  const shown = async () => readCalendar(await world.calendar(await world.address(feed)));
  return { world, feed, own, pages: Math.ceil(own.length / 300), shown };
}

/** Counts requests to Waldur since the last call, by what they ask. */
function countRequests(world: World) {
  const kinds = world.requests().map((line) => {
    if (line.includes("marketplace-orders")) return "orders";
    if (/booking-resources\/[0-9a-f]{32}\//.test(line)) return "single";
    if (!line.includes("/booking-resources/?")) return "other";
    if (line.includes("page_size=1&") || line.endsWith("page_size=1")) return "count";
    return line.includes("field=attributes") ? "rich" : "slim";
  });
  const count = (kind: string): number => kinds.filter((one) => one === kind).length;
  return {
    orders: count("orders"),
    count: count("count"),
    slim: count("slim"),
    rich: count("rich"),
    single: count("single"),
  };
}

describe.each(["7.0", "8.1"] as const)("a day on which everything changes, on %s", (version) => {
  it("is read by pages, and costs two requests a minute from then on", async () => {
    const { world, own, pages, shown } = await begin({ version });
    for (const { uuid } of own) world.sample.rename(uuid, `New ${uuid.slice(0, 6)}`);
    world.requests();
    await world.tick();
    // The few of the last page one by one.
    const last = own.length % 300;
    const single = last <= 20 ? last : 0;
    const rich = single > 0 ? pages - 1 : pages;
    expect(countRequests(world)).toEqual({ orders: 1, count: 0, slim: pages, rich, single });
    const events = await shown();
    for (const { uuid } of own) {
      const event = events.get(`${uuid}-1`);
      if (event !== undefined) expect(event.summary).toContain(`New ${uuid.slice(0, 6)}`);
    }
    let [asked, swept] = [0, 0];
    for (let minute = 0; minute < 60; minute += 1) {
      world.wait(60);
      await world.tick();
      const now = countRequests(world);
      expect(now.rich).toBe(0);
      // The turns of those that are read once a week.
      expect(now.single).toBeLessThanOrEqual(weekly);
      if (now.slim > 1) swept += 1;
      else asked += now.orders + now.count + now.slim;
    }
    // One more where the list has become short again.
    expect(asked).toBeLessThanOrEqual(2 * (60 - swept) + 1);
    // The sweeps, every ten minutes.
    expect(swept).toBeLessThanOrEqual(6);
  });

  it("goes on to show what happens: a request, a decision and a rename", async () => {
    const { world, own, shown } = await begin({ version });
    for (const { uuid } of own) world.sample.rename(uuid, `New ${uuid.slice(0, 6)}`);
    await world.tick();
    world.wait(60);
    await world.tick();
    const booking = world.sample.request({ name: "After it all" });
    world.wait(60);
    await world.tick();
    expect((await shown()).get(`${booking.uuid}-1`)?.status).toBe("TENTATIVE");
    world.sample.accept(booking.uuid);
    world.wait(60);
    await world.tick();
    expect((await shown()).get(`${booking.uuid}-1`)?.status).toBe("CONFIRMED");
    const accepted = own.find(({ state, slots }) => state === "OK" && slots.length > 0)?.uuid ?? "";
    world.sample.rename(accepted, "Renamed once more");
    world.wait(600);
    await world.tick();
    expect((await shown()).get(`${accepted}-1`)?.summary).toContain("Renamed once more");
  });
});

describe("many changes", () => {
  it("that concern nothing a calendar shows leave its bytes, and bring back nothing that ended long ago", async () => {
    const { world, feed, pages } = await begin();
    const address = await world.address(feed);
    const served = async () => ({
      text: await world.calendar(address),
      etag: (await world.get(address)).headers.get("ETag"),
    });
    const before = await served();
    world.sample.saveAll();
    world.requests();
    await world.tick();
    const { slim, rich, single } = countRequests(world);
    expect(slim + rich + single).toBeLessThanOrEqual(2 * pages + 20);
    expect(await served()).toEqual(before);
  });

  it("are read one by one up to twenty of a page", async () => {
    const { world, own } = await begin();
    for (const { uuid } of own.slice(0, 20)) world.sample.rename(uuid, "New");
    world.requests();
    await world.tick();
    expect(countRequests(world)).toMatchObject({ rich: 0, single: 20 });
    world.wait(60);
    for (const { uuid } of own.slice(0, 21)) world.sample.rename(uuid, "Newer");
    world.requests();
    await world.tick();
    expect(countRequests(world)).toMatchObject({ rich: 1, single: 0 });
  });

  it("of orders alone, as approvals are, are kept from the list of orders, their slots from a sweep", async () => {
    const { world, shown } = await begin();
    const made = Array.from({ length: 45 }, () => world.sample.request({ approved: false }));
    const requests = made.filter(({ offering }) => offering.customer.uuid === world.sample.providerUuid);
    expect(requests.length).toBeGreaterThan(20);
    await world.tick();
    world.wait(3600);
    await world.tick();
    for (const { uuid } of requests) world.sample.approve(uuid);
    const before = (await shown()).get(`${requests[0]?.uuid}-1`)?.description;
    world.wait(60);
    world.requests();
    await world.tick();
    expect(countRequests(world).single).toBe(0);
    world.wait(60);
    await world.tick();
    const after = await shown();
    expect(after.get(`${requests[0]?.uuid}-1`)?.description).not.toBe(before);
    for (const { uuid } of requests) expect(after.get(`${uuid}-1`)?.status).toBe("TENTATIVE");
  });

  it("let other sources have their turn, and come to their end in the same run", async () => {
    const { world, own, feed } = await begin();
    const others = await world.addOffering(own[0]?.offering.uuid ?? "");
    world.wait(60);
    await world.tick();
    for (const { uuid } of own) world.sample.rename(uuid, "New");
    const asked: { at: number; source: "provider" | "offering" }[] = [];
    const begunAt = world.clock.ms;
    world.fault(({ url }) => {
      world.wait(5);
      const source = url.includes("provider_uuid=") ? "provider" : url.includes("offering_uuid=") ? "offering" : null;
      if (source !== null) asked.push({ at: (world.clock.ms - begunAt) / 1000, source });
      return null;
    });
    const { complete } = await world.tick();
    expect(complete).toBe(true);
    const [first, second] = ["provider", "offering"].map(
      (name) => asked.find(({ source }) => source === name)?.at ?? 0,
    );
    expect(Math.abs((first ?? 0) - (second ?? 0))).toBeLessThanOrEqual(35);
    world.fault(null);
    for (const one of [feed, others]) {
      const texts = [...readCalendar(await world.calendar(await world.address(one))).values()];
      expect(texts.filter(({ summary }) => !/New\b/.test(summary))).toEqual([]);
    }
  });

  it("are kept where Waldur takes 20 seconds for each answer, longer in all than a run holds its source", async () => {
    const { world, own, feed, shown } = await begin({ version: "8.1" });
    // A page with all columns, which is written, and single bookings of the next.
    const renamed = own.slice(0, 318).map(({ uuid }) => uuid);
    for (const uuid of renamed) world.sample.rename(uuid, `New ${uuid.slice(0, 6)}`);
    world.fault(() => {
      world.wait(20);
      return null;
    });
    const { sources } = await world.tick({ sourceId: feed.sourceId });
    expect(sources.map(({ failure, changed }) => [failure, changed])).toEqual([["", renamed.length]]);
    const events = await shown();
    for (const uuid of renamed) {
      const event = events.get(`${uuid}-1`);
      if (event !== undefined) expect(event.summary).toContain(`New ${uuid.slice(0, 6)}`);
    }
  });

  it("are all found though one is deleted in Waldur between two pages, which moves another past the reader", async () => {
    const { world, own, shown } = await begin({ version: "8.1" });
    for (const { uuid } of own) world.sample.rename(uuid, `New ${uuid.slice(0, 6)}`);
    const [gone] = own;
    let left = 1;
    world.fault(({ url }) => {
      const query = new URL(url).searchParams;
      if (left > 0 && query.has("modified") && query.get("page") === "2" && url.includes("/booking-resources/?")) {
        left -= 1;
        world.sample.unlink(gone?.uuid ?? "");
      }
      return null;
    });
    for (let minute = 0; minute <= 10; minute += 1) {
      await world.tick();
      world.wait(60);
    }
    expect(left).toBe(0);
    const events = await shown();
    for (const { uuid } of own.slice(1)) {
      const event = events.get(`${uuid}-1`);
      if (event !== undefined) expect(event.summary).toContain(`New ${uuid.slice(0, 6)}`);
    }
  });

  it("on Workers come to their end too, and the minute is cheap again", async () => {
    const small: Budget = { ...wide, pages: 1, requests: 30 };
    const { world, own, shown } = await begin({ budget: small, version: "7.0" });
    for (const { uuid } of own) world.sample.rename(uuid, `New ${uuid.slice(0, 6)}`);
    const isDone = async (): Promise<boolean> => {
      const events = await shown();
      return own.every(({ uuid }) => events.get(`${uuid}-1`)?.summary.includes(`New ${uuid.slice(0, 6)}`) ?? true);
    };
    let runs = 0;
    for (; !(await isDone()); runs += 1) {
      expect(runs).toBeLessThan(20);
      world.wait(60);
      await world.tick();
    }
    for (let run = 0; run < 20; run += 1) {
      world.wait(60);
      await world.tick();
    }
    world.requests();
    let least = 99;
    for (let run = 0; run < 10; run += 1) {
      world.wait(60);
      await world.tick();
      const { single, ...lists } = countRequests(world);
      expect(single).toBeLessThanOrEqual(weekly);
      least = Math.min(
        least,
        Object.values(lists).reduce((sum, count) => sum + count, 0),
      );
    }
    expect(least).toBeLessThanOrEqual(3);
  });
});
