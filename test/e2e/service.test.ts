import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lintCalendar } from "../../src/calendar/ical/lint.ts";
import { readCalendar } from "../read-calendar.ts";
import { until } from "../until.ts";
import { repository, runCli } from "./support/process.ts";
import { adminToken, publicUrl, type Running, runtimes } from "./support/runtimes.ts";
import { type ServedSample, serveSample } from "./support/sample.ts";

/** Returns the calendar without stamps, links and keys, which differ between services over the same bookings. */
const undated = (text: string): string =>
  text
    .replaceAll("\r\n ", "")
    .replaceAll(/^(?:DTSTAMP|LAST-MODIFIED|SEQUENCE):.*\r\n/gm, "")
    .replaceAll(/\/a\/s\w{8}\.[\w-]{22}\.\w{16}\./g, "/a/");
const hookSecret = "the-secret-of-the-web-hook";
const rendered = new Map<string, string>();

describe.each(runtimes)("the service on $runtime", ({ runtime, open }) => {
  let waldur: ServedSample;
  let service: Running;
  /** Every secret that was ever an address. */
  const secrets: string[] = [];

  const cli = async (...args: string[]) => {
    const done = await runCli([...args, "--server", service.url], { ADMIN_TOKEN: adminToken });
    return { ...done, lines: done.stdout.trimEnd().split("\n") };
  };
  const ask = async (address: string, init: RequestInit = {}): Promise<Response> => {
    secrets.push(address.split("/")[4] ?? "");
    return fetch(service.url + new URL(address).pathname, { redirect: "manual", ...init });
  };
  const calendar = async (address: string): Promise<string> => {
    const response = await ask(address);
    const text = await response.text();
    expect({ status: response.status, faults: lintCalendar(text) }).toEqual({ status: 200, faults: [] });
    return text;
  };
  const addFeed = async (...args: string[]): Promise<string> => {
    const done = await cli("feeds", "add", "--provider", waldur.sample.providerUuid, ...args);
    expect({ code: done.code, lines: done.lines.length, stderr: done.stderr }).toEqual({
      code: 0,
      lines: 1,
      stderr: "",
    });
    expect(done.stdout).toMatch(new RegExp(`^${publicUrl}/f/[\\w-]{32}/[\\w-]+\\.ics\n$`));
    return done.stdout.trim();
  };

  beforeAll(async () => {
    waldur = await serveSample();
    service = await open(waldur.url, waldur.sample.tokens.providerOwner, { HOOK_SECRET: hookSecret });
  });
  afterAll(async () => {
    await service.close();
    await waldur.close();
  });

  it("answers who asks whether it lives, and tells the operator more", async () => {
    const get = async (path: string, headers = {}) => fetch(service.url + path, { headers });
    expect(await (await get("/healthz")).json()).toEqual({ ok: true, version: expect.any(String) });
    expect(await (await get("/readyz")).json()).toEqual({ ok: true });
    const detailed = await get("/readyz", { Authorization: `Bearer ${adminToken}` });
    expect(await detailed.json()).toMatchObject({ ok: true, sources: expect.any(Array) });
    expect(await (await get("/robots.txt")).text()).toContain("Allow: /f/");
    expect((await get("/api/v1/feeds")).status).toBe(401);
    const described = await readFile(join(repository, "docs/openapi.yaml"), "utf8");
    expect(await (await get("/api/v1/openapi.yaml")).text()).toBe(described);
    expect((await get("/nowhere")).status).toBe(404);
  });

  it("serves a feed that was made over --server as every client needs it", async () => {
    const address = await addFeed("--name", "Microscopes", "--past-days", "3650");
    const text = await calendar(address);
    expect(readCalendar(text).size).toBeGreaterThan(5);
    rendered.set(runtime, undated(text));
    const response = await ask(address, { headers: { "Accept-Encoding": "identity" } });
    const etag = response.headers.get("ETag") ?? "";
    expect(etag).toMatch(/^"[\w-]+"$/);
    expect(response.headers.get("Content-Length")).toBe(String(Buffer.byteLength(text)));
    expect((await ask(address, { headers: { "If-None-Match": etag } })).status).toBe(304);
    const head = await ask(address, { method: "HEAD", headers: { "Accept-Encoding": "identity" } });
    expect([head.status, head.headers.get("ETag"), head.headers.get("Content-Length")]).toEqual([
      200,
      etag,
      response.headers.get("Content-Length"),
    ]);
    expect((await ask(address, { method: "OPTIONS" })).status).toBe(204);
    for (const method of ["PUT", "POST", "DELETE", "PROPFIND"]) {
      const refused = await ask(address, { method });
      expect([method, refused.status, refused.headers.get("Allow")]).toEqual([method, 405, "GET, HEAD, OPTIONS"]);
    }
    expect((await ask(address.replace(/\/f\/.{32}/, `/f/${"x".repeat(32)}`))).status).toBe(404);
  });

  it("sends gzip to who asks for it", async () => {
    const address = await addFeed();
    const plain = await calendar(address);
    const packed = await rawGet(service.url + new URL(address).pathname, {
      "Accept-Encoding": "gzip",
      "User-Agent": "Thunderbird/153",
    });
    expect(packed.headers["content-encoding"]).toBe("gzip");
    expect(gunzipSync(packed.body).toString()).toBe(plain);
  });

  it("shows what happens in Waldur after the next run", async () => {
    const address = await addFeed("--name", "Changes");
    const booking = waldur.sample.request({ name: "Seen end to end" });
    await service.turn();
    const uid = `${booking.uuid}-1`;
    const shown = async (status: string) =>
      until(
        async () => {
          const event = readCalendar(await calendar(address)).get(uid);
          if (event?.status !== status) await service.turn();
          return event?.status === status ? event : null;
        },
        () => `${status} of ${uid}`,
      );
    const pending = await shown("TENTATIVE");
    const before = (await ask(address)).headers.get("ETag");
    waldur.sample.accept(booking.uuid);
    const accepted = await shown("CONFIRMED");
    expect(accepted.sequence).toBeGreaterThan(pending.sequence);
    expect((await ask(address)).headers.get("ETag")).not.toBe(before);
  });

  it("shows without waiting for a turn what Waldur's web hook tells", async () => {
    const address = await addFeed("--name", "Hinted");
    const booking = waldur.sample.request({ name: "Seen through the hook" });
    const body = JSON.stringify({ event_type: "marketplace_resource_create_requested", context: {} });
    const answer = await fetch(`${service.url}/h/${hookSecret}`, { method: "POST", body });
    expect([answer.status, await answer.text()]).toEqual([204, ""]);
    await until(
      async () => readCalendar(await calendar(address)).has(`${booking.uuid}-1`),
      () => booking.uuid,
    );
    expect((await fetch(`${service.url}/h/${hookSecret}x`, { method: "POST", body })).status).toBe(404);
  });

  it("rotates, revokes, and answers 410 where that was asked for", async () => {
    const address = await addFeed("--detail", "busy");
    const { id } = await feedOf(address);
    const rotated = await cli("feeds", "rotate", id);
    const next = rotated.stdout.trim();
    expect(next).not.toBe(address);
    expect(await calendar(address)).toContain("This calendar has ended");
    expect(await calendar(next)).toContain("Busy");
    expect((await cli("feeds", "revoke", id)).code).toBe(0);
    expect(await calendar(next)).toContain("This calendar has ended");
    const other = await addFeed();
    expect((await cli("feeds", "revoke", (await feedOf(other)).id, "--now")).code).toBe(0);
    expect((await ask(other)).status).toBe(410);
    expect((await cli("feeds", "show", "no-such-feed")).code).toBe(3);
  });

  it("does for the operator what the command line says", async () => {
    expect((await cli("providers")).stdout).toContain("Sample Imaging Centre");
    const listed = await cli("bookings", "--state", "Creating", "--json");
    const { bookings } = JSON.parse(listed.stdout);
    expect(bookings.length).toBeGreaterThan(0);
    expect(new Set(bookings.map(({ state }: { state: string }) => state))).toEqual(new Set(["Creating"]));
    const exported = await cli("export", "--provider", waldur.sample.providerUuid);
    expect(lintCalendar(exported.stdout)).toEqual([]);
    const checked = await cli("check");
    expect([checked.code, checked.stdout.includes("maria.naidis")]).toEqual([0, true]);
    expect((await cli("sync", "--dry-run")).code).toBe(0);
    expect((await cli("sync")).code).toBe(0);
    expect((await cli("feeds", "add", "--provider", "0".repeat(32))).code).toBe(3);
    expect((await cli("feeds", "add", "--zone", "Nowhere/City", "--mine")).code).toBe(2);
    const refused = await runCli(["feeds", "list", "--server", service.url], { ADMIN_TOKEN: "x".repeat(30) });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("ADMIN_TOKEN");
  });

  it("logs a JSON line for each request and run, and no secret in any", async () => {
    await ask(await addFeed());
    // The last line may be under way.
    const events = (): unknown[] =>
      service
        .logs()
        .split("\n")
        .filter((line) => line.startsWith("{") && line.endsWith("}"))
        .map((line) => JSON.parse(line).event);
    const wanted = ["request", "run", "feed_added", "feed_ready"];
    await until(
      () => wanted.every((event) => events().includes(event)),
      () => service.logs().slice(-2000),
    );
    const logs = service.logs();
    for (const secret of [...secrets, adminToken, waldur.sample.tokens.providerOwner]) {
      if (/^[\w-]{20,}$/.test(secret) && !/^x+$/.test(secret)) expect(logs).not.toContain(secret);
    }
  });

  async function feedOf(address: string): Promise<{ id: string }> {
    const { feeds } = JSON.parse((await cli("feeds", "list", "--json")).stdout);
    const found = feeds.find((feed: { address: string | null }) => feed.address === address);
    expect(found).toBeDefined();
    return found;
  }
});

describe("the same bookings", () => {
  it("make the same bytes on both runtimes", () => {
    expect(rendered.get("workerd")).toBe(rendered.get("Node"));
    expect(rendered.get("Node")?.match(/BEGIN:VEVENT/g)?.length).toBeGreaterThan(5);
  });
});

/** Sends a GET and resolves to the body as it was sent, not decoded. */
async function rawGet(url: string, headers: Record<string, string>) {
  const { get } = await import("node:http");
  return new Promise<{ headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
    get(url, { headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
    }).on("error", reject);
  });
}
