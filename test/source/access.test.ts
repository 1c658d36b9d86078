import { describe, expect, it } from "vitest";
import { actAsOperator, resolveSource } from "../../src/account/find-source.ts";
import { updateFeed } from "../../src/feed/commands.ts";
import { takeOverFeed } from "../../src/take-over.ts";
import { readCalendar } from "../read-calendar.ts";
import { setColumns } from "../rows.ts";
import { makeWorld } from "../world.ts";

const adminToken = "a-token-for-the-operator-only";

async function begin() {
  const world = await makeWorld({ bookings: 12, config: { adminToken } });
  const feed = await world.addFeed();
  await world.tick();
  return { world, feed, address: await world.address(feed) };
}

describe("lost access is not an outage", () => {
  it.each(["role", "user"])(
    "when the %s is gone, the feed ends within the hour and the operator is told",
    async (what) => {
      const { world, feed, address } = await begin();
      if (what === "role") world.sample.revokeRole("providerOwner");
      else world.sample.deactivate("providerOwner");
      for (let minute = 0; minute < 61; minute += 1) {
        world.wait(60);
        await world.tick();
      }
      const events = [...readCalendar(await world.calendar(address)).values()];
      expect(events.map(({ summary }) => summary)).toEqual(["This calendar has ended"]);
      expect((await world.feed(feed.id)).state).toBe("ended");
      expect((await world.source(feed)).access).toBe("lost");
      expect(world.log.entries.filter(({ level }) => level === "error").map(({ event }) => event)).toEqual([
        "access_lost",
        "feed_ended",
      ]);
      const rows = await world.deps.sql.first("SELECT count(*) AS n FROM events WHERE feed_id = ?1", feed.id);
      expect(rows?.["n"]).toBe(0);
      const operator = async (path: string): Promise<unknown> => {
        const headers = { Authorization: `Bearer ${adminToken}` };
        return (await world.app.fetch(new Request(`http://x${path}`, { headers }), world.deps)).json();
      };
      expect(await operator("/readyz")).toMatchObject({ ok: true, sources: [{ access: "lost", feeds: 0 }] });
      expect(await operator("/api/v1/check")).toMatchObject({
        sources: [expect.stringContaining("no longer has the role")],
        waldur: what === "role" ? { canAccept: false } : { ok: false, code: "waldur_refused_token" },
      });
      expect(await operator("/api/v1/check")).toMatchObject({
        waldur: {
          problems: expect.arrayContaining([
            expect.stringMatching(what === "role" ? /neither staff nor owner or manager/ : /inactive/i),
          ]),
        },
      });
      world.wait(30 * 86_400);
      expect((await world.get(address)).status).toBe(410);
    },
  );

  it("nothing is asked of Waldur any more, and a feed added later works", async () => {
    const { world } = await begin();
    const other = await makeWorld({ bookings: 12 });
    expect(other.sample.providerUuid).toBe(world.sample.providerUuid);
    world.sample.deactivate("providerOwner");
    world.wait(3700);
    await world.tick();
    world.requests();
    world.wait(600);
    await world.tick();
    expect(world.requests()).toEqual([]);
    world.sample.activate("providerOwner");
    const feed = await world.addFeed();
    await world.tick();
    expect((await world.feed(feed.id)).state).toBe("active");
    expect(readCalendar(await world.calendar(await world.address(feed))).size).toBeGreaterThan(3);
  });

  it("a feed that somebody takes over in that very run lives on, and one that is changed ends at a higher revision", async () => {
    const { world, feed, address } = await begin();
    const changed = await world.addFeed({ detail: "busy" });
    await world.tick();
    const mine = await resolveSource(await actAsOperator(world.deps), "visible", "");
    world.sample.revokeRole("providerOwner");
    world.wait(3700);
    let done = false;
    world.fault(async () => {
      if (done) return null;
      done = true;
      await takeOverFeed(world.deps, await world.feed(feed.id), mine);
      const row = await world.feed(changed.id);
      await updateFeed(world.deps, row, { ...row.profile, name: "Another" }, null);
      return null;
    });
    await world.tick();
    expect((await world.feed(feed.id)).state).toBe("active");
    expect((await world.get(address)).status).toBe(200);
    const ended = await world.feed(changed.id);
    expect(ended.state).toBe("ended");
    expect(ended.rev).toBeGreaterThan(1_700_000_000);
  });

  it("feeds of a run that was cut after the access was lost end with the next", async () => {
    const { world, feed } = await begin();
    await setColumns(world.deps.sql, "sources", { access: "lost" });
    world.wait(60);
    await world.tick({ onlyTargets: true });
    expect((await world.feed(feed.id)).state).toBe("ended");
  });
});
