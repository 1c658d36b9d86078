import * as v from "valibot";
import { openNode } from "../../src/node/open.ts";
import { listFeeds } from "../../src/store/feeds.ts";
import { makeFirstFeeds } from "../../src/feed/first-start.ts";
import { tick } from "../../src/tick.ts";
import { startChild, tell } from "./support/child.ts";
import type { Figure } from "./support/figure.ts";
import { makeFolder } from "./support/folder.ts";
import { median } from "./support/pairs.ts";

const few = 10_000;
const many = 100_000;

const loaded = v.object({ seconds: v.number(), cpuSeconds: v.number(), megabytes: v.number(), events: v.number() });

/**
 * Measures first loads of a provider and its feed over HTTP, each in a process of its own, whose peak memory can be read.
 * Time is processor time: other work on the machine does not count.
 */
export async function firstLoad(): Promise<Figure[]> {
  const before = await loadOnce(few);
  const large = await loadOnce(many);
  const after = await loadOnce(few);
  const between = [before.cpuSeconds, after.cpuSeconds];
  const times = (many / few) * median(between);
  const seconds = (value: number): string => `${value.toFixed(1)} s`;
  return [
    {
      name: `first load of ${many}: most memory`,
      measured: large.megabytes,
      unit: "MB",
      bound: { most: 256 },
      about: `${large.events} events in ${seconds(large.seconds)}; ${before.megabytes.toFixed(0)} MB for ${few}`,
    },
    {
      name: `first load of ${many} : 10 × that of ${few}`,
      measured: large.cpuSeconds / times,
      unit: "×",
      bound: { most: 1.2 },
      about: `${seconds(large.cpuSeconds)} : ${seconds(times)} of processor time`,
    },
  ];
}

async function loadOnce(bookings: number): Promise<v.InferOutput<typeof loaded>> {
  await using folder = await makeFolder();
  const waldur = await startChild(v.object({ port: v.number() }), "waldur", String(bookings));
  try {
    const loader = await startChild(loaded, "load", String(waldur.message.port), folder.path);
    await loader.stop();
    return loader.message;
  } finally {
    await waldur.stop();
  }
}

/** Does one first load in this process, and sends what it took to the parent. */
export async function loadFrom(port: string, folder: string): Promise<void> {
  const env = {
    DATA_DIR: folder,
    WALDUR_API_URL: `http://127.0.0.1:${port}`,
    WALDUR_API_TOKEN: "sample-provider-owner",
  };
  const opened = await openNode(env);
  const { deps } = opened;
  const begun = performance.now();
  const cpuBefore = process.cpuUsage();
  await makeFirstFeeds(deps);
  await tick(deps);
  const { user, system } = process.cpuUsage(cpuBefore);
  const seconds = (performance.now() - begun) / 1000;
  const [feed] = await listFeeds(deps.sql);
  if (feed?.state !== "active") throw new Error("the feed is not ready");
  await opened.close();
  tell({
    seconds,
    cpuSeconds: (user + system) / 1_000_000,
    megabytes: process.resourceUsage().maxRSS / 1024,
    events: feed.eventCount,
  });
}
