import { expect, it } from "vitest";
import { makeWorld } from "../../world.ts";
import { origin } from "../visitor.ts";
import { calendarPath, signedIn } from "./program.ts";

it("our own client finds the calendars of another service from its bare address, and is told that it may not write there", async () => {
  const server = await makeWorld({ bookings: 8 });
  const shown = await server.addFeed({ name: "Microscopes" });
  await server.tick();
  const { account, password } = await signedIn(server, server.sample.tokens.providerOwner);
  const elsewhere = "https://other.example";
  const world = await makeWorld({
    bookings: 8,
    config: { publicUrl: elsewhere },
    outside: async (request) => server.app.fetch(request, server.deps),
  });
  const feed = await world.addFeed();
  await world.tick();
  const post = async (path: string, body: object): Promise<Response> => {
    const headers = { Authorization: `Bearer ${world.sample.tokens.providerOwner}` };
    const about = { url: origin, username: account.username, password, ...body };
    const request = new Request(`${elsewhere}/api/v1${path}`, { method: "POST", headers, body: JSON.stringify(about) });
    return world.app.fetch(request, world.deps);
  };
  const url = `${origin}${calendarPath(account, shown)}`;
  expect(await (await post("/targets/calendars", {})).json()).toMatchObject({
    calendars: [{ url, name: "Microscopes" }],
  });
  const before = await server.deps.sql.all("SELECT uid, rev, vevent FROM events ORDER BY feed_id, uid");
  const refused = await post("/targets", { feed: feed.id, calendar: url });
  expect([refused.status, await refused.text()]).toEqual([
    expect.any(Number),
    expect.stringMatching(/403|not allow|may not/),
  ]);
  expect(refused.status).toBeGreaterThanOrEqual(400);
  expect(await server.deps.sql.all("SELECT uid, rev, vevent FROM events ORDER BY feed_id, uid")).toEqual(before);
});
