import { describe, expect, it } from "vitest";
import { people } from "../../src/demo/people.ts";
import type { Deps } from "../../src/deps.ts";
import { AppError } from "../../src/errors.ts";
import { findUser } from "../../src/store/accounts.ts";
import { listDecisions } from "../../src/store/decisions.ts";
import { statement } from "../../src/store/sql.ts";
import { decide, type Wish } from "../../src/sync/decide.ts";
import { makeBrowser, makeCase } from "./decided.ts";

describe("after a decision", () => {
  it("every feed that holds the booking serves it: rendered after Waldur's answer, before ours, without another request", async () => {
    const one = await makeCase();
    const { world } = one;
    const busy = await world.addFeed({ detail: "busy", language: "et" });
    const offering = await world.addOffering("0f00001".padEnd(32, "5a3c"));
    await world.tick();
    const { booking, link } = await one.request();
    const { browser, page } = await one.signedIn("providerOwner", link);
    const order: string[] = [];
    const { sql } = world.deps;
    const spied = {
      ...world.deps,
      fetch: async (request: Request) => {
        const answer = await world.deps.fetch(request);
        order.push(`${request.method} ${new URL(request.url).pathname.split("/")[2] ?? ""}`);
        return answer;
      },
      sql: {
        ...sql,
        batch: async (statements: Parameters<typeof sql.batch>[0]) => {
          const changed = await sql.batch(statements);
          if (statements.some((each) => each.sql.includes("INSERT INTO events"))) order.push("feed");
          return changed;
        },
      },
    };
    const before = await Promise.all([one.feed, busy, offering].map(async ({ id }) => (await world.feed(id)).rev));
    world.wait(1);
    const there = makeBrowser({ ...world, deps: spied });
    for (const [name, value] of browser.cookies) there.cookies.set(name, value);
    const answered = await there.decide(page, "accept");
    order.push("answer");
    expect(answered.status).toBe(200);
    const posted = order.indexOf("POST booking-resources");
    expect(order.slice(posted, order.indexOf("GET users", posted))).toEqual([
      "POST booking-resources",
      "GET booking-resources",
      "feed",
      "feed",
      "feed",
    ]);
    world.requests();
    for (const [index, feed] of [one.feed, busy, offering].entries()) {
      const text = await world.calendar(await world.address(feed));
      expect(text).toContain("STATUS:CONFIRMED");
      expect((await world.feed(feed.id)).rev).toBeGreaterThan(before[index] ?? 0);
    }
    expect(await one.status(booking.uuid)).toBe("CONFIRMED");
    expect(world.requests()).toEqual([]);
    // What the next run reads is what is there.
    const text = await world.calendar(one.address);
    world.wait(60);
    await world.tick();
    expect(await world.calendar(one.address)).toBe(text);
  });

  it("six feeds over one source show it on Workers as well, within the fifty statements that D1's free plan allows", async () => {
    const one = await makeCase();
    const { world } = one;
    const feeds = [one.feed];
    for (const name of ["Two", "Three", "Four", "Five", "Six"]) feeds.push(await world.addFeed({ name }));
    await world.tick();
    const { booking, link } = await one.request();
    const { browser, page } = await one.signedIn("providerOwner", link);
    const deps: Deps = { ...world.deps, budget: { pages: 1, requests: 30, events: 50, statements: 40 } };
    const there = makeBrowser({ ...world, deps });
    for (const [name, value] of browser.cookies) there.cookies.set(name, value);
    world.counts.statements = 0;
    expect((await there.decide(page, "accept")).status).toBe(200);
    expect(world.counts.statements).toBeLessThanOrEqual(50);
    for (const feed of feeds) {
      const text = (await world.calendar(await world.address(feed))).replaceAll("\r\n ", "");
      const event = text.split("BEGIN:VEVENT").find((part) => part.includes(`UID:${booking.uuid}`));
      expect(event).toContain("STATUS:CONFIRMED");
    }
  });

  it("that another run is in the way of, the next run brings it", async () => {
    const one = await makeCase();
    const { world } = one;
    const { booking, link } = await one.request();
    const { browser, page } = await one.signedIn("providerOwner", link);
    const source = await world.source(one.feed);
    const until = Math.floor(world.clock.ms / 1000) + 60;
    await world.deps.sql.batch([
      statement("INSERT INTO leases (name, holder, until_at) VALUES (?1, 'run', ?2)", `source:${source.id}`, until),
    ]);
    expect((await browser.decide(page, "accept")).status).toBe(200);
    expect(await one.status(booking.uuid)).toBe("TENTATIVE");
    expect((await world.source(one.feed)).dueAt).toBeLessThanOrEqual(world.clock.ms / 1000);
    world.wait(61);
    await world.tick();
    expect(await one.status(booking.uuid)).toBe("CONFIRMED");
  });

  it("is kept who made it for DECISION_DAYS, and not longer", async () => {
    const one = await makeCase({ config: { decisionDays: 2 } });
    const { world } = one;
    const { booking, link } = await one.request();
    const { browser, page } = await one.signedIn("providerOwner", link, "2001:db8:1:2::3");
    await browser.decide(page, "accept");
    const kept = async () => listDecisions(world.deps.sql, booking.uuid, 9);
    expect(await kept()).toMatchObject([
      { username: "maria.naidis", feedId: one.feed.id, via: "sign-in", result: "done", address: "2001:db8:1::" },
    ]);
    world.wait(86_400);
    await world.tick();
    expect(await kept()).toHaveLength(1);
    // In the first minute of an hour what is too old goes.
    world.clock.ms = Math.ceil((world.clock.ms + 2 * 86_400_000) / 3_600_000) * 3_600_000;
    await world.tick();
    expect(await kept()).toEqual([]);
  });

  it("that dies half-way leaves that it was tried", async () => {
    const one = await makeCase();
    const { world } = one;
    const { booking, link } = await one.request();
    await one.signedIn("providerOwner", link);
    const account = await findUser(world.deps.sql, "decider", people.providerOwner.uuid);
    if (account === null) throw new Error("nobody signed in");
    const wish: Wish = {
      bookingUuid: booking.uuid,
      action: "accept",
      account,
      via: "sign-in",
      feedId: "f",
      address: "",
    };
    const { sql } = world.deps;
    const run: typeof sql.run = async (text, ...parameters) => {
      if (text.startsWith("UPDATE decisions")) throw new AppError("store_failed", "the process dies");
      return sql.run(text, ...parameters);
    };
    await expect(decide({ ...world.deps, sql: { ...sql, run } }, wish)).rejects.toThrow("the process dies");
    expect(world.sample.find(booking.uuid)?.state).toBe("OK");
    expect(await listDecisions(sql, booking.uuid, 1)).toMatchObject([{ result: "unknown", username: "maria.naidis" }]);
  });
});
