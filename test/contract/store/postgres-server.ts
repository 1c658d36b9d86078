import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { chown, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { freePort } from "../../free-port.ts";
import { sayMissing } from "../../installed.ts";
import { until } from "../../until.ts";

/** A PostgreSQL server of our own on loopback. */
export interface PostgresServer {
  /** Makes a database, empty or a copy of the one at an address that nobody has open, and resolves to its address. */
  makeDatabase(like?: string): Promise<string>;
  /** Ends every connection and starts anew, with everything that was committed, `meanwhile` done before. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/** Settings of a server that need not outlive the machine. */
const forgetful = [
  "fsync=off",
  "full_page_writes=off",
  "synchronous_commit=off",
  "wal_level=minimal",
  "max_wal_senders=0",
];

const programs = "/usr/lib/postgresql";

/** Folders of servers begin so; the id of the process that started each follows. */
const prefix = "postgres-of-";
/** Runs a program that the kernel interrupts when its parent dies; where there is no such kernel, as it is. */
const untilDeath: readonly string[] = process.platform === "linux" ? ["setpriv", "--pdeathsig", "INT"] : [];

/** Removes what servers left whose process was killed, once they have ended. */
export async function removeLeft(): Promise<void> {
  const folders = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix));
  for (const name of folders.filter((one) => !isAlive(Number(one.slice(prefix.length).split("-", 1)[0])))) {
    const folder = join(tmpdir(), name);
    for (let tries = 0; tries < 100 && (await isServed(folder)); tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await rm(folder, { recursive: true, force: true });
  }
}

/** Returns true while a server has its files in a folder. */
async function isServed(folder: string): Promise<boolean> {
  const lines = await readFile(join(folder, "data", "postmaster.pid"), "utf8").catch(() => "");
  return lines !== "" && isAlive(Number.parseInt(lines, 10));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Returns the folder of the newest PostgreSQL that is installed; null without one, which is said. */
export function findPostgres(): string | null {
  let versions: string[] = [];
  try {
    versions = readdirSync(programs).toSorted((a, b) => Number(a) - Number(b));
  } catch {
    // Not installed.
  }
  const newest = versions.at(-1);
  if (newest !== undefined) return join(programs, newest, "bin");
  sayMissing("the store over PostgreSQL", "apt-get install postgresql");
  return null;
}

/**
 * Starts a server whose files are gone when it stops; `durable`: with PostgreSQL's own settings, which wait for the disk. It does not run
 * as root, so root gives them to the user `postgres`. It ends with this process, however that ends; its files go with the next start then.
 */
export async function startPostgres(bin: string, { durable = false } = {}): Promise<PostgresServer> {
  await removeLeft();
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  const data = join(folder, "data");
  const port = await freePort();
  const asOwner: readonly string[] =
    process.getuid?.() === 0 ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : [];
  if (asOwner.length > 0) {
    const { stdout } = await promisify(execFile)("id", ["-u", "postgres"]);
    await chown(folder, Number(stdout), -1);
  }
  const command = (...args: readonly string[]): [string, string[]] => {
    const [first = "", ...rest] = [...asOwner, ...args];
    return [first, rest];
  };
  const options = { cwd: folder, env: { ...process.env, HOME: folder } };
  // It sorts as most servers do, by words and not by bytes.
  const sorting = ["--locale=C", "--locale-provider=icu", "--icu-locale=en-US-u-ka-shifted"];
  const own = ["-D", data, "-U", "waldur", "-A", "trust", "--no-sync", "-E", "UTF8"];
  await promisify(execFile)(...command(join(bin, "initdb"), ...own, ...sorting), options);
  const settings = [
    `port=${port}`,
    "listen_addresses=127.0.0.1",
    `unix_socket_directories=${folder}`,
    "max_connections=300",
    ...(durable ? [] : forgetful),
  ];
  const address = (name: string): string => `postgres://waldur@127.0.0.1:${port}/${name}`;
  const start = async () => {
    const server = spawn(
      ...command(...untilDeath, join(bin, "postgres"), "-D", data, ...settings.flatMap((one) => ["-c", one])),
      {
        ...options,
        stdio: "ignore",
      },
    );
    const exited = once(server, "exit");
    const admin = await connect(address("postgres"));
    const end = async (signal: NodeJS.Signals): Promise<void> => {
      await admin.end();
      server.kill(signal);
      await exited;
    };
    return { admin, end };
  };
  let running = await start();
  let made = 0;
  return {
    async makeDatabase(like) {
      made += 1;
      const name = `made_${made}`;
      const template = like === undefined ? "" : ` TEMPLATE ${new URL(like).pathname.slice(1)}`;
      await running.admin.query(`CREATE DATABASE ${name}${template}`);
      return address(name);
    },
    async restart(meanwhile) {
      await running.end("SIGINT");
      await meanwhile?.();
      running = await start();
    },
    async stop() {
      await running.end("SIGQUIT");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Connects once the server listens; it takes a second or two to start. */
async function connect(url: string): Promise<Client> {
  return until(async () => {
    const client = new Client(url);
    return client.connect().then(
      () => client,
      () => null,
    );
  });
}
