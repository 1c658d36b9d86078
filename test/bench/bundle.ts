import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import type { Figure } from "./support/figure.ts";

/** Builds the Worker as wrangler would upload it, and weighs it. */
export async function bundle(): Promise<Figure[]> {
  await promisify(execFile)("npm", ["run", "-s", "build:worker"]);
  const script = await readFile("dist/worker/worker.js");
  return [
    {
      name: "Worker, gzip",
      measured: gzipSync(script).length / 1000,
      unit: "kB",
      bound: { most: 150 },
      about: `${(script.length / 1000).toFixed(0)} kB without`,
    },
  ];
}
