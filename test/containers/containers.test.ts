import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { request } from "node:https";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lintCalendar } from "../../src/calendar/ical/lint.ts";
import { type Finished, repository, run } from "../e2e/support/process.ts";
import { type ServedSample, serveSample } from "../e2e/support/sample.ts";
import { sayMissing } from "../installed.ts";
import { until } from "../until.ts";

/** The folder that test/containers/install.sh makes. */
const engine =
  process.env["CONTAINERS"] ??
  join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "waldur-calendar/containers");
const isThere = existsSync(join(engine, "pins"));
if (!isThere)
  sayMissing("what runs in containers", "`test/containers/install.sh` brings an engine and images, as root");

const network = "172.30.81";
/** The files of which the image is built, beside deploy. */
const sources = ["build.mjs", "docs/openapi.yaml", "migrations", "package.json", "package-lock.json", ".npmrc"];
const more = ["deploy", "public", "sbom.mjs", "src", "tsconfig.json"];

/** Prints the packages in the image. */
const listPackages = `
  for (const file of fs.globSync("node_modules/**/package.json"))
    if (/node_modules\\/(@[^/]+\\/)?[^/]+\\/package.json$/.test(file)) {
      const { name, version } = JSON.parse(fs.readFileSync(file));
      console.log(name + "@" + version);
    }`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe.runIf(isThere)("deploy/up.sh, with podman", () => {
  let clone: string;
  let waldur: ServedSample;
  let ports: { readonly http: number; readonly https: number };
  let started: Finished;
  let authority: string;

  const env = (): Record<string, string> => ({
    CONTAINERS_CONF: join(engine, "containers.conf"),
    CONTAINERS_STORAGE_CONF: join(engine, "storage.conf"),
    COMPOSE: join(engine, "python/bin/podman-compose"),
  });
  const podman = async (...args: string[]): Promise<string> => (await run("podman", args, env(), clone)).stdout;
  const inService = async (...args: string[]): Promise<string> => podman("exec", "waldur-calendar_calendar_1", ...args);
  const up = async (settings: Record<string, string>): Promise<Finished> =>
    run(join(clone, "deploy/up.sh"), [], { ...env(), ...settings }, clone);

  /** Asks the service over TLS; its certificate must be of Caddy's own authority. */
  const ask = async (path: string): Promise<{ status: number; etag: string; text: string }> =>
    new Promise((resolve, reject) => {
      const asked = request(
        { host: "127.0.0.1", port: ports.https, servername: "localhost", path, ca: authority },
        (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (part: string) => (text += part));
          const { statusCode: status = 0, headers } = response;
          response.on("end", () => resolve({ status, etag: headers.etag ?? "", text }));
        },
      );
      asked.setHeader("Host", `localhost:${ports.https}`);
      asked.on("error", reject).end();
    });
  const feedPath = async (): Promise<string> => {
    const feeds = v.object({ feeds: v.array(v.object({ id: v.string() })) });
    const listed = await inService("node", "dist/cli.js", "feeds", "list", "--json");
    const [feed] = v.parse(feeds, JSON.parse(listed)).feeds;
    const shown = await inService("node", "dist/cli.js", "feeds", "show", feed?.id ?? "");
    return new URL(/https:\S+\.ics/.exec(shown)?.[0] ?? "").pathname;
  };

  beforeAll(async () => {
    waldur = await serveSample(12, `${network}.1`);
    ports = { http: await freePort(), https: await freePort() };
    clone = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
    await mkdir(join(clone, "docs"));
    for (const path of [...sources, ...more]) {
      const isOurs = (from: string): boolean => !/\/(\.env|radicale\/users)$/.test(from);
      await cp(join(repository, path), join(clone, path), { recursive: true, filter: isOurs });
    }
    // A clone that nobody but its owner may read.
    execFileSync("chmod", ["-R", "go=", clone]);
    started = await up({
      DOMAIN: "localhost",
      WALDUR_API_URL: waldur.url,
      WALDUR_API_TOKEN: waldur.sample.tokens.providerOwner,
      COMPOSE_PROFILES: "postgres",
      HTTP_PORT: String(ports.http),
      HTTPS_PORT: String(ports.https),
      SUBNET: `${network}.0/24`,
    });
    authority = await podman("exec", "waldur-calendar_proxy_1", "cat", "/data/caddy/pki/authorities/local/root.crt");
  }, 900_000);
  afterAll(async () => {
    const compose = ["--file", "deploy/compose.yaml", "--profile", "postgres", "down", "--volumes"];
    await run(env()["COMPOSE"] ?? "", compose, env(), clone);
    await podman("rmi", "--force", "waldur-calendar_calendar");
    await waldur.close();
    await rm(clone, { recursive: true });
  }, 120_000);

  it("leads from a clone to a service over TLS", async () => {
    expect(started.code, started.stderr.slice(-4000)).toBe(0);
    expect(started.stdout).toContain(`https://localhost:${ports.https} is up.`);
    expect((await ask("/healthz")).status).toBe(200);
    const plain = await fetch(`http://127.0.0.1:${ports.http}/sign-in`, {
      headers: { Host: "localhost" },
      redirect: "manual",
    });
    expect([plain.status, plain.headers.get("Location")]).toEqual([308, expect.stringMatching(/^https:/)]);
    const feed = await ask(await feedPath());
    expect([feed.status, lintCalendar(feed.text)]).toEqual([200, []]);
  });

  it("keeps the data in PostgreSQL", async () => {
    const sql = "SELECT count(*) FROM events";
    const words = ["psql", "--username=calendar", "--tuples-only", `--command=${sql}`, "calendar"];
    expect(Number(await podman("exec", "--user=postgres", "waldur-calendar_database_1", ...words))).toBeGreaterThan(0);
  });

  it("runs the service as a user of its own, without rights, on a root that it cannot write", async () => {
    expect(await inService("id", "-u")).toBe("10001\n");
    expect(await inService("sh", "-c", "touch /app/x 2>&1")).toContain("Read-only file system");
    const status = await inService("grep", "-E", "^(CapEff|NoNewPrivs|Seccomp):", "/proc/1/status");
    expect(status.replaceAll("\t", "")).toBe("CapEff:0000000000000000\nNoNewPrivs:1\nSeccomp:2\n");
    expect((await run("podman", ["healthcheck", "run", "waldur-calendar_calendar_1"], env())).code).toBe(0);
  });

  it("has packages in the image that its bill of materials names, and no secret", async () => {
    const bill = v.object({ components: v.array(v.object({ purl: v.string() })) });
    const { components } = v.parse(bill, JSON.parse(await inService("cat", "sbom.cdx.json")));
    const named = components.map(({ purl }) => decodeURIComponent(purl.replace("pkg:npm/", "")));
    const installed = (await inService("node", "--eval", listPackages)).trim().split("\n");
    expect(installed.length).toBeGreaterThan(50);
    expect([...new Set(installed)].filter((name) => !named.includes(name))).toEqual([]);
    const settings = await readFile(join(clone, "deploy/.env"), "utf8");
    const secrets = [...settings.matchAll(/^(?:ADMIN_TOKEN|\w+_PASSWORD)=(.+)$/gm)];
    expect(secrets).toHaveLength(2);
    const image = await podman("inspect", "--type", "image", "waldur-calendar_calendar");
    for (const [, secret = ""] of secrets) {
      expect(image).not.toContain(secret);
      expect(await inService("grep", "-rl", secret, "/app")).toBe("");
    }
  });

  it("answers 404 for a feed while the service is replaced, and then as before", async () => {
    const path = await feedPath();
    const before = await ask(path);
    await podman("stop", "waldur-calendar_calendar_1");
    expect((await ask(path)).status).toBe(404);
    await podman("start", "waldur-calendar_calendar_1");
    await until(async () => (await ask("/readyz")).status === 200);
    expect(await ask(path)).toEqual(before);
  });

  it("changes nothing when it is run again", async () => {
    const path = await feedPath();
    const [before, settings] = [await ask(path), await readFile(join(clone, "deploy/.env"), "utf8")];
    const again = await up({});
    expect(again.code, again.stderr.slice(-4000)).toBe(0);
    expect(await readFile(join(clone, "deploy/.env"), "utf8")).toBe(settings);
    expect((await stat(join(clone, "deploy/.env"))).mode & 0o777).toBe(0o600);
    expect(await ask(path)).toEqual(before);
  }, 300_000);
});
