import { describe, expect, it } from "vitest";
import { makeWorld } from "../../world.ts";
import { visitor } from "../visitor.ts";

describe("what Waldur tells everybody about itself", () => {
  it("is asked for by one of many who come at once, and again after ten minutes", async () => {
    const world = await makeWorld({ bookings: 0 });
    const asked = () => world.requests().filter((line) => line.includes("/configuration/")).length;
    await visitor(world).page("/sign-in");
    await world.settle();
    expect(asked()).toBe(1);
    world.wait(600);
    for (let n = 0; n < 50; n += 1) await visitor(world).page("/sign-in");
    await world.settle();
    expect(asked()).toBe(1);
  });

  it("is not asked for by everybody while the first waits", async () => {
    const world = await makeWorld({ bookings: 0 });
    const { promise: silence, resolve: end } = Promise.withResolvers<null>();
    world.fault(async () => silence);
    const first = visitor(world).page("/sign-in");
    while (world.requests().length === 0) await new Promise(setImmediate);
    for (let n = 0; n < 5; n += 1) expect((await visitor(world).get("/sign-in")).status).toBe(200);
    expect(world.requests()).toEqual([]);
    end(null);
    expect(await first).toContain("<form");
  });
});
