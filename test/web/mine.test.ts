import { describe, expect, it } from "vitest";
import { people } from "../../src/demo/people.ts";
import { listSources } from "../../src/store/sources/sources.ts";
import { listFeeds } from "../../src/store/feeds.ts";
import { requestTo } from "../waldur-answers.ts";
import { holdLease } from "../rows.ts";
import { makeWorld } from "../world.ts";
import { visitor, wholeForm } from "./visitor.ts";

const adminToken = "a-token-for-the-operator-only";

/** A provider's owner who has made one of the two bookings that Waldur shows. */
async function begin() {
  const world = await makeWorld({ bookings: 0, config: { adminToken } });
  requestTo(world.sample, { name: "Own work", requester: people.providerOwner });
  requestTo(world.sample, { name: "Of a customer", requester: people.requester });
  const titles = async (): Promise<string[]> => {
    const [feed] = await listFeeds(world.deps.sql);
    if (feed === undefined) return [];
    const text = (await world.calendar(await world.address(feed))).replaceAll(/\r\n[ \t]/g, "");
    return [...text.matchAll(/SUMMARY:\[SAMPLE\] Pending: ([^(\r]*\w)/g)].map(([, title]) => title ?? "").toSorted();
  };
  return { world, titles };
}

describe.each([
  ["mine", ["Own work"]],
  ["visible", ["Of a customer", "Own work"]],
] as const)("a feed of the kind %s", (kind, wanted) => {
  it("over the API", async () => {
    const { world, titles } = await begin();
    const headers = { Authorization: `Bearer ${adminToken}` };
    const body = JSON.stringify({ source: { kind } });
    const answer = await world.app.fetch(
      new Request("https://calendar.example/api/v1/feeds", { method: "POST", headers, body }),
      world.deps,
    );
    expect(answer.status).toBe(201);
    await world.settle();
    expect(await titles()).toEqual(wanted);
  });

  it("on the pages, and an edit keeps it so", async () => {
    const { world, titles } = await begin();
    const owner = visitor(world);
    await owner.signIn(world.sample.tokens.providerOwner);
    expect(await owner.page("/calendars")).toContain(`href="/feeds/new?kind=${kind}"`);
    const form = `/feeds/new?kind=${kind}`;
    const made = await owner.send("/feeds/new", { ...wholeForm, kind, uuid: "", do: "save" }, form);
    await world.settle();
    expect(await titles()).toEqual(wanted);
    const path = (made.headers.get("Location") ?? "").split("?")[0] ?? "";
    await owner.send(`${path}/edit`, { ...wholeForm, name: "Renamed", do: "save" });
    await world.settle();
    expect((await listFeeds(world.deps.sql))[0]?.profile.name).toBe("Renamed");
    expect(await titles()).toEqual(wanted);
  });
});

it("a feed made on the pages is read at once, also while another run has its source", async () => {
  const { world } = await begin();
  const owner = visitor(world);
  await owner.signIn(world.sample.tokens.providerOwner);
  const make = async (name: string) => {
    const form = "/feeds/new?kind=visible";
    const made = await owner.send("/feeds/new", { ...wholeForm, name, kind: "visible", do: "save" }, form);
    await world.settle();
    return owner.page((made.headers.get("Location") ?? "").split("?")[0] ?? "");
  };
  expect(await make("First")).toContain("/f/");
  const [source] = await listSources(world.deps.sql);
  await holdLease(world.deps.sql, "source", source?.id ?? "", Math.floor(world.clock.ms / 1000) + 60);
  requestTo(world.sample, { name: "Unread so far" });
  expect(await make("Second")).toContain("/f/");
});

it("a feed made while its list is read for the first time has its events with the end of that", async () => {
  const { world } = await begin();
  const owner = visitor(world);
  const { promise, resolve } = Promise.withResolvers<null>();
  let asked = 0;
  world.fault(({ url }) => (url.includes("/booking-resources/") && (asked += 1) === 1 ? promise : null));
  // Whoever signs in has the lists read that they decide for.
  await owner.signIn(world.sample.tokens.providerOwner);
  const about = { kind: "provider", uuid: world.sample.providerUuid };
  const form = `/feeds/new?${new URLSearchParams(about)}`;
  const made = await owner.send("/feeds/new", { ...wholeForm, ...about, do: "save" }, form);
  while (!world.log.entries.some(({ event }) => event === "refresh_failed")) await new Promise(setImmediate);
  resolve(null);
  await world.settle();
  expect(await owner.page((made.headers.get("Location") ?? "").split("?")[0] ?? "")).toContain("/f/");
});
