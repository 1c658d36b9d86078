import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { tokens } from "../../src/demo/people.ts";
import { makeApp } from "../../src/app.ts";
import { listen, openNode } from "../../src/node/open.ts";
import { serveSample } from "../e2e/support/sample.ts";
import { startChild, tell } from "./support/child.ts";
import type { Figure } from "./support/figure.ts";
import { makeFolder } from "./support/folder.ts";

const adminToken = "the-operator-of-this-bench";
const rounds = 30;
const windows = 3;
const atOnce = 20;

/** Requests that somebody without a role may try. */
const tries = [
  ["GET", "/api/v1/feeds"],
  ["GET", "/api/v1/bookings"],
  ["GET", "/api/v1/bookings?flavor_name=x"],
  ["GET", "/api/v1/decisions"],
  ["GET", "/api/v1/providers"],
  ["POST", "/api/v1/feeds"],
] as const;

/**
 * Measures what somebody with a valid token and no role can take from others, who asks as fast as is answered: the processor
 * time of a service that an owner uses, with that person and without. The times of answers depend on what else the machine
 * does.
 */
export async function outsider(): Promise<Figure[]> {
  await using folder = await makeFolder();
  const waldur = await startChild(v.object({ url: v.string(), provider: v.string() }), "sample");
  const child = await startChild(v.object({ port: v.number() }), "service", folder.path, waldur.message.url);
  const url = `http://127.0.0.1:${child.message.port}`;
  try {
    const ask = async (method: string, path: string, token: string, body?: object): Promise<string> => {
      const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
      const response = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
      return response.text();
    };
    const { providerOwner, outsider: stranger } = tokens;
    const source = { kind: "provider", uuid: waldur.message.provider };
    await ask("POST", "/api/v1/feeds", providerOwner, { source });
    await ask("POST", "/api/v1/sync", adminToken, {});
    const listed = v.object({ feeds: v.tuple([v.object({ address: v.string() })]) });
    const { feeds } = v.parse(listed, JSON.parse(await ask("GET", "/api/v1/feeds", providerOwner)));
    const { pathname } = new URL(feeds[0].address);
    const used = async (): Promise<number> => Number(await ask("GET", "/processor", ""));
    const work = [
      ["list", async () => ask("GET", "/api/v1/feeds", providerOwner)],
      ["feed", async () => ask("GET", pathname, "")],
      ["run", async () => ask("POST", "/api/v1/sync", adminToken, {})],
    ] as const;
    /** One round a second; resolves to the processor time and each kind's times, milliseconds. */
    const watch = async () => {
      const before = await used();
      const times = new Map<string, number[]>(work.map(([name]) => [name, []]));
      for (let round = 0; round < rounds; round += 1) {
        const begun = performance.now();
        for (const [name, once] of work) {
          const from = performance.now();
          await once();
          times.get(name)?.push(performance.now() - from);
        }
        await sleep(Math.max(0, 1000 - (performance.now() - begun)));
      }
      return { processor: (await used()) - before, times };
    };
    const flood = () => {
      let [going, sent] = [true, 0];
      const one = async (at: number): Promise<void> => {
        for (let turn = at; going; turn += 1) {
          const [method, path] = tries[turn % tries.length] ?? tries[0];
          sent += 1;
          await ask(method, path, stranger, method === "POST" ? { source } : undefined).catch(() => "");
        }
      };
      const all = Promise.all(Array.from({ length: atOnce }, async (_, at) => one(at)));
      return async (): Promise<number> => {
        going = false;
        await all;
        return sent;
      };
    };
    await watch();
    const [alone, beside] = [[await watch()], [] as Awaited<ReturnType<typeof watch>>[]];
    let sent = 0;
    for (let window = 0; window < windows; window += 1) {
      const stop = flood();
      beside.push(await watch());
      sent += await stop();
      alone.push(await watch());
    }
    const seconds = rounds;
    const share =
      (median(beside.map(({ processor }) => processor)) - median(alone.map(({ processor }) => processor))) /
      seconds /
      10;
    const latency = work.map(([name]) => {
      const of = (some: typeof alone): string => median(some.flatMap(({ times }) => times.get(name) ?? [])).toFixed(1);
      return `${name} ${of(beside)} : ${of(alone)} ms`;
    });
    return [
      {
        name: "somebody without a role",
        measured: share,
        unit: "%",
        bound: { most: 10 },
        about: `of one core, for ${(sent / windows / seconds).toFixed(1)} requests a second, ${atOnce} at once; medians with and without: ${latency.join(", ")}`,
      },
    ];
  } finally {
    await child.stop();
    await waldur.stop();
  }
}

/** Serves a sample Waldur, in a process whose processor time is not counted. */
export async function serveSampleAlone(): Promise<void> {
  const { url, sample } = await serveSample();
  tell({ url, provider: sample.providerUuid });
}

/** Serves the whole program over that Waldur, and `/processor`: the milliseconds of processor time that this process has used. */
export async function serveWhole(folder: string, waldur: string): Promise<void> {
  const { deps } = await openNode({
    DATA_DIR: folder,
    WALDUR_API_URL: waldur,
    WALDUR_API_TOKEN: "sample-provider-owner",
    ADMIN_TOKEN: adminToken,
    PUBLIC_URL: "http://127.0.0.1",
  });
  const app = makeApp();
  const { port } = await listen(
    async (request) => {
      const { user, system } = process.cpuUsage();
      return request.url.endsWith("/processor") ? Response.json((user + system) / 1000) : app.fetch(request, deps);
    },
    { host: "127.0.0.1", port: 0 },
  );
  tell({ port });
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
