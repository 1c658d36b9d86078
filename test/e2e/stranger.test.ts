import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { lintCalendar } from "../../src/calendar/ical/lint.ts";
import { freePort } from "../free-port.ts";
import { until } from "../until.ts";
import { commandsOf } from "./support/deployment-page.ts";
import { type Finished, run, type Service, startCommand } from "./support/process.ts";
import { type ServedSample, serveSample } from "./support/sample.ts";

describe("docs/deployment.md, command by command", () => {
  let root: string;
  let waldur: ServedSample;
  let service: Service | undefined;
  let port: number;

  /** Runs a block as somebody would, with the machine's folders below `root`; what systemd does is done by hand. */
  const runBlock = async (block: string): Promise<Finished> => {
    const words = block
      .replaceAll(/^systemctl .*$/gm, ":")
      .replace(/^npm ci$/m, ":")
      // It is built already; building it again would replace it under the tests that run beside this one.
      .replace(/^npm pack$/m, `npm pack --ignore-scripts --pack-destination ${root}/repository`)
      .replaceAll("/opt/", `${root}/opt/`)
      .replaceAll("/etc/", `${root}/etc/`)
      .replaceAll("~/waldur-calendar-VERSION", `${root}/repository/waldur-calendar-${manifest.version}`)
      .replaceAll("npm install ", "npm install --prefer-offline ");
    const { NODE_EXTRA_CA_CERTS: authorities = "" } = process.env;
    const env = { DATA_DIR: join(root, "data"), NODE_EXTRA_CA_CERTS: authorities };
    const finished = await run("bash", ["-euo", "pipefail", "-c", words], env);
    expect({ block, code: finished.code, stderr: finished.code === 0 ? "" : finished.stderr }).toEqual({
      block,
      code: 0,
      stderr: "",
    });
    return finished;
  };

  /** Starts what `npm start` starts, in the place where it was installed. */
  const begin = async (): Promise<string> => {
    const words = `set -a; . ${root}/etc/waldur-calendar.env; set +a; cd ${root}/opt/waldur-calendar; exec npm start`;
    const started = startCommand("bash", ["-c", words], {});
    service = started;
    const said = (): string => started.stdout() + started.stderr();
    await until(() => /\d feeds? (?:is|are) served|^https?:.*\.ics$/m.test(said()), said);
    return started.stdout();
  };
  const read = async (path: string): Promise<{ etag: string | null; text: string }> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    expect(response.status).toBe(200);
    return { etag: response.headers.get("ETag"), text: await response.text() };
  };

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
    waldur = await serveSample(12);
    port = await freePort();
    for (const name of ["repository", "etc", "opt", "data"]) await mkdir(join(root, name));
    await writeFile(
      join(root, "etc/waldur-calendar.env"),
      [
        `WALDUR_API_URL=${waldur.url}`,
        `WALDUR_API_TOKEN=${waldur.sample.tokens.providerOwner}`,
        "ADMIN_TOKEN=the-operator-of-these-tests",
        `DATA_DIR=${join(root, "data")}`,
        `PORT=${port}`,
        "",
      ].join("\n"),
    );
  });
  afterAll(async () => {
    await service?.stop();
    await waldur.close();
    await rm(root, { recursive: true });
  });

  it("leads from the package to a service, through an upgrade, and back", async () => {
    const install = await commandsOf("Node");
    expect(install).toHaveLength(3);
    const [pack = "", unpack = "", settle = ""] = install;
    await runBlock(pack);
    await runBlock(unpack);
    const packages = await readdir(join(root, "opt/waldur-calendar/node_modules"));
    expect(packages).toContain("hono");
    expect(packages.filter((name) => /typescript|rolldown|vitest/.test(name))).toEqual([]);
    const checked = await runBlock(settle.replace("npm start", ":"));
    expect(checked.stdout).toContain("answers");
    const printed = await begin();
    const path = new URL(/^https?:\S+\.ics$/m.exec(printed)?.[0] ?? "").pathname;
    const first = await read(path);
    expect(lintCalendar(first.text)).toEqual([]);

    const [copy = "", replace = "", back = ""] = await commandsOf("Upgrade");
    // Twice: the second one finds what the first one left.
    for (const time of ["first", "second"]) {
      await writeFile(join(root, "opt/waldur-calendar/which"), `before the ${time}`);
      // In one shell, as somebody types them.
      await runBlock(`${copy}\n${replace}`);
      await service?.stop();
      expect(await readFile(join(root, "opt/waldur-calendar.before/which"), "utf8")).toBe(`before the ${time}`);
      await begin();
      expect(await read(path)).toEqual(first);
    }

    await service?.stop();
    const restored = await runBlock(back);
    expect(restored.stderr).toContain("read through and in place");
    await begin();
    expect(await read(path)).toEqual(first);
  });
});
