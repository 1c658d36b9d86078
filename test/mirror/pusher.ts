import { openOutside } from "../../src/node/outside.ts";
import { readConfig } from "../../src/config/config.ts";
import type { Deps } from "../../src/deps.ts";
import { memoryLog } from "../../src/log.ts";
import { parseKeyRing } from "../../src/security/keys.ts";
import { openSqlite } from "../../src/store/sql/sqlite.ts";
import { findTarget } from "../../src/store/targets.ts";
import { openCalendar } from "../../src/mirror/connect/connect.ts";
import { getFeed } from "../../src/feed/commands.ts";
import { push } from "../../src/mirror/push.ts";
import { meterRequests } from "../../src/mirror/request-meter.ts";
import { wide } from "../wide.ts";

/** The input of the process, as JSON in its only argument. */
export interface Pusher {
  readonly file: string;
  readonly keys: string;
  readonly host: string;
  readonly targetId: string;
  /** Seconds its clock is ahead: so a lease that a killed process left behind is over. */
  readonly ahead: number;
}

/** The program's dependencies over a database file and the real network. */
export function openPusher({ file, keys, host, ahead }: Omit<Pusher, "targetId">): {
  deps: Deps;
  close: () => Promise<void>;
} {
  const sql = openSqlite(file);
  const outside = openOutside(() => true);
  const deps: Deps = {
    sql,
    mail: null,
    outside: outside.fetch,
    fetch: async () => new Response(null, { status: 404 }),
    now: () => Date.now() + ahead * 1000,
    random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
    sleep: async (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    deadline: (milliseconds) => AbortSignal.timeout(milliseconds),
    defer: () => undefined,
    addressOf: () => "",
    log: memoryLog(),
    config: readConfig({ CALDAV_ALLOW_HOSTS: host }),
    keys: parseKeyRing(keys),
    sample: false,
    budget: wide,
  };
  return {
    deps,
    async close() {
      await outside.close();
      sql.close();
    },
  };
}

/** Pushes until nothing is left; a process of its own, so that it can be killed. */
async function run(asked: Pusher): Promise<void> {
  const { deps, close } = openPusher(asked);
  process.stdout.write("begun\n");
  for (let complete = false; !complete;) {
    const target = await findTarget(deps.sql, asked.targetId);
    if (target === null) throw new Error("the target is gone");
    const metered = meterRequests(deps);
    const port = await openCalendar(metered, target);
    const report = await push(metered, target, await getFeed(deps, target.feedId), port, { now: true });
    if (report.failure !== "") throw new Error(report.failure);
    ({ complete } = report);
    process.stdout.write(`${JSON.stringify(report)}\n`);
  }
  await close();
}

// Bundled into the bench it is part of another program.
const [, , given = ""] = process.argv;
if (import.meta.main && given.startsWith("{")) {
  const asked: Pusher = JSON.parse(given);
  await run(asked);
}
