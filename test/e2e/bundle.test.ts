import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import * as v from "valibot";
import { expect, it } from "vitest";

const repository = join(import.meta.dirname, "../..");
/** What it weighs today, rounded up: whoever adds more should know. */
const mostBytes = 187_000;

it("the Worker holds its packages, nothing that only Node needs, and no more bytes than it did", async () => {
  await promisify(execFile)(process.execPath, ["build.mjs", "worker"], { cwd: repository });
  const script = await readFile(join(repository, "dist/worker/worker.js"));
  const map: unknown = JSON.parse(await readFile(join(repository, "dist/worker/worker.js.map"), "utf8"));
  const { sources } = v.parse(v.object({ sources: v.array(v.string()) }), map);
  const held = (part: string): boolean => sources.some((source) => source.includes(part));
  const wanted = ["hono", "ical-generator", "luxon", "tsdav"].map((name) => `node_modules/${name}/`);
  expect(wanted.filter((part) => !held(part))).toEqual([]);
  const foreign = ["src/demo/", "src/cli", "src/node.ts", "node_modules/undici/", "node_modules/sax/"];
  expect(foreign.filter(held)).toEqual([]);
  expect(script.toString()).not.toMatch(/\bfrom\s*"node:|\brequire\("node:/);
  expect(gzipSync(script, { level: 9 }).length).toBeLessThanOrEqual(mostBytes);
});
