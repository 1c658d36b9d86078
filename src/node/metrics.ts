import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { TrieRouter } from "hono/router/trie-router";
import { version } from "../agent.ts";
import type { Deps, Fetch } from "../deps.ts";
import { messageOf } from "../errors.ts";
import { epochSeconds } from "../lib/clock.ts";
import type { Facts, Log, LogLevel } from "../log.ts";
import { readFigures, type StoreFigures } from "../store/figures.ts";
import type { BodyCache } from "../web/feed/body-cache.ts";

/** A route of the program, as Hono lists them. */
interface Route {
  readonly method: string;
  readonly path: string;
}

/** The figures of this process, and of the database at the moment that somebody asks. */
export interface Metrics {
  /** Returns the same dependencies, through which everything that happens is counted. */
  readonly watch: (deps: Deps) => Deps;
  /** Returns all figures in the text format of Prometheus, version 0.0.4. A database that fails is one of them. */
  readonly scrape: (deps: Pick<Deps, "sql" | "now" | "log">) => Promise<Response>;
}

const prefix = "waldur_calendar_";

/** Opens the metrics of a process with that cache; `routes` is asked at the first request. Event-loop lag is measured from then on. */
export function openMetrics(routes: () => readonly Route[], cache: BodyCache): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const process = countProcess(registry, cache);
  const store = gaugeStore(registry);
  const routeOf = findRoute(routes);
  const note = (level: LogLevel, event: string, facts: Facts): void => {
    if (level === "warn" || level === "error") process.entries.inc({ level, event });
    if (event === "request") {
      const route = routeOf(String(facts["method"]), String(facts["path"]));
      process.requests.inc({ route, method: methodLabel(String(facts["method"])), status: String(facts["status"]) });
      process.requestSeconds.observe({ route }, Number(facts["ms"]) / 1000);
    }
    if (event === "run")
      process.runSeconds.observe({ complete: String(facts["complete"]) }, Number(facts["ms"]) / 1000);
  };
  return {
    watch: (deps) => ({
      ...deps,
      log: watchLog(deps.log, note),
      fetch: watchFetch(deps.fetch, (outcome) => process.waldur.inc({ outcome })),
      outside: watchFetch(deps.outside, (outcome) => process.outside.inc({ outcome })),
    }),
    async scrape(deps) {
      const nowAt = epochSeconds(deps);
      try {
        store.set(await readFigures(deps.sql, nowAt), nowAt);
      } catch (error) {
        deps.log.error("metrics_failed", { message: messageOf(error) });
        store.fail();
      }
      return new Response(await registry.metrics(), { headers: { "Content-Type": registry.contentType } });
    },
  };
}

/** Makes what is counted while the process runs. */
function countProcess(registry: Registry, cache: BodyCache) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> =>
    new Counter({ name: prefix + name, help, labelNames, registers });
  const read = (name: string, help: string, value: () => number): void => {
    const figure: Gauge = new Gauge({ name: prefix + name, help, registers, collect: (): void => figure.set(value()) });
  };
  new Gauge({
    name: `${prefix}build_info`,
    help: "1; its label is the version",
    labelNames: ["version"],
    registers,
  }).set({ version }, 1);
  read("feed_cache_bytes", "Bytes of feeds at hand in the process", () => cache.size);
  read("feed_cache_hits", "Feeds that were answered from the cache since the start", () => cache.hits);
  read("feed_cache_misses", "Feeds that had to be joined since the start", () => cache.misses);
  return {
    requests: counter("http_requests_total", "Requests that were answered", ["route", "method", "status"]),
    requestSeconds: new Histogram({
      name: `${prefix}http_request_seconds`,
      help: "Seconds until a request was answered",
      labelNames: ["route"],
      buckets: [0.005, 0.025, 0.1, 0.5, 2, 10],
      registers,
    }),
    runSeconds: new Histogram({
      name: `${prefix}run_seconds`,
      help: "Seconds that runs took; complete is false where work was left for the next one",
      labelNames: ["complete"],
      buckets: [0.1, 0.5, 2, 10, 30, 60, 300, 1200],
      registers,
    }),
    waldur: counter("waldur_requests_total", "Requests to Waldur", ["outcome"]),
    outside: counter("outside_requests_total", "Requests to calendar servers and others that users name", ["outcome"]),
    entries: counter("log_entries_total", "Lines of the log at warn and error", ["level", "event"]),
  };
}

/** Makes what is read from the database. */
function gaugeStore(registry: Registry) {
  const registers = [registry];
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> =>
    new Gauge({ name: prefix + name, help, labelNames, registers });
  const up = gauge("store_up", "1 when the database answered this scrape, else 0");
  const age = gauge("source_age_seconds", "Seconds since a list of Waldur was read", ["source", "name", "kind"]);
  const failing = gauge("source_failing_seconds", "Seconds for which reading a list fails", ["source", "name", "code"]);
  const lost = gauge("source_lost", "1 when no account may read a list any more", ["source", "name", "lost"]);
  const removals = gauge("removals_held", "Lists of which a mass removal waits for the operator");
  const feeds = gauge("feeds", "Feeds", ["state"]);
  const events = gauge("events", "Events in all feeds");
  const eventsHeld = gauge("events_held", "Events that are held back because they would break calendars");
  const decisions = gauge("decisions", "Decisions that are kept", ["action", "result"]);
  const targets = gauge("targets", "Mirrored calendars; failing ones are tried again, stopped ones are not", ["state"]);
  const queued = gauge("outbox_queued", "Messages that wait to be sent");
  const oldest = gauge("outbox_oldest_seconds", "Seconds for which the oldest message waits; 0 when none does");
  const failed = gauge("outbox_failed", "Messages that were given up in the last 24 hours");
  const all = [age, failing, lost, removals, feeds, events, eventsHeld, decisions, targets, queued, oldest, failed];
  const clear = (): void => {
    for (const one of all) one.reset();
  };
  return {
    set(figures: StoreFigures, nowAt: number): void {
      clear();
      up.set(1);
      for (const source of figures.sources) {
        const labels = { source: source.id, name: source.name };
        age.set({ ...labels, kind: source.kind }, Math.max(0, nowAt - source.freshAt));
        if (source.failingSinceAt !== null) {
          failing.set({ ...labels, code: source.failure }, Math.max(0, nowAt - source.failingSinceAt));
        }
        if (source.lost !== "") lost.set({ ...labels, lost: source.lost }, 1);
      }
      removals.set(figures.sources.filter(({ held }) => held).length);
      for (const state of ["on", "failing", "stopped"]) targets.set({ state }, 0);
      for (const { of, label, other, count } of figures.counts) {
        if (of === "feeds") feeds.set({ state: label }, count);
        if (of === "targets") targets.set({ state: label }, count);
        if (of === "decisions") decisions.set({ action: label, result: other }, count);
      }
      events.set(figures.events);
      eventsHeld.set(figures.eventsHeld);
      queued.set(figures.outbox.queued);
      oldest.set(figures.outbox.oldestAt === null ? 0 : Math.max(0, nowAt - figures.outbox.oldestAt));
      failed.set(figures.outbox.failed);
    },
    fail(): void {
      clear();
      up.set(0);
    },
  };
}

/** Returns a log that tells `note` of each entry, whatever the level that is written. */
function watchLog(log: Log, note: (level: LogLevel, event: string, facts: Facts) => void): Log {
  const at =
    (level: LogLevel): Log[LogLevel] =>
    (event, facts = {}) => {
      note(level, event, facts);
      log[level](event, facts);
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** Returns a transport that tells `note` the outcome of each request: the class of its status, 401, 403, 404 and 429 by themselves. */
function watchFetch(outgoing: Fetch, note: (outcome: string) => void): Fetch {
  return async (request) => {
    try {
      const response = await outgoing(request);
      note(
        [401, 403, 404, 429].includes(response.status)
          ? String(response.status)
          : `${Math.floor(response.status / 100)}xx`,
      );
      return response;
    } catch (error) {
      note(error instanceof Error && error.name === "TimeoutError" ? "timeout" : "unreachable");
      throw error;
    }
  };
}

/** Returns the function that names the route of a path, so that neither an id nor a made-up path becomes a series of its own. */
function findRoute(routes: () => readonly Route[]): (method: string, path: string) => string {
  let router: TrieRouter<string> | undefined;
  const build = (): TrieRouter<string> => {
    const made = new TrieRouter<string>();
    // What answers any method is middleware, but for the paths of feeds, which the log cuts to their first letter.
    for (const { method, path } of routes()) if (method !== "ALL") made.add(method, path, path);
    return made;
  };
  return (method, path) => {
    router ??= build();
    if (/^\/[fah]\/$/.test(path)) return `${path}*`;
    const [, folder] = /^\/(assets|dav)(?:\/|$)/.exec(path) ?? [];
    if (folder !== undefined) return `/${folder}/*`;
    const [[found] = []] = router.match(method === "HEAD" ? "GET" : method, path);
    return found?.[0] ?? "none";
  };
}

function methodLabel(method: string): string {
  return /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|PROPFIND|PROPPATCH|REPORT)$/.test(method) ? method : "other";
}
