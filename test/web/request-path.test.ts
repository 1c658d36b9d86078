import { describe, expect, it } from "vitest";
import { makeWorld } from "../world.ts";
import { origin } from "./visitor.ts";

describe("an address with broken escapes", () => {
  it.each([
    ["/f/", "text/calendar", 404],
    ["/feeds/", "text/html", 404],
    ["/sign-in?next=", "text/html", 404],
    ["/api/v1/feeds?name=", "application/json", 404],
  ])("leads nowhere when it has many, at %s", async (path, accept, expected) => {
    const { app, deps } = await makeWorld({ bookings: 0 });
    const request = new Request(`${origin}${path}${"%ffa".repeat(3000)}`, { headers: { Accept: accept } });
    expect((await app.fetch(request, deps)).status).toBe(expected);
  });

  it("is read when a person typed one", async () => {
    const { app, deps } = await makeWorld({ bookings: 0 });
    expect((await app.fetch(new Request(`${origin}/sign-in?next=100%`), deps)).status).toBe(200);
  });
});
