import { describe, expect, it } from "vitest";
import { actAsOperator, resolveSource } from "../../src/account/find-source.ts";
import { addFeed, revokeFeed, updateFeed } from "../../src/feed/commands.ts";
import { newProfile } from "../../src/feed/profile.ts";
import { takeOverFeed } from "../../src/take-over.ts";
import { readCalendar } from "../read-calendar.ts";
import { makeWorld, type World, type WorldOptions } from "../world.ts";

const adminToken = "a-token-for-the-operator-only";
const hour = 60;

async function begin(config: WorldOptions["config"] = {}) {
  const world = await makeWorld({ bookings: 12, config: { adminToken, nightHours: { from: 0, to: 0 }, ...config } });
  const feed = await world.addFeed({ pastDays: 60 });
  await world.tick();
  // What waits for slots is asked for by name; here nothing does.
  for (const booking of world.sample.bookings) if (booking.slots.length === 0) world.sample.writeSlots(booking.uuid);
  world.wait(600);
  await world.tick();
  const address = await world.address(feed);
  return { world, feed, address, good: await world.calendar(address) };
}

async function pass(world: World, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    world.wait(60);
    await world.tick();
  }
}

const losses = [
  ["role", "a role in Waldur was taken away", /An owner of the organisation must give it the role back/],
  ["inactive", "its user is not active in Waldur", /The operator of Waldur must activate the user again/],
] as const;
type Lost = (typeof losses)[number][0];

function lose(world: World, lost: Lost): void {
  if (lost === "role") world.sample.revokeRole("providerOwner");
  else world.sample.deactivate("providerOwner");
}

function giveBack(world: World): void {
  world.sample.giveBack("providerOwner");
  world.sample.activate("providerOwner");
}

const notices = (text: string) => [...readCalendar(text).values()].filter(({ uid }) => uid.startsWith("notice-"));

const bookings = (text: string): string[] =>
  [...readCalendar(text).values()]
    .filter(({ uid }) => !uid.startsWith("notice-"))
    .map(({ uid, summary, start, status }) => `${uid} ${summary} ${start} ${status}`);

async function ask(world: World, path: string): Promise<unknown> {
  const headers = { Authorization: `Bearer ${adminToken}` };
  return (await world.app.fetch(new Request(`http://x${path}`, { headers }), world.deps)).json();
}

describe("lost access", () => {
  it.each(losses)(
    "(%s) suspends: the last copy stays with a notice, then only that, then all comes back",
    async (...of) => {
      const [lost, title, who] = of;
      const { world, feed, address, good } = await begin();
      lose(world, lost);
      await pass(world, 61);
      const held = await world.calendar(address);
      expect(bookings(held)).toEqual(bookings(good));
      expect(notices(held)).toMatchObject([
        { summary: `Calendar not up to date: ${title}`, description: expect.stringMatching(who) },
      ]);
      expect(await world.source(feed)).toMatchObject({ lost, lostAt: expect.any(Number), failure: "" });
      const errors = world.log.entries.filter(({ level }) => level === "error").map(({ event }) => event);
      expect(errors).toEqual(["access_lost"]);

      await pass(world, 22 * hour);
      expect(bookings(await world.calendar(address))).toEqual(bookings(good));
      await pass(world, 2 * hour);
      const cleared = await world.calendar(address);
      expect(bookings(cleared)).toEqual([]);
      expect(notices(cleared)).toMatchObject([{ summary: `Calendar emptied: ${title}` }]);
      await pass(world, 48 * hour);
      expect((await world.get(address)).status).toBe(200);

      giveBack(world);
      await pass(world, 11);
      const back = await world.calendar(address);
      expect(notices(back)).toEqual([]);
      expect(bookings(back).length).toBeGreaterThan(3);
      // Tombstones left with the rest; what stands is as it was.
      const standing = bookings(good).filter((line) => !line.endsWith("CANCELLED"));
      expect(bookings(back).filter((line) => !line.endsWith("CANCELLED"))).toEqual(standing);
      expect(await world.source(feed)).toMatchObject({ lost: "", lostAt: null, held: "" });
      expect((await world.feed(feed.id)).state).toBe("active");
      expect(world.log.entries.filter(({ event }) => event === "access_back")).toHaveLength(1);
    },
  );

  it.each(losses)("(%s) for a minute changes nothing but the notice, which goes with it", async (lost) => {
    const { world, address, good } = await begin();
    await pass(world, 49);
    lose(world, lost);
    await pass(world, 1);
    expect(notices(await world.calendar(address))).toHaveLength(1);
    giveBack(world);
    await pass(world, 1);
    expect(await world.calendar(address)).toBe(good);
  });

  it.each(losses)("(%s) is told apart by check, readyz and the feed, each with who must act", async (lost) => {
    const { world } = await begin();
    lose(world, lost);
    await pass(world, 61);
    const said = { role: "has had no role in Waldur since", inactive: "has not been active in Waldur since" }[lost];
    expect(await ask(world, "/api/v1/check")).toMatchObject({
      sources: [expect.stringContaining(said)],
      waldur: {
        ...(lost === "role" ? { canAccept: false } : { ok: false, code: "waldur_refused_token" }),
        problems: expect.arrayContaining([
          expect.stringMatching(
            lost === "role"
              ? /neither staff nor owner or manager/
              : /not active in Waldur: ask its operator to activate the user again; the token stays/,
          ),
        ]),
      },
    });
    const told = { access: "lost", lost, lostSince: expect.any(String) };
    expect(await ask(world, "/readyz")).toMatchObject({ ok: true, sources: [{ ...told, feeds: 1 }] });
    expect(await ask(world, "/api/v1/feeds")).toMatchObject({ feeds: [{ state: "active", source: told }] });
    expect(await ask(world, "/api/v1/runs?failed=1")).toMatchObject({ runs: [{ failure: `lost_${lost}` }] });
  });

  it.each(losses)("(%s) costs one request a minute, and one in ten once its feeds are cleared", async (lost) => {
    const { world } = await begin({ accessClearHours: 1 });
    lose(world, lost);
    await pass(world, 40);
    world.requests();
    await pass(world, 10);
    expect(world.requests()).toEqual(Array(10).fill(expect.stringMatching(/^GET \/api\/users\/me\//)));
    await pass(world, hour);
    world.requests();
    await pass(world, 60);
    expect(world.requests()).toHaveLength(6);
  });

  it("clears at once where that is set", async () => {
    const { world, address } = await begin({ accessClearHours: 0 });
    world.sample.deactivate("providerOwner");
    await pass(world, 1);
    expect(bookings(await world.calendar(address))).toEqual([]);
    world.sample.activate("providerOwner");
    await pass(world, 11);
    expect(bookings(await world.calendar(address)).length).toBeGreaterThan(3);
  });

  it("does not come back while Waldur is away, nor is an outage taken for it", async () => {
    const { world, address } = await begin({ accessClearHours: 1 });
    world.sample.revokeRole("providerOwner");
    await pass(world, 125);
    expect(bookings(await world.calendar(address))).toEqual([]);
    world.fault(() => new TypeError("fetch failed"));
    await pass(world, 2 * hour);
    expect(bookings(await world.calendar(address))).toEqual([]);
    world.fault(null);
    await pass(world, 11);
    expect(bookings(await world.calendar(address))).toEqual([]);
    expect(notices(await world.calendar(address))[0]?.summary).toContain("a role in Waldur was taken away");
  });

  it("does not keep anybody from ending the feed at once", async () => {
    const { world, feed, address } = await begin();
    world.sample.deactivate("providerOwner");
    await pass(world, 1);
    await revokeFeed(world.deps, await world.feed(feed.id), false);
    expect([...readCalendar(await world.calendar(address)).values()].map(({ summary }) => summary)).toEqual([
      "This calendar has ended",
    ]);
    world.sample.activate("providerOwner");
    await pass(world, 11);
    expect((await world.feed(feed.id)).state).toBe("ended");
    world.wait(30 * 86_400);
    expect((await world.get(address)).status).toBe(410);
  });

  it("ends for a feed that a colleague takes over, under its old address", async () => {
    const { world, feed, address, good } = await begin();
    world.sample.revokeRole("providerOwner");
    await pass(world, 26 * hour);
    expect(bookings(await world.calendar(address))).toEqual([]);
    world.sample.giveBack("providerOwner");
    const mine = await resolveSource(await actAsOperator(world.deps), "visible", "");
    await takeOverFeed(world.deps, await world.feed(feed.id), mine);
    await pass(world, 2);
    expect(bookings(await world.calendar(address)).length).toBeGreaterThanOrEqual(bookings(good).length - 3);
  });

  it("found in the very run in which a feed is changed leaves the change", async () => {
    const { world } = await begin();
    const changed = await world.addFeed({ detail: "busy" });
    await pass(world, 1);
    world.sample.revokeRole("providerOwner");
    world.wait(3700);
    let done = false;
    world.fault(async () => {
      if (done) return null;
      done = true;
      const row = await world.feed(changed.id);
      await updateFeed(world.deps, row, { ...row.profile, name: "Another" }, null);
      return null;
    });
    await world.tick();
    await pass(world, 1);
    const text = await world.calendar(await world.address(changed));
    expect(text).toContain("NAME:Another");
    expect(notices(text)).toHaveLength(1);
  });
});

it.each(["customer", "project"] as const)(
  "the bookings that a requester made for one %s need no role",
  async (kind) => {
    const world = await makeWorld({ bookings: 60, token: "sample-requester" });
    const asks = await actAsOperator(world.deps);
    const own = world.sample.bookings.filter(({ requester }) => requester.uuid === asks.user.uuid);
    const { customer, ...project } = own[0]?.project ?? expect.fail("the requester made no booking");
    const source = await resolveSource(asks, kind, kind === "project" ? project.uuid : customer.uuid);
    const feed = await addFeed(world.deps, source, newProfile(world.deps.config, source.name, { pastDays: 60 }), null);
    await world.tick();
    expect(await world.source(feed)).toMatchObject({ lost: "", failure: "", loadedAt: expect.any(Number) });
    expect(bookings(await world.calendar(await world.address(feed)))).not.toEqual([]);
  },
);
