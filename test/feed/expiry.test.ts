import { describe, expect, it } from "vitest";
import { listFeeds } from "../../src/store/feeds.ts";
import { run } from "../cli/fake-api.ts";
import { visitor, wholeForm } from "../web/visitor.ts";
import { makeWorld } from "../world.ts";

const adminToken = "a-token-for-the-operator-only";

/** A loaded feed and its three doors; each resolves to the refusal, "" when it took the day. */
async function begin() {
  const world = await makeWorld({ bookings: 12, config: { adminToken } });
  const send = async (request: Request) => world.app.fetch(request, world.deps);
  const api = async (method: string, path: string, body: object): Promise<string> => {
    const headers = { Authorization: `Bearer ${adminToken}` };
    const url = `https://calendar.example/api/v1${path}`;
    const response = await send(new Request(url, { method, headers, body: JSON.stringify(body) }));
    return response.ok ? "" : response.text();
  };
  const cli = async (line: string): Promise<string> => {
    const { exit, err } = await run(
      line,
      {},
      { env: { ADMIN_TOKEN: adminToken }, api: async () => ({ fetch: send, close: async () => {} }) },
    );
    return exit === 0 ? "" : err;
  };
  const person = visitor(world);
  await person.signIn(world.sample.tokens.providerOwner);
  // What signing in began: a feed that is made meanwhile would wait for the next run.
  await world.settle();
  const page = async (path: string, fields: Record<string, string>): Promise<string> => {
    const response = await person.send(path, { ...wholeForm, ...fields, do: "save" }, path);
    return response.status === 303 ? "" : response.text();
  };
  const source = { kind: "provider", uuid: world.sample.providerUuid };
  const form = `/feeds/new?${new URLSearchParams(source)}`;
  expect(await page(form, source)).toBe("");
  await world.settle();
  const [feed] = await listFeeds(world.deps.sql);
  if (feed === undefined) throw new Error("no feed was made");
  return { world, form, feed, api, cli, page, source };
}

const past = "2027-01-01";
const refusal = "expires must lie in the future; to end a feed now, revoke it";

describe("a feed that would end in the past", () => {
  it("is refused at each door, and the feed goes on", async () => {
    const { world, form, feed, api, cli, page, source } = await begin();
    const before = await world.feed(feed.id);
    const expiresAt = `${past}T00:00:00Z`;
    expect(await api("POST", "/feeds", { source, expiresAt })).toContain(refusal);
    expect(await api("PATCH", `/feeds/${feed.id}`, { expiresAt })).toContain(refusal);
    expect(await cli(`feeds add --provider ${source.uuid} --expires ${past}`)).toContain(refusal);
    expect(await cli(`feeds set ${feed.id} --expires ${past}`)).toContain(refusal);
    expect(await page(form, { ...source, expires: past })).toContain("Enter a future day");
    expect(await page(`/feeds/${feed.id}/edit`, { expires: past })).toContain("Enter a future day");
    await world.settle();
    await world.tick();
    expect(await world.feed(feed.id)).toEqual(before);
  });

  it("is taken at each door with a day to come", async () => {
    const { world, feed, api, cli, page } = await begin();
    const expiry = async () => (await world.feed(feed.id)).expiresAt;
    expect(await api("PATCH", `/feeds/${feed.id}`, { expiresAt: "2027-02-01T00:00:00Z" })).toBe("");
    expect(await expiry()).toBe(Date.UTC(2027, 1, 1) / 1000);
    expect(await page(`/feeds/${feed.id}/edit`, { zone: "", expires: "2027-04-01" })).toBe("");
    expect(await expiry()).toBe(Date.UTC(2027, 3, 1) / 1000);
    expect(await cli(`feeds set ${feed.id} --expires 2027-03-01`)).toBe("");
    expect(await expiry()).toBeGreaterThanOrEqual(Date.UTC(2027, 2, 1) / 1000);
  });
});
