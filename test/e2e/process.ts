import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

export const repository = join(import.meta.dirname, "../..");
export const program = join(repository, "dist/cli.js");

/** What a finished command left. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment of a child: what it needs to run, and what the test says, nothing of the machine's settings. */
function environment(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"], HOME: process.env["HOME"], LANG: "C.UTF-8", ...env };
}

/** Runs a command to its end. */
export async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = repository,
): Promise<Finished> {
  const child = spawn(command, args, { env: environment(env), cwd, stdio: ["ignore", "pipe", "pipe"] });
  return collect(child).finished;
}

/** Runs the command line of the program to its end. */
export async function runCli(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Finished> {
  return run(process.execPath, [program, ...args], env);
}

/** A running service. */
export interface Service {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Asks it to stop and waits until it has. */
  stop(): Promise<Finished>;
}

/** Starts the program; `args` without the program's name. */
export function start(args: readonly string[], env: Readonly<Record<string, string>>): Service {
  return startCommand(process.execPath, [program, ...args], env);
}

/** Starts a command that runs until it is stopped. */
export function startCommand(command: string, args: readonly string[], env: Readonly<Record<string, string>>): Service {
  const child = spawn(command, args, {
    env: environment(env),
    cwd: repository,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { finished, stdout, stderr } = collect(child);
  return {
    child,
    finished,
    stdout,
    stderr,
    async stop() {
      child.kill("SIGTERM");
      return finished;
    },
  };
}

/** Waits until `check` gives something; throws with what `about` says when it takes too long. */
export async function until<T>(
  check: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  about: () => string = () => "",
  seconds = 20,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await check();
    if (found !== null && found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`waited ${seconds} seconds in vain: ${about()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function collect(child: ChildProcess) {
  let out = "";
  let err = "";
  child.stdout?.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout: out, stderr: err }));
  });
  return { finished, stdout: () => out, stderr: () => err };
}
