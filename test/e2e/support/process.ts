import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

export const repository = join(import.meta.dirname, "../../..");
export const program = join(repository, "dist/cli.js");

/** The exit code and output of a finished command. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Returns a child's environment: what it needs to run and what the test sets, without the machine's settings. */
function environment(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"], HOME: process.env["HOME"], LANG: "C.UTF-8", ...env };
}

/** Runs a command and resolves when it has ended. */
export async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = repository,
): Promise<Finished> {
  const child = spawn(command, args, { env: environment(env), cwd, stdio: ["ignore", "pipe", "pipe"] });
  return collect(child).finished;
}

/** Runs the program's command line and resolves when it has ended. */
export async function runCli(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Finished> {
  return run(process.execPath, [program, ...args], env);
}

/** A running service. */
export interface Service {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Sends SIGTERM and resolves when the process has ended. */
  stop(): Promise<Finished>;
}

/** Starts the program with these arguments. */
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

function collect(child: ChildProcess) {
  let out = "";
  let err = "";
  // Characters may lie across two chunks.
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (out += chunk));
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (err += chunk));
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout: out, stderr: err }));
  });
  return { finished, stdout: () => out, stderr: () => err };
}
