import type { Server } from "node:http";
import { join } from "node:path";
import { serveStatic } from "@hono/node-server/serve-static";
import type { Context, Hono } from "hono";
import { makeApp } from "./app.ts";
import type { Env } from "./web/env.ts";
import { makeBodyCache } from "./web/feed/body-cache.ts";
import type { Environment } from "./config/config.ts";
import type { Deps } from "./deps.ts";
import { messageOf, AppError } from "./errors.ts";
import { type Metrics, openMetrics } from "./node/metrics.ts";
import { inheritedSocket, listen, openNode, repeat } from "./node/open.ts";
import { runSample, type SampleSize } from "./node/sample.ts";
import { listFeeds } from "./store/feeds.ts";
import { advise } from "./account/check.ts";
import { reseal } from "./account/reseal.ts";
import { feedAddress, webcalAddress } from "./feed/commands.ts";
import { openIntake, type OpenIntake } from "./node/intake.ts";
import { hookAddress } from "./hint.ts";
import { makeFirstFeeds } from "./feed/first-start.ts";
import { packageFolder } from "./package-folder.ts";
import { noteServiceSettings } from "./service-settings.ts";
import { tick } from "./tick.ts";

export interface ServeOptions {
  /** Null: the Waldur of the settings. */
  readonly sample: SampleSize | null;
  readonly print: (text: string) => void;
  /** Resolves when the service is told to stop; asked once it listens, so that until then a signal ends the process at once. */
  readonly stopped: () => Promise<unknown>;
}

const publicFolder = join(packageFolder, "public");

/** Gives a file the headers that it has on Workers by `public/_headers`. */
function keepAnHour(_path: string, c: Context): void {
  c.header("Cache-Control", "public, max-age=3600");
  c.header("X-Content-Type-Options", "nosniff");
}

/** Runs the service on Node until it is told to stop. Throws `bad_config`, `store_failed`. */
export async function serve(env: Environment, { sample, print, stopped }: ServeOptions): Promise<void> {
  const opened = sample === null ? await openNode(env) : await runSample(env, sample);
  let { deps } = opened;
  const { adminToken, metricsListen, keepAliveSeconds } = deps.config;
  const bodies = makeBodyCache();
  const metrics = adminToken === null && metricsListen === null ? null : openMetrics(() => app.routes, bodies);
  const app: Hono<Env> = makeApp({
    assets: serveStatic({ root: publicFolder, precompressed: true, onFound: keepAnHour }),
    bodies,
    ...(metrics !== null && { scrape: metrics.scrape }),
  });
  if (metrics !== null) deps = metrics.watch(deps);
  const servers: Server[] = [];
  const open = async (...options: Parameters<typeof listen>): Promise<number> => {
    const { server, port } = await listen(...options);
    servers.push(server);
    return port;
  };
  let port: number;
  let intake: OpenIntake;
  try {
    port = await open((request) => app.fetch(request, deps), deps.config, inheritedSocket());
    if (deps.config.port === 0) {
      const publicUrl = deps.config.publicUrl.replace(/:0$/, `:${port}`);
      deps = { ...deps, config: { ...deps.config, port, publicUrl } };
    }
    if (metrics !== null && metricsListen !== null) {
      const at = new URL(`http://${metricsListen}`);
      const host = at.hostname.replaceAll(/[[\]]/g, "");
      const place = { host, port: Number(at.port || 80), keepAliveSeconds, setting: "METRICS_LISTEN" };
      const bound = await open(async (request) => answerScrape(metrics, deps, request), place);
      deps.log.info("metrics_listening", { host, port: bound });
    }
    intake = await openIntake(deps);
  } catch (error) {
    for (const server of servers) server.close();
    await opened.close();
    for (const server of servers) server.closeAllConnections();
    throw error;
  }
  const hook = hookAddress(deps.config);
  if (hook !== null) opened.sendHooks?.(hook);
  const stopping = stopped();
  for (const message of deps.config.misspelt) deps.log.warn("setting_unknown", { message });
  deps.defer(noteServiceSettings(deps));
  // Keys that were put first in SECRET_KEYS seal from the start on.
  deps.defer(reseal(deps));
  deps.log.info("listening", { host: deps.config.host, port, version: process.version });
  let told = false;
  const timer = repeat(
    async () => {
      let made: readonly string[] = [];
      try {
        const first = await makeFirstFeeds(deps);
        made = first.ids;
        if (first.hint !== "") print(`\n${first.hint}\n`);
        await tick(deps);
        await opened.checkpoint();
      } catch (error) {
        deps.log.error("run_failed", { message: messageOf(error) });
        if (!told && error instanceof AppError) print(`\n${advise(error)}\nThe service keeps trying.\n`);
      }
      const begins = !told;
      told = true;
      if (!begins && made.length === 0) return;
      await introduce(deps, made, print).catch((error: unknown) =>
        deps.log.error("introduction_failed", { message: messageOf(error) }),
      );
    },
    Math.min(60, deps.config.pollSeconds),
  );
  await stopping;
  await intake.close();
  for (const server of servers) {
    server.close();
    server.closeIdleConnections();
  }
  await timer.stop();
  await opened.close();
  for (const server of servers) server.closeAllConnections();
}

/** Answers a request to the listener for metrics alone. */
async function answerScrape(metrics: Metrics, deps: Deps, { method, url }: Request): Promise<Response> {
  if (new URL(url).pathname !== "/metrics") return new Response("/metrics is here\n", { status: 404 });
  return method === "GET" || method === "HEAD" ? metrics.scrape(deps) : new Response(null, { status: 405 });
}

/**
 * Prints what is served after the start, and what to do with it: the addresses of the feeds that this very start made, and of
 * no others, since what is printed is kept in journals and read by more people than a calendar.
 */
async function introduce(deps: Deps, made: readonly string[], print: (text: string) => void): Promise<void> {
  const feeds = (await listFeeds(deps.sql)).filter(({ state }) => state !== "ended");
  const shown = feeds.filter(({ id, state }) => made.includes(id) && state !== "loading");
  const [first] = shown;
  if (deps.sample) print("\nThis is a sample: its Waldur, people and bookings are made up.\n");
  if (deps.keys.lost !== "") print(`\n${deps.keys.lost}.\n`);
  if (first !== undefined && shown.length === 1) {
    const address = await feedAddress(deps, first);
    print(`\n${first.profile.name}: ${first.eventCount} events\n\n${address}\n\n${webcalAddress(address)}\n`);
  } else {
    for (const feed of shown) {
      print(`\n${feed.profile.name}: ${feed.eventCount} events\n${await feedAddress(deps, feed)}\n`);
    }
  }
  const loading = feeds.filter(({ state }) => state === "loading").length;
  const others = feeds.length - shown.length - loading;
  if (loading > 0) print(`\n${countFeeds(loading)} still loading; \`feeds list\` shows the progress.\n`);
  if (others > 0) print(`\n${countFeeds(others)} served: \`feeds list\` shows which, \`feeds show ID\` the address.\n`);
  if (first !== undefined) {
    print(
      "\nSubscribe: open the webcal: address, or paste the other one where your calendar program says " +
        "“from URL” or “subscribe”.\nWhoever has an address can read the calendar: share it like a password.\n" +
        "It is printed this once; `feeds show ID` prints it again.\n",
    );
  }
  if (deps.sample) {
    print(
      "\nNext: set WALDUR_API_URL and WALDUR_API_TOKEN and start again to serve your own Waldur.\n" +
        "Ctrl+C stops the service.\n",
    );
  }
}

function countFeeds(count: number): string {
  return count === 1 ? "1 feed is" : `${count} feeds are`;
}
