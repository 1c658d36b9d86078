import { describe, expect, it } from "vitest";
import { readMeta } from "../../src/store/meta.ts";
import { makeWorld } from "../world.ts";

async function live(version: "7.0" | "8.1") {
  const world = await makeWorld({ version, bookings: 20, config: { nightHours: { from: 0, to: 0 } } });
  const feed = await world.addFeed();
  await world.tick();
  world.requests();
  const booking = world.sample.request({ name: "On either" });
  for (let minute = 0; minute < 3; minute += 1) {
    world.wait(60);
    await world.tick();
  }
  await world.settle();
  const text = await world.calendar(await world.address(feed));
  expect(text).toContain(booking.uuid);
  const changes = world
    .requests()
    .filter((line) => line.includes("/booking-resources/?"))
    .flatMap((line) => new URLSearchParams(line.split("?")[1]).getAll("modified"));
  const stored = await readMeta(world.deps.sql, `traits:${world.deps.config.waldurApiUrl}`);
  return { text, changes, stored };
}

describe("a Waldur that takes only dates, and one that takes times", () => {
  it("make the same feed; which it is is found out once and remembered", async () => {
    const [older, newer] = [await live("7.0"), await live("8.1")];
    expect(older.text).toBe(newer.text);
    expect(newer.changes.length).toBeGreaterThan(0);
    expect(newer.changes.every((time) => time.includes("T"))).toBe(true);
    expect(older.changes.filter((time) => time.includes("T")).length).toBeLessThanOrEqual(1);
    expect(older.changes.filter((time) => !time.includes("T")).length).toBeGreaterThanOrEqual(2);
    expect(JSON.parse(older.stored ?? "null")).toMatchObject({ dateTimes: false });
    expect(newer.stored).toBeNull();
  });
});
