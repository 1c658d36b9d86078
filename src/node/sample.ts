import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { Environment } from "../config/config.ts";
import { beginSample, sampleBookings, sampleSettings, stepMilliseconds } from "../demo/begin.ts";
import type { SampleWaldur } from "../demo/sample.ts";
import type { Deps, Fetch } from "../deps.ts";
import { AppError } from "../errors.ts";
import { type Opened, type OpenOptions, openNode } from "./open.ts";
import { hex } from "../security/hash.ts";
import { readMeta, writeMeta } from "../store/meta.ts";

const patienceMilliseconds = 2000;

export interface SampleSize {
  readonly bookings: number;
  /** Nothing happens in it by itself. */
  readonly still: boolean;
}

/** The sample that runs when nothing else is asked for. */
export const defaultSample: SampleSize = { bookings: sampleBookings, still: false };

/** Keys of `meta`: the address of the sample that a service runs, "" when it has ended; the number of bookings of the last one. */
const keys = { address: "sample-at", size: "sample-size" };

/** Opens the program on a sample Waldur of its own, which others can use meanwhile. Throws `bad_config` when there is one already. */
export async function runSample(env: Environment, { bookings, still }: SampleSize): Promise<Opened> {
  const { opened, use } = await openEmpty(env, {});
  const { deps } = opened;
  if ((await findRunning(deps)) !== null) {
    await opened.close();
    throw new AppError("bad_config", "a sample runs on this folder already; stop it, or give DATA_DIR another folder");
  }
  await writeMeta(deps.sql, keys.size, String(bookings));
  let hook: (body: string) => void = () => undefined;
  const sample = await beginSample(deps, bookings, (body) => hook(body));
  use(fetchFrom(sample));
  const { server, address } = await share(sample, hex(deps.random(16)));
  await writeMeta(deps.sql, keys.address, address);
  const life = still ? null : setInterval(() => sample.step(), stepMilliseconds);
  const post = async (to: string, body: string): Promise<void> => {
    const headers = { "Content-Type": "application/json" };
    const signal = deps.deadline(patienceMilliseconds);
    await (await fetch(to, { method: "POST", headers, body, signal })).body?.cancel();
  };
  return {
    deps,
    checkpoint: opened.checkpoint,
    sendHooks(to) {
      hook = (body) => deps.defer(post(to, body));
    },
    async close() {
      if (life !== null) clearInterval(life);
      server.close();
      server.closeAllConnections();
      await writeMeta(deps.sql, keys.address, "");
      await opened.close();
    },
  };
}

/** Opens the program on the sample Waldur of the service that runs on this folder, or on one like the last it ran. */
export async function openSample(env: Environment, options: Pick<OpenOptions, "logLevel">): Promise<Opened> {
  const { opened, use } = await openEmpty(env, options);
  const { deps } = opened;
  const running = await findRunning(deps);
  const size = Number((await readMeta(deps.sql, keys.size)) ?? defaultSample.bookings);
  use(running ?? fetchFrom(await beginSample(deps, size)));
  return opened;
}

/** Opens the program on the sample's database; `use` says what its Waldur is. */
async function openEmpty(
  env: Environment,
  options: Pick<OpenOptions, "logLevel">,
): Promise<{ opened: Opened; use: (answer: Fetch) => void }> {
  let answer: Fetch | undefined;
  const opened = await openNode(env, {
    ...options,
    file: "sample.sqlite",
    sample: true,
    settings: {
      // Somebody who tries it at night should see changes too.
      NIGHT_POLL_SECONDS: env["NIGHT_POLL_SECONDS"] ?? "60",
      ...sampleSettings,
    },
    fetch: async (request) => {
      if (answer === undefined) throw new Error("the sample has not begun");
      return answer(request);
    },
  });
  return { opened, use: (given) => void (answer = given) };
}

function fetchFrom(sample: SampleWaldur): Fetch {
  return async (request) => sample.fetch(request);
}

/** Lets other processes of this machine ask the sample, at an address that only the database tells. */
async function share(sample: SampleWaldur, secret: string): Promise<{ server: Server; address: string }> {
  const listener = getRequestListener(
    async ({ url, method, headers }) => {
      const { pathname, search } = new URL(url);
      if (!pathname.startsWith(`/${secret}/`)) return new Response(null, { status: 404 });
      const path = pathname.slice(secret.length + 1);
      return sample.fetch(new Request(`${sampleSettings.WALDUR_API_URL}${path}${search}`, { method, headers }));
    },
    { overrideGlobalObjects: false },
  );
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const at = server.address();
  const port = typeof at === "object" && at !== null ? at.port : 0;
  return { server, address: `http://127.0.0.1:${port}/${secret}` };
}

/** Returns the way to the sample that a service runs on this database; null when there is none, or it died. */
async function findRunning(deps: Deps): Promise<Fetch | null> {
  const address = (await readMeta(deps.sql, keys.address)) ?? "";
  if (address === "") return null;
  const answer: Fetch = async ({ url, method, headers, signal }) => {
    const { pathname, search } = new URL(url);
    return fetch(new Request(`${address}${pathname}${search}`, { method, headers, signal, redirect: "manual" }));
  };
  const signal = deps.deadline(patienceMilliseconds);
  const there = await answer(new Request(`${sampleSettings.WALDUR_API_URL}/api/configuration/`, { signal })).then(
    async (response) => {
      await response.body?.cancel();
      return response.ok;
    },
    () => false,
  );
  return there ? answer : null;
}
