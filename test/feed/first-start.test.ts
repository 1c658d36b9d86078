import { describe, expect, it } from "vitest";
import { makeFirstFeeds } from "../../src/feed/first-start.ts";
import { revokeFeed } from "../../src/feed/commands.ts";
import { listFeeds } from "../../src/store/feeds.ts";
import { makeWorld } from "../world.ts";

/** A world in which the operator owns both providers, and whose database fails at the second feed when told. */
async function begin() {
  const world = await makeWorld();
  const { sample, deps } = world;
  const roleOf = async (token: string) => {
    const request = new Request("http://sample.waldur.invalid/api/users/me/", {
      headers: { Authorization: `Token ${token}` },
    });
    return (await sample.fetch(request)).json();
  };
  const { permissions, ...me } = await roleOf(sample.tokens.providerOwner);
  const other = await roleOf(sample.tokens.otherProviderOwner);
  world.fault((request) =>
    request.url.includes("/users/me/")
      ? Response.json({ ...me, permissions: [...permissions, ...other.permissions] })
      : null,
  );
  let batches = 0;
  const failing = {
    ...deps,
    sql: {
      ...deps.sql,
      batch: async (statements: Parameters<typeof deps.sql.batch>[0]) => {
        batches += 1;
        if (batches === 2) throw new Error("the disk is full");
        return deps.sql.batch(statements);
      },
    },
  };
  return { deps, failing };
}

describe("the feeds of a first start", () => {
  it("that ended after the first are completed by the next", async () => {
    const { deps, failing } = await begin();
    await expect(makeFirstFeeds(failing)).rejects.toThrow("the disk is full");
    const [first] = await listFeeds(deps.sql);
    const { ids } = await makeFirstFeeds(deps);
    const feeds = await listFeeds(deps.sql);
    expect(ids).toHaveLength(1);
    expect(ids).not.toContain(first?.id);
    expect(new Set(feeds.map(({ sourceId }) => sourceId)).size).toBe(2);
    expect(await makeFirstFeeds(deps)).toEqual({ ids: [], hint: "" });
  });

  it("do not come back where somebody has ended one meanwhile", async () => {
    const { deps, failing } = await begin();
    await expect(makeFirstFeeds(failing)).rejects.toThrow();
    const [first] = await listFeeds(deps.sql);
    if (first === undefined) throw new Error("no feed was made");
    await revokeFeed(deps, first, false);
    await makeFirstFeeds(deps);
    expect((await listFeeds(deps.sql)).filter(({ state }) => state !== "ended")).toHaveLength(1);
  });
});
