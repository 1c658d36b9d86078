import { describe, expect, it } from "vitest";
import { makeWorld } from "../../world.ts";
import { engines, openForTests } from "./engines.ts";

describe.each(engines)("the service over $engine", ({ open }) => {
  const { sql } = openForTests(open);

  it("stores a booking once that Waldur lists twice", async () => {
    const world = await makeWorld({ sql, bookings: 5 });
    world.fault(async (request) => {
      if (!request.url.includes("/booking-resources/")) return null;
      const answer = await world.sample.fetch(request);
      const rows: unknown = await answer.json();
      if (!Array.isArray(rows)) return Response.json(rows, answer);
      const listed = [...rows, ...rows.slice(0, 1)];
      return Response.json(listed, {
        headers: { ...Object.fromEntries(answer.headers), "x-result-count": `${listed.length}` },
      });
    });
    const feed = await world.addFeed({ pastDays: 60 });
    const { sources } = await world.tick();
    expect(sources.map(({ failure, added }) => [failure, added])).toEqual([["", 4]]);
    const uids = (await world.calendar(await world.address(feed))).match(/^UID:.*/gm) ?? [];
    expect([uids.length, new Set(uids).size]).toEqual([6, 6]);
  });
});
