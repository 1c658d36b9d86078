import { Hono } from "hono";
import { makeApp } from "../../../src/app.ts";
import type { Deps } from "../../../src/deps.ts";
import { listen, openNode } from "../../../src/node/open.ts";
import { hashSecret } from "../../../src/security/secret.ts";
import { secret } from "../../web/feed/served.ts";
import { tell } from "./child.ts";
import { path, placeFeed } from "./feed.ts";

/** Serves one feed and, on the same port, the plain routes that it is compared with. */
export async function serveFeed(folder: string): Promise<void> {
  const { deps } = await openNode({ DATA_DIR: folder });
  await placeFeed(deps.sql);
  const app = makeApp();
  const plain = await plainRoutes(async (request) => app.fetch(request, deps), deps);
  const { port } = await listen(
    async (request) => (request.url.endsWith(path) ? app.fetch(request, deps) : plain.fetch(request)),
    { host: "127.0.0.1", port: 0 },
  );
  tell({ port });
}

/**
 * Returns routes that send the service's headers and bytes with as little as possible behind them, and `/processor`: the
 * milliseconds of processor time that this process has used.
 */
async function plainRoutes(ask: (request: Request) => Promise<Response>, deps: Deps): Promise<Hono> {
  const url = `http://127.0.0.1${path}`;
  const whole = await ask(new Request(url));
  const bytes = await whole.bytes();
  const { headers } = whole;
  const unchanged = await ask(new Request(url, { headers: { "If-None-Match": headers.get("ETag") ?? "" } }));
  if (whole.status !== 200 || unchanged.status !== 304) throw new Error("the feed is not served");
  const fields = Object.fromEntries(headers);
  const fieldsUnchanged = Object.fromEntries(unchanged.headers);
  const hash = await hashSecret(secret);
  return new Hono()
    .get("/processor", (c) => {
      const { user, system } = process.cpuUsage();
      return c.json((user + system) / 1000);
    })
    .get("/constant", () => new Response(bytes, { headers: fields }))
    .get("/unchanged", () => new Response(null, { status: 304, headers: fieldsUnchanged }))
    .get("/unchanged-with-select", async (c) => {
      const { method } = c.req;
      const begun = deps.now();
      await deps.sql.first(
        "SELECT * FROM addresses JOIN feeds ON feeds.id = addresses.feed_id WHERE addresses.hash = ?1",
        hash,
      );
      deps.log.info("request", { method, path: "/f/", status: 304, ms: deps.now() - begun });
      return new Response(null, { status: 304, headers: fieldsUnchanged });
    });
}
