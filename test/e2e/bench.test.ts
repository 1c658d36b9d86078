import { execFile } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";

const repository = join(import.meta.dirname, "../..");

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Node in the repository, and resolves to its output. A bench that misses a bound ends with 1, which is no matter here. */
async function run(...args: string[]): Promise<Ended> {
  const env = { ...process.env, BENCH_QUICK: "yes" };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: repository, env }, (_, stdout, stderr) => resolve({ stdout, stderr }));
  });
}

describe("the bench", () => {
  beforeAll(async () => run("build.mjs", "bench"));

  it.each(["warm", "cold", "refresh", "scale", "dav", "inbox"])("of %s can do its work", async (name) => {
    const { stdout, stderr } = await run("--expose-gc", "dist/bench.js", name);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/ (?:met|missed) /);
  });
});
