import { expect, it } from "vitest";
import { makeCaldav } from "../dav-server/server.ts";
import { environmentAccount } from "../../src/store/accounts.ts";
import { addTarget } from "../../src/mirror/commands.ts";
import { makeWorld } from "../world.ts";

it("a server that hangs holds up its own target only", async () => {
  const well = makeCaldav({ origin: "https://well.example.org" });
  const hung = makeCaldav({ origin: "https://hung.example.org" });
  let hangs: Promise<void> | null = null;
  const world = await makeWorld({
    bookings: 30,
    outside: async (request) => {
      if (!request.url.startsWith(hung.origin)) return well.fetch(request);
      await hangs;
      return hung.fetch(request);
    },
  });
  const feed = await world.addFeed();
  await world.tick();
  for (const { user, calendarUrl } of [hung, well]) {
    await addTarget(world.deps, environmentAccount, {
      feedId: feed.id,
      text: calendarUrl(),
      preset: null,
      credentials: { kind: "password", username: user.name, password: user.password },
      calendar: null,
      create: null,
      edits: "mirror",
      cancelled: null,
    });
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  hangs = promise;
  const run = world.tick();
  await expect.poll(() => well.bodies().size).toBe(32);
  expect(hung.bodies().size).toBe(0);
  resolve();
  await run;
  expect(hung.bodies().size).toBe(32);
});
