import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import * as v from "valibot";
import { afterAll, describe, expect, it } from "vitest";

/** The rooms as docs/architecture.md orders them: each may import from those before it only. */
const rooms =
  "calendar lib security config waldur caldav store account source feed mirror push decision text mail web demo cli node workers".split(
    " ",
  );
const folders = readdirSync("src", { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => relative("src", join(entry.parentPath, entry.name)));

const project = mkdtempSync(join(tmpdir(), "lint-"));
afterAll(() => rmSync(project, { recursive: true }));
copyFileSync("oxlint.config.ts", join(project, "oxlint.config.ts"));
symlinkSync(resolve("node_modules"), join(project, "node_modules"));

const report = v.object({ diagnostics: v.array(v.object({ filename: v.string(), code: v.string() })) });

/** Lints one file for each pair of a path and its text; resolves to the paths in which that rule found something. */
async function refused(rule: string, files: ReadonlyMap<string, string>): Promise<Set<string>> {
  rmSync(join(project, "src"), { recursive: true, force: true });
  for (const [path, text] of files) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
  const oxlint = promisify(execFile)(resolve("node_modules/.bin/oxlint"), ["--format=json", "src"], { cwd: project });
  const stdout = await oxlint.then(
    (done) => done.stdout,
    (failed: { stdout: string }) => failed.stdout,
  );
  const { diagnostics } = v.parse(report, JSON.parse(stdout));
  return new Set(diagnostics.filter(({ code }) => code === rule).map(({ filename }) => filename));
}

/** A file in that folder of src that imports that path of src. */
function importing(folder: string, target: string): [string, string] {
  const path = relative(join("src", folder), join("src", target));
  const name = `planted-${target.replaceAll(/\W/g, "-")}.ts`;
  return [join("src", folder, name), `export { x } from "${path.startsWith(".") ? path : `./${path}`}";\n`];
}

describe("imports go one way", () => {
  it("knows the order of every folder", () => {
    expect(folders.filter((folder) => !folder.includes("/")).toSorted()).toEqual(rooms.toSorted());
  });

  it("is refused upward from every folder at every depth, and let through downward", async () => {
    const upward = new Map<string, string>();
    const downward = new Map<string, string>();
    for (const folder of folders) {
      const at = rooms.indexOf(folder.split("/")[0] ?? "");
      for (const room of rooms.slice(at + 1)) upward.set(...importing(folder, `${room}/x.ts`));
      for (const room of rooms.slice(1, at)) downward.set(...importing(folder, `${room}/x.ts`));
      for (const entry of ["app.ts", "serve.ts", "worker.ts", "cli.ts"]) upward.set(...importing(folder, entry));
      const verb = importing(folder, "tick.ts");
      if (at < rooms.indexOf("text")) upward.set(...verb);
      else downward.set(...verb);
    }
    const found = await refused("eslint(no-restricted-imports)", new Map([...upward, ...downward]));
    expect([...upward.keys()].filter((path) => !found.has(path))).toEqual([]);
    expect([...downward.keys()].filter((path) => found.has(path))).toEqual([]);
  });

  it("leaves the runtime to entries and drivers", async () => {
    const planted = new Map(
      folders
        .filter((folder) => folder !== "node")
        .map((folder): [string, string] => [join("src", folder, "planted.ts"), `export { x } from "node:fs";\n`]),
    );
    const found = await refused("eslint(no-restricted-imports)", planted);
    expect([...planted.keys()].filter((path) => !found.has(path))).toEqual([]);
  });
});

describe("what comes in through Deps", () => {
  it.each([
    ["eslint(no-restricted-properties)", "export const x = Date.now();"],
    ["eslint(no-restricted-properties)", "export const x = Math.random();"],
    ["eslint(no-restricted-globals)", "export const x = fetch;"],
    ["eslint(no-restricted-globals)", "export const x = process.env;"],
    ["eslint(no-console)", 'console.log("x");\nexport {};'],
  ])("is refused elsewhere by %s: %s", async (rule, text) => {
    const planted = new Map(folders.map((folder) => [join("src", folder, "planted.ts"), text]));
    expect(await refused(rule, planted)).toEqual(new Set(planted.keys()));
  });
});
