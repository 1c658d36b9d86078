import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { D1Database } from "@cloudflare/workers-types";
import { createTestHarness, type WorkerHandle } from "wrangler";
import { openD1 } from "../../../src/store/sql/d1.ts";
import type { Sql } from "../../../src/store/sql/port.ts";
import { openSqlite } from "../../../src/store/sql/sqlite.ts";
import { newKey } from "../../../src/security/keys.ts";
import { until } from "../../until.ts";
import { repository, start } from "./process.ts";

/** The public address that feeds and links begin with; tests send requests to the service's own port. */
export const publicUrl = "https://calendar.example";
/** Settings for a browser that opens the service's own port: forms are taken from PUBLIC_URL alone where that is set. */
export const atOwnAddress = { PUBLIC_URL: "" } as const;
export const adminToken = "the-operator-of-these-tests";

/** The whole service, running in one runtime. */
export interface Running {
  readonly url: string;
  /** Lets the service do what is due, and resolves when it has. */
  turn(): Promise<void>;
  /** Its database, as another process sees it. */
  readonly sql: Sql;
  /** Returns everything it has logged. */
  logs(): string;
  close(): Promise<void>;
}

export interface Runtime {
  readonly runtime: string;
  /** Starts the service; `settings` come on top of those that every test needs. */
  readonly open: (waldur: string, token: string, settings?: Readonly<Record<string, string>>) => Promise<Running>;
}

export const runtimes: readonly Runtime[] = [
  { runtime: "Node", open: openNode },
  { runtime: "workerd", open: openWorkerd },
];

async function openNode(
  waldur: string,
  token: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const folder = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
  const service = start(["serve"], {
    WALDUR_API_URL: waldur,
    WALDUR_API_TOKEN: token,
    ADMIN_TOKEN: adminToken,
    DATA_DIR: folder,
    PUBLIC_URL: publicUrl,
    PORT: "0",
    POLL_SECONDS: "1",
    NIGHT_HOURS: "0-0",
    SWEEP_SECONDS: "2",
    ...settings,
  });
  const said = (): string => service.stdout() + service.stderr();
  const port = await until(() => /"event":"listening".*"port":(\d+)/.exec(service.stderr())?.[1], said);
  await until(() => service.stderr().includes('"event":"run"'), said);
  const url = `http://127.0.0.1:${port}`;
  const sql = openSqlite(join(folder, "waldur-calendar.sqlite"));
  const runs = (): number => service.stderr().split('"event":"run"').length;
  return {
    url,
    async turn() {
      // Two runs: the one under way may have read Waldur before.
      const before = runs();
      await until(() => runs() >= before + 2, service.stderr);
    },
    sql,
    logs: service.stderr,
    async close() {
      sql.close();
      await service.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** Keeps wrangler and workerd from the network, where they tell of their use and fetch a sample of Cloudflare's request properties. */
export function prepareWrangler(): void {
  process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";
  process.env["WRANGLER_SEND_METRICS"] = "false";
}

async function openWorkerd(
  waldur: string,
  token: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Running> {
  return (await startWorkerd(join(repository, "wrangler.toml"), waldur, token, settings)).service;
}

/** A mail that a Worker handed to its `send_email` binding. */
interface SentMail {
  readonly raw: string;
  readonly to: string;
}

/** A Worker with a `send_email` binding, and Email Routing to it. */
export interface MailingWorker extends Running {
  /** Returns what it has sent, in order. */
  sent(): Promise<SentMail[]>;
  /** Brings it a mail; returns why it was refused, null for one that was taken. */
  bring(mail: { readonly from: string; readonly to: string; readonly raw: string }): Promise<string | null>;
}

/** Starts the service in workerd with a `send_email` binding of the name MAIL. */
export async function openMailingWorker(
  waldur: string,
  token: string,
  settings: Readonly<Record<string, string>>,
): Promise<MailingWorker> {
  // The mails are written beside the file of settings.
  const folder = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
  const own = await readFile(join(repository, "wrangler.toml"), "utf8");
  const moved = own
    .replace(/^(main|directory|migrations_dir) = "/gm, `$1 = "${repository}/`)
    .replace("[build]\n", `[build]\ncwd = "${repository}"\n`);
  const configPath = join(folder, "wrangler.toml");
  await writeFile(configPath, `${moved}\n[[send_email]]\nname = "MAIL"\n`);
  const { service, worker } = await startWorkerd(configPath, waldur, token, settings);
  return {
    ...service,
    async sent() {
      const names = await readdir(folder, { recursive: true });
      const files = names.filter((name) => name.endsWith(".eml")).map((name) => join(folder, name));
      const read = await Promise.all(
        files.map(async (file) => ({ raw: await readFile(file, "utf8"), at: (await stat(file)).mtimeMs })),
      );
      return read
        .toSorted((a, b) => a.at - b.at)
        .map(({ raw }) => ({ raw, to: /^To: .*?([^\s<>]+@[^\s<>]+)/m.exec(raw)?.[1] ?? "" }));
    },
    async bring(mail) {
      const { outcome, rejectReason } = await worker.email(mail);
      if (outcome === "ok") return rejectReason ?? null;
      throw new Error(`the handler failed: ${outcome} ${service.logs().slice(-2000)}`);
    },
    async close() {
      await service.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function startWorkerd(
  configPath: string,
  waldur: string,
  token: string,
  settings: Readonly<Record<string, string>>,
): Promise<{ readonly service: Running; readonly worker: WorkerHandle<{ DB: D1Database }> }> {
  prepareWrangler();
  const key = newKey((bytes) => crypto.getRandomValues(new Uint8Array(bytes)));
  const server = createTestHarness({
    root: repository,
    workers: [
      {
        configPath,
        vars: { WALDUR_API_URL: waldur, PUBLIC_URL: publicUrl, NIGHT_HOURS: "0-0", SWEEP_SECONDS: "1", ...settings },
        secrets: { SECRET_KEYS: settings["SECRET_KEYS"] ?? key, WALDUR_API_TOKEN: token, ADMIN_TOKEN: adminToken },
      },
    ],
  });
  const { url } = await server.listen();
  const worker = server.getWorker<{ DB: D1Database }>();
  await worker.applyD1Migrations("DB");
  const { DB } = await worker.getEnv();
  const service: Running = {
    url: url.href.replace(/\/$/, ""),
    async turn() {
      for (let run = 0; run < 2; run += 1) {
        await new Promise((resolve) => setTimeout(resolve, 1100));
        await worker.scheduled({ cron: "* * * * *", scheduledTime: new Date() });
      }
    },
    sql: openD1(DB),
    logs: () =>
      server
        .getLogs()
        .map(({ message }) => message)
        .join("\n"),
    close: async () => server.close(),
  };
  return { service, worker };
}
