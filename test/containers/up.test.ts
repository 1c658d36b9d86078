import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Finished, program, repository, run } from "../e2e/support/process.ts";
import { type ServedSample, serveSample } from "../e2e/support/sample.ts";
import { installed } from "../installed.ts";

const isInstalled = installed(["curl", "openssl"], "`apt-get install curl openssl` brings them");

/** Takes the place of docker compose: notes what it is asked, and runs the program itself for `check`. */
const stub = `#!/bin/sh
echo "$*" >> ../calls
case "$*" in
*" check") set -a; . ./.env; exec "${process.execPath}" "${program}" check ;;
*" up --detach --remove-orphans") exit "\${UP-0}" ;;
esac
`;

describe.runIf(isInstalled)("deploy/up.sh", () => {
  let folder: string;
  let waldur: ServedSample;
  let proxy: Server;
  let port: string;

  beforeAll(async () => {
    waldur = await serveSample(2);
    const certificate = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
    const files = ["-keyout", join(certificate, "key"), "-out", join(certificate, "chain")];
    const kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    execFileSync("openssl", [...kind, "-subj", "/CN=localhost", ...files], { stdio: "ignore" });
    const [key, cert] = await Promise.all(["key", "chain"].map(async (name) => readFile(join(certificate, name))));
    await rm(certificate, { recursive: true });
    proxy = createServer({ key, cert }, (asked, answer) => {
      answer.writeHead(asked.url === "/readyz" ? 200 : 404).end();
    }).listen(0, "127.0.0.1");
    await once(proxy, "listening");
    const address = proxy.address();
    port = typeof address === "object" && address !== null ? String(address.port) : "";
  });
  afterAll(async () => {
    await waldur.close();
    proxy.close();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
    const isOurs = (from: string): boolean => !/\/(\.env|radicale\/users)$/.test(from);
    await cp(join(repository, "deploy"), join(folder, "deploy"), { recursive: true, filter: isOurs });
    await writeFile(join(folder, "compose"), stub);
    await chmod(join(folder, "compose"), 0o755);
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const up = async (env: Record<string, string>): Promise<Finished> =>
    run(join(folder, "deploy/up.sh"), [], {
      COMPOSE: join(folder, "compose"),
      DATA_DIR: join(folder, "data"),
      TRIES: "1",
      ...env,
    });
  const read = async (path: string): Promise<string> => readFile(join(folder, path), "utf8").catch(() => "");
  const calls = async (): Promise<string[]> => (await read("calls")).trim().split("\n");
  const ofWaldur = (): Record<string, string> => ({
    WALDUR_API_URL: waldur.url,
    WALDUR_API_TOKEN: waldur.sample.tokens.providerOwner,
  });

  it("makes what is missing, tries the settings, starts everything, and waits until it answers over TLS", async () => {
    const { code, stdout, stderr } = await up({ DOMAIN: "localhost", HTTPS_PORT: port, ...ofWaldur() });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(`https://localhost:${port} is up.`);
    const settings = await read("deploy/.env");
    expect(settings).toMatch(/^ADMIN_TOKEN=[0-9a-f]{48}$/m);
    expect(settings).not.toMatch(/^POSTGRES_PASSWORD=/m);
    expect((await stat(join(folder, "deploy/.env"))).mode & 0o777).toBe(0o600);
    expect(await calls()).toEqual(
      [
        "build",
        "run --rm -T calendar check",
        "up --detach --remove-orphans",
        "exec -T proxy caddy reload --config /etc/caddy/compose.Caddyfile --adapter caddyfile",
      ].map((call) => `--file compose.yaml ${call}`),
    );
    expect((await up({})).code).toBe(0);
    expect(await read("deploy/.env")).toBe(settings);
  });

  it("takes another value from the environment, and keeps the rest of the file", async () => {
    await up({ DOMAIN: "localhost", HTTPS_PORT: "9" });
    const before = await read("deploy/.env");
    await up({ HTTPS_PORT: port });
    expect((await read("deploy/.env")).split("\n").toSorted()).toEqual(
      before.replace("HTTPS_PORT=9", `HTTPS_PORT=${port}`).split("\n").toSorted(),
    );
  });

  it("makes a password for PostgreSQL and a file for the users of Radicale, where they are asked for", async () => {
    const profiles = { COMPOSE_PROFILES: "postgres,radicale" };
    // The program would look for that database.
    await writeFile(join(folder, "compose"), stub.replace("set -a;", "exit;"));
    expect((await up({ DOMAIN: "localhost", HTTPS_PORT: port, ...profiles })).code).toBe(0);
    expect(await read("deploy/.env")).toMatch(/^POSTGRES_PASSWORD=[0-9a-f]{48}$/m);
    expect((await calls())[1]).toBe("--file compose.yaml up --detach database");
    expect((await stat(join(folder, "deploy/radicale/users"))).mode & 0o777).toBe(0o644);
    const { code, stderr } = await up({ COMPOSE_PROFILES: "radicale" });
    expect([code, stderr]).toEqual([1, expect.stringContaining("Set both or neither in deploy/.env.")]);
  });

  it.each([
    ["no name", {}, "DOMAIN is missing"],
    ["an address for a name", { DOMAIN: "https://calendar.example.org" }, "DOMAIN is a name alone"],
    ["no Waldur", { DOMAIN: "calendar.example.org" }, "WALDUR_API_URL is missing"],
    [
      "no token",
      { DOMAIN: "calendar.example.org", WALDUR_API_URL: "https://waldur.example.org" },
      "WALDUR_API_TOKEN is missing",
    ],
  ])("says what to do about %s, and asks compose for nothing", async (_, env, words) => {
    const { code, stderr } = await up(env);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`up.sh: ${words}`)]);
    expect(await calls()).toEqual([""]);
  });

  it("starts nothing with settings that do not work", async () => {
    const away = await up({ DOMAIN: "localhost", WALDUR_API_URL: "http://127.0.0.1:2", WALDUR_API_TOKEN: "x" });
    expect([away.code, away.stderr]).toEqual([1, expect.stringContaining("Waldur cannot be reached")]);
    expect(away.stderr).toContain("In a container that address is the container itself");
    const refused = await up({ ...ofWaldur(), WALDUR_API_TOKEN: "another-token" });
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("WALDUR_API_TOKEN")]);
    expect((await calls()).join()).not.toContain(" up ");
  });

  it("says what to do when not everything starts, or when it does not answer", async () => {
    const taken = await up({ DOMAIN: "localhost", HTTPS_PORT: "2", UP: "1" });
    expect([taken.code, taken.stderr]).toEqual([1, expect.stringContaining("A port that is taken:")]);
    const mute = await up({});
    expect([mute.code, mute.stderr]).toEqual([1, expect.stringContaining("https://localhost:2 does not answer: curl")]);
    // A certificate that nobody vouches for is taken for localhost alone.
    const untrusted = await up({ DOMAIN: "calendar.example.org", HTTPS_PORT: port, ...ofWaldur() });
    expect([untrusted.code, untrusted.stderr]).toEqual([1, expect.stringContaining("certificate")]);
  });

  it("says what is missing where nothing runs containers", async () => {
    for (const name of ["docker", "podman-compose"]) {
      await writeFile(join(folder, name), "#!/bin/sh\nexit 1\n");
      await chmod(join(folder, name), 0o755);
    }
    const { code, stderr } = await up({ COMPOSE: "", PATH: `${folder}:/usr/bin:/bin` });
    expect([code, stderr]).toEqual([1, expect.stringContaining("neither docker compose nor podman-compose")]);
  });
});
