import { parse } from "valibot";
import { describe, expect, it } from "vitest";
import { type KeyRing, makeKeylessRing, newKey, parseKeyRing } from "../../src/security/keys.ts";
import { listTargets } from "../../src/store/targets.ts";
import { tick } from "../../src/tick.ts";
import * as responses from "../../src/web/api/responses.ts";
import { makeWorld, type World } from "../world.ts";
import { beginMirror, connectThere, login } from "./mirrored.ts";
import { visitor } from "./visitor.ts";

const adminToken = "operator-of-these-tests";
const random = (bytes: number): Uint8Array => crypto.getRandomValues(new Uint8Array(bytes));

/** The same world under another key ring. */
const under = (world: World, keys: KeyRing): World => ({ ...world, deps: { ...world.deps, keys } });
const wrongRing = (): KeyRing => parseKeyRing(newKey(random));
const lostRing = (): KeyRing => makeKeylessRing(random, "the key file is missing");
const rings = [
  ["another key", wrongRing],
  ["no key", lostRing],
] as const;

/** The calendar under this world's keys after a run. */
async function after(world: World, address: string): Promise<string> {
  await tick(world.deps);
  const response = await world.app.fetch(new Request(address), world.deps);
  expect(response.status).toBe(200);
  return (await response.text()).replaceAll("\r\n ", "");
}

/** The uuids of bookings for which a calendar has links to decide. */
const decidable = (calendar: string): Set<string> =>
  new Set(Array.from(calendar.matchAll(/\/a\/s[\w.-]*\.([0-9a-f]{32})\b/g), ([, uuid = ""]) => uuid));

async function begin() {
  const world = await makeWorld({ bookings: 30, config: { adminToken } });
  const full = await world.addFeed();
  const busy = await world.addFeed({ name: "Busy", detail: "busy" });
  await world.tick();
  return { world, full, busy, address: await world.address(full), busyAddress: await world.address(busy) };
}

const ask = async (world: World, path: string, init: RequestInit = {}): Promise<Response> =>
  world.app.fetch(
    new Request(`https://calendar.example/api/v1${path}`, {
      ...init,
      headers: { Authorization: `Bearer ${adminToken}` },
    }),
    world.deps,
  );

describe.each(rings)("a service that has %s where another one sealed", (_name, ring) => {
  it("serves every feed under its address, follows Waldur, and has everything again when the key is back", async () => {
    const { world, address, busyAddress } = await begin();
    const before = await after(world, address);
    const busyBefore = await after(world, busyAddress);
    const changed = under(world, ring());
    const booking = world.sample.request({ name: "Asked for without a key" });
    const during = await after(changed, address);
    expect(during).toContain("Asked for without a key");
    expect(during.match(/^UID:/gm)?.length).toBe((before.match(/^UID:/gm)?.length ?? 0) + 1);
    expect(await after(changed, busyAddress)).toBe(busyBefore);
    const back = await after(world, address);
    expect(back).toContain(booking.uuid);
    expect(decidable(back)).toEqual(decidable(before).add(booking.uuid));
    expect((await after(world, busyAddress)).match(/^UID:/gm)?.length).toBe(
      (busyBefore.match(/^UID:/gm)?.length ?? 0) + 1,
    );
  });

  it("lists feeds over the API, and says with which key an address is sealed", async () => {
    const { world, full } = await begin();
    const [sealing] = world.deps.keys.ids;
    const changed = under(world, ring());
    const { feeds } = parse(responses.feeds, await (await ask(changed, "/feeds")).json());
    expect(feeds.map(({ address, missingKey }) => ({ address, missingKey }))).toEqual([
      { address: null, missingKey: sealing },
      { address: null, missingKey: sealing },
    ]);
    const { keys } = parse(responses.check, await (await ask(changed, "/check")).json());
    expect(keys.ring).toContainEqual({ id: sealing, state: "missing", sealed: 2 });
    expect(keys.problems.join(" ")).toContain(`The key ${sealing} is missing. Sealed with it: 2 calendar addresses.`);
    const back = parse(responses.feed, await (await ask(world, `/feeds/${full.id}`)).json());
    expect(back).toMatchObject({ missingKey: null, address: await world.address(full) });
    const whole = parse(responses.check, await (await ask(world, "/check")).json());
    expect(whole.keys).toEqual({ ring: [{ id: sealing, state: "first", sealed: 2 }], problems: [] });
  });

  it("says on the pages what is sealed with which key", async () => {
    const { world, full, busy } = await begin();
    const [sealing] = world.deps.keys.ids;
    const operator = visitor(under(world, ring()));
    expect((await operator.signIn(adminToken)).status).toBe(303);
    expect(await operator.page("/")).toContain(`The key ${sealing} is missing`);
    const page = await operator.page(`/feeds/${full.id}`);
    expect(page).toContain("The address works as before, but cannot be shown");
    expect(page).toContain(sealing);
    expect(page).not.toContain("The calendar shows what it last had");
    expect(await operator.page(`/feeds/${busy.id}`)).toContain("The calendar shows what it last had");
  });
});

describe("a service whose keys are lost", () => {
  it("stores no secret, and says why", async () => {
    const { world, full } = await begin();
    const changed = under(world, lostRing());
    const refused = await ask(changed, `/feeds/${full.id}/rotate`, { method: "POST" });
    expect(refused.status).toBe(500);
    expect(await refused.json()).toMatchObject({
      error: { code: "seal_broken", message: "no secret can be stored: the key file is missing." },
    });
    expect((await ask(changed, "/check")).status).toBe(200);
  });
});

describe("a service that has another key of the same id", () => {
  it("says that it is not the one that sealed", async () => {
    const { world } = await begin();
    const [sealing] = world.deps.keys.ids;
    const same = newKey(random).replace(/^[^:]+/, sealing);
    const { keys } = parse(responses.check, await (await ask(under(world, parseKeyRing(same)), "/check")).json());
    expect(keys.ring).toEqual([{ id: sealing, state: "other", sealed: 2 }]);
    expect(keys.problems.join(" ")).toContain("is not the one that sealed");
  });
});

describe("a feed of which no key opens anything", () => {
  it("goes on with a new address, a busy one too", async () => {
    const { world, busy } = await begin();
    const changed = under(world, wrongRing());
    expect((await ask(changed, `/feeds/${busy.id}/rotate`, { method: "POST" })).status).toBe(200);
    await tick(changed.deps);
    const listed = parse(responses.feed, await (await ask(changed, `/feeds/${busy.id}`)).json());
    expect(listed.missingKey).toBeNull();
    world.sample.request({ name: "Later" });
    const events = listed.events;
    await after(changed, listed.address ?? "");
    expect((await world.feed(busy.id)).eventCount).toBe(events + 1);
  });
});

describe("a mirror whose credentials no key opens", () => {
  it("says so, is not run each minute, and goes on when the key is back", async () => {
    const begun = await beginMirror({}, { config: { adminToken } });
    const { world, owner } = begun;
    const path = await connectThere(begun);
    await owner.send(`${path}/resume`, {}, path);
    await world.settle();
    const changed = under(world, wrongRing());
    world.sample.request({ name: "While it is away" });
    const failures = async () => (await listTargets(world.deps.sql)).map((target) => target.failures);
    for (let minute = 0; minute < 5; minute += 1) {
      world.wait(60);
      await tick(changed.deps);
    }
    expect(await failures()).toEqual([1]);
    const operator = visitor(changed);
    await operator.signIn(adminToken);
    expect(await operator.page(path)).toContain("Nothing is written there: the key ");
    expect(await operator.page("/calendars")).toContain("Nothing is written there: the key ");
    await world.settle();
    world.wait(600);
    await tick(world.deps);
    expect(await failures()).toEqual([0]);
    expect([...begun.caldav.bodies().values()].join("")).toContain("While it is away");
  });

  it("goes on at once with credentials that are entered anew", async () => {
    const begun = await beginMirror();
    const { world, owner } = begun;
    const path = await connectThere(begun);
    await owner.send(`${path}/resume`, {}, path);
    await world.settle();
    const changed = under(world, wrongRing());
    world.wait(60);
    await tick(changed.deps);
    const person = visitor(changed);
    await person.signIn(world.sample.tokens.providerOwner);
    expect((await person.send(`${path}/credentials`, login, path)).status).toBe(303);
    await world.settle();
    expect((await listTargets(world.deps.sql))[0]).toMatchObject({ failures: 0, failure: "" });
    expect(await person.page(path)).not.toContain("Nothing is written there");
  });
});

describe("keys put first in the ring", () => {
  it("seal anew what others sealed, and the page of settings says when those may go", async () => {
    const { world, full } = await begin();
    const old = `old:${"A".repeat(42)}E`;
    const fresh = `new:${"A".repeat(42)}I`;
    const first = under(world, parseKeyRing(old));
    await ask(first, `/feeds/${full.id}/rotate`, { method: "POST" });
    const both = under(world, parseKeyRing(`${fresh},${old}`));
    world.wait(3600 - ((world.clock.ms / 1000) % 3600));
    const ringOf = async (): Promise<unknown[]> =>
      parse(responses.check, await (await ask(both, "/check")).json()).keys.ring.slice(0, 2);
    expect(await ringOf()).toEqual([
      { id: "new", state: "first", sealed: 0 },
      { id: "old", state: "kept", sealed: 1 },
    ]);
    await tick(both.deps);
    expect(await ringOf()).toEqual([
      { id: "new", state: "first", sealed: 1 },
      { id: "old", state: "kept", sealed: 0 },
    ]);
  });
});
