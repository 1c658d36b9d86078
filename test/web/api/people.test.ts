import { describe, expect, it } from "vitest";
import { unfold } from "../../../src/calendar/ical/content-line.ts";
import { lintCalendar } from "../../../src/calendar/ical/lint.ts";
import { people as samplePeople } from "../../../src/demo/people.ts";
import { requestTo } from "../../waldur-answers.ts";
import { makeWorld, type World } from "../../world.ts";
import { origin, visitor } from "../visitor.ts";

const adminToken = "the-operator-of-these-tests";

function caller(world: World, bearer: string) {
  return async (path: string, init: RequestInit = {}): Promise<Response> =>
    world.app.fetch(
      new Request(`${origin}/api/v1${path}`, {
        ...init,
        headers: { Authorization: `Bearer ${bearer}`, ...init.headers },
      }),
      world.deps,
    );
}

describe("the API", () => {
  it("takes a person's Waldur token, shows it to that Waldur only, and asks at most once a minute", async () => {
    const world = await makeWorld({ bookings: 8, config: { adminToken } });
    const call = caller(world, world.sample.tokens.providerOwner);
    const hosts = new Set<string>();
    world.fault((request) => {
      hosts.add(new URL(request.url).origin);
      return null;
    });
    const asked = () => world.requests().filter((line) => line.includes("/users/me/")).length;
    expect((await call("/feeds")).status).toBe(200);
    expect(asked()).toBe(1);
    for (let n = 0; n < 5; n += 1) await call("/feeds");
    expect(asked()).toBe(0);
    world.wait(60);
    await call("/feeds");
    expect(asked()).toBeGreaterThan(0);
    expect([...hosts]).toEqual([new URL(world.deps.config.waldurApiUrl ?? "").origin]);
    expect(JSON.stringify(world.log.entries)).not.toContain(world.sample.tokens.providerOwner);
  });

  it("makes a feed that belongs to the person, and hides its address from the operator", async () => {
    const world = await makeWorld({ bookings: 8, config: { adminToken } });
    const [owner, operator] = [caller(world, world.sample.tokens.providerOwner), caller(world, adminToken)];
    const body = JSON.stringify({ source: { kind: "provider", uuid: world.sample.providerUuid } });
    const made = await (await owner("/feeds", { method: "POST", body })).text();
    const id = /"id":"([0-9a-f]{16})"/.exec(made)?.[1] ?? "";
    await world.settle();
    const read = async (call: typeof owner) => (await call(`/feeds/${id}`)).json();
    expect(await read(owner)).toMatchObject({ standing: "owner", address: expect.stringContaining("/f/") });
    expect(await read(operator)).toMatchObject({ standing: "operator", address: null, state: "active" });
    const colleague = caller(world, world.sample.tokens.providerManager);
    expect(await read(colleague)).toMatchObject({ standing: "colleague", address: null, profile: null });
    expect(await (await colleague("/runs")).json()).toEqual({ runs: [] });
    expect(await (await owner("/runs")).json()).toMatchObject({ runs: [{ added: expect.any(Number), failure: "" }] });
  });

  it("gives the operator no link with which a person's requests are decided, and the person all of them", async () => {
    const world = await makeWorld({ bookings: 8, config: { adminToken, signedDecisions: true } });
    const [owner, operator] = [caller(world, world.sample.tokens.providerOwner), caller(world, adminToken)];
    world.sample.request();
    for (const decisions of ["signed", "sign-in"]) {
      const body = JSON.stringify({ source: { kind: "provider", uuid: world.sample.providerUuid }, decisions });
      const made = await (await owner("/feeds", { method: "POST", body })).text();
      const id = /"id":"([0-9a-f]{16})"/.exec(made)?.[1] ?? "";
      await world.settle();
      const read = async (call: typeof owner) => (await call(`/feeds/${id}/calendar.ics`)).text();
      const [owned, seen] = [unfold(await read(owner)), await read(operator)];
      expect(owned).toContain(`${origin}/a/${decisions === "signed" ? "d" : "s"}`);
      expect(unfold(seen)).not.toContain("/a/");
      expect(lintCalendar(seen)).toEqual([]);
      expect(seen.match(/BEGIN:VEVENT/g)).toHaveLength(owned.match(/BEGIN:VEVENT/g)?.length ?? 0);
    }
  });

  it("ignores cookies", async () => {
    const world = await makeWorld({ bookings: 0 });
    const one = visitor(world);
    await one.signIn(world.sample.tokens.providerOwner);
    expect((await one.get("/api/v1/feeds")).status).toBe(401);
  });

  it("answers wrong tokens late once many came from a network, and right ones from there at once", async () => {
    const world = await makeWorld({ bookings: 0, config: { adminToken } });
    const waited = async (bearer: string) => {
      const before = world.clock.ms;
      const { status } = await caller(world, bearer)("/feeds");
      return [status, world.clock.ms - before];
    };
    for (let n = 0; n < 20; n += 1) expect(await waited(`guess-number-${n}`)).toEqual([401, 0]);
    expect(await waited("guess-number-20")).toEqual([401, 2000]);
    expect(await waited(world.sample.tokens.providerOwner)).toEqual([200, 0]);
    expect(await waited(adminToken)).toEqual([200, 0]);
    expect(await waited("guess-number-21")).toEqual([401, 2000]);
    world.wait(600);
    expect(await waited("guess-number-22")).toEqual([401, 0]);
  });

  it("tells who decided to people who act for the provider alone; tries at what Waldur does not show somebody are not kept", async () => {
    const world = await makeWorld({ bookings: 0, config: { adminToken } });
    const { tokens, providerUuid } = world.sample;
    const people = ["providerOwner", "providerManager", "requester", "outsider"] as const;
    const [maria, sam, jonas, pat] = people.map((role) => caller(world, tokens[role]));
    if (!maria || !sam || !jonas || !pat) throw new Error("there are four people");
    const make = async (call: typeof maria, source: object) =>
      call("/feeds", { method: "POST", body: JSON.stringify({ source }) });
    for (const call of [maria, sam]) await make(call, { kind: "provider", uuid: providerUuid });
    await make(jonas, { kind: "mine" });
    await world.settle();
    const by = { requester: samplePeople.requester };
    const [accepted, rejected] = [requestTo(world.sample, by), requestTo(world.sample, by)];
    await world.tick({ sweepSince: world.clock.ms / 1000 + 1 });
    const tried: [typeof maria, "accept" | "reject", string][] = [
      [pat, "accept", accepted.uuid],
      [jonas, "accept", accepted.uuid],
      [maria, "accept", accepted.uuid],
      [sam, "reject", accepted.uuid],
      [jonas, "reject", rejected.uuid],
    ];
    for (const [call, action, uuid] of tried) {
      await call(`/bookings/${uuid}/${action}`, { method: "POST" });
      world.wait(1);
    }
    const told = async (call: typeof maria) => {
      const { decisions }: { decisions: Record<string, string>[] } = JSON.parse(
        await (await call("/decisions")).text(),
      );
      return decisions.map((one) => `${one["username"]} ${one["action"]} ${one["result"]} ${one["address"]}`);
    };
    const [ofJonas, trial] = ["jonas.sample reject done ", "jonas.sample accept not-yours "];
    const ofProvider = [ofJonas, "sam.sample reject other ", "maria.naidis accept done "];
    expect(await told(maria)).toEqual(ofProvider);
    expect(await told(sam)).toEqual(ofProvider);
    expect(await told(jonas)).toEqual([ofJonas, trial]);
    expect(await told(pat)).toEqual([]);
    expect(await told(caller(world, adminToken))).toEqual([...ofProvider, trial].map((line) => `${line}192.0.2.0`));
    const history = async (token: string) => {
      const browser = visitor(world);
      await browser.signIn(token);
      const page = await browser.page("/history");
      const names = ["Maria Näidis", "Sam Sample", "Jonas Sample-Õunapuu", "Pat Sample"];
      // Head and filter name the reader.
      return names
        .map((name) => page.split("plain log")[1]?.split(name).length ?? 0)
        .map((parts) => Math.max(0, parts - 1));
    };
    expect(await history(tokens.providerOwner)).toEqual([1, 1, 1, 0]);
    expect(await history(tokens.requester)).toEqual([0, 0, 2, 0]);
    expect(await history(tokens.outsider)).toEqual([0, 0, 0, 0]);
    expect(await history(adminToken)).toEqual([1, 1, 2, 0]);
  });

  it("accepts as the person, and tells of it who may see the booking", async () => {
    const world = await makeWorld({ bookings: 0, config: { adminToken } });
    const owner = caller(world, world.sample.tokens.providerOwner);
    const body = JSON.stringify({ source: { kind: "provider", uuid: world.sample.providerUuid } });
    await owner("/feeds", { method: "POST", body });
    const booking = world.sample.request();
    await world.settle();
    await world.tick({ sweepSince: world.clock.ms / 1000 + 1 });
    expect((await owner(`/bookings/${booking.uuid}/accept`, { method: "POST" })).status).toBe(200);
    const decided = { decisions: [expect.objectContaining({ username: "maria.naidis", via: "api", result: "done" })] };
    expect(await (await owner("/decisions")).json()).toMatchObject(decided);
    const other = caller(world, world.sample.tokens.otherProviderOwner);
    expect(await (await other("/decisions")).json()).toEqual({ decisions: [] });
  });
});
