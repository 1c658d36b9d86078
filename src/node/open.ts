import { existsSync } from "node:fs";
import { createServer, IncomingMessage, type Server } from "node:http";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { type Config, defaultConfig, type Environment, readConfig, secretsOf } from "../config/config.ts";
import { keepPrivate, openDataFolder } from "./data-folder.ts";
import { checkpoint, openDatabase } from "./database.ts";
import { openServerDatabase } from "./server-database.ts";
import type { Budget, Deps, Fetch } from "../deps.ts";
import { AppError } from "../errors.ts";
import { keyFile, openKeyRing } from "./key-file.ts";
import { jsonLog } from "../log.ts";
import { openOutside } from "./outside.ts";
import { openSmtp } from "./smtp.ts";
import { packageFolder } from "../package-folder.ts";
import { randomBytes } from "../lib/random.ts";
import { clientAddress } from "../security/proxies.ts";
import { isAllowed, outsideRules } from "../security/outside.ts";
import { hasSealed } from "../store/accounts/sealed.ts";
import { readMigrations } from "../store/sql/migrations-node.ts";
import type { Sql } from "../store/sql/port.ts";
import { openSqlite } from "../store/sql/sqlite.ts";

/** Limits for Node, which only end runs that would never end. */
const budget: Budget = { pages: 100_000, requests: 1_000_000, events: 10_000_000, statements: 10_000_000 };

/** The folder of the migrations that this version has. */
export const migrationsFolder = join(packageFolder, "migrations");
/** The same tables for PostgreSQL. */
export const postgresMigrationsFolder = join(migrationsFolder, "postgres");

/** The program on a database file; it is not listening yet. */
export interface Opened {
  readonly deps: Deps;
  /** Waits for the work under way and closes the database. */
  readonly close: () => Promise<void>;
  /** Moves what a database in a file has beside it into the file. */
  readonly checkpoint: () => Promise<void>;
  /** Has the web hook of the sample inside post to that address. */
  readonly sendHooks?: (to: string) => void;
}

/** The database of the service and that of the sample, which may lie in one folder under the same keys. */
export const databaseFiles = ["waldur-calendar.sqlite", "sample.sqlite"] as const;
type DatabaseFile = (typeof databaseFiles)[number];

export interface OpenOptions {
  /** The database file in DATA_DIR. */
  readonly file?: DatabaseFile;
  /** Answers requests to Waldur instead of the network. */
  readonly fetch?: Fetch;
  readonly sample?: boolean;
  /** Settings that do not come from the environment. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The level of the log when the settings name none. */
  readonly logLevel?: Config["logLevel"];
  /** Writes a line of the log. */
  readonly write?: (line: string) => void;
}

/** Creates what is missing (folder, key, database, tables) and opens the program. Throws `bad_config`, `store_failed`. */
export async function openNode(
  env: Environment,
  {
    file = "waldur-calendar.sqlite",
    fetch: answer,
    sample = false,
    settings = {},
    logLevel,
    write = writeToStderr,
  }: OpenOptions = {},
): Promise<Opened> {
  const config = readConfig({ ...env, ...settings });
  const level = env["LOG_LEVEL"] === undefined && logLevel !== undefined ? logLevel : config.logLevel;
  const log = jsonLog(write, Date.now, level, secretsOf(config));
  await openDataFolder(config.dataDir, log);
  await keepPrivate([keyFile(config)], log);
  const path = join(config.dataDir, file);
  const nowAt = Math.floor(Date.now() / 1000);
  const onServer = !sample && config.databaseUrl !== null;
  const sql: Sql & { close(): void | Promise<void> } = onServer
    ? await openServerDatabase(config, await readMigrations(postgresMigrationsFolder), nowAt)
    : await openDatabase(path, await readMigrations(migrationsFolder), nowAt, log);
  const work = new Set<Promise<unknown>>();
  const keys = await openKeyRing(config, async () => (await hasSealed(sql)) || hasSealedBeside(config, file)).catch(
    async (error: unknown) => {
      await sql.close();
      throw error;
    },
  );
  if (keys.lost !== "") log.error("keys_lost", { message: keys.lost });
  const rules = outsideRules(config);
  const outside = openOutside((url) => isAllowed(url, rules));
  const deps: Deps = {
    sql,
    outside: outside.fetch,
    mail: openSmtp(config),
    fetch: answer ?? (async (request) => fetch(request)),
    now: Date.now,
    random: makeRandom(),
    sleep: async (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    deadline: (milliseconds) => AbortSignal.timeout(milliseconds),
    addressOf(request) {
      const { peer, headers } = origins.get(request) ?? { peer: "", headers: {} };
      return clientAddress(peer, [headers["x-forwarded-for"] ?? ""].flat().join(","), config.trustedProxies);
    },
    defer(promise) {
      const tracked = promise
        .catch((error: unknown) => log.error("deferred_failed", { error }))
        .finally(() => work.delete(tracked));
      work.add(tracked);
    },
    log,
    config,
    keys,
    sample,
    budget,
  };
  return {
    deps,
    checkpoint: async () => (onServer ? undefined : checkpoint(sql)),
    async close() {
      await Promise.allSettled(work);
      await outside.close();
      await sql.close();
    },
  };
}

/** Resolves to true when the other database of the folder holds something sealed. */
async function hasSealedBeside({ dataDir }: Config, file: DatabaseFile): Promise<boolean> {
  for (const other of databaseFiles) {
    if (other === file || !existsSync(join(dataDir, other))) continue;
    const sql = openSqlite(join(dataDir, other));
    try {
      if (await hasSealed(sql)) return true;
    } finally {
      sql.close();
    }
  }
  return false;
}

/** Makes a source of random bytes with a stock, since a few cost as much as thousands. No byte is given twice. */
function makeRandom(): Deps["random"] {
  const stock = new Uint8Array(4096);
  let used = stock.length;
  return (bytes) => {
    if (bytes > stock.length / 16) return randomBytes(bytes);
    if (used + bytes > stock.length) {
      crypto.getRandomValues(stock);
      used = 0;
    }
    const given = stock.slice(used, used + bytes);
    stock.fill(0, used, used + bytes);
    used += bytes;
    return given;
  };
}

/** The lines of this turn of the event loop, written together, since each write is a system call. */
let lines = "";

function writeToStderr(line: string): void {
  if (lines === "") setImmediate(flushLines);
  lines += `${line}\n`;
}

function flushLines(): void {
  process.stderr.write(lines);
  lines = "";
}

process.on("exit", flushLines);

/**
 * Returns the socket that systemd opened for this process (sd_listen_fds(3)), if any. It stays open over a restart: Thunderbird
 * stops polling until its own restart when a connection is refused once.
 */
export function inheritedSocket(): { fd: number } | null {
  const firstInherited = 3;
  return process.env["LISTEN_PID"] === String(process.pid) && process.env["LISTEN_FDS"] === "1"
    ? { fd: firstInherited }
    : null;
}

/** The origin of each request: the other end of its connection, and its header fields. */
const origins = new WeakMap<Request, { readonly peer: string; readonly headers: IncomingMessage["headers"] }>();

interface ListenOptions extends Pick<Config, "host" | "port">, Partial<Pick<Config, "keepAliveSeconds">> {
  /** What whoever cannot listen there has to set. */
  readonly setting?: string;
}

/** Starts a server, on a socket that is open already where one is given. Resolves once it listens, with the port it got. Throws `bad_config` when it cannot. */
export async function listen(
  answer: (request: Request) => Response | Promise<Response>,
  { host, port, keepAliveSeconds = defaultConfig.keepAliveSeconds, setting = "HOST or PORT" }: ListenOptions,
  inherited: { fd: number } | null = null,
): Promise<{ server: Server; port: number }> {
  // It replaces the global Response with its own, which sends bytes without copying: the platform's copies a body twice,
  // which was most of the cost of a feed of 3 MB.
  const listener = getRequestListener(
    (request, env) => {
      if ("incoming" in env && env.incoming instanceof IncomingMessage) {
        const { socket, headers } = env.incoming;
        origins.set(request, { peer: socket.remoteAddress ?? "", headers });
      }
      return answer(request);
    },
    // HTTP/1.0 needs no Host, and checks of load balancers send none.
    { hostname: "unnamed.invalid" },
  );
  // Longer than a proxy keeps its end, so that it never sends into a connection that is being closed here.
  const server = createServer(
    { keepAliveTimeout: keepAliveSeconds * 1000 },
    (incoming, outgoing) => void listener(incoming, outgoing),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        new AppError("bad_config", `cannot listen on ${host}:${port}: ${error.message}; set ${setting}`, {
          cause: error,
        }),
      ),
    );
    server.listen(inherited ?? { port, host }, () => resolve());
  });
  const address = server.address();
  return { server, port: typeof address === "object" && address !== null ? address.port : port };
}

/** Runs `work` now and again `waitSeconds` after each end, until stopped. `stop` resolves when no run is under way. */
export function repeat(work: () => Promise<unknown>, waitSeconds: number): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const turn = async (): Promise<void> => {
    await work();
    if (!stopped) timer = setTimeout(begin, waitSeconds * 1000);
  };
  let running = Promise.resolve();
  const begin = (): void => {
    running = turn();
  };
  begin();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
