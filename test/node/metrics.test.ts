import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { makeApp } from "../../src/app.ts";
import type { Deps } from "../../src/deps.ts";
import { openMetrics } from "../../src/node/metrics.ts";
import { makeBodyCache } from "../../src/web/feed/body-cache.ts";
import { addToOutbox } from "../../src/store/mail/outbox.ts";
import { tick } from "../../src/tick.ts";
import { setColumns } from "../rows.ts";
import { makeWorld } from "../world.ts";
import { connectFeed } from "../mirror/connected.ts";

const adminToken = "the-operator-of-these-tests";

/** The program over a world, watched, as `serve` puts it together. */
function watch(deps: Deps) {
  const bodies = makeBodyCache();
  const metrics = openMetrics(() => app.routes, bodies);
  const app = makeApp({ bodies, scrape: metrics.scrape });
  const watched = metrics.watch(deps);
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> =>
    app.fetch(new Request(new URL(path, deps.config.publicUrl), init), watched);
  return {
    deps: watched,
    ask,
    /** The lines of a scrape that begin so, without the prefix that all have. */
    lines: async (begin: string): Promise<string[]> => {
      const answer = await ask("/metrics", { headers: { Authorization: `Bearer ${adminToken}` } });
      expect([answer.status, answer.headers.get("Content-Type")]).toEqual([200, expect.stringMatching(/^text\/plain/)]);
      const lines = (await answer.text()).split("\n").map((line) => line.replace("waldur_calendar_", ""));
      return lines.filter((line) => line.startsWith(begin));
    },
  };
}

describe("/metrics", () => {
  it("is for whoever shows ADMIN_TOKEN, and is not there for the app on Workers", async () => {
    const world = await makeWorld({ config: { adminToken } });
    const { ask } = watch(world.deps);
    expect((await ask("/metrics")).status).toBe(401);
    expect((await ask("/metrics", { headers: { Authorization: "Bearer nobody-in-particular-at-all" } })).status).toBe(
      401,
    );
    expect((await world.get("https://calendar.example/metrics")).status).toBe(404);
  });

  it("counts requests by route, whatever ids and made-up paths were asked for", async () => {
    const world = await makeWorld({ config: { adminToken } });
    const feed = await world.addFeed();
    await world.tick();
    const { ask, lines } = watch(world.deps);
    const address = await world.address(feed);
    for (let n = 0; n < 3; n += 1) await ask(address);
    const tag = (await ask(address, { method: "HEAD" })).headers.get("ETag") ?? "";
    await ask(address, { headers: { "If-None-Match": tag } });
    await ask("/feeds/0123456789abcdef");
    await ask("/wp-login.php");
    await ask("/healthz");
    expect(await lines("http_requests_total")).toEqual([
      'http_requests_total{route="/f/*",method="GET",status="200"} 3',
      'http_requests_total{route="/f/*",method="HEAD",status="200"} 1',
      'http_requests_total{route="/f/*",method="GET",status="304"} 1',
      'http_requests_total{route="/feeds/:id",method="GET",status="303"} 1',
      'http_requests_total{route="none",method="GET",status="404"} 1',
      'http_requests_total{route="/healthz",method="GET",status="200"} 1',
    ]);
    expect(await lines("feed_cache_")).toEqual([
      expect.stringMatching(/^feed_cache_bytes [1-9]/),
      expect.stringMatching(/^feed_cache_hits [1-9]/),
      expect.stringMatching(/^feed_cache_misses [1-9]/),
    ]);
    expect((await lines("nodejs_eventloop_lag_seconds")).length).toBeGreaterThan(0);
    expect(await lines("build_info")).toEqual([expect.stringMatching(/^build_info\{version="\d/)]);
  });

  it("is described in docs/monitoring.md, figure by figure", async () => {
    const world = await makeWorld({ config: { adminToken } });
    const [, table = ""] = readFileSync("docs/monitoring.md", "utf8").split("| figure |");
    const described = [...(table.split("\n\n")[0] ?? "").matchAll(/`([a-z_]+)`(?=[^|]*\|[^|]*\|[^|]*\|$)/gm)];
    const told = (await watch(world.deps).lines("# HELP ")).map((line) => line.split(" ")[2] ?? "");
    const own = told.filter((name) => !/^(?:process|nodejs)_/.test(name));
    expect(new Set(described.map(([, name]) => name))).toEqual(new Set(own));
  });

  it("tells what is wrong with Waldur: who fails for how long, and how old the data is", async () => {
    const world = await makeWorld({ config: { adminToken } });
    const feed = await world.addFeed();
    const { deps, lines } = watch(world.deps);
    await tick(deps);
    expect(await lines("source_failing_seconds")).toEqual([]);
    expect(await lines("source_age_seconds")).toEqual([expect.stringMatching(/name="Sample.*kind="provider"\} 0$/)]);
    world.fault(() => new TypeError("fetch failed"));
    world.wait(3600);
    await tick(deps);
    world.wait(1800);
    expect(await lines("source_age_seconds")).toEqual([expect.stringMatching(/\} 54\d\d$/)]);
    expect(await lines("source_failing_seconds")).toEqual([
      expect.stringMatching(/code="waldur_unreachable"\} 18\d\d$/),
    ]);
    world.fault(() => new Response("{}", { status: 401 }));
    world.wait(3600);
    await tick(deps);
    expect(await lines("source_failing_seconds")).toEqual([
      expect.stringMatching(/code="waldur_refused_token"\} \d+$/),
    ]);
    const outcomes = (await lines("waldur_requests_total")).join("\n");
    for (const outcome of ["2xx", "unreachable", "401"]) expect(outcomes).toContain(`{outcome="${outcome}"}`);
    expect(await lines("run_seconds_count")).toEqual([expect.stringMatching(/\{complete="(?:true|false)"\} [1-9]/)]);
    expect(await lines("log_entries_total")).toContainEqual('log_entries_total{level="warn",event="refresh_failed"} 2');
    await setColumns(world.deps.sql, "feeds", { held: JSON.stringify(["one", "two"]) });
    await setColumns(world.deps.sql, "sources", { held: "many" });
    expect(await lines("events_held")).toEqual(["events_held 2"]);
    expect(await lines("removals_held")).toEqual(["removals_held 1"]);
    expect(await lines("feeds{")).toEqual(['feeds{state="active"} 1']);
    expect((await world.feed(feed.id)).eventCount).toBeGreaterThan(0);
    expect(await lines("events ")).toEqual([`events ${(await world.feed(feed.id)).eventCount}`]);
  });

  it("tells mirrors by state, decisions by outcome, and messages that wait", async () => {
    const { world, api, id } = await connectFeed({}, {}, {}, { config: { adminToken } });
    await world.tick();
    const { lines } = watch(world.deps);
    expect(await lines("targets{")).toEqual([
      'targets{state="on"} 1',
      'targets{state="failing"} 0',
      'targets{state="stopped"} 0',
    ]);
    await setColumns(world.deps.sql, "targets", { failing_since_at: 5 });
    expect(await lines("targets{")).toContain('targets{state="failing"} 1');
    await setColumns(world.deps.sql, "targets", { state: "stopped" });
    expect(await lines("targets{")).toEqual([
      'targets{state="on"} 0',
      'targets{state="failing"} 0',
      'targets{state="stopped"} 1',
    ]);
    const { json } = await api("GET", "/bookings?state=Creating");
    await api("POST", `/bookings/${json.bookings[0].uuid}/accept`);
    expect(await lines("decisions{")).toEqual(['decisions{action="accept",result="done"} 1']);
    expect(await lines("outbox_")).toEqual(["outbox_queued 0", "outbox_oldest_seconds 0", "outbox_failed 0"]);
    const nowAt = Math.floor(world.deps.now() / 1000);
    await world.deps.sql.batch([addToOutbox({ id: "m", cause: "c", recipient: id, channel: "mail" }, nowAt - 90)]);
    expect(await lines("outbox_")).toEqual(["outbox_queued 1", "outbox_oldest_seconds 90", "outbox_failed 0"]);
  });

  it("goes on without the database, and says that it does not answer", async () => {
    const world = await makeWorld({ config: { adminToken } });
    await world.addFeed();
    const broken = { ...world.deps.sql, all: async () => Promise.reject(new Error("no database")) };
    const { lines } = watch({ ...world.deps, sql: broken });
    expect(await lines("store_up")).toEqual(["store_up 0"]);
    expect(await lines("source_age_seconds")).toEqual([]);
    expect(await lines("http_requests_total")).toEqual([
      'http_requests_total{route="/metrics",method="GET",status="200"} 2',
    ]);
  });
});
