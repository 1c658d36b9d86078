import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { listen } from "../../src/node/open.ts";
import { maxBodyBytes } from "../../src/web/caldav/read-body.ts";
import { until } from "../until.ts";
import { makeWorld, type World } from "../world.ts";
import { origin, visitor } from "./visitor.ts";

const adminToken = "the-operator-of-these-tests";
const chunk = 16 * 1024;
/** The methods of calendar programs: a REPORT names thousands of objects. */
const calendarMethods = new Set(["PROPFIND", "PROPPATCH", "PUT", "REPORT"]);

/** A body without end, and without Content-Length. */
function endless() {
  const given = { bytes: 0 };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      given.bytes += chunk;
      controller.enqueue(new Uint8Array(chunk).fill(32));
    },
  });
  return { body, given };
}

async function send(world: World, path: string, body: ReadableStream<Uint8Array>, headers: Record<string, string>) {
  const init = { method: "POST", body, duplex: "half", headers };
  return world.app.fetch(new Request(`${origin}${path}`, init), world.deps);
}

describe("a request whose body has no end", () => {
  it.each(["/feeds", "/sync", "/targets", "/targets/calendars"])("is refused by the API at %s", async (path) => {
    const world = await makeWorld({ bookings: 0, config: { adminToken } });
    const { body, given } = endless();
    const answer = await send(world, `/api/v1${path}`, body, { Authorization: `Bearer ${adminToken}` });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({
      error: { code: "too_large", message: expect.stringContaining("65536") },
    });
    expect(given.bytes).toBeLessThan(64 * 1024 + 4 * chunk);
  });

  it.each(["/sign-in", "/sign-in/continue", "/feeds/new", "/sign-out"])("is refused by the page %s", async (path) => {
    const world = await makeWorld({ bookings: 0 });
    const one = visitor(world);
    await one.signIn(world.sample.tokens.providerOwner);
    const { body, given } = endless();
    const headers = {
      "Content-Type": "application/x-www-form-urlencoded",
      Cookie: [...one.cookies].map(([name, value]) => `${name}=${value}`).join("; "),
    };
    expect((await send(world, path, body, headers)).status).toBe(413);
    expect(given.bytes).toBeLessThan(64 * 1024 + 4 * chunk);
  });

  it("is read to its limit and not further on any route that there is", async () => {
    const hookSecret = "the-secret-of-the-web-hook";
    const world = await makeWorld({ bookings: 0, config: { adminToken, hookSecret } });
    const one = visitor(world);
    await one.signIn(world.sample.tokens.providerOwner);
    const feed = await world.addFeed();
    const writing = world.app.routes.filter(({ method }) => !["ALL", "GET"].includes(method));
    const paths = writing.map(({ method, path }) => [
      method,
      path
        .replace(/:action\{.*\}/, "accept")
        .replace(":secret", hookSecret)
        .replace(/:\w+/g, feed.id)
        .replace("*", "forged"),
    ]);
    paths.push(["PROPFIND", "/dav/"], ["REPORT", "/dav/"], ["PUT", "/dav/"]);
    expect(paths.length).toBeGreaterThan(30);
    const Cookie = [...one.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    for (const [method = "", path = ""] of paths) {
      for (const type of ["application/json", "application/x-www-form-urlencoded"]) {
        const { body, given } = endless();
        const headers = { Authorization: `Bearer ${adminToken}`, Cookie, "Content-Type": type };
        const init = { method, body, duplex: "half", headers };
        const request = new Request(`${origin}${path}`, init);
        const { status } = await world.app.fetch(request, world.deps);
        const most = calendarMethods.has(method) ? maxBodyBytes : 64 * 1024;
        expect([method, path, status >= 200, given.bytes < most + 4 * chunk]).toEqual([method, path, true, true]);
      }
    }
  });

  it("is not read at all from somebody who may not ask", async () => {
    const world = await makeWorld({ bookings: 0, config: { adminToken } });
    const { body, given } = endless();
    expect((await send(world, "/api/v1/feeds", body, {})).status).toBe(401);
    expect(given.bytes).toBeLessThanOrEqual(chunk);
  });

  it("that stops in the middle is given up", async () => {
    const world = await makeWorld({ bookings: 0, config: { adminToken } });
    const silent = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array(9)) });
    const late = AbortSignal.abort(new DOMException("late", "TimeoutError"));
    const patient = { ...world, deps: { ...world.deps, deadline: () => late } };
    const answer = await send(patient, "/api/v1/feeds", silent, { Authorization: `Bearer ${adminToken}` });
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { error: expect.objectContaining({ message: expect.stringContaining("in time") }) },
    ]);
  });

  it("cannot hide behind a Content-Length that is too large to be read", async () => {
    const world = await makeWorld({ bookings: 0, config: { adminToken } });
    const { body, given } = endless();
    const headers = { Authorization: `Bearer ${adminToken}`, "Content-Length": "400000000" };
    expect((await send(world, "/api/v1/feeds", body, headers)).status).toBe(413);
    expect(given.bytes).toBeLessThanOrEqual(chunk);
  });
});

describe("the server on Node", () => {
  const closing: (() => void)[] = [];
  afterEach(() => closing.splice(0).forEach((close) => close()));

  it("answers 413 to a chunked body without end, and hangs up", async () => {
    const world = await makeWorld({ bookings: 0, config: { adminToken } });
    const { server, port } = await listen((request) => world.app.fetch(request, world.deps), {
      host: "127.0.0.1",
      port: 0,
    });
    closing.push(() => server.close());
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    const head = ["POST /api/v1/feeds HTTP/1.1", "Host: calendar.example", `Authorization: Bearer ${adminToken}`];
    socket.write([...head, "Transfer-Encoding: chunked", "", ""].join("\r\n"));
    const piece = `4000\r\n${" ".repeat(0x4000)}\r\n`;
    let told = "";
    socket.on("data", (data) => (told += data.toString()));
    // More than is read. Whoever writes into a connection that is closed already does not read what came over it.
    socket.write(piece.repeat(8));
    await until(() => told.includes("too_large"));
    const timer = setInterval(() => socket.write(piece.repeat(8)), 1);
    await new Promise((resolve) => socket.once("close", resolve));
    clearInterval(timer);
    expect(told).toMatch(/^HTTP\/1\.1 413 /);
    expect(told).toContain("too_large");
  });
});
