import { join } from "node:path";
import { createTestHarness } from "wrangler";
import type { FailureKind, ServerProfile } from "../../../src/caldav/port.ts";
import type { LoginCredentials } from "../../../src/caldav/auth/signer.ts";
import { openOutside } from "../../../src/node/outside.ts";
import type { Program } from "../../dav-server/launch.ts";
import { programs, startRadicale, startXandikos, user } from "../../dav-server/programs.ts";
import { startDavical, startSabre } from "../../dav-server/php-servers.ts";
import { type Quirks, servers } from "../../dav-server/quirks.ts";
import { makeCaldav } from "../../dav-server/server.ts";
import { sayMissing } from "../../installed.ts";
import { type Account, ask, type Bench, lineTo, makeBench, remoteBench } from "./bench.ts";

/** Answers expected of a server in points where servers differ. A server that changes is noticed by them. */
interface Expected {
  readonly profile: Omit<ServerProfile, "software" | "concurrency">;
  /** The name of a calendar that was made as "Bookings & <more>". */
  readonly name: string;
  /** A UID that is at another href; null: taken all the same. */
  readonly uidTaken: FailureKind | null;
  /** A body that is no calendar. */
  readonly garbage: FailureKind;
  /** A token that was never given: it is told, everything is listed, or nothing is. */
  readonly lostToken: "token-lost" | "list" | "silent";
  /** Its tags are the second of the last change: another one within that second does not show. */
  readonly countsSeconds: boolean;
  /** 423 may answer a write that comes while another is under way. */
  readonly oneAtATime: boolean;
  /** `If-Match` where nothing is creates it. */
  readonly updateCreates: boolean;
}

export interface Opened {
  readonly account: Account;
  readonly bench: Bench;
  /** The bench of somebody with a wrong password or token; null: the server lets everybody in. */
  readonly stranger: Bench | null;
  /** A request that another program of the person makes, to a path of the server. */
  raw(method: string, url: string, body?: string): Promise<void>;
  /** Lets the second of the last change end. */
  pass(): Promise<void>;
  /** Epoch seconds of the server's clock. */
  readonly nowAt: () => number;
  /** Writes without condition so far. */
  readonly unconditional: readonly string[];
  close(): Promise<void>;
}

export interface Target {
  readonly name: string;
  readonly expected: Expected;
  readonly open: () => Promise<Opened>;
}

const plain: Expected = {
  profile: {
    honoursIfNoneMatch: true,
    honoursIfMatch: true,
    honoursIfMatchOnDelete: true,
    tellsEtag: true,
    rewrites: false,
    changeFeed: "sync-token",
    silentTokens: false,
    maxBytes: null,
    minAt: null,
    maxAt: null,
  },
  name: "Bookings & <more>",
  uidTaken: "uid-taken",
  garbage: "refused",
  lostToken: "token-lost",
  countsSeconds: false,
  oneAtATime: false,
  updateCreates: false,
};

const radicale: Expected = { ...plain, profile: { ...plain.profile, rewrites: true } };
const davical: Expected = {
  ...plain,
  name: "Bookings &amp; &lt;more&gt;",
  uidTaken: null,
  garbage: "exists",
  lostToken: "list",
  profile: { ...plain.profile, silentTokens: true },
};
/** The years 1 to 9999. */
const anyYear = { minAt: -62_135_596_800, maxAt: 253_402_300_799 };

/** Real servers; null for what is not installed here. */
const real: readonly {
  name: string;
  expected: Expected;
  program: string | null;
  start: (path: string) => Promise<Program>;
  credentials: LoginCredentials | null;
  how: string;
}[] = [
  {
    name: "Radicale 3.1 (Debian)",
    expected: radicale,
    program: programs.radicale,
    start: startRadicale,
    credentials: { kind: "password", ...user },
    how: "apt-get install radicale",
  },
  {
    name: "Radicale 3.9 (PyPI)",
    expected: { ...radicale, profile: { ...radicale.profile, maxBytes: 10_000_000 } },
    program: programs.newRadicale,
    start: startRadicale,
    credentials: { kind: "password", ...user },
    how: "test/dav-server/install.sh",
  },
  {
    name: "Xandikos 0.2 (Debian)",
    expected: { ...plain, profile: { ...plain.profile, rewrites: true, ...anyYear } },
    program: programs.xandikos,
    start: startXandikos,
    credentials: null,
    how: "apt-get install xandikos",
  },
  {
    name: "Xandikos 0.4 (PyPI)",
    expected: { ...plain, oneAtATime: true, profile: { ...plain.profile, rewrites: true, ...anyYear } },
    program: programs.newXandikos,
    start: startXandikos,
    credentials: null,
    how: "test/dav-server/install.sh",
  },
  ...(["Basic", "Digest"] as const).map((scheme) => ({
    name: `sabre/dav 1.8 (Debian) with ${scheme}`,
    expected: { ...plain, uidTaken: null, profile: { ...plain.profile, changeFeed: "ctag" as const } },
    program: programs.sabre,
    start: async (program: string) => startSabre(program, scheme),
    credentials: { kind: "password" as const, ...user },
    how: "apt-get install php-cli php-sabre-dav php-sqlite3",
  })),
  {
    name: "DAViCal 1.1 (Debian)",
    expected: davical,
    program: programs.davical,
    start: startDavical,
    credentials: { kind: "password", ...user },
    how: "apt-get install davical php-cli php-pgsql postgresql",
  },
];

/** Answers expected of our own server with the quirks of others. */
const emulated: readonly ({ name: keyof typeof servers; expected: Expected } & Pick<Quirks, "auth" | "nonces">)[] = [
  { name: "faithful", expected: plain, auth: "basic", nonces: "fixed" },
  { name: "cyrus", expected: plain, auth: "digest", nonces: "stale" },
  { name: "davical", expected: davical, auth: "bearer", nonces: "fixed" },
  { name: "radicale", expected: plain, auth: "digest", nonces: "silent" },
  {
    name: "sabre",
    expected: { ...plain, uidTaken: null, profile: { ...plain.profile, changeFeed: "ctag" } },
    auth: "digest",
    nonces: "once",
  },
  {
    name: "sogo",
    expected: {
      ...plain,
      profile: {
        ...plain.profile,
        honoursIfNoneMatch: false,
        honoursIfMatchOnDelete: false,
        rewrites: true,
        silentTokens: true,
      },
      lostToken: "list",
      countsSeconds: true,
      updateCreates: true,
    },
    auth: "basic",
    nonces: "fixed",
  },
  { name: "xandikos", expected: { ...plain, oneAtATime: true }, auth: "none", nonces: "fixed" },
  {
    name: "nextcloud",
    expected: { ...plain, lostToken: "silent", profile: { ...plain.profile, tellsEtag: false, silentTokens: true } },
    auth: "basic",
    nonces: "fixed",
  },
];

/** Our own server, with the quirks of the ones that were seen. */
export const ownTargets: readonly Target[] = emulated.map(({ name, expected, ...login }) => ({
  name: `our server as ${name}`,
  expected,
  open: async () => openOwn({ ...servers[name], ...login }),
}));

/** Servers of their own processes, and those that the environment names. */
export const realTargets: readonly Target[] = [
  ...real.flatMap(({ name, expected, program, start, credentials, how }) => {
    if (program === null) {
      sayMissing(`the contract suite with ${name}`, how);
      return [];
    }
    return [{ name, expected, open: async () => openProgram(await start(program), credentials, null) }];
  }),
  ...namedTargets(),
];

/** Radicale, asked from inside workerd. */
export const workerdTargets: readonly Target[] = real
  .filter(({ name, program }) => name.startsWith("Radicale") && program !== null)
  .map(({ name, expected, program, start, credentials }) => ({
    name: `${name} from workerd`,
    expected,
    open: async () => openProgram(await start(program ?? ""), credentials, await openWorkerd()),
  }));

interface NamedTarget {
  readonly name: string;
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly expected?: Partial<Omit<Expected, "profile">> & { readonly profile?: Partial<ServerProfile> };
}

/**
 * Further servers, by CALDAV_TARGETS: a JSON list of `{ name, url, username, password, expected }`, where `expected` names
 * what differs from a server that keeps to every paper.
 */
function namedTargets(): Target[] {
  const given = process.env["CALDAV_TARGETS"];
  if (given === undefined || given === "") return [];
  const list: NamedTarget[] = JSON.parse(given);
  return list.map(({ name, url, username, password, expected = {} }) => ({
    name,
    expected: { ...plain, ...expected, profile: { ...plain.profile, ...expected.profile } },
    open: async () =>
      openProgram({ url, close: async () => undefined }, { kind: "password", username, password }, null),
  }));
}

const wrong: LoginCredentials = { kind: "password", username: user.username, password: "not the password" };

interface Runtime {
  readonly bench: (account: Account) => Bench;
  close(): Promise<void>;
}

async function openProgram(
  program: Pick<Program, "url" | "close">,
  credentials: LoginCredentials | null,
  runtime: Runtime | null,
): Promise<Opened> {
  const account = { start: `${program.url}/`, credentials };
  const outside = openOutside(() => true);
  const benchOf = (one: Account): Bench =>
    runtime === null ? makeBench(lineTo(one, outside.fetch)) : runtime.bench(one);
  return {
    account,
    bench: benchOf(account),
    stranger: credentials === null ? null : benchOf({ ...account, credentials: wrong }),
    unconditional: [],
    // None of these servers counts in seconds; one that is named and does makes the suite wait for its clock.
    pass: async () => new Promise((resolve) => void setTimeout(resolve, 1100)),
    nowAt: () => Math.floor(Date.now() / 1000),
    raw: async (method, url, body) => {
      await ask(lineTo(account, outside.fetch), method, new URL(url, account.start).href, body ?? null);
    },
    async close() {
      await outside.close();
      await runtime?.close();
      await program.close();
    },
  };
}

async function openOwn(quirks: Partial<Quirks>): Promise<Opened> {
  let nowAt = Date.UTC(2027, 0, 4) / 1000;
  const server = makeCaldav({ quirks, now: () => nowAt * 1000 });
  const { name: username, password, token } = server.user;
  const credentials: LoginCredentials =
    quirks.auth === "bearer" ? { kind: "bearer", token } : { kind: "password", username, password };
  const account = { start: `${server.origin}/`, credentials };
  return {
    account,
    bench: makeBench(lineTo(account, server.fetch)),
    stranger: quirks.auth === "none" ? null : makeBench(lineTo({ ...account, credentials: wrong }, server.fetch)),
    unconditional: server.unconditional,
    pass: async () => void (nowAt += 1),
    nowAt: () => nowAt,
    async raw(method, url, body = "") {
      const [, calendar = "", name = ""] = /([^/]+)\/([^/]*)$/.exec(url) ?? [];
      if (method === "PUT") server.put(decodeURIComponent(name), body, calendar);
      else server.drop(decodeURIComponent(name), calendar);
    },
    close: async () => undefined,
  };
}

async function openWorkerd(): Promise<Runtime> {
  // Else workerd's test server asks the network for a sample of Cloudflare's request properties.
  process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";
  process.env["WRANGLER_SEND_METRICS"] = "false";
  const root = join(import.meta.dirname);
  const server = createTestHarness({ root, workers: [{ configPath: "wrangler.toml" }] });
  await server.listen();
  return {
    bench: (account) =>
      remoteBench(account, async (body) => (await server.fetch("/", { method: "POST", body })).text()),
    close: async () => server.close(),
  };
}
