import type { D1Database, ExecutionContext, ScheduledController } from "@cloudflare/workers-types";
import { makeApp } from "./app.ts";
import { type Config, hasPublicUrl, readConfig, secretsOf } from "./config.ts";
import type { Budget, Deps } from "./deps.ts";
import { AppError } from "./errors.ts";
import { jsonLog, type Log } from "./log.ts";
import { randomBytes } from "./random.ts";
import { type KeyRing, makeKeylessRing, parseKeyRing } from "./security/keys.ts";
import { withSqlDeadline } from "./store/sql/counted.ts";
import { openD1 } from "./store/sql/d1.ts";
import { tick } from "./tick.ts";
import { publicUrlMissing } from "./web/public-url.ts";
import { refusalResponse } from "./web/feed/responses.ts";

/** The budget that keeps a run within the limits of a Worker's invocation, even on the free plan. */
const budget: Budget = { pages: 1, requests: 30, events: 50, statements: 40 };
const statementMilliseconds = 10_000;

interface Bindings {
  readonly DB: D1Database;
  readonly [name: string]: unknown;
}

interface WorkerReady {
  readonly config: Config;
  readonly keys: KeyRing;
  readonly log: Log;
}

const app = makeApp();
let ready: WorkerReady | undefined;

/** Prepares the program from the settings, which do not change while an isolate lives. Throws `bad_config` with every problem. */
function prepare(bindings: Bindings): WorkerReady {
  if (ready !== undefined) return ready;
  const variables = Object.entries(bindings).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  const config = readConfig(Object.fromEntries(variables));
  if (config.waldurApiUrl === null) {
    throw new AppError(
      "bad_config",
      "On Workers SECRET_KEYS, WALDUR_API_URL and WALDUR_API_TOKEN must be set, with `wrangler secret put`; `keygen` makes a key.",
    );
  }
  const log = jsonLog((line) => console.log(line), Date.now, config.logLevel, secretsOf(config));
  for (const message of config.misspelt) log.warn("setting_unknown", { message });
  if (!hasPublicUrl(config)) log.warn("public_url_missing", { message: publicUrlMissing(config.publicUrl) });
  const keys = config.secretKeys === null ? makeKeylessRing(randomBytes, keysMissing) : parseKeyRing(config.secretKeys);
  if (keys.lost !== "") log.error("keys_lost", { message: keys.lost });
  ready = { config, keys, log };
  return ready;
}

/** Feeds that are stored go on without it. */
const keysMissing = "SECRET_KEYS is not set; set it with `wrangler secret put`. `keygen` makes a key for a first start";

function depsOf(bindings: Bindings, context: ExecutionContext): Deps {
  return {
    ...prepare(bindings),
    sql: withSqlDeadline(openD1(bindings.DB), () => AbortSignal.timeout(statementMilliseconds)),
    fetch: async (request) => fetch(request),
    // `global_fetch_strictly_public` in wrangler.toml keeps it out of the operator's own zone.
    outside: async (request) => fetch(request),
    now: Date.now,
    random: randomBytes,
    sleep: async (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    deadline: (milliseconds) => AbortSignal.timeout(milliseconds),
    addressOf: (request) => request.headers.get("CF-Connecting-IP") ?? "",
    defer: (work) => context.waitUntil(work),
    sample: false,
    budget,
  };
}

/** Restores the client's Accept-Encoding, which Cloudflare replaces and gives in `cf.clientAcceptEncoding`. */
function asSent(request: Request): Request {
  const beside: unknown = "cf" in request ? request.cf : undefined;
  if (typeof beside !== "object" || beside === null || !("clientAcceptEncoding" in beside)) return request;
  const { clientAcceptEncoding: sent } = beside;
  const headers = new Headers(request.headers);
  headers.set("Accept-Encoding", typeof sent === "string" ? sent : "");
  return new Request(request, { headers });
}

export default {
  async fetch(request: Request, bindings: Bindings, context: ExecutionContext): Promise<Response> {
    let deps: Deps;
    try {
      deps = depsOf(bindings, context);
    } catch (error) {
      const message = error instanceof AppError ? error.message : "the settings cannot be read";
      console.error(JSON.stringify({ level: "error", event: "bad_config", message }));
      // A calendar program must never see a 5xx at a feed's address.
      if (new URL(request.url).pathname.startsWith("/f/"))
        return refusalResponse(404, request.method, { publicUrl: "" });
      return new Response(`${message}\n`, { status: 500 });
    }
    return app.fetch(asSent(request), deps);
  },

  async scheduled(_controller: ScheduledController, bindings: Bindings, context: ExecutionContext): Promise<void> {
    await tick(depsOf(bindings, context));
  },
};
