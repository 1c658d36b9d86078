import { once } from "node:events";
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../free-port.ts";
import { lintCalendar } from "../../src/calendar/ical/lint.ts";
import { until } from "../until.ts";
import { program, run, runCli, type Service, start, startCommand } from "./support/process.ts";
import { adminToken } from "./support/runtimes.ts";
import { serveSample } from "./support/sample.ts";

let folder: string;
const services: Service[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
});
afterEach(async () => {
  for (const service of services.splice(0)) await service.stop();
  await rm(folder, { recursive: true });
});

const serve = (env: Record<string, string> = {}, args = ["serve"]): Service => {
  const service = start(args, { DATA_DIR: folder, PORT: "0", ...env });
  services.push(service);
  return service;
};
const said = (service: Service) => () => service.stdout() + service.stderr();
const addressIn = async (service: Service): Promise<string> =>
  until(() => /^(https?:\/\/\S+\.ics)$/m.exec(service.stdout())?.[1], said(service));
/** Resolves when the log, which comes by another pipe than what is printed, has this too. */
const logged = async (service: Service, text: string): Promise<unknown> =>
  until(() => service.stderr().includes(text), said(service));

/** Returns the seconds that a process has worked: what other programs of a busy machine take does not count (proc_pid_stat(5)). */
async function workOf({ child }: Service): Promise<number> {
  const fields = (await readFile(`/proc/${child.pid}/stat`, "utf8")).replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

describe("a first start without any setting", () => {
  it("prints an address alone on a line after five seconds' work at most, which works, and the webcal one", async () => {
    const service = serve();
    const address = await addressIn(service);
    expect(await workOf(service)).toBeLessThan(5);
    const text = await (await fetch(address)).text();
    expect(lintCalendar(text)).toEqual([]);
    expect(text).toContain("[SAMPLE]");
    await until(() => service.stdout().includes(`\n${address.replace("http:", "webcal:")}\n`), said(service));
  });

  it("keeps feed and address over a restart, and prints the address this once", async () => {
    const port = String(await freePort());
    const first = serve({ PORT: port }, ["demo", "--still"]);
    const address = await addressIn(first);
    const etag = (await fetch(address)).headers.get("ETag");
    expect((await first.stop()).code).toBe(0);
    const second = serve({ PORT: port }, ["demo", "--still"]);
    await until(() => second.stdout().includes("1 feed is served"), said(second));
    expect((await fetch(address)).headers.get("ETag")).toBe(etag);
    const { stdout, stderr } = await second.stop();
    expect(stdout + stderr).not.toContain(new URL(address).pathname.split("/")[2]);
  });

  it("is told by the sample's web hook that a booking was decided, and reads it at once", async () => {
    const adminToken = "the-operator-of-these-tests";
    const hookSecret = "the-secret-of-the-web-hook";
    const service = serve({ ADMIN_TOKEN: adminToken, HOOK_SECRET: hookSecret }, ["demo", "--still"]);
    const address = await addressIn(service);
    const runs = (): number => service.stderr().split('"event":"run"').length;
    const before = await until(() => (runs() > 1 ? runs() : undefined), said(service));
    const { origin } = new URL(address);
    const call = async (path: string, method = "GET"): Promise<{ bookings: { uuid: string }[] }> => {
      const answer = await fetch(`${origin}/api/v1${path}`, {
        method,
        headers: { Authorization: `Bearer ${adminToken}` },
      });
      return answer.json();
    };
    const { bookings } = await call("/bookings?state=Creating");
    for (const { uuid } of bookings) await call(`/bookings/${uuid}/accept`, "POST");
    await until(() => service.stderr().includes('"path":"/h/","status":204'), said(service));
    await until(() => runs() > before, said(service));
    expect(service.stdout() + service.stderr()).not.toContain(hookSecret);
  });

  it("keeps the folder and all in it to its user, an older one with what lies in it too", async () => {
    const inside = join(folder, "a", "b");
    const modes = async (): Promise<Record<string, string>> => {
      const names = ["", ...(await readdir(inside))];
      const found = names.map(async (name) => [name, ((await stat(join(inside, name))).mode & 0o777).toString(8)]);
      return Object.fromEntries(await Promise.all(found));
    };
    const closed = {
      "": "700",
      "sample.sqlite": "600",
      "sample.sqlite-shm": "600",
      "sample.sqlite-wal": "600",
      "secret-keys": "600",
    };
    const first = serve({ DATA_DIR: inside });
    await addressIn(first);
    expect(await modes()).toEqual(closed);
    // As a version before left it, killed.
    first.child.kill("SIGKILL");
    await first.finished;
    await chmod(inside, 0o755);
    for (const name of ["sample.sqlite", "sample.sqlite-wal", "sample.sqlite-shm", "secret-keys"])
      await chmod(join(inside, name), 0o644);
    const second = serve({ DATA_DIR: inside });
    await until(() => second.stdout().includes("1 feed is served"), said(second));
    expect(await modes()).toEqual(closed);
  });

  it("leaves a folder that others use as it is, and says so", async () => {
    await writeFile(join(folder, "other"), "");
    await chmod(folder, 0o755);
    const service = serve();
    await addressIn(service);
    expect((await stat(folder)).mode & 0o777).toBe(0o755);
    expect((await stat(join(folder, "sample.sqlite"))).mode & 0o777).toBe(0o600);
    await expect(logged(service, '"event":"data_folder_open"')).resolves.toBe(true);
  });

  it.each(["/proc/waldur-calendar", "/dev/null/data"])("ends at once where %s can be no folder", async (where) => {
    const { code, stderr } = await runCli(["serve"], { DATA_DIR: where, PORT: "0" });
    expect(code).toBe(2);
    expect(stderr).toContain(`DATA_DIR: the folder ${where} cannot be used`);
  });
});

describe("npm start", () => {
  it("serves without any setting, and stops when npm is told to", async () => {
    const port = String(await freePort());
    // The program is built already; building it again would replace it under the tests that run beside this one.
    const service = startCommand("npm", ["start", "--ignore-scripts"], { DATA_DIR: folder, PORT: port });
    const address = await addressIn(service);
    expect((await fetch(address)).status).toBe(200);
    await service.stop();
    const gone = async () =>
      fetch(address).then(
        () => false,
        () => true,
      );
    expect(await until(gone)).toBe(true);
  });
});

describe("the service on Node", () => {
  it("answers HTTP/1.0 without a Host, as checks of load balancers ask", async () => {
    const { port, pathname } = new URL(await addressIn(serve()));
    for (const path of ["/healthz", pathname]) {
      const asking = connect(Number(port), "127.0.0.1");
      asking.write(`GET ${path} HTTP/1.0\r\n\r\n`);
      const [begun] = await once(asking, "data");
      expect(String(begun)).toMatch(/^HTTP\/1\.1 200 OK/);
      asking.destroy();
    }
  });

  it("is watched on a listener of its own, tells its version and its API, and keeps idle connections open", async () => {
    const service = serve({ METRICS_LISTEN: "127.0.0.1:0" });
    const { origin } = new URL(await addressIn(service));
    const port = await until(
      () => /"event":"metrics_listening".*"port":(\d+)/.exec(service.stderr())?.[1],
      said(service),
    );
    const scraped = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(await scraped.text()).toMatch(/^waldur_calendar_feeds\{state="active"\} 1$/m);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
    expect((await fetch(`${origin}/metrics`)).status).toBe(401);
    const alive = await fetch(`${origin}/healthz`);
    expect(alive.headers.get("Keep-Alive")).toBe("timeout=65");
    const { stdout } = await runCli(["--version"], {});
    expect(await alive.json()).toEqual({ ok: true, version: stdout.trim() });
    await service.stop();
    expect(service.stderr()).toContain('"path":"/metrics"');
    expect(service.stderr()).not.toContain('"path":"/healthz"');
  });

  it("stops when asked to, though somebody stays connected", async () => {
    const service = serve({ KEEP_ALIVE_SECONDS: "3600" });
    const { port } = new URL(await addressIn(service));
    const idle = connect(Number(port), "127.0.0.1");
    await new Promise((resolve) => idle.once("connect", resolve));
    idle.write("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n");
    await new Promise((resolve) => idle.once("data", resolve));
    expect((await service.stop()).code).toBe(0);
    idle.destroy();
  });

  it("says all that is wrong with the settings at once, and what to do", async () => {
    const { code, stderr } = await runCli(["serve"], {
      DATA_DIR: folder,
      PORT: "http",
      WALDUR_API_URL: "waldur.example.org",
      TIME_ZONE: "Mars",
      ADMIN_TOKEN: "short",
    });
    expect(code).toBe(2);
    for (const name of ["PORT", "WALDUR_API_URL", "WALDUR_API_TOKEN", "TIME_ZONE", "ADMIN_TOKEN"]) {
      expect(stderr).toContain(`${name}: `);
    }
  });

  it.each([
    ["PORT", /cannot listen on 127\.0\.0\.1:\d+: .*; set HOST or PORT\.$/m, (port: number) => ({ PORT: String(port) })],
    ["METRICS_LISTEN", /; set METRICS_LISTEN\.$/m, (port: number) => ({ METRICS_LISTEN: `127.0.0.1:${port}` })],
    [
      "MAIL_LISTEN",
      /MAIL_LISTEN: nobody can listen there: .*EADDRINUSE/,
      (port: number) => ({ MAIL_ANSWERS: "*@rsvp.example.org", MAIL_LISTEN: `lmtp://127.0.0.1:${port}` }),
    ],
  ])("ends where the port of %s is taken, and says what to do", async (_setting, told, place) => {
    const holder = createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    const address = holder.address();
    const service = serve(place(typeof address === "object" && address !== null ? address.port : 0));
    await until(() => told.test(service.stderr()), said(service));
    expect((await service.finished).code).toBe(2);
    holder.close();
  });

  it("goes on where no disk takes its log and what it prints", async () => {
    const port = await freePort();
    const words = `exec "${process.execPath}" "${program}" serve >/dev/full 2>/dev/full`;
    const env = { DATA_DIR: folder, PORT: String(port), ADMIN_TOKEN: adminToken };
    const service = startCommand("sh", ["-c", words], env);
    services.push(service);
    const headers = { Authorization: `Bearer ${adminToken}` };
    const listed = async (): Promise<string> =>
      fetch(`http://127.0.0.1:${port}/api/v1/feeds`, { headers }).then(
        async (response) => response.text(),
        () => "",
      );
    await until(async () => /"state": ?"active"/.test(await listed()));
    expect((await service.stop()).code).toBe(0);
  });

  it("never runs on the sample where a Waldur was meant, and tells a name that is no setting", async () => {
    for (const env of [{ WALDUR_API_TOKEN: "some-token" }, { WALDUR_API_ULR: "https://waldur.example.org" }]) {
      for (const args of [["serve"], ["feeds", "list"]]) {
        const { code, stderr } = await runCli(args, { DATA_DIR: folder, PORT: "0", ...env });
        expect([code, stderr]).toEqual([2, expect.stringContaining("WALDUR_API_URL")]);
      }
    }
    expect(await readdir(folder)).toEqual([]);
    const service = serve({ POLL_SECOND: "5" });
    await addressIn(service);
    await logged(service, "POLL_SECOND: is no setting; did you mean POLL_SECONDS?");
    const listed = await runCli(["feeds", "list"], { DATA_DIR: folder, POLL_SECOND: "5" });
    expect(listed.stderr).toBe("waldur-calendar: POLL_SECOND: is no setting; did you mean POLL_SECONDS?\n");
  });

  it("says that an address is no Waldur's", async () => {
    const other = createHttpServer((_request, response) => {
      response.writeHead(404, { "Content-Type": "application/json" }).end('{"error":"what?"}');
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", () => resolve()));
    const address = other.address();
    const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
    const env = { WALDUR_API_URL: url, WALDUR_API_TOKEN: "some-token" };
    const service = serve(env);
    await until(() => service.stdout().includes("The service keeps trying"), said(service));
    expect(service.stdout()).toContain(`${url} is no Waldur`);
    const checked = await runCli(["check"], { DATA_DIR: folder, ...env });
    expect(checked.stderr).toContain(`${url} is no Waldur`);
    other.close();
  });

  it("starts although Waldur cannot be reached, says so, and is ready", async () => {
    const port = String(await freePort());
    const service = serve({
      PORT: port,
      WALDUR_API_URL: `http://127.0.0.1:${await freePort()}`,
      WALDUR_API_TOKEN: "some-token",
    });
    await until(() => service.stdout().includes("The service keeps trying"), said(service));
    expect(service.stdout()).toContain("Check WALDUR_API_URL");
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
  });
});

describe("a copy of the database", () => {
  it.each(["a plain copy of the running service's file", "backup"])("made by %s has its feeds", async (how) => {
    const service = serve({}, ["demo", "--still"]);
    const address = await addressIn(service);
    const restored = join(folder, "restored");
    await mkdir(restored);
    const copy = join(restored, "sample.sqlite");
    if (how === "backup") {
      const made = await runCli(["backup", copy], { DATA_DIR: folder });
      expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining("read through and whole") });
    } else await copyFile(join(folder, "sample.sqlite"), copy);
    await copyFile(join(folder, "secret-keys"), join(restored, "secret-keys"));
    const { stdout } = await runCli(["feeds", "list", "--json"], { DATA_DIR: restored });
    const [feed] = JSON.parse(stdout).feeds;
    expect(new URL(feed.address).pathname).toBe(new URL(address).pathname);
  });

  it.each(["backup", "restore"])(
    "by %s is for a file: for a database on a server it names what to use",
    async (verb) => {
      const waldurOf = { WALDUR_API_URL: "http://127.0.0.1:9", WALDUR_API_TOKEN: "some-token" };
      const env = { DATA_DIR: folder, DATABASE_URL: "postgres://nobody@127.0.0.1:9/none", ...waldurOf };
      const { code, stderr } = await runCli([verb, join(folder, "copy")], env);
      expect([code, stderr]).toEqual([2, expect.stringContaining("pg_dump")]);
      expect(await readdir(folder)).toEqual([]);
    },
  );

  it("that restore puts back is served under its old address; not while the service runs", async () => {
    const port = String(await freePort());
    const service = serve({ PORT: port }, ["demo", "--still"]);
    const address = await addressIn(service);
    const copy = join(folder, "copy.sqlite");
    await runCli(["backup", copy], { DATA_DIR: folder });
    const refused = await runCli(["restore", copy], { DATA_DIR: folder });
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining("is in use: stop the service, then restore"),
    ]);
    await service.stop();
    await rm(join(folder, "sample.sqlite"));
    const restored = await runCli(["restore", copy], { DATA_DIR: folder });
    expect([restored.code, restored.stderr]).toEqual([0, expect.stringContaining("read through and in place")]);
    const again = serve({ PORT: port }, ["demo", "--still"]);
    await until(() => again.stdout().includes("1 feed is served"), said(again));
    expect((await fetch(address)).status).toBe(200);
  });

  it("that is empty is not served, and says what to do", async () => {
    await writeFile(join(folder, "waldur-calendar.sqlite"), "");
    const env = { DATA_DIR: folder, PORT: "0", WALDUR_API_URL: "http://127.0.0.1:9", WALDUR_API_TOKEN: "some-token" };
    const { code, stderr } = await runCli(["serve"], env);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/waldur-calendar\.sqlite is empty.*copy made with `backup`/),
    ]);
  });
});

describe("the command line", () => {
  it("ends quietly when its reader has seen enough", async () => {
    const pipe = `"${process.execPath}" "${program}" bookings --json | head -c 20`;
    const { stdout, stderr } = await run("sh", ["-c", pipe], { DATA_DIR: folder });
    expect([stdout.length, stderr]).toEqual([20, ""]);
  });

  it("fails in words where the disk that its output goes to is full", async () => {
    const words = `"${process.execPath}" "${program}" --help >/dev/full`;
    const { code, stderr } = await run("sh", ["-c", words], { DATA_DIR: folder });
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/^waldur-calendar: the output cannot be written: ENOSPC.*\n$/),
    ]);
  });

  it.skipIf(process.getuid?.() !== 0)("tells somebody else than the service's user what helps", async () => {
    await runCli(["feeds", "list"], { DATA_DIR: folder });
    const asNobody = ["--reuid=65534", "--regid=65534", "--clear-groups", process.execPath, program];
    for (const words of [
      ["feeds", "list"],
      ["backup", join(tmpdir(), "of-nobody.sqlite")],
    ]) {
      const { code, stderr } = await run("setpriv", [...asNobody, ...words], { DATA_DIR: folder });
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(
          /^waldur-calendar: the database \S+ refused: EACCES: .*; run this as the user of the service/,
        ),
      ]);
    }
  });

  it("is quiet on the log, and check does not take that for a setting", async () => {
    const { stdout, stderr } = await runCli(["check", "--json"], { DATA_DIR: folder });
    expect(stderr).not.toContain('"event"');
    const { settings } = JSON.parse(stdout);
    expect(settings).toContainEqual(expect.objectContaining({ name: "LOG_LEVEL", value: "info", source: "default" }));
  });
});

describe("the command line beside a running sample", () => {
  const adminToken = "the-operator-of-these-tests";

  it("works on that sample, whatever its size and whatever happened in it", async () => {
    const port = String(await freePort());
    const service = serve({ PORT: port, ADMIN_TOKEN: adminToken }, ["demo", "--bookings", "90", "--still"]);
    await addressIn(service);
    const stateOf = async (uuid: string): Promise<unknown> => {
      const { stdout } = await runCli(["bookings", "--json"], { DATA_DIR: folder });
      const { bookings }: { bookings: { uuid: string; state: string }[] } = JSON.parse(stdout);
      return bookings.find((booking) => booking.uuid === uuid)?.state;
    };
    const waiting = await runCli(["bookings", "--state", "Creating", "--json"], { DATA_DIR: folder });
    const decided: string[] = [];
    for (const { uuid } of JSON.parse(waiting.stdout).bookings) {
      const accepted = await fetch(`http://127.0.0.1:${port}/api/v1/bookings/${uuid}/accept`, {
        method: "POST",
        headers: { Authorization: `Bearer ${adminToken}` },
      });
      if (accepted.ok) decided.push(uuid);
      await accepted.body?.cancel();
    }
    const [first = ""] = decided;
    expect(await stateOf(first)).toBe("OK");
    const synced = await runCli(["sync", "--json"], { DATA_DIR: folder, PORT: port });
    expect(JSON.parse(synced.stdout).sources).toMatchObject([{ added: 0, removed: 0, failure: "" }]);
    await service.stop();
    expect(await stateOf(first)).toBe("Creating");
  });

  it("is not there for a second one on the same folder", async () => {
    const service = serve({}, ["demo", "--still"]);
    await addressIn(service);
    const { code, stderr } = await runCli(["demo"], { DATA_DIR: folder, PORT: "0" });
    expect([code, stderr]).toEqual([2, expect.stringContaining("a sample runs on this folder already")]);
    service.child.kill("SIGKILL");
    await service.finished;
    const next = serve({}, ["demo", "--still"]);
    expect(await until(() => next.stdout().includes("1 feed is served"), said(next))).toBe(true);
  });
});

describe("a first start on a Waldur", () => {
  it("makes one feed for each provider that the account manages, under PUBLIC_URL", async () => {
    const waldur = await serveSample();
    const service = serve({
      WALDUR_API_URL: waldur.url,
      WALDUR_API_TOKEN: waldur.sample.tokens.providerOwner,
      PUBLIC_URL: "https://calendar.example.org/",
    });
    const address = await addressIn(service);
    expect(address).toMatch(/^https:\/\/calendar\.example\.org\/f\/[\w-]{32}\/sample-imaging-centre\.ics$/);
    expect(address.length).toBeLessThanOrEqual(256);
    expect(service.stdout()).not.toContain("sample:");
    await service.stop();
    await waldur.close();
  });

  it("makes none for staff, and says how", async () => {
    const waldur = await serveSample();
    const service = serve({ WALDUR_API_URL: waldur.url, WALDUR_API_TOKEN: waldur.sample.tokens.staff });
    await until(() => service.stdout().includes("feeds add --provider UUID"), said(service));
    expect(service.stdout()).toContain("is staff");
    await service.stop();
    await waldur.close();
  });
});

describe("keygen", () => {
  it("prints a key that SECRET_KEYS takes", async () => {
    const made = await runCli(["keygen"], {});
    expect(made.stdout).toMatch(/^[a-z0-9]{1,8}:[\w-]{43}\n$/);
    const service = serve({ SECRET_KEYS: made.stdout.trim() });
    expect((await fetch(await addressIn(service))).status).toBe(200);
  });

  it("--rotate seals anew what is stored, so that the old key may go", async () => {
    const waldur = await serveSample();
    const env = { DATA_DIR: folder, WALDUR_API_URL: waldur.url, WALDUR_API_TOKEN: waldur.sample.tokens.providerOwner };
    const added = await runCli(["feeds", "add", "--mine", "--name", "Mine"], env);
    expect(added.code).toBe(0);
    const before = await readFile(join(folder, "secret-keys"), "utf8");
    const rotated = await runCli(["keygen", "--rotate"], env);
    expect({ code: rotated.code, told: rotated.stderr }).toEqual({
      code: 0,
      told: expect.stringMatching(/^2 stored secrets are sealed with the new key\./),
    });
    const [fresh, ...others] = (await readFile(join(folder, "secret-keys"), "utf8")).trim().split(",");
    expect(others).toEqual([before.trim()]);
    const listed = await runCli(["feeds", "list", "--json"], { ...env, SECRET_KEYS: fresh ?? "" });
    expect(JSON.parse(listed.stdout).feeds[0].address).toBe(added.stdout.trim());
    const withOld = await runCli(["feeds", "list", "--json"], { ...env, SECRET_KEYS: before.trim() });
    expect(JSON.parse(withOld.stdout).feeds[0]).toMatchObject({ address: null, missingKey: fresh?.split(":")[0] });
    await waldur.close();
  });

  it("--rotate seals the sample's secrets as well, which lie under the same keys", async () => {
    const env = { DATA_DIR: folder };
    const added = await runCli(["feeds", "add", "--mine", "--name", "Mine"], env);
    expect((await runCli(["keygen", "--rotate"], env)).code).toBe(0);
    const [fresh] = (await readFile(join(folder, "secret-keys"), "utf8")).trim().split(",");
    const listed = await runCli(["feeds", "list", "--json"], { ...env, SECRET_KEYS: fresh ?? "" });
    expect(JSON.parse(listed.stdout).feeds[0].address).toBe(added.stdout.trim());
  });
});
