import { describe, expect, it } from "vitest";
import { details } from "../../src/calendar/profile.ts";
import { people } from "../../src/demo/people.ts";
import type { Deps } from "../../src/deps.ts";
import { AppError } from "../../src/errors.ts";
import { findUser } from "../../src/store/accounts/accounts.ts";
import { listDecisions } from "../../src/store/decisions.ts";
import { findEvents, joinVevents } from "../../src/store/events.ts";
import { type FeedRow, listFeeds } from "../../src/store/feeds.ts";
import { addFeed } from "../../src/feed/commands.ts";
import { newProfile } from "../../src/feed/profile.ts";
import { decide, type DecisionRequest } from "../../src/decision/decide.ts";
import { workerBudgets } from "../../src/workers/budgets.ts";
import { makeBrowser, makeCase } from "./decided.ts";
import { holdLease, insertRow, setColumns } from "../rows.ts";

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
      // All three, over two sources.
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

  describe("on Workers", () => {
    const small = workerBudgets.free;

    /** As many feeds over one booking, of each kind in turn, and what decides on it with a Worker's budget. */
    async function makeMany(count: number) {
      const one = await makeCase();
      const { world } = one;
      const feeds = [one.feed];
      while (feeds.length < count) {
        const detail = details[feeds.length % 3] ?? "full";
        const language = feeds.length % 2 === 0 ? "en" : "et";
        feeds.push(await world.addFeed({ name: `Feed ${feeds.length}`, detail, language }));
      }
      await world.tick();
      const { booking, link } = await one.request();
      const { browser, page } = await one.signedIn("providerOwner", link);
      const there = (change: Partial<Deps> = {}) => {
        const own = makeBrowser({ ...world, deps: { ...world.deps, budget: small, ...change } });
        for (const [name, value] of browser.cookies) own.cookies.set(name, value);
        world.counts.statements = 0;
        return own;
      };
      const statusIn = async (feed: FeedRow): Promise<string> => {
        const text = (await world.calendar(await world.address(feed))).replaceAll("\r\n ", "");
        const { sql } = world.deps;
        const [row] = (await findEvents(sql, [feed.id], [booking.uuid])).get(feed.id) ?? [];
        const event = text.split("BEGIN:VEVENT").find((part) => part.includes(`UID:${row?.uid}\r\n`)) ?? "";
        return /\r\nSTATUS:(\w+)/.exec(event)?.[1] ?? "none";
      };
      return { ...one, feeds, booking, page, there, statusIn };
    }

    it.each([1, 6, 40, 200])(
      "%i feeds over one source show it, within the fifty statements that D1's free plan allows",
      async (count) => {
        const { world, feeds, page, there, statusIn } = await makeMany(count);
        const before = await Promise.all(feeds.map(async ({ id }) => world.feed(id)));
        for (const feed of feeds) expect(await statusIn(feed)).toBe("TENTATIVE");
        expect((await there().decide(page, "accept")).status).toBe(200);
        // As many for two hundred as for one, the page that follows included.
        expect(world.counts.statements).toBeLessThanOrEqual(34);
        world.requests();
        for (const feed of feeds) expect(await statusIn(feed)).toBe("CONFIRMED");
        expect(world.requests()).toEqual([]);
        const after = await Promise.all(feeds.map(async ({ id }) => world.feed(id)));
        for (const [index, { rev, state }] of after.entries()) {
          expect(state).toBe("active");
          expect(rev).toBeGreaterThan(before[index]?.rev ?? Infinity);
        }
        // Nothing is left for the run, and what it reads is what is there.
        world.wait(60);
        expect(await world.tick()).toMatchObject({ feeds: [], complete: true });
        expect((await world.feed(feeds.at(-1)?.id ?? "")).rev).toBe(after.at(-1)?.rev);
      },
    );

    it("a feed at which another run is working is left to that run, and the others show it", async () => {
      const { world, feeds, page, there, statusIn } = await makeMany(40);
      const busy = feeds[17];
      if (busy === undefined) throw new Error("there are not so many feeds");
      const { sql } = world.deps;
      const before = { feed: await world.feed(busy.id), vevents: await joinVevents(sql, busy.id) };
      let rev = before.feed.rev;
      const batch: typeof sql.batch = async (statements) => {
        // Another run writes to the feed between our reading and our writing, each time.
        if (statements.some((each) => each.sql.includes("INSERT INTO events"))) {
          rev += 1;
          await setColumns(sql, "feeds", { rev, writer: "another" }, busy.id);
        }
        return sql.batch(statements);
      };
      expect((await there({ sql: { ...sql, batch } }).decide(page, "accept")).status).toBe(200);
      expect(world.counts.statements).toBeLessThanOrEqual(50);
      expect(await world.feed(busy.id)).toEqual({ ...before.feed, rev });
      expect(await joinVevents(sql, busy.id)).toEqual(before.vevents);
      for (const feed of feeds) expect(await statusIn(feed)).toBe(feed === busy ? "TENTATIVE" : "CONFIRMED");
      world.wait(60);
      await world.tick();
      expect(await statusIn(busy)).toBe("CONFIRMED");
    });

    it("feeds of forty colleagues, each over a source of their own, show it as well", async () => {
      const { world, feed: first, feeds, page, there, statusIn } = await makeMany(3);
      const { sql } = world.deps;
      const source = await world.source(first);
      const [own = {}] = await sql.all("SELECT * FROM sources WHERE id = ?1", source.id);
      const bookings = await sql.all("SELECT * FROM bookings WHERE source_id = ?1", source.id);
      for (let n = 0; n < 40; n += 1) {
        const id = `colleague-${n}`;
        await sql.batch([
          insertRow("accounts", { id, kind: "person", user_uuid: id, created_at: 1 }),
          insertRow("sources", { ...own, id, account_id: id }),
          ...bookings.map(({ rowid: _rowid, ...row }) => insertRow("bookings", { ...row, source_id: id })),
        ]);
        const profile = newProfile(world.deps.config, id, {});
        feeds.push(await addFeed(world.deps, { ...source, accountId: id }, profile, null));
        // Their tokens are not what this is about.
        await setColumns(sql, "sources", { due_at: Math.floor(world.clock.ms / 1000) + 600 }, id);
      }
      // Another run has the list of one.
      await holdLease(sql, "source", "colleague-7", Math.floor(world.clock.ms / 1000));
      await world.tick();
      for (const feed of feeds) expect(await statusIn(feed)).toBe("TENTATIVE");
      expect((await there().decide(page, "accept")).status).toBe(200);
      expect(world.counts.statements).toBeLessThanOrEqual(35);
      for (const feed of feeds) {
        expect(await statusIn(feed)).toBe(feed.sourceId === "colleague-7" ? "TENTATIVE" : "CONFIRMED");
      }
      const due = await sql.all("SELECT id FROM sources WHERE due_at <= ?1", world.clock.ms / 1000);
      expect(due.map(({ id }) => id)).toEqual(expect.arrayContaining(["colleague-7"]));
      expect(due.map(({ id }) => id)).not.toContain("colleague-8");
      const left = await sql.all("SELECT name FROM leases WHERE name LIKE 'source:%'");
      expect(left).toEqual([{ name: "source:colleague-7" }]);
    });

    it("feeds that wait for more than the booking show it all the same, but those that are not served", async () => {
      const { world, feeds, booking, page, there, statusIn } = await makeMany(12);
      const { sql } = world.deps;
      const changes = [
        "rendered_rev = 0",
        "rendered_rev = rendered_rev - 3",
        "renderer = 1",
        "window_at = window_at - 86400",
      ];
      for (const [index, change] of changes.entries()) {
        await sql.run(`UPDATE feeds SET ${change} WHERE id = ?1`, feeds[index + 1]?.id ?? "");
      }
      const lagging = await world.feed(feeds[2]?.id ?? "");
      const fresh = await world.addFeed({ name: "Fresh" });
      expect((await there().decide(page, "accept")).status).toBe(200);
      expect(world.counts.statements).toBeLessThanOrEqual(34);
      for (const feed of feeds) expect(await statusIn(feed)).toBe("CONFIRMED");
      expect((await world.feed(lagging.id)).renderedRev).toBe(lagging.renderedRev);
      expect(await findEvents(sql, [fresh.id], [booking.uuid])).toEqual(new Map());
      expect((await world.get(await world.address(fresh))).status).toBe(404);
      // What they waited for comes with the run.
      const behind = async () =>
        (await listFeeds(sql)).filter((feed) => feed.state !== "active" || feed.renderedRev < lagging.renderedRev + 3);
      expect((await behind()).length).toBeGreaterThan(2);
      world.wait(60);
      await world.tick();
      expect(await behind()).toEqual([]);
      for (const feed of [...feeds, fresh]) expect(await statusIn(feed)).toBe("CONFIRMED");
    });

    it("a feed that runs empty by it keeps an entry that says so", async () => {
      const { world, feeds, booking, page, there, statusIn } = await makeMany(6);
      const waiting = await world.addFeed({ filter: { states: ["Creating"], text: booking.name } });
      await world.tick();
      expect((await world.feed(waiting.id)).eventCount).toBe(1);
      expect(await statusIn(waiting)).toBe("TENTATIVE");
      expect((await there().decide(page, "accept")).status).toBe(200);
      const { bytes, rows } = await joinVevents(world.deps.sql, waiting.id);
      expect(new TextDecoder().decode(bytes)).toContain(`UID:empty-${waiting.id}`);
      expect(rows).toBe(1);
      expect(await world.feed(waiting.id)).toMatchObject({ eventCount: 1, byteCount: bytes.length });
      for (const feed of feeds) expect(await statusIn(feed)).toBe("CONFIRMED");
    });
  });

  it("a feed that another run has for a moment is tried again, and so is a source", async () => {
    const one = await makeCase();
    const { world } = one;
    const other = await world.addFeed({ name: "Other" });
    const offering = await world.addOffering("0f00001".padEnd(32, "5a3c"));
    await world.tick();
    const { booking, link } = await one.request();
    const { browser, page } = await one.signedIn("providerOwner", link);
    const { sql } = world.deps;
    await holdLease(sql, "source", offering.sourceId, Math.floor(world.clock.ms / 1000), 1);
    let moved = false;
    const batch: typeof sql.batch = async (statements) => {
      if (!moved && statements.some((each) => each.sql.includes("INSERT INTO events"))) {
        moved = true;
        await sql.run("UPDATE feeds SET rev = rev + 1, writer = 'another' WHERE id = ?1", other.id);
      }
      return sql.batch(statements);
    };
    const there = makeBrowser({ ...world, deps: { ...world.deps, sql: { ...sql, batch } } });
    for (const [name, value] of browser.cookies) there.cookies.set(name, value);
    expect((await there.decide(page, "accept")).status).toBe(200);
    expect(moved).toBe(true);
    for (const feed of [one.feed, other, offering]) {
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
    await holdLease(world.deps.sql, "source", source.id, Math.floor(world.clock.ms / 1000), 60);
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
    const wish: DecisionRequest = {
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
