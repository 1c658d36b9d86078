import { expect } from "vitest";
import { lintCalendar } from "../src/calendar/ical/lint.ts";
import { type Config, defaultConfig } from "../src/config/config.ts";
import { sampleWaldur } from "../src/demo/sample.ts";
import type { Budget, Deps, Fetch } from "../src/deps.ts";
import { memoryLog } from "../src/log.ts";
import { makeApp } from "../src/app.ts";
import type { MailTransport } from "../src/mail/transport.ts";
import { newKey, parseKeyRing } from "../src/security/keys.ts";
import { aroundCalls } from "../src/store/sql/around.ts";
import type { Sql } from "../src/store/sql/port.ts";
import { countStatements } from "../src/store/sql/counted.ts";
import { type FeedRow } from "../src/store/feeds.ts";
import { findReadSource, type ReadSource } from "../src/store/sources/readers.ts";
import { type SourceRow } from "../src/store/sources/sources.ts";
import { addFeed, feedAddress, getFeed } from "../src/feed/commands.ts";
import { resolveSource, actAsOperator } from "../src/account/find-source.ts";
import { hookAddress } from "../src/hint.ts";
import type { RefreshDueOptions } from "../src/refresh-due.ts";
import { tick } from "../src/tick.ts";
import type { FeedProfile } from "../src/calendar/profile.ts";
import { newProfile } from "../src/feed/profile.ts";
import { openStore } from "./empty-store.ts";
import { wide } from "./wide.ts";

const sampleUrl = "http://sample.waldur.invalid";

/** Stands between the program and Waldur: returns an answer of its own, throws, or returns null to let the request through. */
export type Fault = (request: Request) => Response | Error | null | Promise<Response | Error | null>;

export interface WorldOptions {
  readonly bookings?: number;
  readonly token?: string;
  readonly config?: Partial<Config>;
  readonly budget?: Budget;
  readonly startAt?: number;
  /** The release of Waldur that the sample is like. */
  readonly version?: "7.0" | "8.1";
  /** The database, with its tables; by default a new one in memory. */
  readonly sql?: Sql;
  /** The keys that seal, as SECRET_KEYS has them; by default new ones. */
  readonly keys?: string;
  /** Answers requests to other servers; by default none answers. */
  readonly outside?: Fetch;
  /** The way out for mail; by default there is none. */
  readonly mail?: MailTransport;
}

/** The whole program in memory over the sample Waldur, under a clock that only the test moves. */
export async function makeWorld(options: WorldOptions = {}) {
  /** Waldur's clock, and the milliseconds by which the program's is ahead of it. */
  const clock = { ms: (options.startAt ?? Date.UTC(2027, 0, 4, 9) / 1000) * 1000, ahead: 0 };
  const now = (): number => clock.ms + clock.ahead;
  const sample = sampleWaldur({
    now: () => clock.ms,
    begunAt: clock.ms / 1000,
    bookings: options.bookings ?? 30,
    baseUrl: sampleUrl,
    version: options.version ?? "7.0",
    hook: (body) => void deferred.push(post(body)),
  });
  /** The answers to what the sample's web hook posted, where HOOK_SECRET is set. */
  const hooked: number[] = [];
  const post = async (body: string): Promise<void> => {
    const address = hookAddress(deps.config);
    if (address === null) return;
    hooked.push((await app.fetch(new Request(address, { method: "POST", body }), deps)).status);
  };
  const deferred: Promise<unknown>[] = [];
  const calls = { open: 0 };
  const db = aroundCalls(options.sql ?? (await openStore()), async (call) => {
    calls.open += 1;
    return call().finally(() => (calls.open -= 1));
  });
  const written = { rows: 0 };
  const { sql, counts } = countStatements({
    ...db,
    async run(text, ...parameters) {
      const changed = await db.run(text, ...parameters);
      written.rows += changed;
      return changed;
    },
    async batch(statements) {
      const changed = await db.batch(statements);
      written.rows += changed.reduce((sum, rows) => sum + rows, 0);
      return changed;
    },
  });
  const log = memoryLog();
  const world = { fault: null as Fault | null, requests: [] as string[] };
  let seed = 1;
  const random = (bytes: number): Uint8Array<ArrayBuffer> =>
    Uint8Array.from({ length: bytes }, () => (seed = (seed * 48_271) % 2_147_483_647) & 255);
  const deps: Deps = {
    sql,
    now,
    random,
    log,
    fetch: async (request) => {
      const url = new URL(request.url);
      world.requests.push(`${request.method} ${url.pathname}${url.search}`);
      const fault = await world.fault?.(request);
      if (fault instanceof Error) throw fault;
      return fault ?? sample.fetch(request);
    },
    outside:
      options.outside ??
      (async ({ url }) => {
        throw new TypeError(`nobody answers at ${new URL(url).origin}`);
      }),
    mail: options.mail ?? null,
    sleep: async (milliseconds) => {
      clock.ms += milliseconds;
    },
    deadline: () => new AbortController().signal,
    addressOf: (request) => request.headers.get("Test-Address") ?? "192.0.2.77",
    defer: (work) => void deferred.push(work),
    config: {
      ...defaultConfig,
      waldurApiUrl: sampleUrl,
      waldurApiToken: options.token ?? sample.tokens.providerOwner,
      publicUrl: "https://calendar.example",
      ...options.config,
    },
    keys: parseKeyRing(options.keys ?? newKey(random)),
    sample: true,
    budget: options.budget ?? wide,
  };
  const app = makeApp();
  return {
    deps,
    sample,
    clock,
    log,
    /** Statements sent. */
    counts,
    /** Rows changed. */
    written,
    /** Returns true while the database has a call to answer. */
    asksDatabase: (): boolean => calls.open > 0,
    app,
    /** Lets seconds pass. */
    wait(seconds: number): void {
      clock.ms += seconds * 1000;
    },
    /** Puts a fault between, or takes it away. */
    fault(fault: Fault | null): void {
      world.fault = fault;
    },
    /** Requests to Waldur since the last call. */
    requests: (): string[] => world.requests.splice(0),
    tick: async (asked: RefreshDueOptions = {}) => tick(deps, asked),
    async addFeed(profile: Partial<FeedProfile> = {}, kind: SourceRow["kind"] = "provider"): Promise<FeedRow> {
      const source = await resolveSource(
        await actAsOperator(deps),
        kind,
        kind === "visible" ? "" : sample.providerUuid,
      );
      return addFeed(deps, source, newProfile(deps.config, source.name, profile), null);
    },
    /** A feed over one offering. */
    async addOffering(uuid: string, profile: Partial<FeedProfile> = {}): Promise<FeedRow> {
      const source = await resolveSource(await actAsOperator(deps), "offering", uuid);
      return addFeed(deps, source, newProfile(deps.config, source.name, profile), null);
    },
    feed: async (id: string): Promise<FeedRow> => getFeed(deps, id),
    /** The source of a feed, as the feed's account has it. */
    async source(feed: FeedRow): Promise<ReadSource> {
      const source = await findReadSource(deps.sql, feed.sourceId, feed.accountId);
      if (source === null) throw new Error("the source is gone");
      return source;
    },
    address: async (feed: FeedRow): Promise<string> => feedAddress(deps, await getFeed(deps, feed.id)),
    /** One GET of the feed as a client does it. */
    async get(address: string, headers: Record<string, string> = {}): Promise<Response> {
      return app.fetch(new Request(address, { headers }), deps);
    },
    /** The calendar at an address, linted. */
    async calendar(address: string): Promise<string> {
      const response = await app.fetch(new Request(address), deps);
      const text = await response.text();
      expect({ status: response.status, faults: lintCalendar(text) }).toEqual({ status: 200, faults: [] });
      return text;
    },
    hooked,
    /** Waits for the work that was left for after the answers. */
    async settle(): Promise<void> {
      while (deferred.length > 0) await Promise.all(deferred.splice(0));
    },
  };
}

export type World = Awaited<ReturnType<typeof makeWorld>>;
