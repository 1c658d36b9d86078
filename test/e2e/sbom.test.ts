import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import * as v from "valibot";
import { beforeAll, describe, expect, it } from "vitest";
import { repository, run } from "./support/process.ts";

const manifest = v.object({
  name: v.string(),
  version: v.string(),
  license: v.string(),
  dependencies: v.optional(v.record(v.string(), v.string()), {}),
});
const licence = v.union([v.object({ license: v.object({ id: v.string() }) }), v.object({ expression: v.string() })]);
const bill = v.object({
  bomFormat: v.literal("CycloneDX"),
  components: v.array(
    v.object({
      group: v.optional(v.string()),
      name: v.string(),
      version: v.string(),
      purl: v.string(),
      licenses: v.tuple([licence]),
    }),
  ),
  dependencies: v.array(v.object({ ref: v.string(), dependsOn: v.array(v.string()) })),
});

/** Adds what is installed of a package and of all that it needs, found as Node finds it, as "name version licence". */
async function gather(name: string, from: string, found: Set<string>): Promise<void> {
  const folders = createRequire(join(from, "package.json")).resolve.paths(name) ?? [];
  for (const folder of folders.map((one) => join(one, name))) {
    const text = await readFile(join(folder, "package.json"), "utf8").catch(() => null);
    if (text === null) continue;
    const { version, license, dependencies } = v.parse(manifest, JSON.parse(text));
    const line = `${name} ${version} ${license}`;
    if (found.has(line)) return;
    found.add(line);
    for (const needed of Object.keys(dependencies)) await gather(needed, folder, found);
    return;
  }
  throw new Error(`${name} is not installed beside ${from}`);
}

describe("the bill of materials of the image", () => {
  let told: v.InferOutput<typeof bill>;
  let lines: string[];

  beforeAll(async () => {
    const { stdout } = await run(process.execPath, ["sbom.mjs"]);
    told = v.parse(bill, JSON.parse(stdout));
    lines = told.components.map(({ group, name, version, licenses: [one] }) =>
      [
        group === undefined ? name : `${group}/${name}`,
        version,
        "license" in one ? one.license.id : one.expression,
      ].join(" "),
    );
  });

  it("names what is installed for production and copied beside it, each once with version and licence, and nothing else", async () => {
    const { dependencies } = v.parse(manifest, JSON.parse(await readFile(join(repository, "package.json"), "utf8")));
    const wanted = new Set<string>();
    for (const name of [...Object.keys(dependencies), "@event-calendar/build"]) await gather(name, repository, wanted);
    expect(lines.toSorted()).toEqual([...wanted].toSorted());
  });

  it("names every package that the Worker's bundle holds", async () => {
    await run(process.execPath, ["build.mjs", "worker"]);
    const map: unknown = JSON.parse(await readFile(join(repository, "dist/worker/worker.js.map"), "utf8"));
    const { sources } = v.parse(v.object({ sources: v.array(v.string()) }), map);
    const names = sources.flatMap((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? []);
    expect(names).toContain("valibot");
    const named = new Set(lines.map((line) => line.split(" ")[0]));
    expect([...new Set(names)].filter((name) => !named.has(name))).toEqual([]);
  });

  it("tells of each what it needs, by names that it knows", () => {
    const known = new Set(told.components.map(({ purl }) => purl));
    expect(told.dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !known.has(ref))).toEqual([]);
    const reached = new Set(told.dependencies.flatMap(({ dependsOn }) => dependsOn));
    expect([...known].filter((ref) => !reached.has(ref))).toEqual([]);
  });
});
