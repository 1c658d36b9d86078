import { describe, expect, it } from "vitest";
import { hasElapsed, isDue } from "../../src/lib/clock.ts";
import { findAccount } from "../../src/store/accounts/accounts.ts";
import { makeLease } from "../../src/store/leases.ts";
import { status } from "../dav-server/faults.ts";
import { beginMirror, connectThere } from "../web/mirrored.ts";
import { makeWorld, type World } from "../world.ts";

const hour = 3600;
const day = 86_400;
const jumps = [
  ["an hour", hour],
  ["a day", day],
  ["30 days", 30 * day],
] as const;

/** Runs each minute for so many minutes. */
async function run(world: World, minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    world.wait(60);
    await world.tick();
  }
}

/** Sets the program's clock by so many seconds; Waldur's goes on. */
function set(world: World, seconds: number): void {
  world.clock.ahead += seconds * 1000;
}

/** The state of each event in a calendar, by UID. */
function statuses(calendar: string): Map<string, string> {
  const events = calendar.replaceAll("\r\n ", "").split("BEGIN:VEVENT").slice(1);
  const line = (event: string, name: string): string =>
    new RegExp(`^${name}:(.*)$`, "m").exec(event)?.[1]?.trim() ?? "";
  return new Map(events.map((event) => [line(event, "UID"), line(event, "STATUS")]));
}

async function begin(startAt?: number) {
  const world = await makeWorld({ bookings: 30, ...(startAt !== undefined && { startAt }) });
  const feed = await world.addFeed();
  await run(world, 15);
  return { world, feed, address: await world.address(feed) };
}

describe.each(jumps)("a clock that is set back by %s", (_words, seconds) => {
  // At night a source is read every ten minutes: it is due in the future then.
  it.each([
    ["by day", Date.UTC(2027, 0, 4, 9) / 1000],
    ["at night", Date.UTC(2027, 0, 4, 22) / 1000],
  ])("%s: Waldur is read at once, swept, and asked for roles", async (_when, startAt) => {
    const { world, address } = await begin(startAt);
    set(world, -seconds);
    world.requests();
    await run(world, 2);
    const asked = world.requests();
    expect(asked.some((request) => request.includes("/api/users/me/"))).toBe(true);
    const booking = world.sample.request({ name: "After the jump" });
    world.sample.unlink(booking.uuid);
    const other = world.sample.request({ name: "Later still" });
    await run(world, 11);
    expect(await world.calendar(address)).toContain(other.uuid);
  });

  it("sweeps again at its pace, not each minute", async () => {
    const { world, feed } = await begin();
    set(world, -seconds);
    await run(world, 2);
    const first = (await world.source(feed)).sweptAt;
    expect(Math.abs(first - world.deps.now() / 1000)).toBeLessThanOrEqual(120);
    await run(world, 8);
    expect((await world.source(feed)).sweptAt).toBe(first);
    await run(world, 4);
    expect((await world.source(feed)).sweptAt).toBeGreaterThan(first);
  });

  it("and forward again leaves the feed as it was", async () => {
    const { world, address } = await begin();
    const before = statuses(await world.calendar(address));
    set(world, -seconds);
    await run(world, 12);
    expect([...statuses(await world.calendar(address)).values()].filter((state) => state === "CANCELLED").length).toBe(
      [...before.values()].filter((state) => state === "CANCELLED").length,
    );
    set(world, seconds);
    await run(world, 12);
    expect(statuses(await world.calendar(address))).toEqual(before);
  });

  it("frees what a run held that never gave it back", async () => {
    const { world, feed } = await begin();
    await makeLease(world.deps, "source", feed.sourceId).take();
    set(world, -seconds);
    expect(await makeLease(world.deps, "source", feed.sourceId).take()).toBe(true);
  });

  it("lets a run that holds a lease keep it", async () => {
    const { world, feed } = await begin();
    const lease = makeLease(world.deps, "source", feed.sourceId);
    await lease.take();
    set(world, -seconds);
    expect(await lease.take()).toBe(true);
    expect(await makeLease(world.deps, "source", feed.sourceId).take()).toBe(false);
  });

  it("does not keep a mirror from following", async () => {
    const begun = await beginMirror();
    const { world, owner, caldav } = begun;
    const path = await connectThere(begun);
    await owner.send(`${path}/resume`, {}, path);
    await world.settle();
    await run(world, 2);
    caldav.script(status(503), () => true, 1000);
    world.sample.request({ name: "Before the jump" });
    await run(world, 30);
    caldav.heal();
    set(world, -seconds);
    const booking = world.sample.request({ name: "After the jump" });
    await run(world, 90);
    expect([...caldav.bodies().values()].join("")).toContain(booking.uuid);
  });

  it("does not make pages believe roles for longer", async () => {
    const { world, owner } = await beginMirror();
    await owner.get("/");
    const asked = async (): Promise<number> => {
      const account = await findAccount(
        world.deps.sql,
        (await world.deps.sql.first("SELECT id FROM accounts WHERE kind = 'person'"))?.["id"]?.toString() ?? "",
      );
      return account?.askedAt ?? 0;
    };
    set(world, -seconds);
    await owner.get("/");
    expect(await asked()).toBe(Math.floor(world.deps.now() / 1000));
  });
});

describe.each(jumps)("a clock that is set forward by %s", (_words, seconds) => {
  it("clears no feed, whether Waldur answers or has failed for some minutes, and is forgotten when set right", async () => {
    const { world, address } = await begin();
    const before = statuses(await world.calendar(address));
    world.fault(() => new TypeError("no route to Waldur"));
    await run(world, 5);
    set(world, seconds);
    await run(world, 5);
    const during = statuses(await world.calendar(address));
    expect([...during.keys()].filter((uid) => !before.has(uid))).toEqual([]);
    expect(during.size).toBeGreaterThan(0);
    world.fault(null);
    await run(world, 15);
    set(world, -seconds);
    await run(world, 15);
    expect(statuses(await world.calendar(address))).toEqual(before);
  });
});

describe("an outage", () => {
  it("is one of 14 days when it was seen for 14 days, whatever the clock did meanwhile", async () => {
    const { world, feed } = await begin();
    world.fault(() => new TypeError("no route to Waldur"));
    await run(world, 3);
    set(world, 20 * day);
    for (let hours = 0; hours < 13 * 24; hours += 1) {
      world.wait(hour);
      await world.tick();
    }
    expect((await world.feed(feed.id)).state).toBe("active");
    for (let hours = 0; hours < 25; hours += 1) {
      world.wait(hour);
      await world.tick();
    }
    expect((await world.feed(feed.id)).state).toBe("suspended");
    world.fault(null);
    await run(world, 3);
    expect((await world.feed(feed.id)).state).toBe("active");
  });
});

describe("times", () => {
  it("ahead by more than clocks differ count as long ago, and as due", () => {
    expect([hasElapsed(null, 60, 1000), hasElapsed(940, 60, 1000), hasElapsed(941, 60, 1000)]).toEqual([
      true,
      true,
      false,
    ]);
    expect([hasElapsed(1060, 60, 1000), hasElapsed(1061, 60, 1000)]).toEqual([false, true]);
    expect([isDue(1000, 600, 1000), isDue(1001, 600, 1000), isDue(1660, 600, 1000), isDue(1661, 600, 1000)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});
