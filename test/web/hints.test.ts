import { workerBudgets } from "../../src/workers/budgets.ts";
import { describe, expect, it } from "vitest";
import { makeWorld, type World } from "../world.ts";
import { origin } from "./visitor.ts";

const hookSecret = "the-secret-of-the-web-hook";
const path = `/h/${hookSecret}`;
const night = Date.UTC(2027, 0, 4, 23) / 1000;

/** A feed that is loaded, at night, when Waldur is read every ten minutes. */
async function begin(options: Parameters<typeof makeWorld>[0] = {}) {
  const world = await makeWorld({
    bookings: 20,
    startAt: night,
    ...options,
    config: { hookSecret, ...options.config },
  });
  const feed = await world.addFeed();
  await world.tick();
  const address = await world.address(feed);
  world.wait(60);
  world.requests();
  world.log.entries.splice(0);
  return { world, feed, address };
}

async function post(world: World, to: string, body: BodyInit, method = "POST"): Promise<Response> {
  return world.app.fetch(new Request(origin + to, { method, ...(method === "POST" && { body }) }), world.deps);
}

const runs = (world: World): number => world.log.entries.filter(({ event }) => event === "run").length;

describe("a web hook of Waldur", () => {
  it("brings a request into the feed within five seconds, and each change of it", async () => {
    const { world, address } = await begin();
    const asked = world.sample.request({ name: "Hinted session" });
    const begunAt = world.clock.ms;
    await world.settle();
    expect([world.hooked, runs(world), world.clock.ms - begunAt]).toEqual([[204], 1, 2000]);
    expect(await world.calendar(address)).toContain("Pending: Hinted session");
    const steps = [
      [() => world.sample.accept(asked.uuid), /SUMMARY:\[SAMPLE\] Hinted session/],
      [() => world.sample.rename(asked.uuid, "Renamed session"), /SUMMARY:\[SAMPLE\] Renamed session/],
      [() => world.sample.terminate(asked.uuid), /Cancelled: Renamed session/],
    ] as const;
    for (const [step, shown] of steps) {
      world.wait(10);
      step();
      await world.settle();
      expect(await world.calendar(address)).toMatch(shown);
    }
    expect(runs(world)).toBe(4);
  });

  it("starts one run for many events at once", async () => {
    const { world, address } = await begin({ config: { hookSecret: null } });
    const { promise: gathering, resolve: go } = Promise.withResolvers<undefined>();
    const config = { ...world.deps.config, hookSecret };
    const deps = { ...world.deps, config, sleep: async () => gathering };
    const asked = [];
    for (let n = 0; n < 30; n += 1) {
      asked.push(world.sample.request({ name: `One of many ${n}` }));
      await post({ ...world, deps }, path, "{}");
    }
    go(undefined);
    await world.settle();
    expect(runs(world)).toBe(1);
    const own = asked.filter(({ offering }) => offering.customer.uuid === world.sample.providerUuid);
    expect(own.length).toBeGreaterThan(20);
    const unfolded = (await world.calendar(address)).replaceAll("\r\n ", "");
    expect(new Set(unfolded.match(/Pending: One of many \d+/g)).size).toBe(own.length);
  });

  it("reads only the sources that know what it names, and all where none does", async () => {
    const { world } = await begin();
    const [own, other] = world.sample.bookings
      .map(({ offering }) => offering)
      .filter(({ customer }) => customer.uuid === world.sample.providerUuid)
      .filter(({ uuid }, at, all) => all.findIndex((one) => one.uuid === uuid) === at);
    const feeds = [await world.addOffering(own?.uuid ?? ""), await world.addOffering(other?.uuid ?? "")];
    await world.tick();
    const read = async (body: string): Promise<number> => {
      world.wait(60);
      world.log.entries.splice(0);
      expect((await post(world, path, body)).status).toBe(204);
      await world.settle();
      return Number(world.log.entries.find(({ event }) => event === "run")?.facts["sources"]);
    };
    expect(feeds).toHaveLength(2);
    // That offering's own and the provider's.
    expect(await read(JSON.stringify({ context: { offering_uuid: own?.uuid } }))).toBe(2);
    expect(await read(`offering_uuid=${own?.uuid}`)).toBe(2);
    expect(await read(JSON.stringify({ context: { customer_uuid: world.sample.providerUuid } }))).toBe(1);
    const booking = world.sample.bookings.find(({ offering }) => offering.uuid === other?.uuid);
    const dashed = booking?.uuid.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5").toUpperCase();
    expect(await read(JSON.stringify({ context: { resource_uuid: dashed } }))).toBe(2);
    for (const unknown of ["", "{}", "[", "what?", `{"uuid":"${"f".repeat(32)}"}`]) expect(await read(unknown)).toBe(3);
  });

  it("answers alike whatever is posted, and keeps nothing of it", async () => {
    const { world } = await begin();
    const bodies = [
      "",
      "{",
      "x".repeat(400_000),
      `<script>${"<".repeat(900)}`,
      JSON.stringify({ message: "Ann Onymous" }),
    ];
    for (const body of bodies) {
      const answer = await post(world, path, body);
      expect([answer.status, await answer.text()]).toEqual([204, ""]);
    }
    await world.settle();
    expect(JSON.stringify(world.log.entries)).not.toMatch(/Onymous|the-secret/);
    expect(world.log.entries.find(({ event }) => event === "request")?.facts["path"]).toBe("/h/");
  });

  it("is at no other address, and at none without a secret", async () => {
    const { world } = await begin();
    const nowhere = await post(world, "/nowhere", "{}");
    for (const to of [`${path}x`, path.slice(0, -1), "/h/", "/h", `${path}/more`, "/h/null"]) {
      const answer = await post(world, to, "{}");
      expect([to, answer.status]).toEqual([to, 404]);
      expect([...answer.headers.keys()].toSorted()).toEqual([...nowhere.headers.keys()].toSorted());
    }
    expect((await post(world, path, "", "GET")).status).toBe(404);
    const without = await makeWorld({ bookings: 0 });
    expect((await post(without, path, "{}")).status).toBe(404);
    expect((await post(without, "/h/null", "{}")).status).toBe(404);
  });

  it("does not raise Waldur's load when it does not stop: a run in five seconds, sixty in ten minutes", async () => {
    const { world } = await begin();
    const begunAt = world.clock.ms;
    const until = begunAt + 1_200_000;
    let posts = 0;
    const at: number[] = [];
    for (; world.clock.ms < until; world.wait(0.1)) {
      posts += 1;
      await post(world, path, "{}");
      const before = runs(world);
      await world.settle();
      if (runs(world) > before) at.push(world.clock.ms);
    }
    const gaps = at.slice(1).map((ms, n) => ms - (at[n] ?? 0));
    expect(posts).toBeGreaterThan(200);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5000);
    expect(at.length).toBeLessThanOrEqual(3 * 60);
    expect(at.filter((ms) => ms < begunAt + 600_000).length).toBeLessThanOrEqual(2 * 60);
    expect(world.log.entries.filter(({ event }) => event === "hints_many").length).toBeGreaterThanOrEqual(1);
  });

  it("is waited for by another process, and not longer than its run can afford", async () => {
    const { world } = await begin();
    const other = { ...world.deps, config: { ...world.deps.config } };
    const request = () => new Request(origin + path, { method: "POST", body: "{}" });
    await Promise.all([world.app.fetch(request(), world.deps), world.app.fetch(request(), other)]);
    const sent = world.counts.statements;
    await world.settle();
    expect(runs(world)).toBe(2);
    expect(world.counts.statements - sent).toBeLessThan(60);
  });

  it("does not make the service ask a Waldur that told it to wait", async () => {
    const { world } = await begin();
    world.fault(() => new Response("[]", { status: 429, headers: { "Retry-After": "300" } }));
    await post(world, path, "{}");
    await world.settle();
    expect(world.requests().length).toBeGreaterThan(0);
    world.wait(30);
    await post(world, path, "{}");
    await world.settle();
    expect(world.requests()).toEqual([]);
  });

  it("is followed within the budget of a Worker", async () => {
    const { world, address } = await begin({ config: { hookSecret: null } });
    world.sample.request({ name: "Hinted session" });
    const budget = workerBudgets.free;
    const deps = { ...world.deps, budget, config: { ...world.deps.config, hookSecret } };
    const sent = world.counts.statements;
    await post({ ...world, deps }, path, "{}");
    await world.settle();
    expect(world.counts.statements - sent).toBeLessThanOrEqual(45);
    expect(world.requests().length).toBeLessThanOrEqual(30);
    expect(await world.calendar(address)).toContain("Pending: Hinted session");
  });
});

describe("without a web hook", () => {
  it("a request is in the feed within sixty seconds", async () => {
    const world = await makeWorld({ bookings: 20 });
    const address = await world.address(await world.addFeed());
    await world.tick();
    await world.calendar(address);
    world.sample.request({ name: "Unhinted session" });
    world.wait(60);
    await world.tick();
    expect(world.hooked).toEqual([]);
    expect(await world.calendar(address)).toContain("Pending: Unhinted session");
  });
});
