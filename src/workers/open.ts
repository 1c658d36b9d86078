import type { D1Database, ExecutionContext } from "@cloudflare/workers-types";
import { type Config, type Environment, hasPublicUrl, readConfig, secretsOf } from "../config/config.ts";
import type { Deps } from "../deps.ts";
import { AppError } from "../errors.ts";
import { randomBytes } from "../lib/random.ts";
import { jsonLog, type Log } from "../log.ts";
import { type KeyRing, makeKeylessRing, parseKeyRing } from "../security/keys.ts";
import { withSqlDeadline } from "../store/sql/counted.ts";
import { openD1 } from "../store/sql/d1.ts";
import type { Sql } from "../store/sql/port.ts";
import { publicUrlMissing } from "../web/request/public-url.ts";
import { workerBudgets } from "./budgets.ts";
import { bindMail } from "./mail.ts";

const statementMilliseconds = 10_000;

/** The bindings, variables and secrets of a Worker, from `wrangler.toml` and `wrangler secret`. */
export interface Bindings {
  readonly DB: D1Database;
  readonly [name: string]: unknown;
}

interface Prepared {
  readonly config: Config;
  readonly keys: KeyRing;
  readonly log: Log;
}

let prepared: Prepared | undefined;

/** Prepares the program from the settings, which do not change while an isolate lives. Throws `bad_config` with every problem. */
function prepare(env: Environment): Prepared {
  if (prepared !== undefined) return prepared;
  const config = readConfig(env);
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
  prepared = { config, keys, log };
  return prepared;
}

/** Feeds that are stored go on without it. */
const keysMissing = "SECRET_KEYS is not set; set it with `wrangler secret put`. `keygen` makes a key for a first start";

/** Returns the database of a Worker. */
export function openDatabase({ DB }: Bindings): Sql {
  return withSqlDeadline(openD1(DB), () => AbortSignal.timeout(statementMilliseconds));
}

/** Opens the program for one invocation of a Worker; `settings` come before those of the bindings. Throws `bad_config`. */
export function openWorker(bindings: Bindings, context: ExecutionContext, settings: Environment = {}): Deps {
  const variables = Object.entries(bindings).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return {
    ...prepare({ ...Object.fromEntries(variables), ...settings }),
    sql: openDatabase(bindings),
    fetch: async (request) => fetch(request),
    // `global_fetch_strictly_public` in wrangler.toml keeps it out of the operator's own zone.
    outside: async (request) => fetch(request),
    mail: bindMail(bindings["MAIL"]),
    now: Date.now,
    random: randomBytes,
    sleep: async (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    deadline: (milliseconds) => AbortSignal.timeout(milliseconds),
    addressOf: (request) => request.headers.get("CF-Connecting-IP") ?? "",
    defer: (work) => context.waitUntil(work),
    sample: false,
    // What a request starts has 30 seconds after the answer, on any plan.
    budget: workerBudgets.free,
  };
}
