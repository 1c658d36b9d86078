import { describe, expect, it } from "vitest";
import { makeWorld, type World } from "../world.ts";
import { origin, visitor } from "./visitor.ts";

const adminToken = "the-operator-of-these-tests";

/** Calls the API; resolves to the status, and the milliseconds that the answer waited. */
async function call(world: World, bearer: string, path = "/feeds"): Promise<readonly [number, number]> {
  const begun = world.clock.ms;
  const headers = { Authorization: `Bearer ${bearer}` };
  const answer = await world.app.fetch(new Request(`${origin}/api/v1${path}`, { headers }), world.deps);
  return [answer.status, world.clock.ms - begun];
}

describe("the requests of one person", () => {
  it("are answered at once sixty times, and then twice a second; others and the operator do not wait", async () => {
    const world = await makeWorld({ bookings: 0, config: { adminToken } });
    const { outsider, providerOwner } = world.sample.tokens;
    for (let n = 0; n < 60; n += 1) expect(await call(world, outsider)).toEqual([200, 0]);
    for (let n = 0; n < 5; n += 1) expect(await call(world, outsider)).toEqual([200, 500]);
    expect(await call(world, providerOwner)).toEqual([200, 0]);
    for (let n = 0; n < 100; n += 1) expect(await call(world, adminToken)).toEqual([200, 0]);
    world.wait(30);
    for (let n = 0; n < 60; n += 1) expect(await call(world, outsider)).toEqual([200, 0]);
  });

  it("count together on the pages and over the API", async () => {
    const world = await makeWorld({ bookings: 0 });
    const token = world.sample.tokens.outsider;
    const one = visitor(world);
    await one.signIn(token);
    for (let n = 0; n < 59; n += 1) await call(world, token);
    const begun = world.clock.ms;
    expect((await one.get("/")).status).toBe(200);
    expect(world.clock.ms - begun).toBe(500);
    expect((await one.signIn(token)).status).toBe(303);
    expect(world.clock.ms - begun).toBe(1000);
  });

  it("that come while twenty are under way are refused, and late", async () => {
    const world = await makeWorld({ bookings: 0 });
    const token = world.sample.tokens.outsider;
    await call(world, token);
    const { promise: silence, resolve: end } = Promise.withResolvers<null>();
    world.fault(async () => silence);
    const answers: (readonly [status: number, waited: number])[] = [];
    const { promise: three, resolve: atThree } = Promise.withResolvers<null>();
    const asked = Array.from({ length: 23 }, async () => {
      answers.push(await call(world, token, "/providers"));
      if (answers.length === 3) atThree(null);
    });
    await three;
    expect(answers.map(([status, waited]) => [status, waited >= 2000])).toEqual([1, 2, 3].map(() => [429, true]));
    end(null);
    await Promise.all(asked);
    expect(answers.slice(3).map(([status]) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect((await call(world, token))[0]).toBe(200);
  });

  it("do not wait because the clock was set back", async () => {
    const world = await makeWorld({ bookings: 0 });
    const token = world.sample.tokens.outsider;
    for (let n = 0; n < 70; n += 1) await call(world, token);
    world.wait(-86_400);
    expect(await call(world, token)).toEqual([200, 0]);
  });
});
