import { makeApp } from "../../src/app.ts";
import { makeAppPassword } from "../../src/account/app-passwords.ts";
import { viewerOf } from "../../src/account/access.ts";
import { openNode } from "../../src/node/open.ts";
import { findAccount } from "../../src/store/accounts/accounts.ts";
import { statement } from "../../src/store/sql/port.ts";
import { makeFeedServer } from "../../src/web/feed/serve.ts";
import { findPostgres, startPostgres } from "../contract/store/postgres-server.ts";
import { honestWork, secret } from "../web/feed/served.ts";
import { openUnchanged } from "./refresh.ts";
import { path, placeFeed } from "./support/feed.ts";
import type { Figure } from "./support/figure.ts";
import { makeFolder } from "./support/folder.ts";
import { compare, type Timed } from "./support/pairs.ts";

const origin = "http://127.0.0.1:8080";
type Settings = Readonly<Record<string, string>>;
type Work = () => Promise<unknown>;

/** A request that is asked so often at once, the number of pairs that are timed, and its bound over PostgreSQL. */
const subjects = [
  { name: "warm GET", times: 100, pairs: 31, most: 3 },
  { name: "304", times: 200, pairs: 31, most: 40 },
  { name: "cold GET", times: 1, pairs: 31, most: 3 },
  { name: "first sync", times: 1, pairs: 15, most: 3 },
  { name: "sync with nothing new", times: 100, pairs: 15, most: 20 },
  { name: "refresh of 10,000 unchanged", times: 1, pairs: 9, most: 2 },
] as const;
type Subject = (typeof subjects)[number]["name"];

/** Times the same work over a PostgreSQL on this machine and over SQLite, in turn; by the clock, since PostgreSQL works in processes of its own. */
export async function postgres(): Promise<Figure[]> {
  const programs = findPostgres();
  if (programs === null) return [];
  const server = await startPostgres(programs, { durable: true });
  const closes: Work[] = [async () => server.stop()];
  const open = async (onServer: boolean): Promise<Readonly<Record<Subject, Work>>> => {
    const settings = async (): Promise<Settings> => {
      const folder = await makeFolder();
      closes.push(async () => folder[Symbol.asyncDispose]());
      return { DATA_DIR: folder.path, ...(onServer && { DATABASE_URL: await server.makeDatabase() }) };
    };
    const feed = await openFeed(await settings());
    const source = await openUnchanged(await settings());
    closes.push(feed.close, source.close);
    return { ...feed.work, "refresh of 10,000 unchanged": async () => source.sweep() };
  };
  try {
    const there = await open(true);
    const here = await open(false);
    const figures: Figure[] = [];
    for (const { name, times, pairs, most } of subjects) {
      const { ratio, ours, theirs } = await compare(pairs, clocked(there[name], times), clocked(here[name], times), 3);
      const each = (ms: number): string => `${(ms / times).toFixed(2)} ms`;
      const about = `${each(ours)} : ${each(theirs)}, one after the other`;
      figures.push({ name: `${name}, PostgreSQL : SQLite`, measured: ratio, unit: "×", bound: { most }, about });
    }
    return figures;
  } finally {
    for (const close of closes.toReversed()) await close();
  }
}

/** Measures work by the clock, done so many times. */
function clocked(work: Work, times: number): Timed {
  return async () => {
    const begun = performance.now();
    for (let n = 0; n < times; n += 1) await work();
    return performance.now() - begun;
  };
}

/** Opens the program under these settings with a feed of 3 MB, and what subscribers and calendar programs ask of it. */
async function openFeed(settings: Settings) {
  const opened = await openNode(settings, { write: () => undefined });
  const deps = { ...opened.deps, sleep: async () => undefined };
  await placeFeed(deps.sql);
  await deps.sql.batch([statement("UPDATE accounts SET kind = 'person', is_staff = 1 WHERE id = 'a'")]);
  const account = await findAccount(deps.sql, "a");
  if (account === null) throw new Error("the account is missing");
  const { password } = await makeAppPassword(deps, await viewerOf(deps, account), "bench");
  const headers = { Authorization: `Basic ${btoa(`a:${password}`)}`, Depth: "1" };
  const app = makeApp();
  const report = async (token: string): Promise<string> => {
    const body = `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`;
    const request = new Request(`${origin}/dav/calendars/a/feed/`, { method: "REPORT", headers, body });
    return (await expectStatus(207, await app.fetch(request, deps))).text();
  };
  const served = makeFeedServer(honestWork);
  const get = async (by: typeof served, status: number, known: Record<string, string> = {}) =>
    expectStatus(status, await by(deps, new Request(origin + path, { headers: known }), secret, "microscope.ics"));
  const token = /<D:sync-token>([^<]*)</.exec(await report(""))?.[1] ?? "";
  const known = { "If-None-Match": (await get(served, 200)).headers.get("ETag") ?? "" };
  return {
    close: opened.close,
    work: {
      "warm GET": async () => get(served, 200),
      "304": async () => get(served, 304, known),
      "cold GET": async () => get(makeFeedServer(honestWork), 200),
      "first sync": async () => report(""),
      "sync with nothing new": async () => report(token),
    },
  };
}

async function expectStatus(status: number, response: Response): Promise<Response> {
  if (response.status !== status) throw new Error(`answered ${response.status} in place of ${status}`);
  return response;
}
