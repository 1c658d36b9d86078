import { existsSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { version } from "./agent.ts";
import { makeApp } from "./app.ts";
import { backUpDatabase } from "./node/backup.ts";
import { runCli } from "./cli/run.ts";
import type { Api, ApiOptions, Backup, Copy, Keygen, Restore } from "./cli/runtime.ts";
import { readConfig, wantsSample } from "./config/config.ts";
import { AppError } from "./errors.ts";
import { jsonLog } from "./log.ts";
import { openDataFolder } from "./node/data-folder.ts";
import { keyFile } from "./node/key-file.ts";
import { copyToServer } from "./node/copy-to-server.ts";
import { databaseFiles, migrationsFolder, postgresMigrationsFolder, type Opened, openNode } from "./node/open.ts";
import { restoreDatabase } from "./node/restore.ts";
import { readMigrations } from "./store/sql/migrations-node.ts";
import { randomBytes } from "./lib/random.ts";
import { defaultSample, openSample, type SampleSize } from "./node/sample.ts";
import { newKey } from "./security/keys.ts";
import { asService } from "./service-settings.ts";
import { serve } from "./serve.ts";
import { reseal } from "./account/reseal.ts";

// Whatever is written is for this user alone: the database, the log that SQLite keeps beside it, keys, copies.
process.umask(0o077);

const { env } = process;

/** True once this process runs the service. */
let isService = false;

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
  isService = true;
  await serve(env, { sample, print: (text) => void process.stdout.write(text), stopped: waitForStop });
  return 0;
}

/** Opens the API: the app in this process, on the database of the service, or a server's. */
async function openApi({ server }: ApiOptions): Promise<Api> {
  if (server !== null) return { fetch: async (request) => fetch(request), close: async () => undefined };
  const quiet = { logLevel: "warn" } as const;
  const opened = wantsSample(env) ? await openSample(env, quiet) : await openNode(env, quiet);
  const app = makeApp({ local: true });
  const deps = await asService(opened.deps);
  return { fetch: async (request) => app.fetch(request, deps), close: async () => opened.close() };
}

/**
 * Makes a key. A rotation puts it first in the key file, which a running service takes up at once, and seals what is stored
 * anew. Keys in SECRET_KEYS are for whoever starts the service to change: it could not open what they have not told it.
 */
async function keygen({ rotate }: { rotate: boolean }): Promise<Keygen> {
  const key = newKey(randomBytes);
  if (!rotate) return { keys: key, notes: [] };
  const config = readConfig(env);
  if (config.secretKeys !== null) {
    return {
      keys: `${key},${config.secretKeys}`,
      notes: [
        "Set SECRET_KEYS to this and restart the service, which then seals everything anew; `check` says when the old keys may go:",
      ],
    };
  }
  const path = keyFile(config);
  const opened: Opened[] = [];
  try {
    // Opening makes a key if there is none. The sample's database lies beside the other one, under the same keys.
    for (const file of databaseFiles) {
      if (opened.length === 0 || existsSync(join(config.dataDir, file))) opened.push(await openNode(env, { file }));
    }
    const lost = opened.find(({ deps }) => deps.keys.lost !== "")?.deps.keys.lost;
    if (lost !== undefined) throw new AppError("bad_config", lost);
    // Kept before anything is sealed with it, so that an interrupted rotation can go on.
    await writeFile(`${path}.new`, `${key},${(await readFile(path, "utf8")).trim()}\n`, { mode: 0o600 });
    await rename(`${path}.new`, path);
    let sealed = 0;
    let kept = 0;
    for (const { deps } of opened) {
      const done = await reseal(deps);
      sealed += done.sealed;
      kept += done.kept;
    }
    return {
      keys: null,
      notes: [
        `${sealed} stored secrets are sealed with the new key.`,
        ...(kept === 0 ? [] : [`${kept} could not be opened and stay as they are; \`check\` says more.`]),
        `${path} holds it; a running service has taken it up. The old keys may go from the file.`,
      ],
    };
  } finally {
    for (const one of opened) await one.close();
  }
}

/** Copies the database that the service uses under these settings; nothing is opened but that. */
async function backup({ file, replace }: { file: string; replace: boolean }): Promise<Backup> {
  const { path, keys } = ownDatabase();
  const made = await backUpDatabase(path, file, replace);
  return { ...made, notes: [`What is sealed in it opens with ${keys} alone: keep that too, in another place.`] };
}

/** Puts a copy in the place of that database. */
async function restore({ file }: { file: string }): Promise<Restore> {
  const { path, keys } = ownDatabase();
  await openDataFolder(
    dirname(path),
    jsonLog((line) => void process.stderr.write(`${line}\n`), Date.now, "warn"),
  );
  const made = await restoreDatabase(file, path, await readMigrations(migrationsFolder), new Date().toISOString());
  return {
    ...made,
    notes: [`${keys} must have the key of the time of the copy; \`check\` says which keys are missing.`],
  };
}

/** Copies a database in a file into the one at DATABASE_URL. */
async function copy({ file }: { file: string }): Promise<Copy> {
  const config = readConfig(env);
  if (config.databaseUrl === null) throw new AppError("bad_config", "set DATABASE_URL to the database to copy into");
  const migrations = {
    sqlite: await readMigrations(migrationsFolder),
    postgres: await readMigrations(postgresMigrationsFolder),
  };
  return copyToServer(file, config, migrations, { nowAt: Math.floor(Date.now() / 1000), random: randomBytes });
}

/** Returns where the database of the service is under these settings, and where its keys are, in words. Throws `bad_config` for a server's. */
function ownDatabase(): { path: string; keys: string } {
  const [own, sample] = databaseFiles;
  const config = readConfig(env);
  const isSample = wantsSample(env);
  if (!isSample && config.databaseUrl !== null) {
    throw new AppError(
      "bad_config",
      "DATABASE_URL: the database is on a server, which pg_dump copies and pg_restore puts back; this command is for one in a file",
    );
  }
  const path = join(config.dataDir, isSample ? sample : own);
  return { path, keys: config.secretKeys === null ? keyFile(config) : "SECRET_KEYS" };
}

// A disk that is full, or a reader that has gone, ends no service: it goes on, and so does its log once there is room.
process.stderr.on("error", () => undefined);
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (isService) return;
  // A reader may stop before the end of our output: `… | head`.
  if (error.code === "EPIPE") process.exit();
  process.stderr.write(`waldur-calendar: the output cannot be written: ${error.message}.\n`);
  process.exit(1);
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
  backup,
  restore,
  copy,
  keygen,
});
