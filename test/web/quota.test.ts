import { describe, expect, it } from "vitest";
import { offerings } from "../../src/demo/people.ts";
import { makeCaldav } from "../dav-server/server.ts";
import { makeWorld, type World, type WorldOptions } from "../world.ts";
import { login } from "./mirrored.ts";
import { origin, visitor, wholeForm } from "./visitor.ts";

const adminToken = "the-operator-of-these-tests";

/** A world with these limits; `as` calls its API with a bearer and resolves to status, error code and body. */
async function begin(config: NonNullable<WorldOptions["config"]>, options: WorldOptions = {}) {
  const world = await makeWorld({ bookings: 8, ...options, config: { adminToken, ...config } });
  const as =
    (bearer: string) =>
    async (method: string, path: string, body: object = {}) => {
      const headers = { Authorization: `Bearer ${bearer}` };
      const request = new Request(`${origin}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
      const answer = await world.app.fetch(request, world.deps);
      const json = await answer.json();
      return { status: answer.status, code: json.error?.code, message: json.error?.message ?? "", id: json.id };
    };
  return { world, as, source: { kind: "provider", uuid: world.sample.providerUuid } };
}

const overOffering = (n: number) => ({ source: { kind: "offering", uuid: offerings[n]?.uuid } });

/** Everything that is stored of feeds and targets. */
const stored = async (world: World) => [
  await world.deps.sql.all("SELECT id FROM feeds WHERE state != 'ended' ORDER BY id"),
  await world.deps.sql.all("SELECT id FROM targets ORDER BY id"),
];

describe("what one person may have", () => {
  it("is a number of feeds: the next is refused with the limit and the way out, on the pages too", async () => {
    const { world, as, source } = await begin({ maxFeeds: 2 });
    const owner = as(world.sample.tokens.providerOwner);
    const first = await owner("POST", "/feeds", { source });
    expect([first.status, (await owner("POST", "/feeds", { source })).status]).toEqual([201, 201]);
    const before = await stored(world);
    const refused = await owner("POST", "/feeds", { source });
    expect(refused).toMatchObject({ status: 403, code: "over_quota" });
    expect(refused.message).toMatch(/2 feeds.*feeds revoke.*operator/);
    const browser = visitor(world);
    await browser.signIn(world.sample.tokens.providerOwner);
    const page = await browser.send(
      "/feeds/new",
      { ...wholeForm, ...source, do: "save" },
      `/feeds/new?kind=provider&uuid=${source.uuid}`,
    );
    expect([page.status, await page.text()]).toEqual([403, expect.stringContaining("One person may have 2 calendars")]);
    expect(await stored(world)).toEqual(before);
    expect((await as(world.sample.tokens.providerManager)("POST", "/feeds", { source })).status).toBe(201);
    expect((await owner("DELETE", `/feeds/${first.id}`)).status).toBe(200);
    expect((await owner("POST", "/feeds", { source })).status).toBe(201);
  });

  it("is a number of lists, with any number of feeds over each", async () => {
    const { world, as } = await begin({ maxSources: 1 });
    const owner = as(world.sample.tokens.providerOwner);
    for (let n = 0; n < 3; n += 1) expect((await owner("POST", "/feeds", overOffering(0))).status).toBe(201);
    const refused = await owner("POST", "/feeds", overOffering(1));
    expect(refused).toMatchObject({ status: 403, code: "over_quota" });
    expect(refused.message).toMatch(/over 1 lists of Waldur/);
  });

  it("is no more by taking over", async () => {
    const { world, as, source } = await begin({ maxFeeds: 1 });
    const { id } = await as(world.sample.tokens.providerOwner)("POST", "/feeds", { source });
    const manager = as(world.sample.tokens.providerManager);
    expect((await manager("POST", "/feeds", { source })).status).toBe(201);
    await world.settle();
    expect(await manager("POST", `/feeds/${id}/take-over`)).toMatchObject({ status: 403, code: "over_quota" });
  });

  it("is a number of mirrors; nobody's server is asked for one more", async () => {
    const caldav = makeCaldav({ origin: "https://caldav.example.org" });
    caldav.addCalendar("other");
    caldav.addCalendar("third");
    let visits = 0;
    const outside = async (request: Request) => ((visits += 1), caldav.fetch(request));
    const { world, as, source } = await begin({ maxTargets: 1 }, { outside });
    const owner = as(world.sample.tokens.providerOwner);
    const { id: feed } = await owner("POST", "/feeds", { source });
    await world.settle();
    const at = (name: string) => ({ feed, url: caldav.calendarUrl().replace("work", name), ...login });
    expect((await owner("POST", "/targets", at("work"))).status).toBe(201);
    await world.settle();
    visits = 0;
    const refused = await owner("POST", "/targets", at("other"));
    expect(refused).toMatchObject({ status: 403, code: "over_quota" });
    expect(refused.message).toMatch(/1 calendars.*remove a target/);
    expect(visits).toBe(0);
    expect((await as(adminToken)("POST", "/targets", at("third"))).status).toBe(201);
  });

  it("has no limit for the operator", async () => {
    const { as, source } = await begin({ maxFeeds: 1, maxSources: 1, maxTargets: 1 });
    for (const made of [{ source }, { source }, overOffering(0), overOffering(1)]) {
      expect((await as(adminToken)("POST", "/feeds", made)).status).toBe(201);
    }
  });
});

describe("somebody without a role in Waldur", () => {
  it("makes calendars of their own bookings, and no others", async () => {
    const { world, as } = await begin({});
    const outsider = as(world.sample.tokens.outsider);
    for (const source of [{ kind: "visible" }, overOffering(0).source, { kind: "customer", uuid: "a".repeat(32) }]) {
      const refused = await outsider("POST", "/feeds", { source });
      expect([source.kind, refused.status, refused.code]).toEqual([source.kind, 403, "no_role"]);
      expect(refused.message).toContain("no role in Waldur");
    }
    expect(await stored(world)).toEqual([[], []]);
    const browser = visitor(world);
    await browser.signIn(world.sample.tokens.outsider);
    const page = await browser.page("/");
    expect([page.includes("kind=mine"), page.includes("kind=visible")]).toEqual([true, false]);
    const form = await browser.get("/feeds/new?kind=visible");
    expect([form.status, await form.text()]).toEqual([403, expect.stringContaining("needs a role in Waldur")]);
    expect((await outsider("POST", "/feeds", { source: { kind: "mine" } })).status).toBe(201);
  });

  it("is not the operator, whose account may have none", async () => {
    const { as } = await begin({}, { token: "sample-outsider" });
    expect((await as(adminToken)("POST", "/feeds", { source: { kind: "visible" } })).status).toBe(201);
  });
});
