import { request } from "node:http";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pushSpace } from "../../src/caldav/xml.ts";
import { makeReceiver, type PushService, readVapid, servePush } from "../push/push-service.ts";
import { registration } from "../web/caldav/push-program.ts";
import { until } from "../until.ts";
import { calendarProgram } from "./support/calendar-program.ts";
import { type Running, runtimes } from "./support/runtimes.ts";
import { type ServedSample, serveSample } from "./support/sample.ts";

describe.each(runtimes)("a calendar program at the service on $runtime", ({ open, runtime }) => {
  let waldur: ServedSample;
  let service: Running;
  let push: PushService;
  let program: Awaited<ReturnType<typeof calendarProgram>>;

  beforeAll(async () => {
    waldur = await serveSample(8);
    push = await servePush();
    const settings = { WEBDAV_PUSH: "on", CALDAV_ALLOW_HOSTS: push.host };
    service = await open(waldur.url, waldur.sample.tokens.providerOwner, {
      ...settings,
      ...(runtime === "Node" && { WALDUR_DECISION_TOKEN: "sample-staff" }),
    });
    program = await calendarProgram(service.url, waldur.sample.tokens.providerOwner);
  });
  afterAll(async () => {
    await service.close();
    await push.close();
    await waldur.close();
  });

  it("finds its calendars, reads them, and accepts a request", async () => {
    const booking = waldur.sample.request({ name: "Answer me over CalDAV" });
    const made = await fetch(`${service.url}/api/v1/feeds`, {
      method: "POST",
      headers: { Authorization: `Bearer ${waldur.sample.tokens.providerOwner}` },
      body: JSON.stringify({ source: { kind: "provider", uuid: waldur.sample.providerUuid } }),
    });
    const { id } = v.parse(v.object({ id: v.string() }), await made.json());
    await service.turn();
    const path = `/dav/calendars/${program.user}/${id}/`;
    const options = await program.ask("OPTIONS", path);
    expect([options.status, options.headers.get("DAV")?.slice(0, 2)]).toEqual([200, "1,"]);
    const moved = await program.ask("PROPFIND", "/.well-known/caldav");
    expect([moved.status, moved.headers.get("Location")]).toEqual([301, "/dav/"]);
    const home = await program.ask("PROPFIND", `/dav/calendars/${program.user}/`, null, { Depth: "1" });
    expect([home.status, home.text.includes(path)]).toEqual([207, true]);
    const sync = (token: string) =>
      program.ask(
        "REPORT",
        path,
        `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`,
      );
    const first = await sync("");
    const name = `${booking.uuid}-1.ics`;
    expect([first.status, first.text.includes(name)]).toEqual([207, true]);
    const receiver = makeReceiver();
    const wish = registration(receiver, { resource: `${push.url}/device` });
    const registered = await program.ask("POST", path, wish, { "Content-Type": "application/xml" });
    expect([registered.status, registered.text]).toEqual([204, ""]);
    const token = /<D:sync-token>([^<]*)</.exec(first.text)?.[1] ?? "";
    const object = await program.ask("GET", path + name);
    const answered = object.text.replaceAll("\r\n ", "").replace("NEEDS-ACTION", "ACCEPTED");
    const refused = await program.ask("PUT", path + name, answered.replace("DTSTART:", "DTSTART:1"), {
      "If-Match": object.headers.get("ETag") ?? "",
    });
    expect([refused.status, refused.text.includes("need-privileges")]).toEqual([403, true]);
    const again = await program.ask("GET", path + name);
    const put = await program.ask("PUT", path + name, answered, { "If-Match": again.headers.get("ETag") ?? "" });
    expect([put.status, put.text]).toEqual([204, ""]);
    expect(booking.state).toBe("OK");
    const next = await sync(token);
    expect([next.status, next.text.includes(name)]).toEqual([207, true]);
    const [message] = await until(() => {
      const got = push.got();
      return got.length > 0 ? got : undefined;
    });
    const told = /<D:sync-token>([^<]*)</.exec(receiver.decrypt(message?.body ?? Buffer.of()))?.[1];
    expect(told).toBe(/<D:sync-token>([^<]*)<\/D:sync-token><\/D:multistatus>/.exec(next.text)?.[1]);
    const { key } = readVapid(message?.headers.authorization ?? "");
    const asked = `<D:propfind xmlns:D="DAV:" xmlns:P="${pushSpace}"><D:prop><P:transports/></D:prop></D:propfind>`;
    expect((await program.ask("PROPFIND", path, asked, { Depth: "0" })).text).toContain(`>${key}<`);
    expect((await program.ask("GET", path + name)).text).toContain("STATUS:CONFIRMED");
    for (const method of ["DELETE", "MKCOL", "MOVE", "COPY", "PROPPATCH", "LOCK"]) {
      const { status } = await program.ask(
        method,
        path + name,
        method === "PROPPATCH" ? '<D:propertyupdate xmlns:D="DAV:"/>' : null,
      );
      expect([method, status]).toEqual([method, method === "PROPPATCH" ? 207 : 403]);
    }
  });

  it("is answered on a connection that it keeps, whatever it sent", async () => {
    for (let round = 0; round < 20; round += 1) {
      const large = await program.ask("PUT", "/dav/calendars/x/y/z.ics", "x".repeat(300_000));
      expect(large.status).toBe(404);
      expect((await program.ask("PROPFIND", "/dav/", null, { Depth: "0" })).status).toBe(207);
    }
    const nobody = await fetch(`${service.url}/dav/`, { method: "PROPFIND", body: "x".repeat(100_000) });
    expect([nobody.status, nobody.headers.get("WWW-Authenticate")?.startsWith("Basic ")]).toEqual([401, true]);
  });

  it("may send its body in pieces", async () => {
    const pieces = ['<D:propfind xmlns:D="DAV:">', "<D:prop><D:displayname/>", "</D:prop></D:propfind>"];
    const headers = { Authorization: program.authorization, Depth: "0", Expect: "100-continue" };
    const answer = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const sent = request(`${service.url}/dav/principals/${program.user}/`, { method: "PROPFIND", headers }, (got) => {
        let text = "";
        got.setEncoding("utf8");
        got.on("data", (chunk: string) => (text += chunk));
        got.on("end", () => resolve({ status: got.statusCode ?? 0, text }));
      });
      sent.on("error", reject);
      sent.on("continue", () => {
        for (const piece of pieces) sent.write(piece);
        sent.end();
      });
      sent.flushHeaders();
    });
    expect([answer.status, answer.text.includes("Maria")]).toEqual([207, true]);
  });
});
