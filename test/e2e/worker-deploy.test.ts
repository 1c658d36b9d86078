import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseKeyRing } from "../../src/security/keys.ts";
import { type Cloudflare, startCloudflare } from "./support/cloudflare.ts";
import { commandsOf } from "./support/deployment-page.ts";
import { repository, run } from "./support/process.ts";

describe("docs/deployment.md on Cloudflare Workers, command by command", () => {
  let copy: string;
  let cloudflare: Cloudflare;

  const runBlock = async (block: string): Promise<string> => {
    const words = block.replace(/^npm ci$/m, ":").replaceAll("npx wrangler", `${copy}/node_modules/.bin/wrangler`);
    const { code, stdout, stderr } = await run("bash", ["-euo", "pipefail", "-c", words], cloudflare.env, copy);
    expect({ block, code, said: code === 0 ? "" : stdout + stderr }).toEqual({ block, code: 0, said: "" });
    return stdout;
  };

  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
    const { stdout } = await run("git", ["ls-files", "--cached", "--others", "--exclude-standard"]);
    const files = stdout.split("\n").filter((path) => path !== "" && !/^(?:test|docs\/images)\//.test(path));
    for (const file of files) await cp(join(repository, file), join(copy, file));
    await symlink(join(repository, "node_modules"), join(copy, "node_modules"));
    cloudflare = await startCloudflare();
  });
  afterAll(async () => {
    await cloudflare.close();
    await rm(copy, { recursive: true });
  });

  it("leads from a copy of the repository to a Worker with its settings, and a database with its tables", async () => {
    const [prepare = "", deploy = "", ...others] = await commandsOf("Cloudflare Workers");
    expect(others).toEqual([]);
    await runBlock(prepare);
    const settings = join(copy, ".dev.vars");
    const told = (await readFile(settings, "utf8")).replace(
      /^WALDUR_API_TOKEN=$/m,
      "WALDUR_API_TOKEN=0123456789abcdef",
    );
    await writeFile(settings, told);
    const before = await readFile(join(copy, "wrangler.toml"), "utf8");
    await runBlock(deploy);
    const bindings = cloudflare.bindings();
    expect(bindings).toMatchObject({
      DB: "d1",
      WALDUR_API_URL: "https://waldur.example.org",
      WALDUR_API_TOKEN: "0123456789abcdef",
      PUBLIC_URL: "https://calendar.example.org",
    });
    expect(parseKeyRing(bindings["SECRET_KEYS"] ?? "").lost).toBe("");
    const applied = cloudflare.database()?.prepare("SELECT name FROM d1_migrations ORDER BY id").all();
    const migrations = (await readdir(join(repository, "migrations"))).filter((name) => name.endsWith(".sql"));
    expect(applied?.map(({ name }) => name)).toEqual(migrations.toSorted());
    // Nothing to edit, nor to keep from git.
    expect(await readFile(join(copy, "wrangler.toml"), "utf8")).toBe(before);
  });
});
