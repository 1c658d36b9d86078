import { createServer, type Server } from "node:http";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import type { AppError } from "../../src/errors.ts";
import { exchangeCode, listLogins, readSiteAnonymously } from "../../src/waldur/login.ts";
import { type Answering, fake, json } from "./fake.ts";

const mostBytes = 16 * 1024 * 1024;
const calls = {
  "/api/configuration/": readSiteAnonymously,
  "/api/identity-providers/": listLogins,
  "/api-auth/token-exchange/": async (from: Parameters<typeof exchangeCode>[0]) => exchangeCode(from, "code"),
} as const;

/** Answers with JSON that has no end, and counts what is taken of it. */
function endless() {
  const given = { bytes: 0 };
  const answering: Answering = () => {
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        given.bytes += 1024 * 1024;
        controller.enqueue(new Uint8Array(1024 * 1024).fill(32));
      },
    });
    return new Response(body, { headers: { "Content-Type": "application/json" } });
  };
  return { answering, given };
}

describe("answers of Waldur to whoever has no token", () => {
  it.each(Object.entries(calls))("of %s are read up to the limit of all others", async (path, call) => {
    const { answering, given } = endless();
    const { transport, requests } = fake(answering);
    const outcome = await call(transport).catch(({ code }: AppError) => code);
    expect(outcome).toEqual(path === "/api/identity-providers/" ? [] : "waldur_bad_answer");
    expect(given.bytes).toBeLessThanOrEqual(mostBytes + 3 * 1024 * 1024);
    expect(requests.map(({ url, headers }) => [new URL(url).pathname, headers.get("Authorization")])).toEqual([
      [path, null],
    ]);
  });

  it.each(Object.entries(calls))("of %s that stop in the middle are given up in time", async (_, call) => {
    const silent = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array(9)) });
    const { transport } = fake(() => new Response(silent, { headers: { "Content-Type": "application/json" } }));
    const deadline = (): AbortSignal => AbortSignal.timeout(20);
    await expect(call({ ...transport, deadline })).rejects.toMatchObject({ code: "waldur_timeout" });
  });

  it("tell a refusal of their own", async () => {
    const { transport } = fake(() => json({ detail: "Invalid code." }, 400));
    await expect(exchangeCode(transport, "code")).rejects.toMatchObject({ code: "waldur_bad_request" });
  });
});

describe("on Node", () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  it("an answer is counted as it is after decompression", async () => {
    const packed = gzipSync(Buffer.alloc(200 * 1024 * 1024, 32));
    expect(packed.byteLength).toBeLessThan(300_000);
    server = createServer((_, answer) => {
      answer.writeHead(200, { "Content-Type": "application/json", "Content-Encoding": "gzip" }).end(packed);
    });
    const listening = server;
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    const address = listening.address();
    const url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
    const { transport } = fake(() => new Error("unused"));
    const before = process.memoryUsage().arrayBuffers;
    const read = readSiteAnonymously({ ...transport, url, fetch: async (request) => fetch(request) });
    await expect(read).rejects.toMatchObject({ code: "waldur_bad_answer", message: expect.stringContaining("larger") });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(6 * mostBytes);
  });
});
