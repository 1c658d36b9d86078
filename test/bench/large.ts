import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { getFeed } from "../../src/feed/commands.ts";
import { push } from "../../src/mirror/push.ts";
import { meterRequests } from "../../src/mirror/request-meter.ts";
import { realTarget } from "../mirror/real-target.ts";
import { startChild } from "./support/child.ts";
import type { Figure } from "./support/figure.ts";
import { needTarget, titles } from "./support/mirrored.ts";

const events = 10_000;

/** Measures the memory and sockets of 10,000 events on one target, against a server in a process of its own. */
export async function large(): Promise<Figure[]> {
  const server = await startChild(v.object({ port: v.number() }), "caldav");
  const { port } = server.message;
  const target = await realTarget(`http://127.0.0.1:${port}`, { name: "Large" });
  try {
    await target.set(titles(events));
    const before = heap();
    const heaps: number[] = [];
    let sockets = 0;
    let writes = 0;
    const begun = performance.now();
    const report = await push(meterRequests(target.deps), await needTarget(target), await getFeed(target.deps, "f"), {
      ...target.port,
      create: async (name, body) => {
        writes += 1;
        if (writes % 1000 === 0) heaps.push(heap());
        if (writes % 100 === 0) sockets = Math.max(sockets, await socketsTo(port));
        return target.port.create(name, body);
      },
    });
    const seconds = (performance.now() - begun) / 1000;
    const [early = 0, late = 0] = [heaps[1], heaps.at(-1)];
    const told = [before, early, late].map((megabytes) => `${megabytes.toFixed(0)} MB`);
    return [
      {
        name: "10,000 events: heap from 2,000 to 10,000 written",
        measured: late - early,
        unit: "MB",
        bound: { most: 10 },
        about: `${told.join(", ")} (first: before); ${report.created} created in ${seconds.toFixed(0)} s`,
      },
      { name: "10,000 events: sockets at once", measured: sockets, unit: "sockets", bound: { most: 6 }, about: "" },
    ];
  } finally {
    await target.close();
    await server.stop();
  }
}

/** Returns the megabytes alive on this process's heap. */
function heap(): number {
  if (globalThis.gc === undefined) throw new Error("this bench needs --expose-gc");
  globalThis.gc();
  return process.memoryUsage().heapUsed / 1_000_000;
}

/** Counts this machine's established connections to a loopback port. */
async function socketsTo(port: number): Promise<number> {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const lines = (await readFile("/proc/net/tcp", "utf8")).split("\n");
  return lines.filter((line) => {
    const [, , remote, state] = line.trim().split(/\s+/);
    return state === "01" && remote?.endsWith(`:${hex}`);
  }).length;
}
