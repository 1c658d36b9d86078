import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { migrate, postgresRecord } from "../../../src/store/sql/migrate.ts";
import { readMigrations } from "../../../src/store/sql/migrations-node.ts";
import { openPostgres } from "../../../src/store/sql/postgres.ts";
import { findPostgres, startPostgres } from "./postgres-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The address of the servers that all test files of a run share. */
    readonly servers: string;
  }
}

/** D1 databases of one workerd: each takes 20 ms of its start. */
const databases = 48;

/**
 * Serves empty databases to the test files of this run: `/d1`, `/d1/migrated-by-wrangler?N`, `/postgres` and
 * `/postgres-with-tables`. A server starts when the first file asks for it, and all files have the same one.
 */
export default async function serveDatabases(project: TestProject): Promise<() => Promise<void>> {
  const stops: (() => Promise<void>)[] = [];
  const workerds: ReturnType<typeof startWorkerd>[] = [];
  let made = 0;
  let cluster: ReturnType<typeof startCluster> | undefined;
  const answers: Readonly<Record<string, (query: string) => Promise<string>>> = {
    async "/d1"() {
      const number = made;
      made += 1;
      const { url } = await (workerds[Math.floor(number / databases)] ??= startWorkerd(stops, number));
      return `${url}?${number}`;
    },
    async "/d1/migrated-by-wrangler"(number) {
      await (await workerds[Math.floor(Number(number) / databases)])?.migrate(number);
      return "";
    },
    "/postgres": async () => (await (cluster ??= startCluster(stops))).server.makeDatabase(),
    async "/postgres-with-tables"() {
      const { server, tables } = await (cluster ??= startCluster(stops));
      return server.makeDatabase(tables);
    },
  };
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? "/", "http://servers");
    const answer = answers[pathname]?.(search.slice(1)) ?? Promise.reject(new Error(`nothing at ${pathname}`));
    answer.then(
      (text) => response.end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  project.provide("servers", `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
  return async () => {
    for (const stop of stops) await stop();
    server.close();
    server.closeAllConnections();
  };
}

/** Starts a workerd whose databases have the numbers from `first` on. */
async function startWorkerd(stops: (() => Promise<void>)[], first: number) {
  // Else workerd's test server asks the network for a sample of Cloudflare's request properties.
  process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";
  process.env["WRANGLER_SEND_METRICS"] = "false";
  // Loaded by the runs alone that need it: it takes a second.
  const { createTestHarness } = await import("wrangler");
  const config = {
    name: "store-contract",
    main: "worker.ts",
    compatibility_date: "2026-11-01",
    compatibility_flags: ["global_fetch_strictly_public"],
    d1_databases: Array.from({ length: databases }, (_, n) => ({
      binding: `DB${first + n}`,
      database_name: `contract-${first + n}`,
      database_id: `contract-${first + n}`,
      migrations_dir: "../../../migrations",
    })),
  };
  const server = createTestHarness({ root: import.meta.dirname, workers: [{ config }] });
  stops.push(async () => server.close());
  const { url } = await server.listen();
  return { url, migrate: async (number: string) => server.getWorker().applyD1Migrations(`DB${number}`) };
}

async function startCluster(stops: (() => Promise<void>)[]) {
  const programs = findPostgres();
  if (programs === null) throw new Error("PostgreSQL is not installed");
  const server = await startPostgres(programs);
  stops.push(async () => server.stop());
  const tables = await server.makeDatabase();
  const sql = openPostgres(tables, { connections: 1, statementMilliseconds: 30_000 });
  await migrate(
    sql,
    await readMigrations(join(import.meta.dirname, "../../../migrations/postgres")),
    0,
    postgresRecord,
  );
  await sql.close();
  return { server, tables };
}
