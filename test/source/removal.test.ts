import { describe, expect, it } from "vitest";
import { readCalendar } from "../read-calendar.ts";
import { makeWorld, type World } from "../world.ts";

const adminToken = "a-token-for-the-operator-only";

async function begin(bookings = 80) {
  const world = await makeWorld({ bookings, config: { adminToken, nightHours: { from: 0, to: 0 } } });
  const feed = await world.addFeed({ pastDays: 3650, futureDays: 3650 });
  await world.tick();
  const address = await world.address(feed);
  const live = async () =>
    [...readCalendar(await world.calendar(address)).values()].filter(({ status }) => status !== "CANCELLED").length;
  return { world, feed, address, live };
}

const own = (world: World) =>
  world.sample.bookings.filter(({ offering }) => offering.customer.uuid === world.sample.providerUuid);

async function sweep(world: World): Promise<void> {
  world.wait(600);
  await world.tick();
}

describe("bookings that are no longer listed", () => {
  it("are held back and reported when they are too many, and removed when the operator says so", async () => {
    const { world, feed, live } = await begin();
    const before = await live();
    for (const { uuid } of own(world).slice(0, 25)) world.sample.unlink(uuid);
    await sweep(world);
    expect(await live()).toBe(before);
    const source = await world.source(feed);
    expect(source.held).toMatch(
      /^25 of \d+ bookings are no longer listed, more than \d+ at once; nothing was removed$/,
    );
    expect(world.log.entries.some(({ event }) => event === "removal_held")).toBe(true);
    const { sources } = await world.tick({ sweepSince: world.deps.now() / 1000 + 1, allowRemovals: true });
    expect(sources[0]?.removed).toBe(25);
    expect(await live()).toBeLessThan(before);
    expect((await world.source(feed)).held).toBe("");
  });

  it("are asked for by name when they are few: a list that forgets some removes none", async () => {
    const { world, live } = await begin();
    const before = await live();
    const hidden = new Set(
      own(world)
        .slice(3, 6)
        .map(({ uuid }) => uuid),
    );
    world.fault(async (request) => {
      if (!new URL(request.url).pathname.endsWith("/booking-resources/")) return null;
      const answer = await world.sample.fetch(request);
      const rows: { uuid: string }[] = JSON.parse(await answer.text());
      const left = rows.filter(({ uuid }) => !hidden.has(uuid));
      const headers = new Headers(answer.headers);
      headers.set("X-Result-Count", String(Number(headers.get("X-Result-Count")) - (rows.length - left.length)));
      return new Response(JSON.stringify(left), { headers });
    });
    await sweep(world);
    await sweep(world);
    expect(await live()).toBe(before);
  });

  it("are none while the list changes under the sweep", async () => {
    const { world, live, feed } = await begin(700);
    const before = await live();
    let count = 10_000;
    world.fault(async (request) => {
      const url = new URL(request.url);
      if (!url.pathname.endsWith("/booking-resources/") || url.searchParams.has("modified")) return null;
      const answer = await world.sample.fetch(request);
      const headers = new Headers(answer.headers);
      headers.set("X-Result-Count", String((count += 1)));
      return new Response(await answer.text(), { headers });
    });
    for (const { uuid } of own(world).slice(0, 3)) world.sample.unlink(uuid);
    await sweep(world);
    expect(await live()).toBe(before);
    expect((await world.source(feed)).sweepWanted).toBe(true);
    expect(world.log.entries.filter(({ event }) => event === "sweep_shifted")).toHaveLength(1);
    const headers = { Authorization: `Bearer ${adminToken}` };
    const ready = await world.app.fetch(new Request("http://x/readyz", { headers }), world.deps);
    expect(await ready.json()).toMatchObject({ sources: [{ sweepWanted: true, sweptAt: expect.any(String) }] });
    const check = async () =>
      (await world.app.fetch(new Request("http://x/api/v1/check", { headers }), world.deps)).json();
    expect(await check()).toMatchObject({ sources: [expect.stringContaining("it changed each time")] });
    world.fault(null);
    world.wait(60);
    await world.tick();
    expect(await live()).toBeLessThan(before);
    expect(await check()).toMatchObject({ sources: [] });
  });

  it("are held back when Waldur suddenly lists nothing", async () => {
    const { world, live, feed } = await begin();
    const before = await live();
    for (const { uuid } of world.sample.bookings.slice()) world.sample.unlink(uuid);
    await sweep(world);
    expect(await live()).toBe(before);
    expect((await world.source(feed)).held).not.toBe("");
  });

  it("are not those of which a row cannot be read", async () => {
    const { world, live, feed } = await begin();
    const before = await live();
    const [broken] = own(world);
    world.fault(async (request) => {
      const answer = await world.sample.fetch(request);
      if (!new URL(request.url).pathname.includes("/booking-resources/") || request.method !== "GET") return answer;
      const text = (await answer.text()).replaceAll(
        new RegExp(`("uuid":"${broken?.uuid}"[^}]*?"state":)"[A-Za-z]+"`, "g"),
        '$1"Nonsense"',
      );
      return new Response(text, { status: answer.status, headers: answer.headers });
    });
    await sweep(world);
    expect(await live()).toBe(before);
    expect((await world.source(feed)).skipped).toBeGreaterThanOrEqual(1);
    expect(
      world.log.entries.some(({ event, facts }) => event === "booking_skipped" && facts["booking"] === broken?.uuid),
    ).toBe(true);
  });

  it("are not those of which one slot cannot be read: that one stays, the others go on", async () => {
    const { world, address } = await begin();
    const booking = world.sample.request();
    const [first] = booking.slots;
    if (first === undefined) throw new Error("it has no slot");
    booking.slots = [first, { ...first, start: first.start + 86_400, end: first.end + 86_400, backendId: "second" }];
    await sweep(world);
    const of = async () =>
      [...readCalendar(await world.calendar(address)).values()].filter(({ uid }) => uid.startsWith(booking.uuid));
    const before = await of();
    expect(before.map(({ status }) => status)).toEqual(["TENTATIVE", "TENTATIVE"]);
    world.fault(async (request) => {
      const answer = await world.sample.fetch(request);
      if (!new URL(request.url).pathname.includes("/booking-resources/") || request.method !== "GET") return answer;
      const text = (await answer.text()).replace(
        /"start":"[^"]*"(,"end":"[^"]*","backend_id":"second")/,
        '"start":"soon"$1',
      );
      return new Response(text, { status: answer.status, headers: answer.headers });
    });
    world.sample.moveSlot(booking.uuid, 3600);
    await sweep(world);
    const after = await of();
    expect(after.map(({ status }) => status)).toEqual(["TENTATIVE", "TENTATIVE"]);
    expect(after.map(({ start }) => start === before.find((one) => one.start === start)?.start)).toEqual([false, true]);
    expect(after[0]?.description).toContain("one period of this booking with a time that cannot be read");
    expect(
      world.log.entries.some(({ event, facts }) => event === "slots_skipped" && facts["booking"] === booking.uuid),
    ).toBe(true);
  });

  it("are not those made in the same microsecond on both sides of a page's end", async () => {
    const { world, live } = await begin(700);
    const list = own(world);
    const [last, next] = [list[299], list[300]];
    if (last === undefined || next === undefined) throw new Error("too few");
    Object.assign(next, { createdMicros: last.createdMicros });
    await world.tick({ sweepSince: world.deps.now() / 1000 + 1 });
    const before = await live();
    world.fault((request) =>
      /booking-resources\/[0-9a-f]{32}/.test(request.url) ? Response.json({ detail: "No." }, { status: 404 }) : null,
    );
    await sweep(world);
    await sweep(world);
    expect(await live()).toBe(before);
  });
});
