import { describe, expect, it } from "vitest";
import { listDecisions } from "../../src/store/decisions.ts";
import { makeCase } from "../decision/decided.ts";
import type { World } from "../world.ts";
import { beginMirror, connectThere, login, signInThere } from "./mirrored.ts";
import { origin } from "./visitor.ts";

const adminToken = "the-operator-of-these-tests";

async function call(world: World, bearer: string, path: string, body: unknown = {}): Promise<number> {
  const request = new Request(`${origin}/api/v1${path}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${bearer}` },
    body: JSON.stringify(body),
  });
  return (await world.app.fetch(request, world.deps)).status;
}

describe("passwords of CalDAV servers", () => {
  const url = "https://caldav.example.org/";
  const guess = (n: number) => ({ url, username: "alice", password: `guess-${n}` });

  it("are tried twenty times by one person over the API, and others are not stopped", async () => {
    const { world, caldav } = await beginMirror({}, { config: { adminToken } });
    const stranger = world.sample.tokens.consumerOwner;
    for (let n = 0; n < 20; n += 1) expect(await call(world, stranger, "/targets/calendars", guess(n))).toBe(400);
    caldav.taken();
    expect(await call(world, stranger, "/targets/calendars", { url, ...login })).toBe(429);
    expect(caldav.taken()).toEqual([]);
    expect(await call(world, world.sample.tokens.providerOwner, "/targets/calendars", { url, ...login })).toBe(200);
    expect(await call(world, adminToken, "/targets/calendars", { url, ...login })).toBe(200);
    world.wait(600);
    expect(await call(world, stranger, "/targets/calendars", { url, ...login })).toBe(200);
  });

  it("count together however they are given, and many at once count too", async () => {
    const begun = await beginMirror();
    const { world, owner, caldav, feedId, steps } = begun;
    const token = world.sample.tokens.providerOwner;
    const target = (await connectThere(begun)).replace("/targets/", "");
    await owner.send(steps, { preset: "", text: url });
    for (let n = 0; n < 5; n += 1) await owner.send(`${steps}/sign-in`, { username: "alice", password: `page-${n}` });
    for (let n = 0; n < 5; n += 1) {
      expect(await call(world, token, `/targets/${target}/credentials`, { ...login, password: `new-${n}` })).toBe(400);
      expect(await call(world, token, "/targets", { feed: feedId, ...guess(n) })).toBe(400);
    }
    const many = await Promise.all(
      Array.from({ length: 30 }, async (_, n) => call(world, token, "/targets/calendars", guess(n))),
    );
    expect(many.filter((status) => status === 400).length).toBeLessThanOrEqual(5);
    for (let n = 0; n < 5; n += 1) await call(world, token, "/targets/calendars", guess(n));
    caldav.taken();
    for (const path of ["/targets/calendars", `/targets/${target}/credentials`]) {
      expect(await call(world, token, path, { ...(path.endsWith("calendars") && { url }), ...login })).toBe(429);
    }
    await owner.send(steps, { preset: "", text: url });
    expect((await owner.send(`${steps}/sign-in`, login)).status).toBe(429);
    expect(caldav.taken()).toEqual([]);
  });

  it("that are right do not count", async () => {
    const begun = await beginMirror();
    for (let n = 0; n < 25; n += 1) await signInThere(begun);
    const page = await begun.owner.page(`${begun.steps}/calendar`);
    expect(page).toContain(begun.caldav.calendarUrl());
  });
});

describe("tries to decide", () => {
  const invented = (n: number) => n.toString(16).padStart(32, "0");

  it("on uuids that nobody knows leave nothing in the audit, and end after a hundred", async () => {
    const { world, request } = await makeCase({ config: { adminToken } });
    const { booking } = await request();
    const stranger = world.sample.tokens.consumerOwner;
    const before = (await listDecisions(world.deps.sql, null, 1000)).length;
    const tables = async () => world.deps.sql.all("SELECT name FROM attempts");
    for (let n = 0; n < 100; n += 1) {
      expect(await call(world, stranger, `/bookings/${invented(n)}/accept`)).toBe(404);
    }
    expect(await listDecisions(world.deps.sql, null, 1000)).toHaveLength(before);
    expect(await tables()).toHaveLength(1);
    // Runs begun after the answers.
    await world.settle();
    world.requests();
    expect(await call(world, stranger, `/bookings/${invented(100)}/reject`)).toBe(429);
    expect(world.requests().filter((line) => line.includes("booking-resources"))).toEqual([]);
    // Whoever stands for the provider is not stopped by it.
    expect(await call(world, world.sample.tokens.providerOwner, `/bookings/${booking.uuid}/accept`)).toBe(200);
  });

  it("on a booking that Waldur shows are kept, twenty of each account, and stop nobody else from the same network", async () => {
    const { world, request } = await makeCase();
    const { booking } = await request();
    const stranger = world.sample.tokens.requester;
    const path = `/bookings/${booking.uuid}/accept`;
    const statuses = [];
    for (let n = 0; n < 25; n += 1) statuses.push(await call(world, stranger, path));
    expect(statuses.slice(0, 20).every((status) => status === 403)).toBe(true);
    expect(statuses.slice(20)).toEqual([429, 429, 429, 429, 429]);
    expect(await listDecisions(world.deps.sql, booking.uuid, 100)).toHaveLength(20);
    expect(await call(world, world.sample.tokens.providerOwner, path)).toBe(200);
  });

  it("on a booking that Waldur shows and no calendar holds are made and kept", async () => {
    const { world, request } = await makeCase();
    await request();
    const other = world.sample.request();
    expect(await call(world, world.sample.tokens.providerOwner, `/bookings/${other.uuid}/accept`)).toBe(200);
    expect(await listDecisions(world.deps.sql, other.uuid, 9)).toMatchObject([{ result: "done", via: "api" }]);
  });
});
