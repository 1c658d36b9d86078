import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../free-port.ts";
import { makeApp } from "../../src/app.ts";
import { openMetrics } from "../../src/node/metrics.ts";
import { listen } from "../../src/node/open.ts";
import { listFeeds } from "../../src/store/feeds.ts";
import { addToOutbox } from "../../src/store/mail/outbox.ts";
import { tick } from "../../src/tick.ts";
import { makeBodyCache } from "../../src/web/feed/body-cache.ts";
import { installed } from "../installed.ts";
import { connectFeed } from "../mirror/connected.ts";
import { setColumns } from "../rows.ts";
import { requestTo } from "../waldur-answers.ts";
import { until } from "../until.ts";
import { repository, type Service, startCommand } from "./support/process.ts";

const answered = v.object({
  status: v.literal("success"),
  data: v.object({ result: v.array(v.object({ value: v.tuple([v.number(), v.string()]) })) }),
});
const isInstalled = installed(["prometheus", "promtool"], "`apt-get install prometheus` brings them");
const deploy = join(repository, "deploy");

/** Starts the program over a world whose clock the test moves, with a feed, a mirror, and a real Prometheus that scrapes it. */
async function openWatched(folder: string) {
  const { world } = await connectFeed();
  const bodies = makeBodyCache();
  const metrics = openMetrics(() => app.routes, bodies);
  const app = makeApp({ bodies });
  const deps = metrics.watch(world.deps);
  const { server, port } = await listen(async () => metrics.scrape(deps), { host: "127.0.0.1", port: 0 });
  const rules = await readFile(join(deploy, "prometheus/rules.yaml"), "utf8");
  // Nobody waits here: a condition that holds fires at once.
  await writeFile(join(folder, "rules.yaml"), rules.replaceAll(/^ +for: .*\n/gm, ""));
  const settings = await readFile(join(deploy, "prometheus/prometheus.yaml"), "utf8");
  const quick = settings.replaceAll("127.0.0.1:9464", `127.0.0.1:${port}`).replace("30s", "1s");
  await writeFile(join(folder, "prometheus.yml"), `global: { evaluation_interval: 1s }\n${quick}`);
  const own = await freePort();
  const prometheus = startCommand(
    "prometheus",
    [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${own}`,
    ],
    {},
  );
  const ask = async (path: string): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${own}/api/v1/${path}`).catch(() => null);
    return response?.ok === true ? response.json() : null;
  };
  return { world, app, deps, server, prometheus, ask };
}

const dashboard = v.object({
  templating: v.object({ list: v.tuple([v.object({ name: v.literal("datasource"), type: v.literal("datasource") })]) }),
  panels: v.array(
    v.object({
      id: v.number(),
      title: v.string(),
      datasource: v.object({ type: v.literal("prometheus"), uid: v.literal("${datasource}") }),
      gridPos: v.object({ x: v.number(), y: v.number(), w: v.number(), h: v.number() }),
      targets: v.array(v.object({ refId: v.string(), expr: v.string() })),
    }),
  ),
});

/** Returns the panels of the dashboard. */
async function readPanels() {
  return v.parse(dashboard, JSON.parse(await readFile(join(deploy, "grafana/dashboard.json"), "utf8"))).panels;
}

describe("the files for Prometheus and Grafana", () => {
  it("have a case in which each alert fires", async () => {
    const rules = await readFile(join(deploy, "prometheus/rules.yaml"), "utf8");
    const cases = await readFile(join(deploy, "prometheus/rules.test.yaml"), "utf8");
    const alerts = [...rules.matchAll(/alert: (\w+)/g)].map(([, name]) => name);
    const fired = new Set([...cases.matchAll(/- alertname: (\w+)\n/g)].map(([, name]) => name));
    expect(alerts.length).toBeGreaterThan(10);
    expect(alerts.filter((name) => !fired.has(name))).toEqual([]);
  });

  it("draw no panel over another", async () => {
    const panels = await readPanels();
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBeLessThanOrEqual(24);
  });
});

describe.runIf(isInstalled)("the files for Prometheus", () => {
  it("are what promtool takes, and fire and stay quiet as they should", () => {
    const folder = join(deploy, "prometheus");
    for (const args of [
      ["check", "rules", "rules.yaml"],
      ["check", "config", "--syntax-only", "prometheus.yaml"],
      ["test", "rules", "rules.test.yaml"],
    ]) {
      expect(execFileSync("promtool", args, { cwd: folder, encoding: "utf8" })).toContain("SUCCESS");
    }
  });
});

describe.runIf(isInstalled)("a real Prometheus that scrapes the service", () => {
  let folder: string;
  let watched: Awaited<ReturnType<typeof openWatched>>;
  let prometheus: Service;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
    watched = await openWatched(folder);
    prometheus = watched.prometheus;
    await until(async () => JSON.stringify(await watched.ask("query?query=up")).includes('"1"]'), prometheus.stderr);
  });
  afterAll(async () => {
    await prometheus.stop();
    watched.server.close();
    watched.server.closeAllConnections();
    await rm(folder, { recursive: true });
  });

  /** Resolves when exactly these alerts fire. */
  const fires = async (...names: string[]): Promise<void> => {
    let firing: string[] = [];
    const same = async (): Promise<boolean> => {
      const alerts = JSON.stringify(await watched.ask("alerts"));
      firing = [...new Set([...alerts.matchAll(/"alertname":"(\w+)"/g)].map(([, name = ""]) => name))].toSorted();
      return firing.join() === names.toSorted().join();
    };
    await until(same).catch(() => false);
    expect(firing).toEqual(names.toSorted());
  };

  it("fires for what an operator must know, and for nothing else", async () => {
    const { world, deps } = watched;
    const turn = async (): Promise<void> => void (await tick(deps, { sweepSince: Math.floor(deps.now() / 1000) }));
    await turn();
    await fires();

    world.fault(() => new TypeError("fetch failed"));
    await turn();
    world.wait(900);
    await fires("WaldurDown");

    world.wait(3600);
    await turn();
    await fires("WaldurDown", "WaldurDataOld");

    world.fault(() => Response.json({ detail: "Invalid token." }, { status: 401 }));
    await turn();
    await fires("WaldurTokenRefused", "WaldurDataOld");

    world.fault(null);
    await turn();
    await fires();

    const { sql } = world.deps;
    await setColumns(sql, "feeds", { held: JSON.stringify(["an event"]) });
    await fires("WaldurCalendarEventHeld");
    await setColumns(sql, "feeds", { held: "" });
    await setColumns(sql, "targets", { state: "stopped" });
    await fires("WaldurCalendarMirrorStopped");
    await setColumns(sql, "targets", { state: "on" });
    const queuedAt = Math.floor(deps.now() / 1000) - 7200;
    await sql.batch([addToOutbox({ id: "m", cause: "c", recipient: "r", channel: "mail" }, queuedAt)]);
    await fires("WaldurCalendarOutboxStuck");
  });

  it("finds every figure that the dashboard and the rules name", async () => {
    const panels = await readPanels();
    const rules = await readFile(join(deploy, "prometheus/rules.yaml"), "utf8");
    const { data: known } = JSON.parse(JSON.stringify(await watched.ask("label/__name__/values")));
    const metadata = JSON.stringify(await watched.ask("metadata"));
    const named = [...(rules + JSON.stringify(panels)).matchAll(/\b(?:waldur_calendar|nodejs|process)_[a-z0-9_]+\b/g)];
    for (const [name] of named) {
      // A figure with labels has no series before something happened.
      const family = name.replace(/_(?:bucket|sum|count)$/, "");
      expect([name, known.includes(name) || metadata.includes(`"${family}":`)]).toEqual([name, true]);
    }
  });

  it("answers every expression of the dashboard with figures, once there was something to tell", async () => {
    const { world, app, deps } = watched;
    const feed = (await listFeeds(deps.sql))[0];
    if (feed === undefined) throw new Error("there is no feed");
    const address = await world.address(feed);
    const { uuid } = requestTo(world.sample);
    await tick(deps);
    const headers = { Authorization: `Bearer ${world.sample.tokens.providerOwner}` };
    const accept = new Request(`https://calendar.example/api/v1/bookings/${uuid}/accept`, { method: "POST", headers });
    expect((await app.fetch(accept, deps)).status).toBe(200);
    world.fault(() => new TypeError("fetch failed"));
    world.wait(60);
    await tick(deps);
    const exprs = (await readPanels()).flatMap(({ targets }) => targets.map(({ expr }) => expr));
    let empty = exprs;
    await until(
      async () => {
        await app.fetch(new Request(address), deps);
        const told = await Promise.all(
          empty.map(async (expr) => {
            const { data } = v.parse(answered, await watched.ask(`query?query=${encodeURIComponent(expr)}`));
            return data.result.some(({ value: [, figure] }) => figure !== "NaN");
          }),
        );
        empty = empty.filter((_expr, at) => !told[at]);
        return empty.length === 0;
      },
      () => `without an answer: ${empty.join("; ")}`,
    );
    world.fault(null);
  });
});
