import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openOutside } from "../../src/node/outside.ts";
import { isAllowed, outsideRules } from "../../src/security/outside.ts";
import { addWebhook, webhookIds } from "../mail/webhook/chat.ts";
import { makeWorld } from "../world.ts";
import { visitor } from "../web/visitor.ts";

/** A receiver over real sockets on this machine, which the operator allows, and the transport of the service on Node. */
describe("a receiver on this machine", () => {
  let server: Server;
  let port = 0;
  let status = 200;
  const came: { headers: IncomingHttpHeaders; body: string; url: string }[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        came.push({ headers: request.headers, body, url: request.url ?? "" });
        response.writeHead(status, { Location: "/elsewhere" }).end("thanks");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    const address = server.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
  });
  afterAll(() => {
    server.close();
  });

  async function makeSigned(allowed: boolean) {
    const config = { caldavAllowHosts: allowed ? [`127.0.0.1:${port}`] : [], publicUrl: "https://calendar.example" };
    const rules = outsideRules(config);
    const transport = openOutside((url) => isAllowed(url, rules));
    // The library of the receiver looks at the real clock.
    const startAt = Math.floor(Date.now() / 1000);
    const world = await makeWorld({ bookings: 4, outside: transport.fetch, config, startAt });
    const owner = visitor(world);
    await owner.signIn(world.sample.tokens.providerOwner);
    const url = `http://127.0.0.1:${port}/hook?key=1`;
    const added = await addWebhook(owner, { url, template: "json" });
    const page = await added.text();
    const [secret = ""] = /whsec_[A-Za-z0-9+/=]+/.exec(page) ?? [];
    const [id = ""] = await webhookIds(owner);
    const test = async () => (await owner.send(`/notices/webhooks/${id}/test`, {}, "/notices")).text();
    return { world, transport, added, page, secret, test };
  }

  it("verifies what it gets with the library of Standard Webhooks, and no other secret or body does", async () => {
    const { transport, secret, test } = await makeSigned(true);
    expect(await test()).toContain(`The test has arrived: 127.0.0.1:${port} answered 200.`);
    const [one] = came.splice(0);
    const headers = Object.fromEntries(
      ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => [name, String(one?.headers[name])]),
    );
    expect(one?.url).toBe("/hook?key=1");
    expect(one?.headers["content-length"]).toBe(String(Buffer.byteLength(one?.body ?? "")));
    expect(new Webhook(secret).verify(one?.body ?? "", headers)).toMatchObject({
      type: "test",
      data: { title: "Test" },
    });
    expect(() => new Webhook(secret).verify(`${one?.body} `, headers)).toThrow("No matching signature");
    expect(() => new Webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").verify(one?.body ?? "", headers)).toThrow();
    status = 307;
    expect(await test()).toContain("it redirects, which is not followed here");
    expect(came.splice(0)).toHaveLength(1);
    status = 200;
    await transport.close();
  });

  it("is not reached where the operator does not allow it", async () => {
    const { transport, added, page } = await makeSigned(false);
    expect(added.status).toBe(400);
    expect(page).toContain("The rules of this service forbid this address.");
    expect(came).toEqual([]);
    await transport.close();
  });
});
