import { describe, expect, it } from "vitest";
import { lintCalendar } from "../../../src/calendar/ical/lint.ts";
import { wide } from "../../wide.ts";
import { makeWorld, type WorldOptions } from "../../world.ts";

const adminToken = "a-token-for-the-operator-only";

async function begin(options: WorldOptions = {}) {
  const world = await makeWorld({ bookings: 20, ...options, config: { adminToken, ...options.config } });
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await world.app.fetch(
      new Request(`https://calendar.example${path}`, {
        method,
        headers: { Authorization: `Bearer ${adminToken}`, ...headers },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
      world.deps,
    );
    const text = await response.text();
    const isJson = response.headers.get("Content-Type")?.startsWith("application/json") === true;
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null };
  };
  const source = { kind: "provider", uuid: world.sample.providerUuid };
  return { world, call, source };
}

describe("who may call the API", () => {
  it.each([
    ["nobody", { Authorization: "" }],
    ["a wrong token", { Authorization: `Bearer ${adminToken}x` }],
    ["a token with a start in common", { Authorization: `Bearer ${adminToken.slice(0, -1)}` }],
    ["another scheme", { Authorization: `Token ${adminToken}` }],
    ["a cookie", { Authorization: "", Cookie: `ADMIN_TOKEN=${adminToken}; session=${adminToken}` }],
  ])("not %s", async (_, headers) => {
    const { call } = await begin();
    for (const path of ["/api/v1/feeds", "/api/v1/check", "/api/v1/no-such-thing"]) {
      const { status, body } = await call("GET", path, undefined, headers);
      expect([status, body.error.code]).toEqual([401, "unauthorized"]);
    }
  });

  it.each([
    ["a wrong token", `Bearer ${adminToken}x`, "the token is neither the ADMIN_TOKEN of this service nor"],
    ["none", "", "show ADMIN_TOKEN, or a token of Waldur"],
  ])("%s is told as such", async (_, shown, told) => {
    const { call } = await begin();
    const { body } = await call("GET", "/api/v1/feeds", undefined, { Authorization: shown });
    expect(body.error.message).toContain(told);
  });

  it("no operator where ADMIN_TOKEN is not set, whatever is shown", async () => {
    const { call } = await begin({ config: { adminToken: null } });
    for (const shown of ["", "Bearer ", "Bearer null", `Bearer ${adminToken}`]) {
      const { status, body } = await call("GET", "/api/v1/feeds", undefined, { Authorization: shown });
      expect([status, body.error.code]).toEqual([401, "unauthorized"]);
    }
  });
});

describe("what does not fit", () => {
  it.each([
    ["POST", "/feeds", "{", 400, "not JSON"],
    ["POST", "/feeds", `${"[".repeat(100)}${"]".repeat(100)}`, 400, "too many lists"],
    ["POST", "/feeds", {}, 400, "source"],
    ["POST", "/feeds", { source: { kind: "provider" } }, 400, "say which provider"],
    ["POST", "/feeds", { source: { kind: "planet", uuid: "1" } }, 400, "kind"],
    ["POST", "/feeds", { source: { kind: "mine" }, zone: "Mars/Base" }, 400, "zone"],
    ["POST", "/feeds", { source: { kind: "mine" }, expiresAt: "2020-01-01T00:00:00Z" }, 400, "lie in the future"],
    ["POST", "/feeds", { source: { kind: "provider", uuid: "0".repeat(32) } }, 404, ""],
    ["GET", "/feeds/none", undefined, 404, "none"],
    ["PATCH", "/feeds/none", { name: "x" }, 404, "none"],
    ["POST", "/feeds/none/rotate", undefined, 404, "none"],
    ["DELETE", "/feeds/none", undefined, 404, "none"],
    ["POST", "/sync", { source: "none" }, 404, "none"],
    ["GET", "/bookings?no_such_parameter=1", undefined, 400, "no_such_parameter"],
    ["PUT", "/feeds", {}, 404, ""],
  ])("%s %s %j: %i", async (method, path, sent, wanted, message) => {
    const { call } = await begin();
    const { status, body } = await call(method, `/api/v1${path}`, sent);
    expect(status).toBe(wanted);
    expect(body.error).toEqual({
      code: expect.any(String),
      message: expect.stringContaining(message),
      requestId: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
    expect(body.error.message).toMatch(/[^.]\.$/);
  });

  it.each([
    ["POST", "/feeds", { mine: true }, "source: is missing; mine: is not known here."],
    ["POST", "/feeds", { source: { kind: "mine", who: "me" } }, "source.who: is not known here."],
    ["POST", "/feeds", { source: "mine" }, "source: must be an object."],
    ["POST", "/feeds", 5, "the body: must be an object."],
    [
      "POST",
      "/feeds",
      { source: { kind: "mine" }, name: 5, filter: { text: {} } },
      "name: must be a text; filter.text: must be a text.",
    ],
    ["POST", "/feeds", { source: { kind: "mine" }, filter: { offerings: "x" } }, "filter.offerings: must be a list."],
    ["POST", "/feeds", { source: { kind: "mine" }, filter: { offerings: [1] } }, "filter.offerings.0: must be a text."],
    ["POST", "/sync", { dryRun: "yes" }, "dryRun: must be true or false."],
    ["GET", "/runs?limit=x", undefined, "limit: must be a whole number from 1 to 1000."],
    ["GET", "/runs?before=x", undefined, "before: must be a time in ISO 8601, such as 2027-01-31T00:00:00Z."],
    ["GET", "/decisions?limit=5000", undefined, "limit: must be a number from 1 to 1000."],
    ["GET", "/decisions?who=me", undefined, "who: is not known here."],
  ])("%s %s %j is told in our words", async (method, path, sent, message) => {
    const { call } = await begin();
    const { status, body } = await call(method, `/api/v1${path}`, sent);
    expect([status, body.error.message]).toEqual([400, message]);
  });
});

describe("a feed", () => {
  it("is made, loads, is changed, rotated and ended; its address is told once it holds something", async () => {
    const { world, call, source } = await begin();
    const made = await call("POST", "/api/v1/feeds", { source, name: "Ours", detail: "busy" });
    expect([made.status, made.body.state, made.body.address]).toEqual([201, "loading", null]);
    await world.settle();
    const path = `/api/v1/feeds/${made.body.id}`;
    const loaded = await call("GET", path);
    expect(loaded.body).toMatchObject({ name: "Ours", state: "active", profile: { detail: "busy" }, warning: null });
    const { address } = loaded.body;
    expect(await world.calendar(address)).toContain("Busy");

    const changed = await call("PATCH", path, { detail: "full", expiresAt: "2027-02-01T00:00:00Z" });
    expect(changed.body).toMatchObject({ address, profile: { detail: "full" }, expiresAt: "2027-02-01T00:00:00.000Z" });
    await world.settle();
    expect(await world.calendar(address)).toContain("Requested by");
    expect((await call("GET", `${path}/calendar.ics`)).text).toBe(await world.calendar(address));

    const rotated = await call("POST", `${path}/rotate`);
    expect(rotated.body.address).not.toBe(address);
    expect(await world.calendar(address)).toContain("This calendar has ended");
    const ended = await call("DELETE", `${path}?now=1`);
    expect(ended.body.state).toBe("ended");
    expect((await world.get(rotated.body.address)).status).toBe(410);
    expect((await call("GET", "/api/v1/feeds")).body.feeds).toMatchObject([{ id: made.body.id, state: "ended" }]);
  });

  it("that grows too large is warned about: to its reader, to the operator and in the log, once", async () => {
    const { world, call } = await begin({ config: { feedWarnEvents: 5 }, budget: { ...wide, events: 7 } });
    const feed = await world.addFeed();
    for (let minute = 0; minute < 9; minute += 1) {
      await world.tick();
      world.wait(60);
    }
    const address = await world.address(feed);
    expect((await world.get(address)).headers.get("X-Feed-Warning")).toContain("limit 5");
    expect((await call("GET", `/api/v1/feeds/${feed.id}`)).body.warning).toContain("limit 5");
    const logged = world.log.entries.filter(({ event }) => event === "feed_large");
    const { eventCount, byteCount } = await world.feed(feed.id);
    const facts = { feed: feed.id, name: feed.profile.name, events: eventCount, bytes: byteCount };
    expect(logged.map((entry) => [entry.level, entry.facts])).toEqual([
      ["warn", { ...facts, warning: expect.stringContaining(`${eventCount} events`) }],
    ]);
  });
});

describe("what Waldur has", () => {
  it("is listed by provider, and exported as a calendar", async () => {
    const { world, call } = await begin();
    const { providerUuid } = world.sample;
    const { body } = await call("GET", "/api/v1/providers");
    expect(body.providers).toContainEqual({ uuid: providerUuid, name: "Sample Imaging Centre", own: true });
    const listed = await call("GET", `/api/v1/providers/${providerUuid}/bookings?state=OK&state=Erred`);
    const states = listed.body.bookings.map(({ state }: { state: string }) => state);
    expect(new Set(states)).toEqual(new Set(["OK", "Erred"]));
    const calendar = await call("GET", `/api/v1/providers/${providerUuid}/calendar.ics`);
    expect(lintCalendar(calendar.text)).toEqual([]);
    expect(calendar.headers.get("Content-Type")).toBe("text/calendar; charset=utf-8");
  });

  it("says in words and in a header what Waldur did not apply", async () => {
    const { world, call } = await begin();
    const { providerUuid } = world.sample;
    for (const path of ["/api/v1/bookings", `/api/v1/providers/${providerUuid}/bookings`]) {
      const some = await call("GET", `${path}?flavor_name=m1&is_attached=true&state=OK`);
      expect(some.headers.get("X-Not-Applied")).toBe("flavor_name, is_attached");
      expect(some.body.notApplied).toEqual(["flavor_name", "is_attached"]);
      expect((await call("GET", `${path}?state=OK`)).headers.get("X-Not-Applied")).toBeNull();
      const refused = await call("GET", `${path}?o=type`);
      expect([refused.status, refused.body.error.code]).toEqual([400, "bad_input"]);
      const chosen = await call("GET", `${path}?field=name&field=state&state=OK`);
      expect(chosen.body.bookings).toEqual([]);
      expect(chosen.body.rows[0]).toEqual({ name: expect.any(String), state: "OK" });
    }
  });

  it("is exported from what a feed over it has stored, without a request for bookings", async () => {
    const { world, call } = await begin();
    const path = `/api/v1/providers/${world.sample.providerUuid}/calendar.ics`;
    const uids = (text: string): string[] =>
      [...text.matchAll(/\r\nUID:(\S+)/g)].map(([, uid]) => uid ?? "").toSorted();
    const listings = (): number => world.requests().filter((line) => /booking-resources|orders/.test(line)).length;
    await world.addFeed();
    world.requests();
    const live = await call("GET", path);
    expect(listings()).toBe(2);
    expect(live.headers.get("X-Read-At")).toBe("2027-01-04T09:00:00.000Z");
    await world.tick();
    world.wait(300);
    world.requests();
    const stored = await call("GET", path);
    expect(listings()).toBe(0);
    expect(stored.headers.get("X-Read-At")).toBe("2027-01-04T09:00:00.000Z");
    expect(uids(stored.text)).toEqual(uids(live.text));
    expect(lintCalendar(stored.text)).toEqual([]);
    // Rows that nobody has read for long, and those of an account without access, are not served.
    world.wait(3600);
    expect((await call("GET", path)).headers.get("X-Read-At")).toBe("2027-01-04T10:05:00.000Z");
    expect(listings()).toBe(2);
    expect((await call("GET", path.replace(world.sample.providerUuid, "1".repeat(32)))).status).toBe(404);
  });

  it("is as fresh as its last reading, each minute", async () => {
    const { world, call } = await begin();
    const feed = await world.addFeed();
    for (let minute = 0; minute < 5; minute += 1) {
      await world.tick();
      const at = new Date(world.clock.ms).toISOString();
      expect((await call("GET", `/api/v1/feeds/${feed.id}`)).body.source.freshAt).toBe(at);
      expect((await call("GET", "/api/v1/feeds")).body.feeds[0].source.freshAt).toBe(at);
      expect((await call("GET", "/readyz")).body.sources[0]).toMatchObject({ freshAt: at, ageSeconds: 0 });
      world.wait(60);
    }
    world.fault(() => new Response("down", { status: 502 }));
    await world.tick();
    expect((await call("GET", "/readyz")).body.sources[0].ageSeconds).toBeGreaterThanOrEqual(60);
  });

  it("cannot be told while it is away, and why", async () => {
    const { world, call } = await begin();
    world.fault(() => new TypeError("fetch failed"));
    const { status, body } = await call("GET", "/api/v1/providers");
    expect([status, body.error.code]).toEqual([502, "waldur_unreachable"]);
  });
});

describe("health", () => {
  it("is told to all in a word, and to the operator why not", async () => {
    const { world, call } = await begin();
    const broken = {
      ...world.deps,
      sql: { ...world.deps.sql, all: async () => Promise.reject(new Error("disk full of something")) },
    };
    const ask = async (headers: Record<string, string>) => {
      const response = await world.app.fetch(new Request("https://calendar.example/readyz", { headers }), broken);
      return [response.status, await response.json()];
    };
    expect(await ask({})).toEqual([503, { ok: false }]);
    const authorised = { Authorization: `Bearer ${adminToken}` };
    expect(await ask(authorised)).toEqual([503, { ok: false, reason: expect.stringContaining("disk full") }]);
    expect(world.log.entries.map(({ event }) => event)).toContain("not_ready");
    expect((await call("GET", "/healthz")).body).toEqual({
      ok: true,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
    expect((await call("GET", "/readyz", undefined, { Authorization: "" })).body).toEqual({ ok: true });
  });
});
