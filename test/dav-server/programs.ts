import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "../installed.ts";

/** A CalDAV server of its own process on loopback. */
export interface Program {
  readonly url: string;
  /** Its own files; "" for a server that is not ours. */
  readonly folder: string;
  close(): Promise<void>;
}

export const user = { username: "alice", password: "s3crét" };

/** The folder in which test/dav-server/install.sh puts the newest servers. */
const newest = join(
  process.env["CALDAV_SERVERS"] ??
    join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "waldur-calendar/caldav-servers"),
  "bin",
);

/** The programs of both generations; null for what is not installed. */
export const programs = {
  radicale: findProgram("radicale", "/usr/bin"),
  xandikos: findProgram("xandikos", "/usr/bin"),
  newRadicale: findProgram("radicale", newest),
  newXandikos: findProgram("xandikos", newest),
};

/** Starts Radicale with one user. `rights`: lines of a rights file; null: the owner may do everything. */
export async function startRadicale(program: string, rights: string | null = null): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), "radicale-"));
  const port = await freePort();
  await writeFile(join(folder, "users"), `${user.username}:${user.password}\n`);
  if (rights !== null) await writeFile(join(folder, "rights"), rights);
  const config = [
    "[server]",
    `hosts=127.0.0.1:${port}`,
    "max_connections=64",
    "[auth]",
    "type=htpasswd",
    `htpasswd_filename=${join(folder, "users")}`,
    "htpasswd_encryption=plain",
    "delay=0",
    "[storage]",
    `filesystem_folder=${join(folder, "data")}`,
    "[logging]",
    "level=warning",
    ...(rights === null ? [] : ["[rights]", "type=from_file", `file=${join(folder, "rights")}`]),
    "",
  ];
  await writeFile(join(folder, "config"), config.join("\n"));
  return startProgram(program, ["--config", join(folder, "config")], port, folder);
}

/** Starts Xandikos, which lets everybody in. */
export async function startXandikos(program: string): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), "xandikos-"));
  const port = await freePort();
  const args = ["--defaults", "-d", join(folder, "data"), "-l", "127.0.0.1", "-p", String(port)];
  return startProgram(program, [...args, "--current-user-principal", "/alice/"], port, folder);
}

/** Ends the program when its own input ends: also when the tests were killed. */
const watched =
  '"$@" & child=$!; cat >/dev/null; kill "$child"; (sleep 3; kill -9 "$child") 2>/dev/null & wait "$child"';

async function startProgram(program: string, args: readonly string[], port: number, folder: string): Promise<Program> {
  // The newest ones are scripts of a virtual environment, which find it by themselves.
  const child = spawn("sh", ["-c", watched, "sh", program, ...args], {
    stdio: ["pipe", "ignore", "pipe"],
    cwd: folder,
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  const ended = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const end = Date.now() + 20_000;
  while (!(await answers(url))) {
    if (Date.now() > end) {
      child.stdin.end();
      await ended;
      throw new Error(`${program} did not start: ${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url,
    folder,
    async close() {
      child.stdin.end();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url, { redirect: "manual" })).text();
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || address === null) throw new Error("no port is free");
  return address.port;
}
