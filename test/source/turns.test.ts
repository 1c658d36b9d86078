import { describe, expect, it } from "vitest";
import { environmentAccount } from "../../src/store/accounts/accounts.ts";
import { addFeed } from "../../src/feed/commands.ts";
import { newProfile } from "../../src/feed/profile.ts";
import { row } from "../waldur/fake.ts";
import { makeWorld } from "../world.ts";

const secondsOfPage = 5;

describe("a source of a hundred pages", () => {
  it("holds up none of twenty small ones beside it", async () => {
    const world = await makeWorld({ bookings: 0 });
    const heavy = await world.addFeed();
    const small = [];
    for (let n = 1; n <= 20; n += 1) {
      const name = `Small ${n}`;
      const scopeUuid = n.toString(16).padStart(32, "0");
      const list = { kind: "offering", scopeUuid, customerUuid: world.sample.providerUuid, name, partial: "" } as const;
      const source = { accountId: environmentAccount, ...list };
      small.push((await addFeed(world.deps, source, newProfile(world.deps.config, name, {}), null)).sourceId);
    }
    // Each page of the large list takes its time, and is one of a hundred.
    const bookingOf = (n: number) => {
      const at = new Date(Date.UTC(2020, 0, 1) + n * 60_000).toISOString();
      const slots = [{ start: at, end: at.replace("2020", "2021"), backend_id: "" }];
      const provider = { provider_uuid: world.sample.providerUuid, attributes: {}, slots };
      return row({ uuid: n.toString(16).padStart(32, "a"), created: at, modified: at, ...provider });
    };
    world.fault((request) => {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname !== "/api/booking-resources/" || searchParams.get("provider_uuid") === null) return null;
      if (request.method === "HEAD" || searchParams.has("modified")) return null;
      const page = Number(searchParams.get("page") ?? 1);
      world.wait(secondsOfPage);
      const next = page < 100 ? `<http://x/api/?page=${page + 1}>; rel="next"` : "";
      const headers = { "X-Result-Count": "30000", Link: next, Date: new Date(world.clock.ms).toUTCString() };
      return Response.json(
        Array.from({ length: 300 }, (_, n) => bookingOf((page - 1) * 300 + n)),
        { headers },
      );
    });
    const begunAt = world.clock.ms;
    const report = await world.tick();
    const loaded = world.log.entries
      .filter(({ event }) => event === "source_loaded")
      .map(({ facts }) => facts["source"]);
    expect(loaded).toHaveLength(21);
    expect(loaded.at(-1)).toBe(heavy.sourceId);
    expect(new Set(loaded.slice(0, -1))).toEqual(new Set(small));
    expect(report.complete).toBe(true);
    expect(world.clock.ms - begunAt).toBeGreaterThanOrEqual(100 * secondsOfPage * 1000);
  });
});
