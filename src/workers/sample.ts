import type { ExecutionContext } from "@cloudflare/workers-types";
import { beginSample, sampleBookings, sampleSettings, stepMilliseconds } from "../demo/begin.ts";
import type { SampleWaldur } from "../demo/sample.ts";
import type { Deps } from "../deps.ts";
import { feedAddress } from "../feed/commands.ts";
import { makeFirstFeeds } from "../feed/first-start.ts";
import { randomBytes } from "../lib/random.ts";
import { newKey } from "../security/keys.ts";
import { listFeeds } from "../store/feeds.ts";
import { readMeta, writeMeta } from "../store/meta.ts";
import type { Sql } from "../store/sql/port.ts";
import { tick } from "../tick.ts";
import { workerBudgets } from "./budgets.ts";
import { type Bindings, openDatabase, openWorker } from "./open.ts";

/** The sample of this isolate, and when something happened in it last, epoch milliseconds. */
interface Running {
  readonly sample: SampleWaldur;
  readonly settings: Readonly<Record<string, string>>;
  steppedAt: number;
}

const keysKey = "sample-keys";
let running: Promise<Running> | undefined;

/**
 * Opens the program on a sample Waldur inside, which lives as long as the isolate. The first request waits for the first
 * feeds, and prints their addresses; each later one after a minute lets something happen. Throws `store_failed`.
 */
export async function openSample(bindings: Bindings, context: ExecutionContext, origin?: string): Promise<Deps> {
  running ??= begin(bindings, context, origin ?? "");
  let now: Running;
  try {
    now = await running;
  } catch (error) {
    running = undefined;
    throw error;
  }
  const deps = depsOf(bindings, context, now);
  if (deps.now() - now.steppedAt >= stepMilliseconds) {
    now.steppedAt = deps.now();
    now.sample.step();
    deps.defer(tick(deps));
  }
  return deps;
}

function depsOf(
  bindings: Bindings,
  context: ExecutionContext,
  { sample, settings }: Pick<Running, "sample" | "settings">,
): Deps {
  const deps = openWorker(bindings, context, settings);
  return { ...deps, sample: true, fetch: async (request) => sample.fetch(request) };
}

async function begin(bindings: Bindings, context: ExecutionContext, origin: string): Promise<Running> {
  const sql = openDatabase(bindings);
  const settings = {
    ...sampleSettings,
    NIGHT_POLL_SECONDS: "60",
    PUBLIC_URL: origin,
    SECRET_KEYS: await keptKeys(sql),
  };
  const now = Date.now;
  const sample = await beginSample({ sql, now }, sampleBookings);
  const deps = depsOf(bindings, context, { sample, settings });
  await makeFirstFeeds(deps);
  await tick({ ...deps, budget: workerBudgets.paid });
  for (const feed of await listFeeds(sql)) console.log(`\n${feed.profile.name}\n${await feedAddress(deps, feed)}\n`);
  console.log(`Sign in at ${origin} with ${sampleSettings.WALDUR_API_TOKEN}.`);
  return { sample, settings, steppedAt: now() };
}

/** Returns the keys of the sample's database, made where it has none. They guard what is made up. */
async function keptKeys(sql: Sql): Promise<string> {
  const kept = await readMeta(sql, keysKey);
  if (kept !== null) return kept;
  const made = newKey(randomBytes);
  await writeMeta(sql, keysKey, made);
  return made;
}
