import { describe, expect, it } from "vitest";
import { actAs, actAsOperator, resolveSource } from "../../src/account/find-source.ts";
import { ensureTokenAccount } from "../../src/account/sign-in.ts";
import { loadViewer, listVisibleSources } from "../../src/account/access.ts";
import type { RoleName } from "../../src/demo/people.ts";
import { revokeFeed } from "../../src/feed/commands.ts";
import { addFeed } from "../../src/feed/commands.ts";
import { newProfile } from "../../src/feed/profile.ts";
import { environmentAccount, findAccount } from "../../src/store/accounts/accounts.ts";
import type { FeedRow } from "../../src/store/feeds.ts";
import { listReadSources } from "../../src/store/sources/readers.ts";
import { listSources } from "../../src/store/sources/sources.ts";
import { takeOverFeed } from "../../src/take-over.ts";
import { readCalendar } from "../read-calendar.ts";
import { makeWorld, type World, type WorldOptions } from "../world.ts";

const hour = 3600;
const day = 24 * hour;
/** Days of each history of people; the long mode sets SHARED_DAYS=21. */
const days = Number(process.env["SHARED_DAYS"] ?? 7);
const always = { nightHours: { from: 0, to: 0 } };

/** Makes a feed over the provider of the sample that belongs to the person with that role. */
async function addFeedOf(world: World, role: RoleName): Promise<FeedRow> {
  const account = await ensureTokenAccount(world.deps, world.sample.tokens[role], "192.0.2.1");
  const source = await resolveSource(await actAs(world.deps, account), "provider", world.sample.providerUuid);
  const profile = newProfile(world.deps.config, source.name, { pastDays: 60 });
  return addFeed(world.deps, source, profile, null);
}

/** The owner of a provider, by the operator's token, and its manager, each with a feed over it. */
async function twoManagers(options: WorldOptions = {}) {
  const world = await makeWorld({ bookings: 12, ...options, config: { ...always, ...options.config } });
  for (const booking of world.sample.bookings) if (booking.slots.length === 0) world.sample.writeSlots(booking.uuid);
  const owner = await world.addFeed({ pastDays: 60 });
  const manager = await addFeedOf(world, "providerManager");
  await world.tick();
  return { world, owner, manager };
}

/** Lets time pass in runs that many seconds apart. */
async function pass(world: World, seconds: number, every = 60): Promise<void> {
  for (let at = 0; at < seconds; at += every) {
    world.wait(every);
    await world.tick();
  }
}

const summaries = async (world: World, feed: FeedRow): Promise<string[]> =>
  [...readCalendar(await world.calendar(await world.address(feed))).values()].map(({ summary }) => summary);

const notices = async (world: World, feed: FeedRow): Promise<string[]> =>
  [...readCalendar(await world.calendar(await world.address(feed))).values()].flatMap(({ uid, summary }) =>
    uid.startsWith("notice-") ? [summary] : [],
  );

/** Renames the provider's first booking that stands. */
function rename(world: World, name: string): void {
  const { sample } = world;
  const own = sample.bookings.find(
    ({ state, offering }) => state === "OK" && offering.customer.uuid === sample.providerUuid,
  );
  sample.rename(own?.uuid ?? "", name);
}

const shows = async (world: World, feed: FeedRow, name: string): Promise<boolean> =>
  (await summaries(world, feed)).some((summary) => summary.includes(name));

const expired = "Calendar not up to date: its owner must sign in again";
const emptied = "Calendar emptied: its owner must sign in again";

describe("two who hold a role at one provider", () => {
  it("have one source, which Waldur is asked for once", async () => {
    const { world, owner, manager } = await twoManagers();
    expect(owner.sourceId).toBe(manager.sourceId);
    expect(await listSources(world.deps.sql)).toHaveLength(1);
    await pass(world, 600);
    world.requests();
    await pass(world, 60);
    expect(world.requests().map((line) => line.split("?")[0])).toEqual([
      "GET /api/marketplace-orders/",
      "GET /api/booking-resources/",
    ]);
    rename(world, "Told to both");
    await pass(world, 60);
    for (const feed of [owner, manager]) expect(await shows(world, feed, "Told to both")).toBe(true);
    const [one, other] = [await summaries(world, owner), await summaries(world, manager)];
    expect(one).toEqual(other);
  });

  it("are not stopped by one's expired token, the operator's or a person's; that one's role is believed for thirty days", async () => {
    for (const who of ["providerOwner", "providerManager"] as const) {
      const { world, owner, manager } = await twoManagers();
      const theirs = who === "providerOwner" ? owner : manager;
      world.sample.expireToken(who);
      await pass(world, 60);
      rename(world, "After the token");
      await pass(world, 60);
      for (const feed of [owner, manager]) expect(await shows(world, feed, "After the token")).toBe(true);
      expect(await world.source(theirs)).toMatchObject({ lost: "", failure: "", failingSinceAt: null });
      await pass(world, 29 * day, day / 4);
      rename(world, "For long");
      await pass(world, 60);
      for (const feed of [owner, manager]) expect(await shows(world, feed, "For long")).toBe(true);
      await pass(world, day, hour);
      expect(await notices(world, theirs)).toEqual([expired]);
      rename(world, "Too late");
      await pass(world, 60);
      expect(await shows(world, theirs, "Too late")).toBe(false);
      await pass(world, day + hour, hour);
      expect(await summaries(world, theirs)).toEqual([emptied]);
      const others = theirs === owner ? manager : owner;
      expect(await shows(world, others, "Too late")).toBe(true);
      expect(await notices(world, others)).toEqual([]);

      world.sample.renewToken(who);
      await pass(world, 700);
      expect(await shows(world, theirs, "Too late")).toBe(true);
      expect(await notices(world, theirs)).toEqual([]);
    }
  });

  it.each([
    ["role", "Calendar not up to date: a role in Waldur was taken away"],
    ["inactive", "Calendar not up to date: its user is not active in Waldur"],
  ] as const)(
    "one loses it (%s): that one's copy stands still and is emptied, the other's goes on",
    async (lost, said) => {
      for (const who of ["providerOwner", "providerManager"] as const) {
        const { world, owner, manager } = await twoManagers();
        const [theirs, others] = who === "providerOwner" ? [owner, manager] : [manager, owner];
        const before = await summaries(world, theirs);
        if (lost === "role") world.sample.revokeRole(who);
        else world.sample.deactivate(who);
        await pass(world, hour + 60);
        rename(world, "Not for them");
        await pass(world, hour);
        expect(await notices(world, theirs)).toEqual([said]);
        expect((await summaries(world, theirs)).filter((text) => text !== said)).toEqual(before);
        expect(await shows(world, others, "Not for them")).toBe(true);
        expect(await notices(world, others)).toEqual([]);
        await pass(world, day, 600);
        expect(await summaries(world, theirs)).toHaveLength(1);
        expect(await shows(world, others, "Not for them")).toBe(true);
        world.sample.giveBack(who);
        world.sample.activate(who);
        await pass(world, 660);
        expect(await shows(world, theirs, "Not for them")).toBe(true);
      }
    },
  );

  it("may hand a feed to each other, which goes on over the same source under its old address", async () => {
    const { world, owner, manager } = await twoManagers();
    const address = await world.address(owner);
    const before = await summaries(world, owner);
    const account = await findAccount(world.deps.sql, manager.accountId);
    if (account === null) throw new Error("the account is gone");
    const theirs = await resolveSource(await actAs(world.deps, account), "provider", world.sample.providerUuid);
    const taken = await takeOverFeed(world.deps, await world.feed(owner.id), theirs);
    expect(taken).toMatchObject({ sourceId: owner.sourceId, accountId: manager.accountId });
    world.sample.revokeRole("providerOwner");
    await pass(world, 2 * hour);
    rename(world, "In new hands");
    await pass(world, 60);
    expect(await world.calendar(address)).toContain("In new hands");
    expect(await summaries(world, taken)).toHaveLength(before.length);
  });

  it("read with no token of somebody whose feeds have all ended", async () => {
    const { world, owner, manager } = await twoManagers();
    await revokeFeed(world.deps, await world.feed(owner.id), false);
    const asked: string[] = [];
    world.fault((request) => {
      asked.push(request.headers.get("Authorization") ?? "");
      return null;
    });
    await pass(world, 2 * hour);
    expect(new Set(asked)).toEqual(new Set([`Token ${world.sample.tokens.providerManager}`]));
    expect(await notices(world, manager)).toEqual([]);
  });

  it("see each other's feeds by name alone, and a stranger sees nothing", async () => {
    const { world, owner, manager } = await twoManagers();
    const standings = async (id: string) => {
      const account = await findAccount(world.deps.sql, id);
      if (account === null) throw new Error("the account is gone");
      const seen = await listVisibleSources(world.deps, await loadViewer(world.deps, account));
      return seen.map(({ source, standing }) => [source.accountId, standing]);
    };
    expect(await standings(manager.accountId)).toEqual([
      [manager.accountId, "owner"],
      [environmentAccount, "colleague"],
    ]);
    expect(await standings(environmentAccount)).toEqual([
      [manager.accountId, "operator"],
      [owner.accountId, "owner"],
    ]);
    const { id } = await ensureTokenAccount(world.deps, world.sample.tokens.otherProviderOwner, "192.0.2.1");
    expect(await standings(id)).toEqual([]);
  });

  it("share no list that each sees otherwise", async () => {
    const { world, owner } = await twoManagers();
    const account = await ensureTokenAccount(world.deps, world.sample.tokens.providerManager, "192.0.2.1");
    for (const asker of [await actAsOperator(world.deps), await actAs(world.deps, account)]) {
      const source = await resolveSource(asker, "visible", "");
      await addFeed(world.deps, source, newProfile(world.deps.config, source.name, {}), null);
    }
    const sources = await listSources(world.deps.sql);
    expect(new Set(sources.map(({ kind, accountId }) => [kind, accountId]))).toEqual(
      new Set([
        ["provider", null],
        ["visible", account.id],
        ["visible", environmentAccount],
      ]),
    );
    expect((await listReadSources(world.deps.sql, account.id)).map(({ id }) => id)).toContain(owner.sourceId);
  });

  it("cause no sweep to remove what only one of them lost sight of", async () => {
    const { world, manager } = await twoManagers();
    const before = await summaries(world, manager);
    world.sample.revokeRole("providerOwner");
    // The operator's account reads, and notices in the sweep.
    await pass(world, 1200, 600);
    expect(await summaries(world, manager)).toEqual(before);
    expect((await world.source(manager)).held).toBe("");
    rename(world, "Still read");
    await pass(world, 60);
    expect(await shows(world, manager, "Still read")).toBe(true);
  });
});

/** Numbers from 0 to 1 that follow from a seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

describe.each([7, 2027, 31_337])("over days of tokens, roles and people that come and go (seed %i)", (seed) => {
  it("every feed follows whose owner holds the role, no other shows anything, and Waldur is asked once", async () => {
    const random = randomFrom(seed);
    const { world, owner, manager } = await twoManagers();
    const third = await addFeedOf(world, "staff");
    const step = 1800;
    const people = [
      { role: "providerOwner", feed: owner },
      { role: "providerManager", feed: manager },
      { role: "staff", feed: third },
    ] as const;
    // `known`: what Waldur last said of the role; it says nothing to an expired token, but always that a user is not active.
    const states = people.map((person) => ({
      ...person,
      token: true,
      holds: true,
      active: true,
      known: true,
      since: 0,
    }));
    const nowOf = (): number => world.clock.ms / 1000;
    const listed = new Map<string, number>();
    world.fault((request) => {
      const { pathname } = new URL(request.url);
      listed.set(pathname, (listed.get(pathname) ?? 0) + 1);
      return null;
    });
    let calm = 0;
    for (let turn = 0; turn < (days * day) / step; turn += 1) {
      const one = states[Math.floor(random() * states.length)];
      const what = random();
      // A change is found within the hour; two of one person in the same hour are found in any order.
      if (one !== undefined && calm > 4 && what < 0.6) {
        calm = 0;
        if (what < 0.2) {
          one.token = !one.token;
          if (one.token) world.sample.renewToken(one.role);
          else world.sample.expireToken(one.role);
        } else if (what < 0.4) {
          one.holds = !one.holds;
          if (one.holds) world.sample.giveBack(one.role);
          else if (one.role === "staff") world.sample.revokeRole(one.role, "staff");
          else world.sample.revokeRole(one.role);
        } else {
          one.active = !one.active;
          if (one.active) world.sample.activate(one.role);
          else world.sample.deactivate(one.role);
        }
        const known = one.active && (one.token ? one.holds : one.known);
        if (one.known !== known) one.since = nowOf();
        one.known = known;
      }
      const name = `Renamed ${turn}`;
      rename(world, name);
      world.wait(step);
      await world.tick();
      listed.clear();
      world.wait(60);
      await world.tick();
      calm += 1;
      if (calm < 4) continue;

      const reads = states.some(({ token, known }) => token && known);
      const asked = listed.get("/api/marketplace-orders/") ?? 0;
      expect(asked).toBeLessThanOrEqual(1);
      if (reads) expect(asked).toBe(1);
      for (const { feed, known, since } of states) {
        const text = await world.calendar(await world.address(feed));
        if (known && reads) expect(text).toContain(name);
        if (known) continue;
        expect(text).not.toContain(name);
        if (nowOf() - since > day + 2 * hour) expect([...readCalendar(text).values()]).toHaveLength(1);
      }
    }
  });
});
