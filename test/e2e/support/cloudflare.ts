import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { DatabaseSync } from "node:sqlite";
import * as v from "valibot";

const databaseId = "11111111-1111-4111-8111-111111111111";
const bound = v.object({
  bindings: v.array(v.object({ name: v.string(), type: v.string(), text: v.optional(v.string()) })),
});
const query = v.object({ sql: v.string() });

/** The part of Cloudflare's API with which wrangler makes a database, migrates it and deploys a Worker: an account without anything. */
export interface Cloudflare {
  /** Variables with which wrangler asks here. */
  readonly env: Readonly<Record<string, string>>;
  /** The database, once it was made. */
  database(): DatabaseSync | null;
  /** Secrets and other bindings of the Worker that was deployed last, by name: a secret's text, else the type. */
  bindings(): Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts it on a port of this machine. */
export async function startCloudflare(): Promise<Cloudflare> {
  let database: DatabaseSync | null = null;
  let bindings: Record<string, string> = {};

  const answer = (method: string, path: string, body: string): unknown => {
    if (path === "/d1/database" && method === "POST") {
      database = new DatabaseSync(":memory:");
      return { uuid: databaseId, name: "waldur-calendar" };
    }
    if (path === "/d1/database") return [];
    if (/^\/d1\/database\/[\w-]+$/.test(path) && database !== null)
      return { uuid: databaseId, name: "waldur-calendar" };
    if (path === `/d1/database/${databaseId}/query` && database !== null) {
      const { sql } = v.parse(query, JSON.parse(body));
      const asks = /^\s*SELECT/i.test(sql);
      if (!asks) database.exec(sql);
      return [{ success: true, meta: { duration: 1 }, results: asks ? database.prepare(sql).all() : [] }];
    }
    if (path.endsWith("/assets-upload-session")) return { jwt: "jwt", buckets: [] };
    if (path === "/workers/scripts/waldur-calendar" && method === "PUT") {
      const metadata = /name="metadata".*?\r\n\r\n(.*?)\r\n--/s.exec(body)?.[1] ?? "{}";
      const given = v.parse(bound, JSON.parse(metadata)).bindings;
      bindings = Object.fromEntries(given.map(({ name, type, text }) => [name, text ?? type]));
      return { id: "waldur-calendar", startup_time_ms: 1 };
    }
    if (path.startsWith("/workers/workers/")) return { id: "1", subdomain: { enabled: true, previews_enabled: false } };
    if (path.endsWith("/subdomain")) return { subdomain: "example", enabled: true, previews_enabled: false };
    return path.endsWith("/schedules") ? [] : null;
  };

  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const path = new URL(request.url ?? "", "http://api").pathname.replace("/accounts/account", "");
      const result = answer(request.method ?? "", path, body);
      const missing = path.startsWith("/d1/") ? 7404 : 10_007;
      const errors = result === null ? [{ code: missing, message: `nothing at ${path}` }] : [];
      response.writeHead(result === null ? 404 : 200, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ success: result !== null, errors, messages: [], result }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    env: {
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}`,
      CLOUDFLARE_API_TOKEN: "a-token-of-these-tests",
      CLOUDFLARE_ACCOUNT_ID: "account",
      WRANGLER_SEND_METRICS: "false",
      CI: "true",
    },
    database: () => database,
    bindings: () => bindings,
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString();
}
