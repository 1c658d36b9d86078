import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { type HttpRequest, makeGuardedFetch, NotConnected, type Signer } from "../../src/security/guard.ts";

/** A network of pages by address; each request is recorded with what it shows of the credentials. */
function network(pages: Record<string, () => Response>, allowed: string[] = []) {
  const seen: { method: string; url: string; authorization: string | null; body: string }[] = [];
  const abort = new AbortController();
  const guarded = makeGuardedFetch({
    outside: async (request) => {
      const { method, url, headers } = request;
      seen.push({ method, url, authorization: headers.get("Authorization"), body: await request.text() });
      const page = pages[url];
      if (page === undefined) throw new TypeError("fetch failed", { cause: new NotConnected("no such host") });
      return page();
    },
    deadline: () => abort.signal,
    rules: { allowed, own: ["calendar.example"] },
  });
  return { guarded, seen, abort };
}

const to =
  (location: string, status = 302) =>
  (): Response =>
    new Response("moved", { status, headers: { Location: location } });
const ok = (): Response => new Response("ok");
const ask = (method: string, url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  url,
  method,
  headers: new Headers(),
  body: null,
  milliseconds: 1000,
  mostBytes: 1000,
  ...more,
});
const signer = (...origins: string[]): Signer => ({
  trusts: (url) => origins.includes(url.origin),
  header: async () => "Basic c2VjcmV0",
  signAgain: async () => null,
});

describe("redirects of readings", () => {
  it.each([
    ["loopback", "http://127.0.0.1/"],
    ["https to loopback", "https://127.0.0.1/"],
    ["a decimal address", "https://2130706433/"],
    ["IPv4 in IPv6", "https://[::ffff:7f00:1]/"],
    ["metadata", "https://169.254.169.254/latest/meta-data/"],
    ["a name inside", "https://metadata.google.internal/"],
    ["the service itself", "https://calendar.example/api/v1/feeds"],
    ["http", "http://a.example.org/"],
    ["a user", "https://u:p@a.example.org/"],
    ["another port", "https://a.example.org:6379/"],
    ["another scheme", "file:///etc/passwd"],
    ["nowhere", "https://"],
  ])("are not followed to %s", async (_, location) => {
    const { guarded, seen } = network({ "https://a.example.org/": to(location) });
    const outcome = await guarded(ask("PROPFIND", "https://a.example.org/"), signer("https://a.example.org"));
    expect(outcome).toMatchObject({ failed: "blocked" });
    expect(seen).toHaveLength(1);
  });

  it("are not followed from https to http, not even to an allowed host", async () => {
    const { guarded, seen } = network({ "https://a.example.org/": to("http://dav.lan/") }, ["dav.lan"]);
    expect(await guarded(ask("GET", "https://a.example.org/"), null)).toMatchObject({ failed: "blocked" });
    expect(seen).toHaveLength(1);
  });

  it("are followed five times with method and body", async () => {
    const pages = Object.fromEntries(
      [0, 1, 2, 3, 4].map((n) => [`https://a.example.org/${n}`, to(`/${n + 1}`, n % 2 === 0 ? 301 : 308)]),
    );
    const { guarded, seen } = network({ ...pages, "https://a.example.org/5": ok });
    const outcome = await guarded(ask("REPORT", "https://a.example.org/0", { body: "<x/>" }), null);
    expect(outcome).toMatchObject({ status: 200, url: "https://a.example.org/5" });
    expect(new Set(seen.map(({ method, body }) => method + body))).toEqual(new Set(["REPORT<x/>"]));
    const longer = network({ ...pages, "https://a.example.org/5": to("/0") });
    expect(await longer.guarded(ask("GET", "https://a.example.org/0"), null)).toMatchObject({ failed: "blocked" });
    expect(longer.seen).toHaveLength(6);
  });

  it("carry no credentials to another origin, and a 401 there tells that they were withheld", async () => {
    const { guarded, seen } = network({
      "https://a.example.org/": to("https://b.example.org/"),
      "https://b.example.org/": () => new Response("", { status: 401 }),
    });
    const outcome = await guarded(ask("PROPFIND", "https://a.example.org/"), signer("https://a.example.org"));
    expect(outcome).toMatchObject({ status: 401, withheld: true, url: "https://b.example.org/" });
    expect(seen.map(({ authorization }) => authorization)).toEqual(["Basic c2VjcmV0", null]);
  });

  it("carry them again when they come back", async () => {
    const { guarded, seen } = network({
      "https://a.example.org/": to("https://b.example.org/"),
      "https://b.example.org/": to("https://a.example.org/end"),
      "https://a.example.org/end": ok,
    });
    await guarded(ask("GET", "https://a.example.org/"), signer("https://a.example.org"));
    expect(seen.map(({ authorization }) => authorization)).toEqual(["Basic c2VjcmV0", null, "Basic c2VjcmV0"]);
  });
});

describe("redirects of changes", () => {
  it.each([301, 302, 307, 308])("are followed within the origin (%d)", async (status) => {
    const { guarded, seen } = network({
      "https://a.example.org/x.ics": to("/y/x.ics", status),
      "https://a.example.org/y/x.ics": ok,
    });
    const outcome = await guarded(ask("PUT", "https://a.example.org/x.ics", { body: "b", mayMove: () => true }), null);
    expect(outcome).toMatchObject({ status: 200 });
    expect(seen.map(({ method, body }) => method + body)).toEqual(["PUTb", "PUTb"]);
  });

  it("are not followed to another origin, nor where the caller does not want to go", async () => {
    const { guarded, seen } = network({
      "https://a.example.org/x.ics": to("https://b.example.org/x.ics", 307),
      "https://a.example.org/y.ics": to("/", 307),
    });
    expect(await guarded(ask("PUT", "https://a.example.org/x.ics", { body: "b" }), null)).toMatchObject({
      failed: "blocked",
    });
    const stay = ask("DELETE", "https://a.example.org/y.ics", { mayMove: ({ pathname }) => pathname !== "/" });
    expect(await guarded(stay, null)).toMatchObject({ failed: "blocked" });
    expect(seen).toHaveLength(2);
  });

  it("are not followed with 303, nor for POST", async () => {
    const { guarded, seen } = network({
      "https://a.example.org/x": to("/y", 303),
      "https://a.example.org/p": to("/y", 307),
    });
    expect(await guarded(ask("PUT", "https://a.example.org/x"), null)).toMatchObject({ status: 303 });
    expect(await guarded(ask("POST", "https://a.example.org/p"), null)).toMatchObject({ failed: "blocked" });
    expect(seen).toHaveLength(2);
  });
});

describe("an exchange", () => {
  it("sends nothing to a blocked address, and no Authorization but the signer's", async () => {
    const { guarded, seen } = network({ "https://a.example.org/": ok });
    const headers = new Headers({ Authorization: "Basic stolen" });
    for (const url of ["https://10.0.0.1/", "no address", "http://a.example.org/"]) {
      expect(await guarded(ask("GET", url, { headers }), signer(url))).toMatchObject({ failed: "blocked" });
    }
    expect(seen).toEqual([]);
    await guarded(ask("GET", "https://a.example.org/", { headers }), null);
    expect(seen.map(({ authorization }) => authorization)).toEqual([null]);
  });

  it("ends with the size it may have, and gives up the rest", async () => {
    let cancelled = false;
    const endless = (): Response =>
      new Response(
        new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(100)),
          cancel: () => {
            cancelled = true;
          },
        }),
      );
    const { guarded } = network({ "https://a.example.org/": endless });
    expect(await guarded(ask("GET", "https://a.example.org/"), null)).toMatchObject({ failed: "too-large" });
    expect(cancelled).toBe(true);
  });

  it("ends with its deadline", async () => {
    const { guarded, abort } = network({
      "https://a.example.org/": () =>
        new Response(new ReadableStream({ pull: (controller) => controller.error(abort.signal.reason) })),
    });
    abort.abort(new DOMException("late", "TimeoutError"));
    expect(await guarded(ask("GET", "https://a.example.org/"), null)).toMatchObject({ failed: "timeout" });
  });

  it("once answered leaves nothing on its deadline, which lives for as long as the request might have taken", async () => {
    const { signal } = new AbortController();
    const listeners = (): number => getEventListeners(signal, "abort").length;
    let sending = -1;
    const guarded = makeGuardedFetch({
      outside: async () => {
        sending = listeners();
        return ok();
      },
      deadline: () => signal,
      rules: { allowed: [], own: [] },
    });
    expect(await guarded(ask("GET", "https://a.example.org/"), null)).toMatchObject({ text: "ok" });
    expect(listeners()).toBe(sending);
  });

  it("that cannot be made is unreachable, with the reason", async () => {
    const { guarded } = network({});
    expect(await guarded(ask("GET", "https://a.example.org/"), null)).toEqual({
      failed: "unreachable",
      why: "no such host",
    });
  });

  it("is tried once more when the signer can answer a challenge, and only then", async () => {
    const { guarded, seen } = network({ "https://a.example.org/": () => new Response("", { status: 401 }) });
    let asked = 0;
    const eager: Signer = {
      ...signer("https://a.example.org"),
      signAgain: async () => {
        asked += 1;
        return "Basic YW5vdGhlcg==";
      },
    };
    expect(await guarded(ask("GET", "https://a.example.org/"), eager)).toMatchObject({ status: 401, withheld: false });
    expect([seen.length, asked]).toEqual([2, 1]);
  });
});

describe("a request to somewhere outside", () => {
  it("names us and our version", async () => {
    const agents: (string | null)[] = [];
    const guarded = makeGuardedFetch({
      outside: async ({ headers }) => {
        agents.push(headers.get("User-Agent"));
        return ok();
      },
      deadline: () => new AbortController().signal,
      rules: { allowed: [], own: [] },
    });
    await guarded(ask("PROPFIND", "https://a.example.org/"), signer("https://a.example.org"));
    expect(agents).toEqual([expect.stringMatching(/^waldur-calendar\/\d+\.\d+\.\d+$/)]);
  });
});
