import { describe, expect, it } from "vitest";
import { people } from "../src/demo/people.ts";
import { feedAddress } from "../src/feed/commands.ts";
import { findUser } from "../src/store/accounts/accounts.ts";
import { everything } from "./everything.ts";
import { beginMirror, connectThere } from "./web/mirrored.ts";
import { origin, visitor } from "./web/visitor.ts";
import { makeWorld, type World } from "./world.ts";

const adminToken = "the-operator-of-these-tests";
const { fullName, username, uuid } = people.providerOwner;

async function forget(world: World, user: string, events = "", token = adminToken) {
  const path = `/api/v1/people/${encodeURIComponent(user)}${events && `?events=${events}`}`;
  const headers = { Authorization: `Bearer ${token}` };
  const answer = await world.app.fetch(new Request(origin + path, { method: "DELETE", headers }), world.deps);
  return [answer.status, await answer.json()] as const;
}

/** A person with a calendar that is mirrored, and a decision of theirs. */
async function begin() {
  const begun = await beginMirror({}, { config: { adminToken } });
  const { world, owner, feedId } = begun;
  const page = await connectThere(begun);
  await owner.send(`${page}/resume`, {}, page);
  await world.settle();
  let booking = world.sample.request();
  while (booking.offering.customer.uuid !== world.sample.providerUuid) booking = world.sample.request();
  world.wait(60);
  await world.tick();
  expect((await owner.send(`/bookings/${booking.uuid}/accept`, {}, "/")).status).toBe(200);
  await world.settle();
  return { ...begun, booking, address: await feedAddress(world.deps, await world.feed(feedId)) };
}

describe("a person who is to be forgotten", () => {
  it.each([username, uuid])(
    "loses calendars, mirrors, token and sessions, and the record no longer names %s",
    async (user) => {
      const { world, owner, caldav, address, booking } = await begin();
      const events = caldav.calendar("work").objects.size;
      const before = await everything(world);
      for (const name of [fullName, username, uuid]) expect(before).toContain(name);
      expect(await forget(world, user)).toEqual([200, { feeds: 1, targets: 1, decisions: 1 }]);
      await world.settle();
      expect((await owner.get("/")).headers.get("Location")).toBe("/sign-in");
      expect((await world.get(address)).status).toBe(404);
      world.wait(3600 - ((world.clock.ms / 1000) % 3600));
      await world.tick();
      const after = await everything(world);
      for (const name of [fullName, username, uuid]) expect([name, after.includes(name)]).toEqual([name, false]);
      expect(caldav.calendar("work").objects.size).toBe(events);
      const decided = await world.deps.sql.all(
        "SELECT username, result FROM decisions WHERE booking_uuid = ?1",
        booking.uuid,
      );
      expect(decided).toEqual([{ username: "", result: "done" }]);
      const operator = visitor(world);
      await operator.signIn(adminToken);
      expect((await forget(world, user))[0]).toBe(404);
      expect((await owner.signIn(world.sample.tokens.providerOwner)).status).toBe(303);
    },
  );

  it("has the events of mirrors removed where that is asked for, and is then forgotten whole", async () => {
    const { world, caldav, address } = await begin();
    expect((await forget(world, username, "remove"))[0]).toBe(200);
    await world.settle();
    expect((await world.get(address)).status).toBe(410);
    await world.tick();
    expect(caldav.calendar("work").objects.size).toBe(0);
    world.wait(61 * 86_400);
    world.wait(3600 - ((world.clock.ms / 1000) % 3600));
    await world.tick();
    // The account goes once its calendar has.
    world.wait(3600);
    await world.tick();
    for (const table of ["feeds", "addresses", "targets", "ledger"]) {
      expect([table, await world.deps.sql.all(`SELECT 1 FROM ${table}`)]).toEqual([table, []]);
    }
    const accounts = await world.deps.sql.all("SELECT kind FROM accounts");
    expect(accounts.filter(({ kind }) => kind !== "operator")).toEqual([]);
  });

  it("is forgotten by the operator alone, and only where something is kept", async () => {
    const { world } = await begin();
    expect((await forget(world, username, "", world.sample.tokens.providerOwner))[0]).toBe(403);
    expect((await forget(world, "nobody.here"))[0]).toBe(404);
    expect((await forget(world, username, "burn"))[0]).toBe(400);
    expect(await everything(world)).toContain(fullName);
  });

  it("is not the operator, whose account is the environment's", async () => {
    const world = await makeWorld({ bookings: 3, config: { adminToken } });
    const address = await world.address(await world.addFeed());
    await world.tick();
    expect((await forget(world, username))[0]).toBe(404);
    expect((await world.get(address)).status).toBe(200);
  });
});

describe("a token that nothing needs any more", () => {
  const tokenOf = async (world: World): Promise<unknown> => (await findUser(world.deps.sql, "person", uuid))?.token;

  it("is dropped at sign-out, and kept where a calendar needs it", async () => {
    const world = await makeWorld({ bookings: 3, config: { adminToken } });
    const owner = visitor(world);
    await owner.signIn(world.sample.tokens.providerOwner);
    expect(await tokenOf(world)).toMatch(/^v1\./);
    await owner.send("/sign-out", {}, "/");
    expect(await tokenOf(world)).toBe("");
    await owner.signIn(world.sample.tokens.providerOwner);
    expect(await tokenOf(world)).toMatch(/^v1\./);
    expect((await owner.get("/")).status).toBe(200);
    const begun = await begin();
    await begun.owner.send("/sign-out", {}, "/");
    expect(await tokenOf(begun.world)).toMatch(/^v1\./);
  });

  it("stays where somebody answers requests by mail, though they are never here", async () => {
    const world = await makeWorld({ bookings: 3, config: { adminToken } });
    const owner = visitor(world);
    await owner.signIn(world.sample.tokens.providerOwner);
    const wishes = { reminderHours: "24", digestHour: "8", quietFrom: "", quietTo: "" };
    const choose = async (kinds: string[]) => owner.send("/notices", { ...wishes, kinds });
    await choose(["request", "invitations"]);
    await owner.send("/sign-out", {}, "/");
    for (let day = 0; day < 40; day += 1) {
      world.wait(86_400);
      await world.tick();
    }
    expect(await tokenOf(world)).toMatch(/^v1\./);
    expect(world.log.entries.filter(({ level }) => level === "error")).toEqual([]);
    await owner.signIn(world.sample.tokens.providerOwner);
    await choose(["request"]);
    await owner.send("/sign-out", {}, "/");
    expect(await tokenOf(world)).toBe("");
  });

  it("goes with the account of somebody without a calendar who was not seen for thirty days", async () => {
    const world = await makeWorld({ bookings: 3, config: { adminToken } });
    const begun = await begin();
    for (const one of [world, begun.world]) {
      const manager = visitor(one);
      await manager.signIn(one.sample.tokens.providerManager);
    }
    const seen = async (one: World) =>
      (await one.deps.sql.all("SELECT username FROM accounts WHERE kind = 'person'")).length;
    expect([await seen(world), await seen(begun.world)]).toEqual([1, 2]);
    for (const one of [world, begun.world]) one.wait(3600 - ((one.clock.ms / 1000) % 3600));
    for (let day = 0; day < 29; day += 1) {
      for (const one of [world, begun.world]) {
        one.wait(86_400);
        await one.tick();
      }
    }
    expect([await seen(world), await seen(begun.world)]).toEqual([1, 2]);
    for (const one of [world, begun.world]) {
      one.wait(2 * 86_400);
      await one.tick();
      expect(await seen(one)).toBeGreaterThan(0);
      // Days without a run are no absence.
      for (let day = 0; day < 3; day += 1) {
        one.wait(86_400);
        await one.tick();
      }
    }
    expect([await seen(world), await seen(begun.world)]).toEqual([0, 1]);
  });
});

describe("a list that no calendar is over", () => {
  it("is forgotten thirty days after its last one ended, with its bookings; a new calendar loads it anew", async () => {
    const begun = await begin();
    const { world, owner, feedId } = begun;
    await owner.send(`/feeds/${feedId}/revoke`, { sure: "yes" }, `/feeds/${feedId}`);
    const count = async (table: string) => (await world.deps.sql.all(`SELECT 1 FROM ${table}`)).length;
    const live = async (days: number): Promise<void> => {
      for (let day = 0; day < days; day += 1) {
        world.wait(86_400);
        await world.tick();
      }
    };
    world.wait(3600 - ((world.clock.ms / 1000) % 3600));
    await live(29);
    expect([await count("sources"), (await count("bookings")) > 10]).toEqual([1, true]);
    await live(3);
    expect([await count("sources"), await count("bookings")]).toEqual([1, 0]);
    const again = await world.addFeed();
    await world.tick();
    expect((await world.feed(again.id)).eventCount).toBeGreaterThan(5);
    expect(await count("bookings")).toBeGreaterThan(10);
  });

  it("goes whole with its last calendar's rows", async () => {
    const { world, owner, feedId } = await begin();
    await owner.send(`/feeds/${feedId}/revoke`, { sure: "yes" }, `/feeds/${feedId}`);
    world.wait(3600 - ((world.clock.ms / 1000) % 3600));
    for (let day = 0; day < 65; day += 1) {
      world.wait(86_400);
      await world.tick();
    }
    // Decisions are kept for DECISION_DAYS.
    for (const table of ["sources", "readers", "bookings", "runs", "feeds", "accounts"]) {
      expect([table, await world.deps.sql.all(`SELECT 1 FROM ${table}`)]).toEqual([table, []]);
    }
  });
});
