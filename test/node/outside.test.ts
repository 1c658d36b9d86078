import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openOutside, type Resolve } from "../../src/node/outside.ts";
import { makeGuardedFetch } from "../../src/security/guard.ts";

/** The transport over real sockets, with a resolver of its own; a server on loopback is what must not be reached. */
describe("the transport on Node", () => {
  let server: Server;
  let port: number;
  let hits: { method: string; length: string | undefined; body: string }[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        hits.push({ method: request.method ?? "", length: request.headers["content-length"], body });
        if (request.url === "/moved") response.writeHead(302, { Location: "/" }).end();
        else if (request.url === "/cut") request.socket.destroy();
        else if (request.url === "/nothing") response.writeHead(204).end();
        else response.end(request.headers.host);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    const address = server.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
  });
  afterAll(() => {
    server.close();
  });

  const answering =
    (...addresses: string[]): Resolve =>
    (_host, _options, callback) =>
      callback(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      );

  async function ask(
    host: string,
    resolve: Resolve,
    mayBeInside: boolean,
    path = "/",
    method = "GET",
    body: string | null = null,
  ) {
    hits = [];
    const outside = openOutside(() => mayBeInside, resolve);
    const guarded = makeGuardedFetch({
      outside: outside.fetch,
      deadline: (milliseconds) => AbortSignal.timeout(milliseconds),
      // Loopback has no TLS here: the guard lets the host through, so that the look-up alone decides.
      rules: { allowed: [`${host}:${port}`], own: [] },
    });
    const headers = new Headers();
    const url = `http://${host}:${port}${path}`;
    const outcome = await guarded({ url, method, headers, body, milliseconds: 5000, mostBytes: 1000 }, null);
    await outside.close();
    return outcome;
  }

  it("refuses a name that leads inside, and nothing is reached", async () => {
    expect(await ask("rebound.example.org", answering("127.0.0.1"), false)).toEqual({
      failed: "blocked",
      why: "rebound.example.org leads to an address that is not on the public internet",
    });
    expect(hits).toEqual([]);
  });

  it("refuses a name of which one address is inside, in whatever order", async () => {
    for (const addresses of [
      ["1.1.1.1", "127.0.0.1"],
      ["127.0.0.1", "1.1.1.1"],
    ]) {
      expect(await ask("mixed.example.org", answering(...addresses), false)).toMatchObject({ failed: "blocked" });
    }
    expect(hits).toEqual([]);
  });

  it("looks up once for a connection: what a name leads to afterwards does not matter", async () => {
    let turn = 0;
    const rebinding: Resolve = (host, options, callback) => {
      turn += 1;
      answering(turn === 1 ? "127.0.0.1" : "169.254.169.254")(host, options, callback);
    };
    expect(await ask("dav.example.org", rebinding, true)).toMatchObject({
      status: 200,
      text: `dav.example.org:${port}`,
    });
    expect(turn).toBe(1);
  });

  it("goes inside for a host that the operator allows", async () => {
    expect(await ask("dav.lan", answering("127.0.0.1"), true)).toMatchObject({ status: 200 });
    expect(hits).toHaveLength(1);
  });

  it("goes inside for an allowed host on its port only, and for no other name on the same connections", async () => {
    const outside = openOutside((url) => url.host === `dav.lan:${port}`, answering("127.0.0.1"));
    const get = async (host: string): Promise<number | string> =>
      outside.fetch(new Request(`http://${host}/`)).then(
        ({ status }) => status,
        (error: Error) => String(error.cause),
      );
    hits = [];
    expect(await get(`dav.lan:${port}`)).toBe(200);
    expect(await get("dav.lan:8443")).toContain("not on the public internet");
    expect(await get(`other.lan:${port}`)).toContain("not on the public internet");
    expect(hits).toHaveLength(1);
    await outside.close();
  });

  it("tells a server that is not there, where nothing was sent, from one that ended the connection", async () => {
    const none: Resolve = (host, _options, callback) => callback(new Error(`getaddrinfo ENOTFOUND ${host}`), []);
    expect(await ask("nowhere.example.org", none, true)).toEqual({
      failed: "unreachable",
      why: "getaddrinfo ENOTFOUND nowhere.example.org",
    });
    // Nothing listens on the second loopback address.
    expect(await ask("dead.lan", answering("127.0.0.2"), true, "/", "POST", "x")).toEqual({
      failed: "unreachable",
      why: `connect ECONNREFUSED 127.0.0.2:${port}`,
    });
    expect(await ask("dead.lan", answering("127.0.0.2", "127.0.0.3"), true, "/", "POST", "x")).toEqual({
      failed: "unreachable",
      why: `connect ECONNREFUSED 127.0.0.2:${port}`,
    });
    expect(hits).toEqual([]);
    expect(await ask("dav.lan", answering("127.0.0.1"), true, "/cut", "POST", "x")).toMatchObject({ failed: "cut" });
    expect(hits).toHaveLength(1);
  });

  it("sends a text with its length, and follows no redirect by itself", async () => {
    await ask("dav.lan", answering("127.0.0.1"), true, "/nothing", "PUT", "Õ");
    expect(hits).toEqual([{ method: "PUT", length: "2", body: "Õ" }]);
    await ask("dav.lan", answering("127.0.0.1"), true, "/moved", "POST", "x");
    expect(hits.map(({ method }) => method)).toEqual(["POST"]);
  });

  it("uses at most six connections at once, and uses them again", async () => {
    const opened = new Set<unknown>();
    server.on("connection", (socket) => opened.add(socket));
    const outside = openOutside(() => true, answering("127.0.0.1"));
    const get = async (): Promise<string> => (await outside.fetch(new Request(`http://dav.lan:${port}/`))).text();
    await Promise.all(Array.from({ length: 60 }, get));
    for (let turn = 0; turn < 60; turn += 1) await get();
    await outside.close();
    expect(opened.size).toBeLessThanOrEqual(6);
  });

  it("tells why a name is not found", async () => {
    const failing: Resolve = (_host, _options, callback) => callback(new Error("getaddrinfo ENOTFOUND"), []);
    expect(await ask("nowhere.example.org", failing, false)).toEqual({
      failed: "unreachable",
      why: "getaddrinfo ENOTFOUND",
    });
  });
});
