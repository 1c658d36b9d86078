import { describe, expect, it } from "vitest";
import { makeWorld } from "../../world.ts";

const adminToken = "a-token-for-the-operator-only";

describe("an address that is no Waldur's", () => {
  it.each([
    ["GET", "/providers", undefined],
    ["GET", "/bookings", undefined],
    ["POST", "/feeds", { source: { kind: "mine" } }],
  ])("is told by %s %s", async (method, path, body) => {
    const world = await makeWorld({ config: { adminToken } });
    for (const answer of [
      () => new Response("<html>", { headers: { "Content-Type": "text/html" } }),
      () => Response.json({ error: "what?" }, { status: 404 }),
    ]) {
      world.fault(answer);
      const response = await world.app.fetch(
        new Request(`https://calendar.example/api/v1${path}`, {
          method,
          headers: { Authorization: `Bearer ${adminToken}`, "Content-Type": "application/json" },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        }),
        world.deps,
      );
      const { error } = await response.json();
      expect(error.message).toMatch(/^http:\/\/sample\.waldur\.invalid is no Waldur: .*\w\.$/);
    }
  });

  it.each([{}, { dryRun: true }])("is told by POST /sync %j, whenever it is asked", async (body) => {
    const world = await makeWorld({ config: { adminToken } });
    await world.addFeed();
    await world.tick();
    const headers = { Authorization: `Bearer ${adminToken}`, "Content-Type": "application/json" };
    const init = { method: "POST", headers, body: JSON.stringify(body) };
    const sync = async (): Promise<string[]> => {
      const response = await world.app.fetch(new Request("https://calendar.example/api/v1/sync", init), world.deps);
      return (await response.json()).sources.map(({ failure }: { failure: string }) => failure);
    };
    world.fault(() => Response.json({ error: "what?" }, { status: 404 }));
    for (let turn = 0; turn < 2; turn += 1) {
      world.wait(60);
      await world.tick();
      expect(await sync()).toEqual([expect.stringContaining("http://sample.waldur.invalid is no Waldur")]);
    }
    world.fault((request) =>
      request.url.includes("configuration") ? null : Response.json({ detail: "Invalid token." }, { status: 401 }),
    );
    expect(await sync()).toEqual([expect.stringContaining("Waldur answered 401")]);
  });

  it("is not said of a Waldur that refuses the token", async () => {
    const world = await makeWorld({ config: { adminToken, waldurApiToken: "wrong" } });
    const headers = { Authorization: `Bearer ${adminToken}` };
    const response = await world.app.fetch(
      new Request("https://calendar.example/api/v1/providers", { headers }),
      world.deps,
    );
    expect((await response.json()).error).toMatchObject({
      code: "waldur_refused_token",
      message: expect.stringMatching(/^Waldur answered 401/),
    });
  });
});
