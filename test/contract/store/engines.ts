import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestHarness } from "wrangler";
import type { Sql } from "../../../src/store/sql/port.ts";
import { openSqlite } from "../../../src/store/sql/sqlite.ts";
import { remoteSql } from "./wire.ts";

/** The repository's own migrations. */
export const migrationsFolder = join(import.meta.dirname, "../../../migrations");

/** An empty database of one engine. */
export interface Opened {
  readonly sql: Sql;
  /** The same database as another process or isolate sees it. */
  another(): Sql;
  /** Applies the repository's migrations as wrangler does; absent where wrangler has no say. */
  readonly applyByWrangler?: () => Promise<void>;
  close(): Promise<void>;
}

/** The engines that must behave alike. */
export const engines: readonly { readonly engine: string; readonly open: () => Promise<Opened> }[] = [
  { engine: "node:sqlite", open: openFile },
  { engine: "D1 in workerd", open: openWorkerd },
];

async function openFile(): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
  const opened = [openSqlite(join(folder, "store.sqlite"))];
  const [sql] = opened;
  if (sql === undefined) throw new Error("no database was opened");
  return {
    sql,
    another() {
      const other = openSqlite(join(folder, "store.sqlite"));
      opened.push(other);
      return other;
    },
    async close() {
      for (const one of opened) one.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function openWorkerd(): Promise<Opened> {
  // Else workerd's test server asks the network for a sample of Cloudflare's request properties.
  process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";
  process.env["WRANGLER_SEND_METRICS"] = "false";
  const server = createTestHarness({ root: import.meta.dirname, workers: [{ configPath: "wrangler.toml" }] });
  await server.listen();
  const connect = () =>
    remoteSql(async (body) => {
      const response = await server.fetch("/", { method: "POST", body });
      return response.json();
    });
  return {
    sql: connect(),
    another: connect,
    applyByWrangler: async () => server.getWorker().applyD1Migrations("DB"),
    close: async () => server.close(),
  };
}
