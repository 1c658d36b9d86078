import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rendererVersion } from "../../../src/calendar/feed.ts";
import { lintCalendar } from "../../../src/calendar/ical/lint.ts";
import type { Joined, Sql, SqlRow } from "../../../src/store/sql/port.ts";
import type { FeedWork } from "../../../src/web/feed/serve.ts";
import type { FeedDeps } from "../../../src/web/feed/feed-deps.ts";
import { honestWork, makeServed } from "./served.ts";
import { setColumns } from "../../rows.ts";

/** One failure behind the route. */
type Fault = "none" | "rejects" | "throws" | "hangs" | "garbage";
const faults: readonly Fault[] = ["none", "rejects", "throws", "hangs", "garbage"];

interface Case {
  readonly first: Fault;
  readonly texts: Fault;
  readonly run: Fault;
  readonly hash: Fault;
  readonly join: Fault;
  readonly gzip: Fault;
  readonly log: Fault;
  readonly defer: Fault;
  readonly clockJump: number;
  readonly headers: Record<string, string>;
  readonly method: "GET" | "HEAD";
  /** True when a good answer came before. */
  readonly warm: boolean;
}

const fault = fc.oneof({ weight: 4, arbitrary: fc.constant<Fault>("none") }, fc.constantFrom(...faults));
const cases = fc.record<Case>({
  first: fault,
  texts: fault,
  run: fault,
  hash: fault,
  join: fault,
  gzip: fault,
  log: fault,
  defer: fault,
  clockJump: fc.constantFrom(0, 0, 30, 601, -86_400, 40 * 86_400, Number.NaN),
  headers: fc.constantFrom<Record<string, string>>(
    {},
    { "If-None-Match": `"e1-${rendererVersion}-1"` },
    { "If-None-Match": "*" },
    { "Accept-Encoding": "gzip", "User-Agent": "Thunderbird/153" },
    { "If-Modified-Since": "Sun, 01 Jan 2040 00:00:00 GMT" },
    { Accept: "text/html" },
  ),
  method: fc.constantFrom("GET", "HEAD"),
  warm: fc.boolean(),
});

const encoder = new TextEncoder();
const garbageRow: SqlRow = { hash: 1, profile: "{", epoch: "" };
const garbageTexts: Joined = { bytes: encoder.encode("BEGIN:VEVENT"), rows: 2 };

function failing<T>(kind: Fault, honest: () => Promise<T>, garbage: T): () => Promise<T> {
  return () => {
    if (kind === "throws") throw new Error("thrown on purpose");
    if (kind === "rejects") return Promise.reject(new Error("rejected on purpose"));
    if (kind === "hangs") return new Promise(() => undefined);
    return kind === "garbage" ? Promise.resolve(garbage) : honest();
  };
}

/** A deadline that leaves honest work its turns of the event loop and does not make a test wait for what hangs. */
function soon(): AbortSignal {
  const controller = new AbortController();
  const wait = (turns: number): void => {
    if (turns === 0) controller.abort(new DOMException("too late", "TimeoutError"));
    else setImmediate(() => wait(turns - 1));
  };
  wait(40);
  return controller.signal;
}

/** For work of which nothing hangs: a busy machine may need any number of turns for it. */
function never(): AbortSignal {
  return new AbortController().signal;
}

function spoil(honest: FeedDeps, broken: { now: Case | null }, deadline: FeedDeps["deadline"]): FeedDeps {
  const kind = (name: "first" | "texts" | "run"): Fault => broken.now?.[name] ?? "none";
  const sql: Sql = {
    first: (text, ...rest) => failing(kind("first"), () => honest.sql.first(text, ...rest), garbageRow)(),
    join: (text, ...rest) => failing(kind("texts"), () => honest.sql.join(text, ...rest), garbageTexts)(),
    all: (text, ...rest) => honest.sql.all(text, ...rest),
    run: (text, ...rest) => failing(kind("run"), () => honest.sql.run(text, ...rest), -1)(),
    batch: (statements) => honest.sql.batch(statements),
  };
  return {
    ...honest,
    sql,
    now: () => honest.now() + (broken.now?.clockJump ?? 0) * 1000,
    deadline,
    defer(work) {
      work.catch(() => undefined);
      if (broken.now?.defer === "throws") throw new Error("thrown on purpose");
    },
    log: {
      warn() {
        if (broken.now?.log === "throws") throw new Error("thrown on purpose");
      },
    },
  };
}

function spoilWork(broken: { now: Case | null }): FeedWork {
  const sync = <T>(kind: Fault | undefined, honest: () => T, garbage: T): T => {
    if (kind === "throws" || kind === "rejects") throw new Error("thrown on purpose");
    return kind === "garbage" ? garbage : honest();
  };
  return {
    renderer: honestWork.renderer,
    hash: (secret) => failing(broken.now?.hash ?? "none", () => honestWork.hash(secret), "")(),
    join: (feed, vevents) =>
      sync(broken.now?.join, () => honestWork.join(feed, vevents), encoder.encode("BEGIN:VCALENDAR\r\nhalf")),
    end: honestWork.end,
    gzip: (bytes) => failing(broken.now?.gzip ?? "none", () => honestWork.gzip(bytes), new Uint8Array())(),
  };
}

describe("whatever fails behind a feed's address", () => {
  it("GET and HEAD get one of the allowed answers, and a body is whole (10,000 combinations)", async () => {
    const broken: { now: Case | null } = { now: null };
    const seen = new Map<number, number>();
    let packedAnswers = 0;
    const cold = await makeServed();
    const wholeText = await (await cold.ask()).text();
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        broken.now = null;
        const served = await shared(broken, one.warm);
        broken.now = one;
        const response = await served.ask(one.headers, one.method);
        seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
        expect([200, 304, 404, 410]).toContain(response.status);
        const bytes = new Uint8Array(await response.arrayBuffer());
        if (one.method === "HEAD" || response.status === 304) expect(bytes.length).toBe(0);
        else expect(response.headers.get("Content-Length")).toBe(String(bytes.length));
        if (response.status === 200 && one.method === "GET") {
          const packed = response.headers.get("Content-Encoding") === "gzip";
          if (packed) packedAnswers += 1;
          const text = new TextDecoder().decode(packed ? gunzipSync(bytes) : bytes);
          if (text !== wholeText) expect(lintCalendar(text)).toEqual([]);
          expect(response.headers.get("Content-Type")).toBe("text/calendar; charset=utf-8");
        }
      }),
      { numRuns: 10_000 },
    );
    expect(seen.get(200) ?? 0).toBeGreaterThan(1000);
    expect(seen.get(404) ?? 0).toBeGreaterThan(500);
    expect(seen.get(304) ?? 0).toBeGreaterThan(100);
    expect(packedAnswers).toBeGreaterThan(100);
  });

  it("the last good copy is served for ten minutes, then 404, then the feed again", async () => {
    const broken: { now: Case | null } = { now: null };
    const { ask, clock } = await makeServed({ deps: (deps) => spoil(deps, broken, never) });
    const good = await (await ask()).text();
    const [sample] = fc.sample(cases, { numRuns: 1, seed: 1 });
    if (sample === undefined) throw new Error("no case");
    broken.now = { ...sample, first: "rejects", clockJump: 0, log: "none", hash: "none" };
    clock.ms += 599_000;
    expect(await (await ask()).text()).toBe(good);
    clock.ms += 2000;
    expect((await ask()).status).toBe(404);
    broken.now = null;
    expect((await ask()).status).toBe(200);
  });

  it("a revoked address is not brought back by a failure", async () => {
    const broken: { now: Case | null } = { now: null };
    const { ask, sql } = await makeServed({ deps: (deps) => spoil(deps, broken, never) });
    await ask();
    await setColumns(sql, "addresses", { ended_at: 1, gone: 1 });
    expect((await ask()).status).toBe(410);
    const [sample] = fc.sample(cases, { numRuns: 1, seed: 1 });
    if (sample === undefined) throw new Error("no case");
    broken.now = { ...sample, first: "rejects", clockJump: 0, hash: "none" };
    expect((await ask()).status).toBe(404);
  });
});

const kept = new Map<boolean, Awaited<ReturnType<typeof makeServed>>>();
let uses = 0;

/** A served feed, made anew now and then so that cold and warm caches both occur. */
async function shared(broken: { now: Case | null }, warm: boolean) {
  uses += 1;
  let served = kept.get(warm);
  if (served === undefined || (!warm && uses % 5 === 0)) {
    served = await makeServed({ work: spoilWork(broken), deps: (deps) => spoil(deps, broken, soon) });
    kept.set(warm, served);
  }
  if (warm) await served.ask();
  return served;
}
