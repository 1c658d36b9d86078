import { delimiter, join } from "node:path";
import { expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { program, repository, run, runCli } from "./support/process.ts";

/** Returns the first Node on the PATH that is older than 24 and new enough to run a module; null without one. */
async function findOldNode(): Promise<string | null> {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => !folder.startsWith(repository));
  for (const folder of folders) {
    const node = join(folder, "node");
    const found = await run(node, ["--version"]).catch(() => null);
    const major = Number(/^v(\d+)\./.exec(found?.stdout ?? "")?.[1] ?? 0);
    if (major >= 16 && major < 24) return node;
  }
  return null;
}

it("an older Node is told in one line which one it takes", async (context) => {
  const node = await findOldNode();
  if (node === null) return context.skip("there is no Node older than 24 on this machine");
  const { code, stdout, stderr } = await run(node, [program, "check"]);
  expect([code, stdout, stderr.split("\n").length]).toEqual([1, "", 2]);
  expect(stderr).toMatch(
    /^waldur-calendar needs Node 24 or newer, and this is Node \d+\.[\d.]+\. In the repository `npm ci` installs one/,
  );
});

it("--version is that of the package", async () => {
  expect(await runCli(["--version"], {})).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
});
