import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as v from "valibot";
import { parse } from "yaml";
import { version } from "../../src/agent.ts";
import { findMisspelt, settings } from "../../src/config/config.ts";
import { installed } from "../installed.ts";
import { repository, run } from "./support/process.ts";

const isInstalled = installed(["systemd-analyze"], "`apt-get install systemd` brings it");

describe.runIf(isInstalled)("the units of systemd", () => {
  it("leave the service little that it could do: an exposure of at most 2.0 of 10", async () => {
    const unit = join(repository, "deploy/systemd/waldur-calendar.service");
    const { code, stdout } = await run("systemd-analyze", ["security", "--offline=true", "--threshold=20", unit]);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/Overall exposure level for waldur-calendar\.service: 1\.\d/),
    ]);
  });
});

describe("the files for containers", () => {
  const read = async (path: string): Promise<string> => readFile(join(repository, "deploy", path), "utf8");
  const chart = v.object({ version: v.string(), appVersion: v.string() });
  it("are of this version, and start what npm start starts", async () => {
    expect(v.parse(chart, parse(await read("helm/waldur-calendar/Chart.yaml")))).toEqual({
      version,
      appVersion: version,
    });
    const { scripts } = v.parse(
      v.object({ scripts: v.object({ start: v.string() }) }),
      JSON.parse(await readFile(join(repository, "package.json"), "utf8")),
    );
    const words = JSON.stringify(scripts.start.replace(/ serve$/, "").split(" ")).replaceAll(",", ", ");
    expect(await read("Containerfile")).toContain(`ENTRYPOINT ${words}\nCMD ["serve"]`);
  });

  it("have a chart whose templates ask for values that it has, and set settings that the service knows", async () => {
    const values: unknown = parse(await read("helm/waldur-calendar/values.yaml"));
    const names = ["deployment", "ingress", "service", "storage"];
    const templates = await Promise.all(names.map(async (name) => read(`helm/waldur-calendar/templates/${name}.yaml`)));
    const asked = templates.flatMap((text) => [...text.matchAll(/\.Values\.([\w.]+)/g)].map(([, path = ""]) => path));
    const missing = asked.filter((path) => {
      let at = values;
      for (const key of path.split(".")) at = typeof at === "object" && at !== null ? Reflect.get(at, key) : undefined;
      return at === undefined;
    });
    expect([asked.length > 10, missing]).toEqual([true, []]);
    const set = templates.flatMap((text) => [...text.matchAll(/name: ([A-Z_]{3,}),/g)].map(([, name = ""]) => name));
    const known = settings.map(({ env }) => env);
    expect([set.length, set.filter((name) => !known.includes(name))]).toEqual([3, []]);
  });
});

describe("compose.yaml", () => {
  const service = v.object({
    image: v.optional(v.string()),
    build: v.optional(v.object({ context: v.string(), dockerfile: v.string() })),
    profiles: v.optional(v.array(v.string()), []),
    environment: v.optional(v.record(v.string(), v.string()), {}),
    volumes: v.optional(v.array(v.string()), []),
    networks: v.array(v.string()),
    depends_on: v.optional(v.record(v.string(), v.object({ condition: v.literal("service_healthy") })), {}),
    healthcheck: v.optional(v.object({ test: v.array(v.string()) })),
    read_only: v.optional(v.boolean()),
    restart: v.optional(v.string()),
    logging: v.optional(v.object({ driver: v.string(), options: v.record(v.string(), v.string()) })),
  });
  const compose = v.object({
    services: v.record(v.string(), service),
    networks: v.record(
      v.string(),
      v.object({ ipam: v.object({ config: v.tuple([v.object({ subnet: v.string() })]) }) }),
    ),
    volumes: v.record(v.string(), v.null()),
  });
  const folder = join(repository, "deploy");
  const read = async (): Promise<v.InferOutput<typeof compose>> =>
    v.parse(compose, parse(await readFile(join(folder, "compose.yaml"), "utf8"), { merge: true }));
  /** Names in compose.env that are not the service's. */
  const ofCompose = "DOMAIN CALDAV_DOMAIN COMPOSE_PROFILES POSTGRES_PASSWORD HTTP_PORT HTTPS_PORT SUBNET".split(" ");

  it("gives the service settings that it knows, and the example asks for no other", async () => {
    const { services } = await read();
    const example = await readFile(join(folder, "compose.env"), "utf8");
    const asked = [...example.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name = ""]) => name);
    const known = settings.map(({ env }) => env);
    const given = Object.keys(services["calendar"]?.environment ?? {});
    expect([...given, ...asked].filter((name) => !known.includes(name) && !ofCompose.includes(name))).toEqual([]);
    expect(findMisspelt(Object.fromEntries(ofCompose.map((name) => [name, "x"])))).toEqual([]);
  });

  it("believes the proxy's network, runs without rights, again after a fault, and with logs that end", async () => {
    const { services, networks } = await read();
    const { calendar } = services;
    expect(calendar?.environment["TRUSTED_PROXIES"]).toBe(networks["front"]?.ipam.config[0].subnet);
    expect(calendar?.read_only).toBe(true);
    for (const [name, { logging, restart }] of Object.entries(services))
      expect([name, restart, Object.keys(logging?.options ?? {})]).toEqual([
        name,
        "unless-stopped",
        ["max-size", "max-file"],
      ]);
  });

  it("keeps what the operator writes beside it out of git and of the package", async () => {
    const ignored = (await readFile(join(repository, ".gitignore"), "utf8")).match(/^deploy\/.*$/gm) ?? [];
    expect(ignored).toEqual(["deploy/.env", "deploy/radicale/users"]);
    const { files } = v.parse(
      v.object({ files: v.array(v.string()) }),
      JSON.parse(await readFile(join(repository, "package.json"), "utf8")),
    );
    expect(files).toEqual(expect.arrayContaining(ignored.map((path) => `!${path}`)));
  });

  it("pins its images, mounts what is there, and waits for what says that it is healthy", async () => {
    const { services, volumes } = await read();
    const image = await readFile(join(folder, "Containerfile"), "utf8");
    for (const [name, one] of Object.entries(services)) {
      if (one.build === undefined) expect([name, one.image]).toEqual([name, expect.stringMatching(/:\d+\.\d/)]);
      for (const mount of one.volumes) {
        const [from = ""] = mount.split(":");
        if (from.startsWith("./")) await access(join(folder, from));
        if (!from.startsWith("./")) expect(Object.keys(volumes)).toContain(from);
      }
      for (const other of Object.keys(one.depends_on)) {
        expect([name, other, services[other]?.healthcheck?.test.length]).toEqual([name, other, expect.any(Number)]);
      }
    }
    const [, ...check] = services["calendar"]?.healthcheck?.test ?? [];
    const [, words = "[]"] = /^HEALTHCHECK .*\n  CMD (.*)$/m.exec(image) ?? [];
    expect(JSON.parse(words)).toEqual(check);
    expect(Object.values(services).flatMap(({ profiles }) => profiles)).toEqual(["postgres", "radicale"]);
  });
});
