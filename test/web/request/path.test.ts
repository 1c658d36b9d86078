import { describe, expect, it } from "vitest";
import { makeWorld } from "../../world.ts";
import { origin } from "../visitor.ts";

describe("an address that is none of ours", () => {
  it.each([
    ["/f/", "text/calendar", 404],
    ["/feeds/", "text/html", 404],
    ["/sign-in?next=", "text/html", 404],
    ["/api/v1/feeds?name=", "application/json", 404],
  ])("leads nowhere when it has many broken escapes, at %s", async (path, accept, expected) => {
    const { app, deps } = await makeWorld({ bookings: 0 });
    const request = new Request(`${origin}${path}${"%ffa".repeat(1500)}`, { headers: { Accept: accept } });
    expect((await app.fetch(request, deps)).status).toBe(expected);
  });

  it.each(["a/".repeat(40), "a".repeat(9000), `?name=${"a".repeat(9000)}`])(
    "leads nowhere when it is long: %s",
    async (path) => {
      const { app, deps } = await makeWorld({ bookings: 0 });
      expect((await app.fetch(new Request(`${origin}/${path}`), deps)).status).toBe(404);
    },
  );

  it("is read with one broken escape, as people type them", async () => {
    const { app, deps } = await makeWorld({ bookings: 0 });
    expect((await app.fetch(new Request(`${origin}/sign-in?next=100%`), deps)).status).toBe(200);
  });
});
