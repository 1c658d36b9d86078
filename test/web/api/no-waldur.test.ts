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
