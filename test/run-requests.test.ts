import { expect, it } from "vitest";
import { tick } from "../src/tick.ts";
import { makeMailed } from "./mail/mailed.ts";
import { addWebhook, openChat } from "./mail/webhook/chat.ts";

it("a run counts each request that it sends, also those that ask for roles before posts and mails", async () => {
  const { chat, fetch } = openChat();
  const { owner, world, request, run } = await makeMailed({ outside: fetch, bookings: 4 });
  await addWebhook(owner, { template: "json" });
  world.wait(60);
  await run();
  chat.next = () => new Response("", { status: 503 });
  request();
  world.wait(60);
  await run();
  // The post is tried again, when the roles are not fresh any more.
  world.wait(1200);
  world.requests();
  chat.asked.splice(0);
  world.log.entries.splice(0);
  await tick(world.deps, { onlyTargets: true });
  const asked = world.requests();
  expect(asked.filter((line) => line.includes("/users/me/"))).not.toEqual([]);
  const [counted] = world.log.entries.filter(({ event }) => event === "run").map(({ facts }) => facts["requests"]);
  expect([counted, chat.asked.length]).toEqual([asked.length + 1, 1]);
});
