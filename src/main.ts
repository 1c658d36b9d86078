import { existsSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { version } from "../package.json";
import { makeApp } from "./app.ts";
import { runCli } from "./cli/run.ts";
import type { Api, ApiOptions, Keygen } from "./cli/runtime.ts";
import { readConfig, wantsSample } from "./config.ts";
import { AppError } from "./errors.ts";
import { keyFile, openNode } from "./node.ts";
import { newKey, parseKeyRing } from "./security/keys.ts";
import { defaultSample, openSample, sampleFile, type SampleSize } from "./sample-node.ts";
import { serve } from "./serve.ts";
import { reseal } from "./account/reseal.ts";

// Whatever is written is for this user alone: the database, the log that SQLite keeps beside it, keys, copies.
process.umask(0o077);

const { env } = process;

/**
 * Settles at the first SIGTERM or SIGINT; a second one ends the process at once. npm passes signals to its shell alone,
 * so under npm it also settles when the shell has died and this process has another parent.
 */
async function waitForStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
    if (env["npm_lifecycle_event"] === undefined) return;
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(watch);
      resolve();
    }, 250);
    watch.unref();
  });
}

async function run(sample: SampleSize | null): Promise<number> {
  await serve(env, { sample, print: (text) => void process.stdout.write(text), stopped: waitForStop });
  return 0;
}

/** Opens the API: the app in this process, on the database of the service, or a server's. */
async function openApi({ server }: ApiOptions): Promise<Api> {
  if (server !== null) return { fetch: async (request) => fetch(request), close: async () => undefined };
  const quiet = { logLevel: "warn" } as const;
  const opened = wantsSample(env) ? await openSample(env, quiet) : await openNode(env, quiet);
  const app = makeApp({ local: true });
  return { fetch: async (request) => app.fetch(request, opened.deps), close: async () => opened.close() };
}

/** Makes a key. Without SECRET_KEYS the ring is in its file, and a rotation leaves the new one there. */
async function keygen({ rotate }: { rotate: boolean }): Promise<Keygen> {
  const key = newKey((bytes) => crypto.getRandomValues(new Uint8Array(bytes)));
  if (!rotate) return { keys: key, notes: [] };
  const config = readConfig(env);
  const path = keyFile(config);
  // The sample's database lies beside the other one, under the same keys; opening makes a key if there is none.
  const opened = [await openNode(env)];
  if (existsSync(join(config.dataDir, sampleFile))) opened.push(await openNode(env, { file: sampleFile }));
  try {
    const old = config.secretKeys ?? (await readFile(path, "utf8")).trim();
    const ring = `${key},${old}`;
    // Kept before anything is sealed with it, so that an interrupted rotation can go on.
    if (config.secretKeys === null) {
      await writeFile(`${path}.new`, `${ring}\n`, { mode: 0o600 });
      await rename(`${path}.new`, path);
    }
    let count = 0;
    for (const { deps } of opened) count += await reseal({ ...deps, keys: parseKeyRing(ring) });
    const sealed = `${count} stored secrets are sealed with the new key.`;
    return config.secretKeys === null
      ? { keys: null, notes: [sealed, `${path} holds it; restart the service.`] }
      : { keys: ring, notes: [sealed, "Set SECRET_KEYS to this at once and restart the service:"] };
  } finally {
    for (const one of opened) await one.close();
  }
}

// A reader may stop before the end of our output: `… | head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

/** Reads a password from standard input; one typed on a terminal would be seen, so none is asked for there. */
async function readStdin(): Promise<string> {
  if (process.stdin.isTTY) {
    throw new AppError("bad_input", "set CALDAV_PASSWORD, or give the password on standard input: … < file");
  }
  let text = "";
  for await (const part of process.stdin.setEncoding("utf8")) text += String(part);
  return text;
}

process.exitCode = await runCli(process.argv.slice(2), {
  version,
  env,
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  stdin: readStdin,
  isTerminal: process.stderr.isTTY,
  sleep: async (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  api: openApi,
  serve: async () => run(wantsSample(env) ? defaultSample : null),
  demo: async (options) => run(options),
  keygen,
});
