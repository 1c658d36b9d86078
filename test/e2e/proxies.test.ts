import { execFileSync } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request as askPlain, type IncomingMessage } from "node:http";
import { request as askTls } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../free-port.ts";
import { installed } from "../installed.ts";
import { until } from "../until.ts";
import { repository, type Service, start, startCommand } from "./support/process.ts";

const isInstalled = installed(["nginx", "caddy", "openssl"], "`apt-get install nginx-light caddy openssl` brings them");
const host = "calendar.example.org";

interface Ports {
  readonly http: number;
  readonly https: number;
  readonly service: number;
}

/** Starts nginx with our file, but for ports, places and the certificate. */
async function startNginx(folder: string, { http, https, service }: Ports): Promise<Service> {
  const certificate = ["-keyout", join(folder, "privkey.pem"), "-out", join(folder, "fullchain.pem")];
  const kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  execFileSync("openssl", [...kind, "-subj", `/CN=${host}`, ...certificate], { stdio: "ignore" });
  const text = (await readFile(join(repository, "deploy/nginx/waldur-calendar.conf"), "utf8"))
    .replaceAll(/^ *listen \[::\].*\n/gm, "")
    .replace("listen 80;", `listen 127.0.0.1:${http};`)
    .replace("listen 443 ssl", `listen 127.0.0.1:${https} ssl`)
    .replace("127.0.0.1:8080", `127.0.0.1:${service}`)
    .replaceAll("/var/log/nginx/waldur-calendar.log", join(folder, "proxy.log"))
    .replaceAll(`/etc/ssl/${host}`, folder);
  await writeFile(join(folder, "site.conf"), text);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  );
  await writeFile(
    join(folder, "nginx.conf"),
    `pid ${join(folder, "pid")};\nevents {}\nhttp { ${temporary.join(" ")} include ${join(folder, "site.conf")}; }\n`,
  );
  return startCommand("nginx", ["-c", join(folder, "nginx.conf"), "-p", folder, "-g", "daemon off;"], {});
}

/** Starts Caddy with our file, but for ports and places; its certificate is of its own making. */
async function startCaddy(folder: string, { http, https, service }: Ports): Promise<Service> {
  const text = (await readFile(join(repository, "deploy/caddy/Caddyfile"), "utf8"))
    .replace("127.0.0.1:8080", `127.0.0.1:${service}`)
    .replace("/var/log/caddy/waldur-calendar.log", join(folder, "proxy.log"));
  const own = `{\n\tadmin off\n\tlocal_certs\n\tskip_install_trust\n\thttp_port ${http}\n\thttps_port ${https}\n}\n`;
  await writeFile(join(folder, "Caddyfile"), own + text);
  const home = { XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  // As compose.yaml starts it: our file, and Radicale's name beside it.
  await copyFile(join(repository, "deploy/caddy/compose.Caddyfile"), join(folder, "compose.Caddyfile"));
  return startCommand("caddy", ["run", "--config", join(folder, "compose.Caddyfile"), "--adapter", "caddyfile"], home);
}

describe.runIf(isInstalled).each([
  { proxy: "nginx", startProxy: startNginx },
  { proxy: "Caddy", startProxy: startCaddy },
])("the file for $proxy", ({ startProxy }) => {
  let folder: string;
  let service: Service;
  let proxy: Service;
  let ports: Ports;
  let path: string;

  /** Asks the proxy, whose certificate nobody vouches for here. */
  const ask = async (scheme: "http" | "https", target: string, headers: Record<string, string> = {}) =>
    new Promise<IncomingMessage & { body: string }>((resolve, reject) => {
      const options = { host: "127.0.0.1", port: ports[scheme], path: target, headers: { Host: host, ...headers } };
      const answer = (response: IncomingMessage): void => {
        let body = "";
        response.setEncoding("utf8").on("data", (part: string) => (body += part));
        response.on("end", () => resolve(Object.assign(response, { body })));
      };
      const asked =
        scheme === "http"
          ? askPlain(options, answer)
          : askTls({ ...options, servername: host, rejectUnauthorized: false }, answer);
      asked.on("error", reject).end();
    });
  const statusOf = async (target: string): Promise<number> =>
    ask("https", target).then(
      ({ statusCode = 0 }) => statusCode,
      () => 0,
    );

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
    ports = { http: await freePort(), https: await freePort(), service: await freePort() };
    service = start(["demo", "--still"], {
      DATA_DIR: join(folder, "data"),
      PORT: String(ports.service),
      PUBLIC_URL: `https://${host}`,
    });
    proxy = await startProxy(folder, ports);
    path = new URL((await until(() => /^(https?:\/\/\S+\.ics)$/m.exec(service.stdout())?.[1], service.stderr)) ?? "")
      .pathname;
    await until(async () => (await statusOf("/healthz")) === 200, proxy.stderr);
  });
  afterAll(async () => {
    await service.stop();
    await proxy.stop();
    await rm(folder, { recursive: true });
  });

  it("sends http to https, and hands feeds and pages through", async () => {
    const plain = await ask("http", path);
    expect([plain.statusCode, plain.headers.location]).toEqual([308, expect.stringMatching(`^https://${host}`)]);
    const feed = await ask("https", path);
    expect([feed.statusCode, feed.body.startsWith("BEGIN:VCALENDAR")]).toEqual([200, true]);
    expect(feed.headers["strict-transport-security"]).toBe("max-age=31536000");
    const etag = feed.headers.etag ?? "";
    expect((await ask("https", path, { "If-None-Match": etag })).statusCode).toBe(304);
    expect((await ask("https", "/sign-in", { Accept: "text/html" })).body).toContain("<form");
  });

  it("keeps the secrets of paths out of its log", async () => {
    for (const target of [path, `${path}?x=1`, "/a/a-secret-of-a-link", "/h/a-secret-of-a-hook"])
      await statusOf(target);
    const log = async (): Promise<string> => readFile(join(folder, "proxy.log"), "utf8").catch(() => "");
    await until(async () => (await log()).includes("/h/-"), proxy.stderr);
    const [, , secret = "x"] = path.split("/");
    for (const told of [secret, "a-secret-of"]) expect(await log()).not.toContain(told);
    expect(await log()).toContain("/f/-");
  });

  it("answers 404 for a feed while the service is away, which no program takes for its end", async () => {
    await service.stop();
    expect([await statusOf(path), await statusOf("/healthz")]).toEqual([404, 502]);
  });
});
