import { describe, expect, it } from "vitest";
import { offerings, people, type RoleName } from "../../../src/demo/people.ts";
import type { SampleBooking } from "../../../src/demo/bookings.ts";
import { workerBudgets } from "../../../src/workers/budgets.ts";
import { requestTo } from "../../waldur-answers.ts";
import { makeWorld, type World, type WorldOptions } from "../../world.ts";
import { type Visitor, visitor, wholeForm } from "../visitor.ts";

const adminToken = "the-operator-of-these-tests";
const hour = 3600;

/** An owner whose provider is read, with a calendar. */
async function begin(options: WorldOptions = {}, role: RoleName = "providerOwner") {
  const world = await makeWorld({ bookings: 0, ...options, config: { adminToken, ...options.config } });
  const reader = visitor(world);
  await reader.signIn(world.sample.tokens[role]);
  const about = { kind: "provider", uuid: world.sample.providerUuid };
  const form = `/feeds/new?${new URLSearchParams(about)}`;
  await reader.send("/feeds/new", { ...wholeForm, ...about, do: "save" }, form);
  await world.settle();
  return { world, reader };
}

/** A request to the first provider, so many hours ahead, an hour long unless said. */
function ask(
  world: World,
  name: string,
  ahead: number,
  change: { hours?: number; approved?: boolean } = {},
): SampleBooking {
  const { hours = 1, ...rest } = change;
  const booking = requestTo(world.sample, { name, ...rest });
  const start = Math.floor(world.clock.ms / 1000 / hour) * hour + ahead * hour;
  const period = { start, end: start + hours * hour };
  const move = <T>(all: readonly T[]): T[] => all.slice(0, 1).map((one) => ({ ...one, ...period }));
  Object.assign(booking, { schedules: move(booking.schedules), slots: move(booking.slots) });
  return booking;
}

async function read(world: World): Promise<void> {
  world.wait(60);
  await world.tick({ sweepSince: world.clock.ms / 1000 + 1 });
}

/** The requests that the report of a page leaves for another click. */
const leftIn = (html: string): string[] =>
  [...html.matchAll(/type="hidden" name="uuid" value="([0-9a-f]{32})"/g)].map(([, uuid = ""]) => uuid);
/** The names on the cards of a page, in order. */
const namesIn = (html: string): string[] =>
  [...html.matchAll(/<h2 dir="auto"><a href="\/bookings\/[0-9a-f]{32}"[^>]*>([^<]*)</g)].map(([, name = ""]) => name);
const countsIn = (html: string): number[] =>
  [...html.matchAll(/<a href="\/\?part=\w+"[^>]*>[^<]*<strong>(\d+)</g)].map(([, count]) => Number(count));
/** The part of a page about one request. */
const cardOf = (html: string, name: string): string =>
  html.split('<li class="card').find((card) => card.includes(`>${name}</a>`)) ?? "";
const focusOf = (html: string): string => /\sautofocus[^>]*>([^<]*)</.exec(html)?.[1] ?? "";

describe("the first page", () => {
  it("has every request, apart by who can answer it, with true counts", async () => {
    const { world, reader } = await begin();
    ask(world, "Free", 30);
    ask(world, "Later", 50);
    ask(world, "Too early", 70, { approved: false });
    ask(world, "Too late", -10);
    await read(world);
    const page = await reader.page("/");
    expect(namesIn(page)).toEqual(["Free", "Later"]);
    expect(countsIn(page)).toEqual([2, 1, 1]);
    expect(page).toContain('<h1 id="requests">2 requests wait for your answer</h1>');
    const waiting = await reader.page("/?part=waiting");
    expect(namesIn(waiting)).toEqual(["Too early"]);
    expect(cardOf(waiting, "Too early")).toContain("waits for approval by the customer");
    expect(cardOf(waiting, "Too early")).toContain("marketplace-order-details");
    const over = await reader.page("/?part=over");
    expect(namesIn(over)).toEqual(["Too late"]);
    expect(over).not.toMatch(/\/bookings\/[0-9a-f]{32}\/accept/);
  });

  it("says of each when in a zone, who, how long it waits, what overlaps, what else there is that day, and the requester's words", async () => {
    const { world, reader } = await begin({ config: { timeZone: "Europe/Tallinn" } });
    const one = ask(world, "One", 30, { hours: 2 });
    Object.assign(one, { description: "We bring our own dishes" });
    ask(world, "Other", 31);
    ask(world, "Same day", 27);
    await read(world);
    const card = cardOf(await reader.page("/"), "One");
    expect(card).toContain('Tue 5 Jan 2027, 17:00–19:00</span> <span class="quiet small">Europe/Tallinn');
    expect(card).toContain("Overlaps: Other, Tue 5 Jan 2027, 18:00–19:00 (also requested)");
    expect(card).toContain('aria-label="Tue 5 Jan 2027: this request 17:00–19:00; 2 other bookings of this offering"');
    expect(card).toMatch(/Requested by [^<]+\(/);
    expect(card).toContain("Message from the requester:");
    expect(card).toContain("We bring our own dishes");
    expect(card).toMatch(/waiting for \d+ (minute|hour)/);
    expect(card).toContain("resource-details");
  });

  it("is the same for a second manager without a calendar, for staff and for the operator", async () => {
    const { world } = await begin();
    ask(world, "Free", 30);
    await read(world);
    for (const token of [world.sample.tokens.providerManager, world.sample.tokens.staff, adminToken]) {
      const other = visitor(world);
      await other.signIn(token);
      expect(namesIn(await other.page("/"))).toEqual(["Free"]);
    }
    const stranger = visitor(world);
    await stranger.signIn(world.sample.tokens.otherProviderOwner);
    expect(namesIn(await stranger.page("/"))).toEqual([]);
  });

  it("shows requesters what they asked for, with a way to withdraw it and none to accept it", async () => {
    const { world } = await begin();
    const requester = visitor(world);
    await requester.signIn(world.sample.tokens.requester);
    const form = "/feeds/new?kind=mine";
    await requester.send("/feeds/new", { ...wholeForm, kind: "mine", do: "save" }, form);
    await world.settle();
    const booking = ask(world, "Mine", 30);
    Object.assign(booking, { requester: people.requester });
    await read(world);
    const page = await requester.page("/");
    expect(page).toContain("1 request waits for somebody else");
    expect(namesIn(page)).toEqual(["Mine"]);
    expect(page).toContain("Withdraw…");
    expect(page).not.toContain("/accept");
    expect(await requester.page(`/bookings/${booking.uuid}/reject`)).toContain("Withdraw this request?");
    const done = await requester.send(`/bookings/${booking.uuid}/reject`, { sure: "yes" }, "/");
    expect(done.status).toBe(200);
    expect(world.sample.find(booking.uuid)?.state).toBe("Terminated");
  });

  it("tells somebody who manages nothing so, and what to do", async () => {
    const world = await makeWorld({ bookings: 3 });
    const outsider = visitor(world);
    await outsider.signIn(world.sample.tokens.outsider);
    const page = await outsider.page("/");
    expect(page).toContain("Your account manages no provider in Waldur");
    expect(page).toContain('href="/feeds/new?kind=mine"');
  });

  it("pages through 120 requests by links, each request once, and every page is small", async () => {
    const { world, reader } = await begin();
    for (let n = 0; n < 120; n += 1) ask(world, `Request ${n}`, 30 + 2 * n);
    await read(world);
    let path: string | undefined = "/";
    const names: string[] = [];
    while (path !== undefined) {
      const page = await reader.page(path);
      expect(new TextEncoder().encode(page).length).toBeLessThan(50_000);
      expect(countsIn(page)[0]).toBe(120);
      names.push(...namesIn(page));
      path = /<a href="(\/\?[^"]*)" rel="next"/.exec(page)?.[1]?.replaceAll("&amp;", "&");
    }
    expect(names).toEqual(Array.from({ length: 120 }, (_, n) => `Request ${n}`));
    expect(namesIn(await reader.page("/?page=99"))).toHaveLength(15);
  });

  it("is searched and sorted by its address", async () => {
    const { world, reader } = await begin();
    Object.assign(ask(world, "Õhuke lõige", 80), { requester: people.requester });
    const other = ask(world, "Thick slice", 30);
    Object.assign(other, { offering: offerings[1], requester: people.consumerOwner });
    await read(world);
    const found = async (query: string) => namesIn(await reader.page(`/?${query}`));
    expect(await found("words=õhuke")).toEqual(["Õhuke lõige"]);
    expect(await found("words=SLICE+thick")).toEqual(["Thick slice"]);
    expect(await found(`names=${people.consumerOwner.username}`)).toEqual(["Thick slice"]);
    expect(await found(`offering=${offerings[1]?.uuid}`)).toEqual(["Thick slice"]);
    expect(await found("from=2027-01-07")).toEqual(["Õhuke lõige"]);
    expect(await found("to=2027-01-05")).toEqual(["Thick slice"]);
    expect(await found("order=age")).toEqual(["Õhuke lõige", "Thick slice"]);
    expect(await found("order=start")).toEqual(["Thick slice", "Õhuke lõige"]);
    const none = await reader.page("/?words=nowhere");
    expect(none).toContain("No request matches.");
    expect(none).toContain('value="nowhere"');
    expect(await found("part=x&order=y&offering=z&page=-1&from=never")).toHaveLength(2);
  });

  it("costs as many statements with 1,000 open requests as with 15", async () => {
    const count = async (requests: number): Promise<number> => {
      const { world, reader } = await begin();
      for (let n = 0; n < requests; n += 1) ask(world, `Request ${n}`, 30 + n);
      await read(world);
      await reader.page("/");
      world.counts.statements = 0;
      const page = await reader.page("/");
      expect(countsIn(page)[0]).toBe(requests);
      return world.counts.statements;
    };
    const few = await count(15);
    expect(await count(1000)).toBe(few);
    expect(few).toBeLessThanOrEqual(16);
  });
});

describe("a manager who has just signed in", () => {
  const signIn = async (world: World, role: RoleName): Promise<Visitor> => {
    const one = visitor(world);
    await one.signIn(world.sample.tokens[role]);
    return one;
  };

  it("finds what Waldur has, without a calendar, and what comes later", async () => {
    const world = await makeWorld({ bookings: 0, token: "no-token-of-this-waldur" });
    ask(world, "Free", 30);
    const answering = Promise.withResolvers<null>();
    world.fault(async ({ url }) => (url.includes("/booking-resources/") ? answering.promise : null));
    const manager = await signIn(world, "providerManager");
    const before = await manager.get("/");
    expect(before.headers.get("Refresh")).toBe("3; url=/");
    expect(await before.text()).toContain("Waldur is being read for the first time: Sample Imaging Centre");
    answering.resolve(null);
    await world.settle();
    const page = await manager.get("/");
    expect(page.headers.get("Refresh")).toBeNull();
    expect(namesIn(await page.text())).toEqual(["Free"]);
    ask(world, "Later", 40);
    world.wait(60);
    await world.tick();
    const later = await manager.page("/");
    expect(namesIn(later)).toEqual(["Free", "Later"]);
    expect(later).toContain(`href="/feeds/new?kind=provider&amp;uuid=${world.sample.providerUuid}"`);
    expect(await world.deps.sql.all("SELECT * FROM feeds")).toEqual([]);
  });

  it("finds every provider's requests, as staff", async () => {
    const world = await makeWorld({ bookings: 0, token: "no-token-of-this-waldur" });
    ask(world, "Free", 30);
    Object.assign(ask(world, "Elsewhere", 31), {
      offering: offerings.find(({ customer }) => customer.uuid !== world.sample.providerUuid),
    });
    const staff = await signIn(world, "staff");
    await world.settle();
    expect(namesIn(await staff.page("/"))).toEqual(["Free", "Elsewhere"]);
  });

  it("finds what Waldur has, as manager of an offering, whom Waldur makes a manager of its organisation", async () => {
    const world = await makeWorld({ bookings: 0, token: "no-token-of-this-waldur" });
    ask(world, "Free", 30);
    const manager = await signIn(world, "offeringManager");
    await world.settle();
    expect(namesIn(await manager.page("/"))).toEqual(["Free"]);
  });

  it("is read for thirty days, and not by people who manage nothing", async () => {
    const world = await makeWorld({ bookings: 0, token: "no-token-of-this-waldur" });
    await signIn(world, "requester");
    await world.settle();
    expect(await world.deps.sql.all("SELECT * FROM sources")).toEqual([]);
    await signIn(world, "providerManager");
    await world.settle();
    const reads = async (): Promise<number> => {
      world.requests();
      await world.tick();
      return world.requests().filter((line) => line.includes("/booking-resources/")).length;
    };
    world.wait(29 * 86_400);
    expect(await reads()).toBeGreaterThan(0);
    world.wait(2 * 86_400);
    expect(await reads()).toBe(0);
  });

  it("signs in all the same while Waldur does not list the providers", async () => {
    const world = await makeWorld({ bookings: 0 });
    world.fault(({ url }) => (url.includes("service-providers") ? new Response("down", { status: 502 }) : null));
    const manager = await signIn(world, "providerManager");
    expect((await manager.get("/")).status).toBe(200);
  });
});

describe("the first minute", () => {
  /** The state of these bookings in Waldur: to be decided, waiting for others, over. */
  const expected = (world: World, mine: (booking: SampleBooking) => boolean, decides: boolean): number[] => {
    const found = { decide: 0, waiting: 0, over: 0 };
    for (const booking of world.sample.bookings) {
      if (booking.state !== "Creating" || !mine(booking)) continue;
      const periods = booking.slots.length > 0 ? booking.slots : booking.schedules;
      const over = Math.max(...periods.map(({ start, end }) => Math.max(start, end))) <= world.clock.ms / 1000;
      found[over ? "over" : decides && booking.orders[0].state === "executing" ? "decide" : "waiting"] += 1;
    }
    return [found.decide, found.waiting, found.over];
  };

  it.each(["providerOwner", "providerManager", "staff", "otherProviderOwner"] as const)(
    "of %s has what Waldur holds, the sample being read as its start does it",
    async (role) => {
      const world = await makeWorld({ bookings: 60 });
      Object.assign(world.sample.request(), { offering: offerings.at(-1) });
      await world.addFeed();
      await world.tick();
      const one = visitor(world);
      await one.signIn(world.sample.tokens[role]);
      await world.settle();
      const other = role === "otherProviderOwner";
      const mine = ({ offering }: SampleBooking): boolean =>
        role === "staff" || (offering.customer.uuid === world.sample.providerUuid) !== other;
      const wanted = expected(world, mine, true);
      expect(countsIn(await one.page("/"))).toEqual(wanted);
      expect(wanted.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
    },
  );

  it("of a requester says what to do, and has what they asked for once they did it", async () => {
    const world = await makeWorld({ bookings: 60 });
    const one = visitor(world);
    await one.signIn(world.sample.tokens.requester);
    const page = await one.page("/");
    expect(countsIn(page)).toEqual([0, 0, 0]);
    expect(page).toContain("Create a calendar of the bookings I made");
    await one.send("/feeds/new", { ...wholeForm, kind: "mine", do: "save" }, "/feeds/new?kind=mine");
    await world.settle();
    const mine = ({ requester }: SampleBooking): boolean => requester.uuid === people.requester.uuid;
    expect(countsIn(await one.page("/"))).toEqual(expected(world, mine, false));
  });
});

describe("one person", () => {
  it("is the same behind the operator's token: a calendar that the start made is theirs, and nothing is a colleague's", async () => {
    const world = await makeWorld({ bookings: 0, config: { adminToken } });
    const feed = await world.addFeed();
    await world.tick();
    const owner = visitor(world);
    await owner.signIn(world.sample.tokens.providerOwner);
    await world.settle();
    const page = await owner.page("/calendars");
    expect(page).toContain(`href="/feeds/${feed.id}"`);
    for (const word of ["made by a colleague", "belongs to", "Take over", "Providers without a calendar"]) {
      expect(page).not.toContain(word);
    }
    expect(await owner.page(`/feeds/${feed.id}`)).toContain(await world.address(feed));
    expect(await owner.page("/")).not.toContain("You have no calendar of your own yet.");
    const colleague = visitor(world);
    await colleague.signIn(world.sample.tokens.providerManager);
    expect(await colleague.page("/calendars")).toContain("made by a colleague");
    expect((await colleague.get(`/feeds/${feed.id}`)).status).toBe(404);
  });

  it("is not the operator, who proves no user of Waldur: addresses that the user was given stay theirs", async () => {
    const { world } = await begin();
    const [feed] = await world.deps.sql.all("SELECT id FROM feeds");
    const operator = visitor(world);
    await operator.signIn(adminToken);
    expect(await operator.page(`/feeds/${String(feed?.["id"])}`)).not.toMatch(/\/f\/[\w-]{32}/);
  });
});

describe("an answer on the first page", () => {
  /** Answers as the button on the card says, or follows its link and confirms. */
  const accept = async (reader: Visitor, uuid: string, fields: Record<string, string> = {}) =>
    reader.send(`/bookings/${uuid}/accept`, { back: "part=decide", ...fields }, "/");

  it("takes one click where nothing overlaps: the row says so, and the next one has the focus", async () => {
    const { world, reader } = await begin();
    const [first, second] = [ask(world, "First", 30), ask(world, "Second", 40)];
    ask(world, "Third", 50);
    await read(world);
    expect(cardOf(await reader.page("/"), "First")).toContain(`formaction="/bookings/${first.uuid}/accept"`);
    const done = await accept(reader, second.uuid);
    const page = await done.text();
    expect([done.status, namesIn(page)]).toEqual([200, ["First", "Second", "Third"]]);
    expect(cardOf(page, "Second")).toContain("Accepted. The booking is confirmed");
    expect(focusOf(page)).toBe("Third");
    expect(countsIn(page)).toEqual([2, 0, 0]);
    expect(world.sample.find(second.uuid)?.state).toBe("OK");
  });

  it("takes a second step where something overlaps, even when that was not yet on the page", async () => {
    const { world, reader } = await begin();
    const one = ask(world, "One", 30, { hours: 2 });
    await read(world);
    await reader.page("/");
    ask(world, "Other", 31);
    await read(world);
    expect(cardOf(await reader.page("/"), "One")).toContain(`href="/bookings/${one.uuid}/accept?back=`);
    const asked = await (await accept(reader, one.uuid)).text();
    expect(asked).toContain("Accept this request?");
    expect(asked).toContain("Other, Tue 5 Jan 2027, 16:00–17:00");
    expect(asked).toContain("Accept all the same");
    expect(world.sample.find(one.uuid)?.state).toBe("Creating");
    await accept(reader, one.uuid, { sure: "yes" });
    expect(world.sample.find(one.uuid)?.state).toBe("OK");
  });

  it("takes a second step once the time has begun, and is none once it is over", async () => {
    const { world, reader } = await begin();
    const begun = ask(world, "Begun", -1, { hours: 3 });
    const over = ask(world, "Over", -10);
    await read(world);
    expect(cardOf(await reader.page("/"), "Begun")).toContain("This time has already begun.");
    expect(await (await accept(reader, begun.uuid)).text()).toContain("It began Mon 4 Jan 2027, 08:00 (UTC).");
    expect(await reader.page(`/bookings/${over.uuid}/accept`)).toContain("can no longer be decided here");
    const late = await accept(reader, over.uuid, { sure: "yes" });
    expect([late.status, await late.text()]).toEqual([
      409,
      expect.stringContaining("The time of this booking is over."),
    ]);
  });

  it("is never a rejection in one click", async () => {
    const { world, reader } = await begin();
    const booking = requestTo(world.sample, { name: "Own", own: true });
    await read(world);
    const asked = await (await reader.send(`/bookings/${booking.uuid}/reject`, {}, "/")).text();
    expect(asked).toContain("Reject this request?");
    expect(asked).toContain("would have to ask anew");
    expect(world.sample.find(booking.uuid)?.state).toBe("Creating");
    await reader.send(`/bookings/${booking.uuid}/reject`, { sure: "yes" }, `/bookings/${booking.uuid}/reject`);
    expect(world.sample.find(booking.uuid)?.state).toBe("Terminated");
  });

  it("says in the words of each case that it came too early, or that somebody else was first", async () => {
    const { world, reader } = await begin();
    const early = ask(world, "Early", 30, { approved: false });
    const taken = ask(world, "Taken", 40);
    await read(world);
    const tooEarly = await accept(reader, early.uuid, { sure: "yes" });
    expect([tooEarly.status, await tooEarly.text()]).toEqual([409, expect.stringContaining("Too early.")]);
    world.sample.reject(taken.uuid);
    const other = await accept(reader, taken.uuid);
    const page = await other.text();
    expect(other.status).toBe(409);
    expect(cardOf(page, "Taken")).toContain("Meanwhile this booking was decided otherwise");
    // A run has read it after the answer.
    await world.settle();
    expect(countsIn(await reader.page("/"))).toEqual([0, 1, 0]);
  });

  it("accepts the ticked ones, twenty at a time, and reports each that it did not", async () => {
    const { world, reader } = await begin();
    const all = Array.from({ length: 25 }, (_, n) => ask(world, `Request ${n}`, 30 + 2 * n));
    await read(world);
    const pages = `${await reader.page("/?part=decide&ticked=all")}${await reader.page("/?part=decide&ticked=all&page=2")}`;
    const ticked = [...pages.matchAll(/name="uuid" value="([0-9a-f]{32})\.[0-9a-f]{28}"[^>]*\schecked/g)].map(
      ([, uuid = ""]) => uuid,
    );
    expect(ticked).toEqual(all.map(({ uuid }) => uuid));
    world.sample.reject(all[3]?.uuid ?? "");
    const done = await reader.send("/bookings/accept", { uuid: ticked, back: "part=decide" }, "/");
    const report = await done.text();
    expect(report).toContain("19 requests were accepted");
    expect(report).toContain("Request 3</strong>: Meanwhile this booking was decided otherwise");
    expect(leftIn(report)).toEqual(all.slice(20).map(({ uuid }) => uuid));
    await world.settle();
    expect(countsIn(await reader.page("/"))).toEqual([5, 0, 0]);
    expect(all.filter(({ uuid }) => world.sample.find(uuid)?.state === "OK")).toHaveLength(19);
  });

  it("accepts none of many that overlaps or has begun, and nothing that was not ticked", async () => {
    const { world, reader } = await begin();
    const [one, other] = [ask(world, "One", 30), ask(world, "Other", 30)];
    const begun = ask(world, "Begun", -1, { hours: 3 });
    await read(world);
    const uuid = [one.uuid, begun.uuid, "0".repeat(32)];
    const report = await (await reader.send("/bookings/accept", { uuid }, "/")).text();
    expect(report).toContain("No request was accepted");
    expect(report).toContain("One</strong>: Not accepted: it overlaps Other");
    expect(report).toContain("Begun</strong>: Not accepted: its time has already begun");
    expect(await (await reader.send("/bookings/accept", {}, "/")).text()).toContain("Nothing was ticked");
    for (const { uuid: id } of [one, other, begun]) expect(world.sample.find(id)?.state).toBe("Creating");
  });

  it("leaves for another click what a small budget does not pay for, and gets there", async () => {
    const { world, reader } = await begin();
    const all = Array.from({ length: 5 }, (_, n) => ask(world, `Request ${n}`, 30 + 2 * n));
    await read(world);
    Object.assign(world.deps, { budget: workerBudgets.free });
    let left = all.map(({ uuid }) => uuid);
    let clicks = 0;
    for (; left.length > 0; clicks += 1) {
      world.counts.statements = 0;
      const page = await (await reader.send("/bookings/accept", { uuid: left }, "/history")).text();
      expect(world.counts.statements).toBeLessThanOrEqual(100);
      left = leftIn(page);
      expect(page).toContain(left.length === 0 ? "1 request was accepted" : `${left.length} `);
    }
    expect(all.every(({ uuid }) => world.sample.find(uuid)?.state === "OK")).toBe(true);
    expect(clicks).toBeLessThanOrEqual(5);
  });
});

describe("an answer to a page that shows what is no more", () => {
  const moved = "The times of this booking have changed since you saw it";
  /** The values of an element's attributes. */
  const attributesOf = (element: string): Record<string, string> =>
    Object.fromEntries([...element.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]));
  /** Presses Accept as it stands on a card, or Accept or Reject as on the page of the second step. */
  const press = async (reader: Visitor, html: string, card = ""): Promise<Response> => {
    const [button = ""] = /<button[^>]*formaction[^>]*>/.exec(card === "" ? html : cardOf(html, card)) ?? [];
    const { formaction, name = "", value = "" } = attributesOf(button);
    const [form = "", path = ""] = /<form method="post" action="(\/bookings[^"]*)".*?<\/form>/s.exec(html) ?? [];
    const inputs = [...(formaction === undefined ? form : html).matchAll(/<input type="hidden"[^>]*>/g)];
    const hidden = inputs.map(([input]) => attributesOf(input)).map((one) => [one["name"], one["value"]]);
    const own: Record<string, string> = name === "" ? {} : { [name]: value };
    return reader.post(formaction ?? path, { ...Object.fromEntries(hidden), ...own });
  };
  const stateOf = (world: World, { uuid }: SampleBooking): string | undefined => world.sample.find(uuid)?.state;

  it("asks again where the time has moved, and takes the answer to the new one", async () => {
    const { world, reader } = await begin();
    const one = ask(world, "One", 30);
    await read(world);
    const old = await reader.page("/");
    world.sample.moveSlot(one.uuid, 24 * hour);
    await read(world);
    const asked = await press(reader, old, "One");
    const page = await asked.text();
    expect([asked.status, stateOf(world, one)]).toEqual([409, "Creating"]);
    expect(page).toContain(moved);
    expect(page).toContain("Wed 6 Jan 2027, 15:00–16:00");
    expect((await press(reader, page)).status).toBe(200);
    expect(stateOf(world, one)).toBe("OK");
  });

  it("decides nothing where the time has moved in Waldur alone, and shows the new one then", async () => {
    const { world, reader } = await begin();
    const one = ask(world, "One", 30);
    await read(world);
    const old = await reader.page("/");
    world.sample.moveSlot(one.uuid, 24 * hour);
    const answer = await press(reader, old, "One");
    expect([answer.status, stateOf(world, one)]).toEqual([409, "Creating"]);
    expect(cardOf(await answer.text(), "One")).toContain(moved);
    await world.settle();
    expect(cardOf(await reader.page("/"), "One")).toContain("Wed 6 Jan 2027, 15:00–16:00");
  });

  it.each(["accept", "reject"])("asks again at the second step of %s", async (action) => {
    const { world, reader } = await begin();
    const one = ask(world, "One", 30);
    await read(world);
    const old = await reader.page(`/bookings/${one.uuid}/${action}`);
    world.sample.moveSlot(one.uuid, 24 * hour);
    await read(world);
    const asked = await press(reader, old);
    expect([asked.status, stateOf(world, one)]).toEqual([409, "Creating"]);
    expect(await asked.text()).toContain(moved);
  });

  it("asks again on the page of the request", async () => {
    const { world, reader } = await begin();
    const one = ask(world, "One", 30);
    await read(world);
    const old = await reader.page(`/bookings/${one.uuid}`);
    world.sample.moveSlot(one.uuid, 24 * hour);
    await read(world);
    expect((await press(reader, old)).status).toBe(409);
    expect(stateOf(world, one)).toBe("Creating");
  });

  it("asks again where what stands at the same time is more than the second step showed", async () => {
    const { world, reader } = await begin();
    const one = ask(world, "One", 30);
    const other = ask(world, "Other", 30);
    await read(world);
    const old = await reader.page(`/bookings/${one.uuid}/accept`);
    expect(old).toContain("Other");
    const third = ask(world, "Third", 30);
    world.sample.accept(third.uuid);
    await read(world);
    const asked = await press(reader, old);
    const page = await asked.text();
    expect([asked.status, stateOf(world, one)]).toEqual([409, "Creating"]);
    expect(page).toContain("Third, Tue 5 Jan 2027, 15:00–16:00 (confirmed)");
    // That there is less is nothing to ask about.
    world.sample.reject(other.uuid);
    await read(world);
    expect((await press(reader, page)).status).toBe(200);
    expect(stateOf(world, one)).toBe("OK");
  });

  it("is told what is wrong where Waldur takes the token no more, not that nothing waits or is there", async () => {
    const { world, reader } = await begin();
    const one = ask(world, "One", 30);
    await read(world);
    const old = await reader.page("/");
    world.sample.expireToken("providerOwner");
    world.wait(600);
    const page = await reader.page("/");
    expect(page).toContain("Waldur has not accepted your token since");
    expect(page).toContain("No request is shown here until then");
    for (const wrong of ["No request waits", "New requests appear here", "no calendar of your own"]) {
      expect(page).not.toContain(wrong);
    }
    expect(await reader.page(`/bookings/${one.uuid}`)).toContain(`href="/sign-in?next=%2Fbookings%2F${one.uuid}"`);
    const lost = await press(reader, old, "One");
    const told = await lost.text();
    expect([lost.status, told.includes("Waldur no longer accepts your token")]).toEqual([404, true]);
    expect(told).toContain('href="/sign-in" target="_blank"');
    expect(told).toContain("Send it again");
  });

  it("accepts the ticked ones but those that have moved", async () => {
    const { world, reader } = await begin();
    const [one, two, three] = [ask(world, "One", 30), ask(world, "Two", 40), ask(world, "Three", 50)];
    await read(world);
    const old = await reader.page("/?ticked=all");
    world.sample.moveSlot(one.uuid, 24 * hour);
    await read(world);
    world.sample.moveSlot(two.uuid, 24 * hour);
    const [nonce = ""] = /name="nonce" value="([^"]*)"/.exec(old)?.slice(1) ?? [];
    const uuid = [...old.matchAll(/<input type="checkbox"[^>]*>/g)].map(([box]) => attributesOf(box)["value"] ?? "");
    expect(uuid).toHaveLength(3);
    const report = await (await reader.post("/bookings/accept", { nonce, uuid, back: "" })).text();
    expect(report).toContain("1 request was accepted");
    expect(report).toContain(`One</strong>: ${moved}`);
    expect(report).toContain(`Two</strong>: ${moved}`);
    expect([one, two, three].map((each) => stateOf(world, each))).toEqual(["Creating", "Creating", "OK"]);
  });
});

describe("the page of a request", () => {
  it("has all of it, nothing cut, and the answers", async () => {
    const { world, reader } = await begin();
    const words = `${"word ".repeat(200)}end of the message`;
    const one = ask(world, "One", 30);
    Object.assign(one, { description: words });
    await read(world);
    const page = await reader.page(`/bookings/${one.uuid}`);
    expect(page).toContain("end of the message");
    expect(page).toContain("No other booking of this offering overlaps.");
    expect(page).toContain(`formaction="/bookings/${one.uuid}/accept"`);
    const done = await reader.send(`/bookings/${one.uuid}/accept`, { on: "request" }, `/bookings/${one.uuid}`);
    expect(await done.text()).toContain("Accepted. The booking is confirmed");
    const after = await reader.page(`/bookings/${one.uuid}`);
    expect(after).toContain("Accepted by Maria Näidis");
    expect((await reader.get(`/bookings/${"0".repeat(32)}`)).status).toBe(404);
  });
});
