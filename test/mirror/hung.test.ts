import { expect, it } from "vitest";
import { makeCaldav } from "../dav-server/server.ts";
import { sealAddress } from "../../src/mail/webhook/post.ts";
import { environmentAccount } from "../../src/store/accounts/accounts.ts";
import { addToOutbox } from "../../src/store/mail/outbox.ts";
import { addWebhook } from "../../src/store/mail/webhooks.ts";
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

it("a receiver of posts that hangs holds up no target", async () => {
  const well = makeCaldav({ origin: "https://well.example.org" });
  const hung = Promise.withResolvers<Response>();
  const world = await makeWorld({
    bookings: 30,
    outside: async (request) => (request.url.includes("chat.example.org") ? hung.promise : well.fetch(request)),
  });
  const { deps } = world;
  const feed = await world.addFeed();
  await world.tick();
  // Once an hour webhooks go whose person has no account.
  world.wait(61);
  await addTarget(deps, environmentAccount, {
    feedId: feed.id,
    text: well.calendarUrl(),
    preset: null,
    credentials: { kind: "password", username: well.user.name, password: well.user.password },
    calendar: null,
    create: null,
    edits: "mirror",
    cancelled: null,
  });
  const createdAt = Math.floor(world.clock.ms / 1000);
  const address = await sealAddress(deps, "w", { url: "https://chat.example.org/", secret: "" });
  const webhook = {
    id: "w",
    userUuid: "u",
    address,
    template: "slack",
    kinds: [],
    providerUuid: "",
    createdAt,
  } as const;
  await addWebhook(deps.sql, webhook);
  const message = JSON.stringify({ event: "test", subject: "", intro: "", items: [], more: "", links: [] });
  const row = { id: "p", cause: "p", recipient: "w", userUuid: "u", channel: "webhook", message } as const;
  await deps.sql.batch([addToOutbox(row, createdAt)]);
  const run = world.tick();
  await expect.poll(() => well.bodies().size).toBe(32);
  hung.resolve(new Response("ok"));
  await run;
  expect(await deps.sql.first("SELECT state FROM outbox WHERE id = 'p'")).toEqual({ state: "sent" });
});
