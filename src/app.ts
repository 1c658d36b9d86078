import { type Context, Hono, type MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { Viewer } from "./account/access.ts";
import { AppError, codeOf, messageOf } from "./errors.ts";
import { hex } from "./security/hash.ts";
import { apiRoutes } from "./web/api/routes.ts";
import { errorJson } from "./web/error-json.ts";
import { caldavRoutes } from "./web/caldav/routes.ts";
import { feedRoutes } from "./web/feed/routes.ts";
import { hintRoutes } from "./web/hints.ts";
import { healthRoutes } from "./web/health/health.ts";
import { metricsRoutes } from "./web/health/metrics.ts";
import type { BodyCache } from "./web/feed/body-cache.ts";
import type { Deps } from "./deps.ts";
import { withAccessLog } from "./web/access-log.ts";
import { authenticateLocal, authenticate } from "./web/api/auth.ts";
import { pageRoutes, renderFailure } from "./web/pages/routes.tsx";
import { robotsText } from "./web/robots.ts";
import { FeedsFirstRouter } from "./web/feed/router.ts";
import { requestPath } from "./web/request/path.ts";
import type { Env } from "./web/env.ts";

export interface AppOptions {
  /** True when the command line calls it inside the process: the API then asks for no token. */
  readonly local?: boolean;
  /** Serves the style sheet and icons when nothing in front does. */
  readonly assets?: MiddlewareHandler;
  /** Holds the bodies of feeds; by default one that nobody looks into. */
  readonly bodies?: BodyCache;
  /** Answers `/metrics` to whoever shows ADMIN_TOKEN; without it there is no such address. */
  readonly scrape?: (deps: Deps) => Promise<Response>;
}

/**
 * Makes the whole HTTP side. Feeds come first and depend on nothing else, so that nothing else can break them.
 */
export function makeApp({ local = false, assets, bodies, scrape }: AppOptions = {}): Hono<Env> {
  const app = new Hono<Env>({ router: new FeedsFirstRouter(), getPath: requestPath });
  app.use(async (c, next) => {
    const requestId = hex(c.env.random(6));
    c.set("requestId", requestId);
    const answer = async (): Promise<Response> => {
      await next();
      return c.res;
    };
    await withAccessLog(c.env, c.req, answer, requestId);
  });
  app.route("/", feedRoutes(bodies));
  app.route("/", caldavRoutes());
  app.get("/robots.txt", (c) => c.text(robotsText));
  if (assets !== undefined) app.use("/assets/*", assets);
  for (const path of ["/api/*", "/healthz", "/readyz", "/metrics"]) app.use(path, secureHeaders());
  app.route("/", healthRoutes());
  if (scrape !== undefined) app.route("/", metricsRoutes(scrape));
  if (assets !== undefined) app.get("/api/v1/openapi.yaml", assets);
  app.route("/", hintRoutes());
  app.use("/api/*", local ? authenticateLocal : authenticate());
  app.route("/api/v1", apiRoutes());
  app.route("/", pageRoutes());
  const tell = async (error: unknown, c: Context<Env>): Promise<Response> => {
    const requestId = c.get("requestId");
    const { status, body } = errorJson(error, requestId, local || asksAsOperator(c));
    if (status >= 500)
      c.env.log.error("request_failed", { requestId, code: codeOf(error) ?? "bug", message: messageOf(error) });
    if (status === 503) c.header("Retry-After", "30");
    if (!isPage(c)) return c.json(body, status);
    try {
      return await renderFailure(c, error);
    } catch {
      // The page may need the very thing that failed.
      return c.text(body.error.message, status);
    }
  };
  app.notFound(async (c) => tell(new AppError("not_found", "there is nothing at this address"), c));
  app.onError(tell);
  return app;
}

/** Returns true when the operator asks; nobody is known where the request failed before that. */
function asksAsOperator(c: Context<Env>): boolean {
  const viewer: Viewer | undefined = c.get("viewer");
  return viewer !== undefined && viewer.operator;
}

/** Returns true when a browser asks, to which a page says more than JSON. */
function isPage(c: Context<Env>): boolean {
  const asks = c.req.header("Accept")?.includes("text/html") ?? false;
  return asks && !/^\/(?:api|f|h|healthz|metrics|readyz)(?:\/|$)/.test(c.req.path);
}
