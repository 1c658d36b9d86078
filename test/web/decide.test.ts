import { describe, expect, it } from "vitest";
import { people } from "../../src/demo/people.ts";
import type { Deps } from "../../src/deps.ts";
import { AppError } from "../../src/errors.ts";
import { findUser } from "../../src/store/accounts.ts";
import { listDecisions } from "../../src/store/decisions.ts";
import { statement } from "../../src/store/sql.ts";
import { decide, type Wish } from "../../src/sync/decide.ts";
import { sentence, stateAfter, waldurAnswers } from "../answers.ts";
import type { World } from "../world.ts";
import { type Case, makeBrowser, makeCase } from "./decided.ts";

const actions = ["accept", "reject"] as const;
const modes = ["sign-in", "signed"] as const;

/** Requests that would change something in Waldur, since the last look. */
const writes = (world: World): string[] => world.requests().filter((request) => request.startsWith("POST"));

/** A browser in which the page's buttons work, in either mode. */
async function ready(one: Case, mode: (typeof modes)[number], link: string) {
  if (mode === "sign-in") return one.signedIn("providerOwner", link);
  const browser = makeBrowser(one.world);
  return { browser, page: await browser.open(link) };
}

describe.each(modes)("a click on a page of the kind %s", (mode) => {
  describe.each(actions)("to %s", (action) => {
    it.each(waldurAnswers)("when Waldur answers $name", async (answer) => {
      const one = await makeCase({ mode });
      const { world } = one;
      const { booking, link } = await one.request({ own: true });
      const { browser, page } = await ready(one, mode, link);
      const interfere = answer.interfere(world.sample, booking, action);
      world.fault((request) => {
        const done = interfere(request);
        if (done === "hang") return Object.assign(new Error("too late"), { name: "TimeoutError" });
        return done === "cut" ? new Error("socket hang up") : done;
      });
      const { status, note, html } = await browser.decide(page, action);
      expect({ status, note }).toEqual({
        status: answer.status,
        note: expect.stringContaining(sentence(answer, action)),
      });
      expect(html).not.toMatch(/undefined|Error:|\bat \/|stack/);
      expect(world.sample.find(booking.uuid)?.state ?? "gone").toBe(stateAfter(answer, action));
      const [kept] = await listDecisions(world.deps.sql, booking.uuid, 1);
      expect(kept).toMatchObject({ action, via: mode, username: "maria.naidis", address: "192.0.2.0" });
    });
  });
});

describe("who may decide", () => {
  it("owners and managers of the provider accept; everybody else hears who can, and Waldur is not asked", async () => {
    const one = await makeCase();
    const { world } = one;
    const { booking, link } = await one.request();
    for (const role of ["outsider", "otherProviderOwner", "requester", "consumerOwner"] as const) {
      const { browser, page } = await one.signedIn(role, link);
      world.requests();
      const nonced = { ...page, html: page.html.replace('value="reject"', 'value="accept"') };
      const refused = await browser.decide(nonced, "accept");
      expect([role, refused.status >= 403, writes(world)]).toEqual([role, true, []]);
    }
    expect(world.sample.find(booking.uuid)?.state).toBe("Creating");
    const manager = await one.signedIn("providerManager", link);
    expect((await manager.browser.decide(manager.page, "accept")).status).toBe(200);
  });

  it("nobody accepts for themselves because they also manage the customer", async () => {
    const one = await makeCase();
    const { world } = one;
    const { booking, link } = await one.request({ requester: people.consumerOwner });
    // Waldur itself would let them: seen on a real one.
    const { browser, page } = await one.signedIn("consumerOwner", link);
    expect(page.buttons).toEqual(["reject"]);
    const refused = await browser.decide(page, "accept");
    expect([refused.status, refused.note]).toEqual([403, expect.stringContaining("does not stand for the provider")]);
    expect(world.sample.find(booking.uuid)?.state).toBe("Creating");
    // To withdraw it is theirs.
    expect((await browser.decide(page, "reject")).status).toBe(200);
    expect(world.sample.find(booking.uuid)?.state).toBe("Terminated");
  });

  it("a reject that Waldur refuses says who can, and shows the way", async () => {
    const one = await makeCase();
    const { booking, link } = await one.request();
    const { browser, page } = await one.signedIn("providerOwner", link);
    const refused = await browser.decide(page, "reject");
    expect([refused.status, refused.note]).toEqual([403, expect.stringContaining(booking.project.customer.name)]);
    expect(refused.html).toContain(`https://homeport.example.org/resource-details/${booking.uuid}/`);
  });

  it("with the operator's token a provider rejects, Waldur is told by the operator, our audit names the person", async () => {
    const one = await makeCase({ config: { waldurDecisionToken: "sample-staff" } });
    const { world } = one;
    const { booking, link } = await one.request();
    const told: string[] = [];
    world.fault((request) => {
      if (request.method === "POST") told.push(request.headers.get("Authorization") ?? "");
      return null;
    });
    const { browser, page } = await one.signedIn("providerManager", link);
    expect(page.html).toContain("Waldur’s own log will name that account, ours names you");
    const rejected = await browser.decide(page, "reject");
    expect([rejected.status, rejected.note]).toEqual([200, expect.stringContaining("operator’s account")]);
    expect(told).toEqual(["Token sample-provider-manager", "Token sample-staff"]);
    expect([world.sample.find(booking.uuid)?.state, await one.status(booking.uuid)]).toEqual([
      "Terminated",
      "CANCELLED",
    ]);
    const [kept] = await listDecisions(world.deps.sql, booking.uuid, 1);
    expect(kept).toMatchObject({ username: "sam.sample", byOperator: true, result: "done", action: "reject" });
  });

  it("the operator's token is used for nobody else, for nothing else, and not for whoever holds a link", async () => {
    for (const role of ["outsider", "otherProviderOwner"] as const) {
      const one = await makeCase({ config: { waldurDecisionToken: "sample-staff" } });
      const { booking, link } = await one.request();
      const { browser, page } = await one.signedIn(role, link);
      for (const action of actions) expect((await browser.decide(page, action)).status).toBeGreaterThanOrEqual(403);
      expect(one.world.sample.find(booking.uuid)?.state).toBe("Creating");
    }
    const signed = await makeCase({ mode: "signed", config: { waldurDecisionToken: "sample-staff" } });
    const { booking, link } = await signed.request();
    const browser = makeBrowser(signed.world);
    expect((await browser.decide(await browser.open(link), "reject")).status).toBe(403);
    expect(signed.world.sample.find(booking.uuid)?.state).toBe("Creating");
  });

  it("an operator's token that does not work is a refusal to the person, and an error in the log", async () => {
    const one = await makeCase({ config: { waldurDecisionToken: "sample-nobody-knows" } });
    const { link } = await one.request();
    const { browser, page } = await one.signedIn("providerOwner", link);
    expect((await browser.decide(page, "reject")).status).toBe(403);
    expect(one.world.log.entries.map(({ event }) => event)).toContain("decision_token_refused");
  });

  it("a token that Waldur does not take any more marks the account, and the page asks for another", async () => {
    const one = await makeCase();
    const { world } = one;
    const { link, booking } = await one.request();
    const { browser, page } = await one.signedIn("providerOwner", link);
    world.sample.expireToken("providerOwner");
    const refused = await browser.decide(page, "accept");
    expect([refused.status, refused.note]).toEqual([401, expect.stringContaining("Maria Näidis")]);
    expect(refused.html).toContain("Your Waldur token");
    const account = async () => findUser(world.deps.sql, "decider", people.providerOwner.uuid);
    expect((await account())?.refusedAt).toBe(Math.floor(world.clock.ms / 1000));
    world.sample.renewToken("providerOwner");
    const again = await browser.signIn(refused, "sample-provider-owner");
    expect((await account())?.refusedAt).toBeNull();
    expect((await browser.decide(again, "accept")).status).toBe(200);
    expect(world.sample.find(booking.uuid)?.state).toBe("OK");
  });

  it("a link that decides at once stops to when the operator or the feed takes that back, or the account becomes staff", async () => {
    const one = await makeCase({ mode: "signed" });
    const { world } = one;
    const { link } = await one.request();
    const open = async (deps: Deps = world.deps) => makeBrowser({ ...world, deps }).open(link);
    expect(await open()).toMatchObject({ buttons: ["accept", "reject"] });
    expect((await open()).html).toContain("Whoever has this link decides as Maria Näidis");
    const forbidden = { ...world.deps, config: { ...world.deps.config, signedDecisions: false } };
    expect(await open(forbidden)).toMatchObject({ status: 200, buttons: [] });
    // Not the sample: the account of the environment never.
    expect(await open({ ...world.deps, sample: false })).toMatchObject({ status: 200, buttons: [] });
    await world.deps.sql.batch([statement("UPDATE accounts SET is_staff = 1")]);
    expect(await open()).toMatchObject({ status: 200, buttons: [] });
  });
});

/** A clock that stands: who waits gives way, and no lease runs out. */
function giveWay(world: World): void {
  Object.assign(world.deps, { sleep: async () => new Promise((resolve) => setTimeout(resolve, 2)) });
}

describe("many clicks", () => {
  it("two hundred at once make one decision, and all see it", async () => {
    const one = await makeCase();
    const { world } = one;
    const { booking, link } = await one.request();
    const { browser, page } = await one.signedIn("providerOwner", link);
    world.requests();
    giveWay(world);
    const seen = await Promise.all(Array.from({ length: 200 }, async () => browser.decide(page, "accept")));
    expect(new Set(seen.map(({ status, note }) => `${status} ${note}`))).toEqual(
      new Set(["200 Accepted. The booking is confirmed, and the calendar shows it from now on."]),
    );
    expect(writes(world)).toEqual([`POST /api/booking-resources/${booking.uuid}/accept/`]);
    expect(await listDecisions(world.deps.sql, booking.uuid, 300)).toHaveLength(1);
  });

  it("of two people at once one decides, and the other is told", async () => {
    const one = await makeCase();
    const { world } = one;
    const { booking, link } = await one.request({ own: true });
    const owner = await one.signedIn("providerOwner", link);
    const manager = await one.signedIn("providerManager", link);
    world.requests();
    giveWay(world);
    const both = await Promise.all([
      owner.browser.decide(owner.page, "accept"),
      manager.browser.decide(manager.page, "reject"),
    ]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    expect(both.find(({ status }) => status === 409)?.note).toContain("decided otherwise");
    const accepted = both[0].status === 200;
    expect(writes(world)).toEqual([`POST /api/booking-resources/${booking.uuid}/${accepted ? "accept" : "reject"}/`]);
    expect(world.sample.find(booking.uuid)?.state).toBe(accepted ? "OK" : "Terminated");
  });

  it("a replay, a second click and the back button repeat what was said, and change nothing", async () => {
    const one = await makeCase();
    const { world } = one;
    const { link } = await one.request();
    const { browser, page } = await one.signedIn("providerOwner", link);
    const first = await browser.decide(page, "accept");
    world.requests();
    const replay = await browser.decide(page, "accept");
    world.wait(3600);
    const later = await browser.decide(page, "accept");
    const other = await browser.decide(page, "reject");
    expect([replay.status, replay.note]).toEqual([first.status, first.note]);
    expect([later.status, later.note]).toEqual([200, expect.stringContaining("had already been accepted")]);
    expect([other.status, other.note]).toEqual([409, expect.stringContaining("decided otherwise")]);
    expect(writes(world)).toEqual([]);
  });

  it("after one of which nobody knew what became, the next one finds it done", async () => {
    const one = await makeCase();
    const { world } = one;
    const { link, booking } = await one.request();
    const { browser, page } = await one.signedIn("providerOwner", link);
    const manager = await one.signedIn("providerManager", link);
    world.fault((request) => {
      if (request.method === "POST") world.sample.accept(booking.uuid);
      return request.method === "POST" || world.sample.find(booking.uuid)?.state === "OK" ? new Error("cut") : null;
    });
    expect((await browser.decide(page, "accept")).status).toBe(504);
    world.fault(null);
    expect((await manager.browser.decide(manager.page, "accept")).note).toContain("already been accepted by somebody");
    expect((await browser.decide(page, "accept")).note).toContain("Accepted. The booking is confirmed");
  });

  it("reach Waldur twenty times in ten minutes from one address, and others' still do", async () => {
    const one = await makeCase();
    const { world } = one;
    const { link } = await one.request({ approved: false });
    const { browser, page } = await one.signedIn("providerOwner", link);
    for (let tries = 0; tries < 20; tries += 1) expect((await browser.decide(page, "accept")).status).toBe(409);
    const limited = await browser.decide(page, "accept");
    expect([limited.status, limited.note]).toEqual([429, expect.stringContaining("Too many tries")]);
    expect((await browser.open(link)).status).toBe(200);
    const elsewhere = await one.signedIn("providerManager", link, "2001:db8::1");
    expect((await elsewhere.browser.decide(elsewhere.page, "accept")).status).toBe(409);
    world.wait(600);
    expect((await browser.decide(page, "accept")).status).toBe(409);
  });

  it("one that waits for another decision for too long says so, and changes nothing", async () => {
    const one = await makeCase();
    const { world } = one;
    const { link, booking } = await one.request();
    const { browser, page } = await one.signedIn("providerOwner", link);
    const until = Math.floor(world.clock.ms / 1000) + 600;
    await world.deps.sql.batch([
      statement("INSERT INTO leases (name, holder, until_at) VALUES (?1, 'x', ?2)", `booking:${booking.uuid}`, until),
    ]);
    const busy = await browser.decide(page, "accept");
    expect([busy.status, busy.note]).toEqual([503, expect.stringContaining("at this moment")]);
    expect(world.sample.find(booking.uuid)?.state).toBe("Creating");
  });
});

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
