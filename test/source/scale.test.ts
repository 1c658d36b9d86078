import { describe, expect, it } from "vitest";
import { people } from "../../src/demo/people.ts";
import { tick } from "../../src/tick.ts";
import { addProviders, addReaders, beginAsStaff, ownUsers, slowMinute } from "../many-readers.ts";
import { setColumns } from "../rows.ts";
import { requestTo } from "../waldur-answers.ts";

const lists = (line: string): boolean => /booking-resources|marketplace-orders/.test(line);

/** Returns true for a list that is asked for by its provider. */
const isOfOne = (line: string): boolean => /[?&]provider_uuid=/.test(line);

describe("an idle minute", () => {
  it("is two requests, and three while a request waits for its slots, however many sources one account reads", async () => {
    const world = await beginAsStaff();
    await world.addFeed();
    await world.tick();
    await addProviders(world, 60, 1);
    world.wait(60);
    await world.tick();
    world.requests();
    for (let minute = 0; minute < 5; minute += 1) {
      world.wait(60);
      await world.tick();
      const asked = world.requests();
      // A tenth of them is swept in each minute.
      const sweeps = asked.filter((line) => line.includes("booking-resources") && isOfOne(line));
      expect(sweeps.length).toBeLessThanOrEqual(20);
      expect(asked.filter(lists).length - sweeps.length).toBe(2);
    }
    const { uuid } = requestTo(world.sample, { name: "Without slots", requester: people.requester });
    world.sample.approve(uuid);
    world.wait(60);
    await world.tick();
    world.requests();
    world.wait(60);
    await world.tick();
    const asked = world.requests().filter((line) => lists(line) && !isOfOne(line));
    expect(asked.length).toBeLessThanOrEqual(3);
  });

  it("sends no more statements for more feeds", async () => {
    const counts: number[] = [];
    for (const feeds of [1, 10]) {
      const world = await beginAsStaff();
      await addProviders(world, 30, feeds);
      world.wait(60);
      await tick(world.deps);
      world.wait(60);
      const before = world.counts.statements;
      await tick(world.deps);
      counts.push(world.counts.statements - before);
    }
    expect(counts[1]).toBe(counts[0]);
  });
});

describe("a Waldur that takes 300 ms for each answer", () => {
  it.each([
    [1, 600],
    [40, 4000],
  ])("is read for 40 providers by %i accounts in at most %i ms", async (readers, most) => {
    const { elapsed } = await slowMinute(readers, false);
    expect(elapsed).toBeGreaterThanOrEqual(300);
    expect(elapsed).toBeLessThanOrEqual(most);
  });

  it("says who 40 accounts are, and is read for them, in at most 6 s, eight asking at once", async () => {
    const { elapsed, mostAtOnce, requests } = await slowMinute(40, true);
    expect(requests.filter((line) => line.includes("/api/users/me/"))).toHaveLength(40);
    expect(elapsed).toBeLessThanOrEqual(6000);
    expect(mostAtOnce).toBeLessThanOrEqual(16);
  });

  it("is asked who accounts are only as far as the budget goes, and no further once it does not answer", async () => {
    const world = await beginAsStaff();
    await addProviders(world, 40, 1, await addReaders(world, 40));
    const ask = async (fault: Response | null): Promise<number> => {
      await setColumns(world.deps.sql, "accounts", { proven_at: 0 });
      world.requests();
      const users = ownUsers(world);
      world.fault(async (request) => fault?.clone() ?? users(request));
      await tick({ ...world.deps, budget: { ...world.deps.budget, requests: 100 } });
      return world.requests().filter((line) => line.includes("/api/users/me/")).length;
    };
    expect(await ask(null)).toBe(25);
    expect(await ask(new Response("", { status: 503 }))).toBeLessThanOrEqual(6);
  });
});
