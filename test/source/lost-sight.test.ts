import { describe, expect, it } from "vitest";
import { dryRun } from "../../src/source/dry-run.ts";
import type { RoleName } from "../../src/demo/people.ts";
import type { SourceRow } from "../../src/store/sources/sources.ts";
import { readCalendar } from "../read-calendar.ts";
import { makeWorld, type World } from "../world.ts";

/** A feed over a list small enough for the removal guard to let all of it go, loaded and swept. */
async function begin(role: RoleName = "providerOwner", kind: SourceRow["kind"] = "provider") {
  const world = await makeWorld({
    bookings: 12,
    token: `sample-${role.replace(/[A-Z]/g, (a) => `-${a.toLowerCase()}`)}`,
  });
  const feed = await world.addFeed({ pastDays: 60 }, kind);
  await world.tick();
  const address = await world.address(feed);
  const cancelled = async () =>
    [...readCalendar(await world.calendar(address)).values()].flatMap(({ uid, status }) =>
      status === "CANCELLED" ? [uid] : [],
    );
  return { world, feed, address, cancelled, before: await cancelled() };
}

/** Ten minutes pass, so that a sweep is due. */
async function sweep(world: World): Promise<void> {
  world.wait(600);
  await world.tick();
}

describe("bookings that the account no longer sees", () => {
  it.each([
    ["an owner without the role", "providerOwner", "provider"],
    ["staff without is_staff", "staff", "provider"],
    ["staff without is_staff, over all that it saw", "staff", "visible"],
    ["an owner without the role, over all that it saw", "providerOwner", "visible"],
  ] as const)("are not gone: %s", async (_who, role, kind) => {
    const { world, cancelled, before } = await begin(role, kind);
    world.sample.revokeRole(role);
    for (let times = 0; times < 3; times += 1) {
      await sweep(world);
      expect(await cancelled()).toEqual(before);
    }
  });

  it("are not told as removed by a dry run", async () => {
    const { world, feed } = await begin();
    const removals = async () => (await dryRun(world.deps, [await world.source(feed)])).sources[0];
    expect(await removals()).toMatchObject({ removed: 0, failure: "" });
    world.sample.unlink(
      world.sample.bookings.find(({ offering }) => offering.customer.uuid === world.sample.providerUuid)?.uuid ?? "",
    );
    expect(await removals()).toMatchObject({ removed: 1, failure: "" });
    world.sample.revokeRole("providerOwner");
    expect(await removals()).toMatchObject({ removed: 0, failure: expect.stringContaining("no longer has the role") });
  });

  it("are not gone when the role came back between the list and the questions by name", async () => {
    const { world, cancelled, before } = await begin();
    world.sample.revokeRole("providerOwner");
    world.fault((request) => {
      if (/booking-resources\/[0-9a-f]{32}/.test(request.url)) world.sample.giveBack("providerOwner");
      return null;
    });
    await sweep(world);
    expect(await cancelled()).toEqual(before);
  });

  it("are not gone, however many, when who-am-I cannot be asked after it", async () => {
    const { world, cancelled, before, feed } = await begin();
    const gone = world.sample.bookings.filter(({ offering }) => offering.customer.uuid === world.sample.providerUuid);
    const kept = gone.slice(0, 3).map(({ uuid }) => world.sample.unlink(uuid));
    world.fault((request) => (request.url.includes("/users/me/") ? new Response("<p>", { status: 502 }) : null));
    await sweep(world);
    expect(await cancelled()).toEqual(before);
    expect((await world.source(feed)).failure).toBe("waldur_failed");
    world.fault(null);
    world.requests();
    world.wait(60);
    await world.tick();
    expect((await cancelled()).length).toBeGreaterThan(before.length);
    // It is asked once, after everything that a removal rests on; then one of those once more.
    const asked = world.requests().map((line) => line.split("?")[0]?.replace(/\/[0-9a-f]{32}\//, "/UUID/"));
    const proof = "GET /api/users/me/";
    expect(asked.filter((line) => line === proof)).toHaveLength(1);
    expect(asked.slice(asked.indexOf(proof) + 1)).toEqual(["GET /api/booking-resources/UUID/"]);
    for (const booking of kept) world.sample.restore(booking);
  });

  it("are asked for by name in part when they are very many, which speaks for the rest", async () => {
    const world = await makeWorld({ bookings: 300 });
    const feed = await world.addFeed({ pastDays: 3650, futureDays: 3650 });
    await world.tick();
    const own = world.sample.bookings.filter(({ offering }) => offering.customer.uuid === world.sample.providerUuid);
    for (const { uuid } of own.slice(0, 30)) world.sample.unlink(uuid);
    world.requests();
    await sweep(world);
    expect((await world.source(feed)).held).toBe("");
    const named = world.requests().filter((line) => /booking-resources\/[0-9a-f]{32}/.test(line));
    const slotless = named.filter((line) => world.sample.find(/[0-9a-f]{32}/.exec(line)?.[0] ?? "") !== undefined);
    // One of them once more after who-am-I.
    expect(named.length - slotless.length).toBe(21);
  });

  it("leave without a trace a day after one of several roles was lost, and come back with it", async () => {
    const { world, feed, address, cancelled, before } = await begin("staff", "visible");
    const uids = async () => [...readCalendar(await world.calendar(address)).keys()].toSorted();
    const all = await uids();
    world.sample.grantRole("staff", world.sample.providerUuid);
    world.sample.revokeRole("staff", "staff");
    await sweep(world);
    const own = new Set(
      world.sample.bookings
        .filter(({ offering }) => offering.customer.uuid === world.sample.providerUuid)
        .map(({ uuid }) => uuid),
    );
    const others = all.filter((uid) => !own.has(uid.slice(0, 32)));
    expect(others.length).toBeGreaterThan(0);
    expect(await uids()).toEqual([...all, `notice-${feed.id}`]);
    expect(await cancelled()).toEqual(before);
    const { held, lost } = await world.source(feed);
    expect({ held, lost }).toMatchObject({
      held: expect.stringMatching(/^\d+ bookings are not shown to/),
      lost: "part",
    });
    world.wait(24 * 3600);
    await world.tick();
    await sweep(world);
    const left = all.filter((uid) => own.has(uid.slice(0, 32)));
    expect(await uids()).toEqual(left);
    expect(await world.source(feed)).toMatchObject({ held: "", lost: "", lostAt: null });
    world.sample.giveBack("staff");
    await sweep(world);
    expect(await uids()).toEqual(all);
    expect(await cancelled()).toEqual(before);
  });
});
