import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { D1Database } from "@cloudflare/workers-types";
import { createTestHarness } from "wrangler";
import { openD1 } from "../../src/store/sql/d1.ts";
import type { Sql } from "../../src/store/sql/port.ts";
import { openSqlite } from "../../src/store/sql/sqlite.ts";
import { newKey } from "../../src/security/keys.ts";
import { repository, start, until } from "./process.ts";

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

async function openWorkerd(
  waldur: string,
  token: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Running> {
  // Otherwise workerd fetches a sample of Cloudflare's request properties from the network.
  process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";
  process.env["WRANGLER_SEND_METRICS"] = "false";
  const key = newKey((bytes) => crypto.getRandomValues(new Uint8Array(bytes)));
  const server = createTestHarness({
    root: repository,
    workers: [
      {
        configPath: "wrangler.toml",
        vars: { WALDUR_API_URL: waldur, PUBLIC_URL: publicUrl, NIGHT_HOURS: "0-0", SWEEP_SECONDS: "1", ...settings },
        secrets: { SECRET_KEYS: settings["SECRET_KEYS"] ?? key, WALDUR_API_TOKEN: token, ADMIN_TOKEN: adminToken },
      },
    ],
  });
  const { url } = await server.listen();
  const worker = server.getWorker<{ DB: D1Database }>();
  await worker.applyD1Migrations("DB");
  const { DB } = await worker.getEnv();
  return {
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
}
