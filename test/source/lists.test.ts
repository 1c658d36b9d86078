import { describe, expect, it } from "vitest";
import { actAsOperator, resolveSource } from "../../src/account/find-source.ts";
import { addFeed } from "../../src/feed/commands.ts";
import { newProfile } from "../../src/feed/profile.ts";
import type { FeedRow } from "../../src/store/feeds.ts";
import type { ScopeKind } from "../../src/waldur/scope.ts";
import { setColumns } from "../rows.ts";
import { makeWorld, type World } from "../world.ts";

const always = { nightHours: { from: 0, to: 0 } };

/** Five lists that staff see, some of them within others, each with a feed. */
async function begin(version: "7.0" | "8.1") {
  const world = await makeWorld({ bookings: 60, config: always, token: "sample-staff", version });
  const { deps, sample } = world;
  for (const booking of sample.bookings) if (booking.slots.length === 0) sample.writeSlots(booking.uuid);
  const offerings = [...new Set(sample.bookings.map(({ offering }) => offering))];
  const other = offerings.find(({ customer }) => customer.uuid !== sample.providerUuid)?.customer.uuid ?? "";
  const customer = sample.bookings[0]?.project.customer.uuid ?? "";
  const lists: readonly [ScopeKind, string][] = [
    ["provider", sample.providerUuid],
    ["provider", other],
    ["offering", offerings[0]?.uuid ?? ""],
    ["customer", customer],
    ["visible", ""],
  ];
  const feeds: { feed: FeedRow; kind: ScopeKind; uuid: string }[] = [];
  for (const [kind, uuid] of lists) {
    const source = await resolveSource(await actAsOperator(deps), kind, uuid);
    const profile = newProfile(deps.config, source.name, { pastDays: 365, futureDays: 365 });
    feeds.push({ feed: await addFeed(deps, source, profile, null), kind, uuid });
  }
  await world.tick();
  // Somebody reads each, so that all are due each minute.
  await setColumns(deps.sql, "feeds", { used_at: deps.now() / 1000 });
  world.wait(600);
  await world.tick();
  return { world, feeds };
}
type Begun = Awaited<ReturnType<typeof begin>>;

async function minute(world: World): Promise<string[]> {
  world.requests();
  world.wait(60);
  await world.tick();
  return world.requests();
}

/** Returns the kinds of the feeds that show the text, in the order of the lists. */
async function shownBy({ world, feeds }: Begun, text: string): Promise<ScopeKind[]> {
  const shown: ScopeKind[] = [];
  for (const { feed, kind } of feeds) {
    const body = (await world.calendar(await world.address(feed))).replaceAll(/\r\n[ \t]/g, "");
    if (body.includes(text)) shown.push(kind);
  }
  return shown;
}

/** Returns the kinds of the lists that a booking is in. */
function listsOf({ world, feeds }: Begun, uuid: string): ScopeKind[] {
  const booking = world.sample.find(uuid);
  if (booking === undefined) throw new Error("there is no such booking");
  const places = {
    provider: booking.offering.customer.uuid,
    offering: booking.offering.uuid,
    customer: booking.project.customer.uuid,
    project: booking.project.uuid,
    visible: "",
  };
  return feeds.filter(({ kind, uuid: list }) => places[kind] === list).map(({ kind }) => kind);
}

describe.each(["7.0", "8.1"] as const)("sources that one account reads together, on %s", (version) => {
  it("each get what belongs to them, in the minute in which it happened, and each booking is read once", async () => {
    const begun = await begin(version);
    const { world } = begun;
    const { sample } = world;
    for (const [turn, { uuid }] of sample.bookings
      .filter(({ state }) => state === "OK")
      .slice(0, 6)
      .entries()) {
      const name = `Renamed ${turn}`;
      sample.rename(uuid, name);
      const asked = await minute(world);
      expect(asked.filter((line) => line.includes(`/booking-resources/${uuid}/`))).toHaveLength(1);
      expect(await shownBy(begun, name)).toEqual(listsOf(begun, uuid));
    }
    for (let turn = 0; turn < 4; turn += 1) {
      const name = `Requested ${turn}`;
      const { uuid } = sample.request({ name });
      await minute(world);
      expect(await shownBy(begun, name)).toEqual(listsOf(begun, uuid));
      // Waldur writes the slots without telling.
      sample.approve(uuid);
      sample.writeSlots(uuid);
      await minute(world);
      await minute(world);
      expect((await shownBy(begun, `UID:${uuid}-1`)).length).toBe(listsOf(begun, uuid).length);
      sample.accept(uuid);
      const asked = await minute(world);
      expect(asked.filter((line) => line.includes(`/booking-resources/${uuid}/`)).length).toBeLessThanOrEqual(1);
    }
  });

  it("are asked for together in an idle minute, and by themselves only when they are swept", async () => {
    const { world, feeds } = await begin(version);
    await minute(world);
    const asked: string[] = [];
    for (let minutes = 0; minutes < 10; minutes += 1) asked.push(...(await minute(world)));
    const isSweep = (line: string): boolean => line.includes("booking-resources") && !line.includes("modified=");
    expect(asked.filter((line) => line.includes("marketplace-orders"))).toHaveLength(10);
    expect(asked.filter((line) => line.includes("booking-resources") && !isSweep(line))).toHaveLength(10);
    expect(asked.filter(isSweep).length).toBe(feeds.length);
  });

  it("are not told as failing one by one when Waldur is away, and go on together when it is back", async () => {
    const begun = await begin(version);
    const { world, feeds } = begun;
    world.fault(() => new TypeError("fetch failed"));
    // Two lists, tried again, and no other.
    expect(new Set(await minute(world)).size).toBe(2);
    for (const { feed } of feeds) expect((await world.source(feed)).failure).toBe("waldur_unreachable");
    world.fault(null);
    const [{ uuid } = { uuid: "" }] = world.sample.bookings.filter(({ state }) => state === "OK");
    world.sample.rename(uuid, "After the outage");
    await minute(world);
    expect(await shownBy(begun, "After the outage")).toEqual(listsOf(begun, uuid));
    for (const { feed } of feeds) expect((await world.source(feed)).failure).toBe("");
  });
});
