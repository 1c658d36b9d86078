import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort, isFree } from "../free-port.ts";
import { until } from "../until.ts";

/** A CalDAV server of its own processes on loopback. */
export interface Program {
  readonly url: string;
  /** Its own files; "" for a server that is not ours. */
  readonly folder: string;
  /** Copies its files. Resolves to what puts them back. It is not running meanwhile, and is at the same address after. */
  keepCopy(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** A process that answers. */
export interface Running {
  stop(): Promise<void>;
}

export interface Place {
  readonly folder: string;
  readonly port: number;
  readonly url: string;
}

/** Makes a server: `prepare` fills its folder, once; `start` starts its processes, as often as it is stopped. */
export async function serve(
  name: string,
  prepare: (place: Place) => Promise<void>,
  start: (place: Place) => Promise<Running>,
): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), `${name}-`));
  const port = await freePort();
  const place = { folder, port, url: `http://127.0.0.1:${port}` };
  await prepare(place);
  let running = await start(place);
  const stop = async (): Promise<void> => {
    await running.stop();
    // The workers of PHP are killed with their parent, and may let go of the port a moment after it.
    await until(async () => isFree(port));
  };
  const folders = [folder];
  const remove = async (path: string): Promise<void> => rm(path, { recursive: true, force: true });
  // With owners and times, by which some servers judge what they know of their files.
  const copyFolder = async (from: string, to: string) => promisify(execFile)("cp", ["-a", from, to]);
  return {
    url: place.url,
    folder,
    async keepCopy() {
      const copy = `${folder}.${folders.length}`;
      folders.push(copy);
      await stop();
      await copyFolder(folder, copy);
      running = await start(place);
      return async () => {
        await stop();
        await remove(folder);
        await copyFolder(copy, folder);
        running = await start(place);
      };
    },
    async close() {
      await stop();
      await Promise.all(folders.map(remove));
    },
  };
}

/** Ends the program and all that it started when its own input ends: also when the tests were killed. */
const watched =
  '"$@" & child=$!; cat >/dev/null; trap "" TERM; kill 0; (sleep 3; kill -9 0) & wait "$child"; kill -9 0';

/** Starts a program in this folder and waits until it is ready. */
export async function launch(
  command: readonly [string, ...string[]],
  { cwd, env = {}, ready }: { cwd: string; env?: Readonly<Record<string, string>>; ready: () => Promise<boolean> },
): Promise<Running> {
  // A process group of its own: the workers of PHP outlive their parent.
  const child = spawn("sh", ["-c", watched, "sh", ...command], {
    stdio: ["pipe", "ignore", "pipe"],
    cwd,
    env: { ...process.env, ...env },
    detached: true,
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)));
  const ended = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await ended;
  };
  await until(ready, () => `${command.join(" ")} did not start: ${said}`).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { stop };
}

/** Returns true when a web server answers there. */
export async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url, { redirect: "manual" })).text();
    return true;
  } catch {
    return false;
  }
}
