import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ownAppPasswords, revokeAppPassword } from "../../../src/account/app-passwords.ts";
import { viewerOf } from "../../../src/account/access.ts";
import { findProperty } from "../../../src/caldav/multistatus.ts";
import { parseXml, pushSpace } from "../../../src/caldav/xml.ts";
import { revokeFeed } from "../../../src/feed/commands.ts";
import { openOutside } from "../../../src/node/outside.ts";
import { newKey, parseKeyRing } from "../../../src/security/keys.ts";
import { randomBytes } from "../../../src/lib/random.ts";
import {
  makeReceiver,
  type Pushed,
  type PushService,
  readVapid,
  type Receiver,
  servePush,
} from "../../push/push-service.ts";
import { register as registerAt, registration, type Wished } from "./push-program.ts";
import { calendarPath, type Program, propfindBody, signedIn } from "./program.ts";
import { answerWith, pendingScene, read, sync } from "./scene.ts";

let service: PushService;
let outside: ReturnType<typeof openOutside>;
beforeAll(async () => {
  service = await servePush();
  outside = openOutside(({ host }) => host === service.host);
});
afterAll(async () => {
  await outside.close();
  await service.close();
});

/** An owner's calendar in a program that may be told of changes. */
async function scene(config: { readonly webdavPush?: boolean; readonly keys?: string } = {}) {
  const { keys, webdavPush = true } = config;
  const one = await pendingScene(
    {},
    {
      config: { webdavPush, caldavAllowHosts: [service.host] },
      outside: outside.fetch,
      ...(keys !== undefined && { keys }),
    },
  );
  service.got();
  service.answerWith(() => ({ status: 201 }));
  const change = async (): Promise<void> => {
    one.world.sample.request({ name: "Another one" });
    one.world.wait(61);
    await one.world.tick();
  };
  return { ...one, change };
}

const anyReceiver = makeReceiver();

const register = async (program: Program, path: string, wished: Partial<Wished> = {}) =>
  registerAt(program, path, anyReceiver, { resource: `${service.url}/device`, ...wished });

/** Registers, and returns the address of the subscription. */
async function subscribed(program: Program, path: string, wished: Partial<Wished> = {}): Promise<string> {
  const { status, headers } = await register(program, path, wished);
  expect(status).toBe(204);
  return headers.get("Location") ?? "";
}

function readMessage({ body }: Pushed, receiver: Receiver = anyReceiver) {
  const root = parseXml(receiver.decrypt(body));
  const [topic, update] = root?.children ?? [];
  expect([root?.name, root?.space, topic?.name, update?.name]).toEqual([
    "push-message",
    pushSpace,
    "topic",
    "content-update",
  ]);
  return { topic: topic?.text, token: update?.children[0]?.text };
}

const pathOf = (url: string): string => new URL(url).pathname;

describe("a calendar", () => {
  it("tells that programs can be told, by what, and for which key", async () => {
    const { program, path, feed } = await scene();
    const names = ["P:transports", "P:topic", "P:supported-triggers"];
    const content = propfindBody(...names).replace("<D:propfind", `<D:propfind xmlns:P="${pushSpace}"`);
    const { members } = await program.send("PROPFIND", path, content, { Depth: "0" });
    const [member] = members;
    const key = findProperty(member, "transports", pushSpace)?.children[0]?.children[0];
    expect([key?.name, key?.attributes.trim()]).toEqual(["vapid-public-key", 'type="p256ecdsa"']);
    expect(Buffer.from(key?.text ?? "", "base64url")).toHaveLength(65);
    expect(findProperty(member, "topic", pushSpace)?.text).toBe(feed.id);
    const trigger = findProperty(member, "supported-triggers", pushSpace)?.children[0];
    expect([trigger?.name, trigger?.children[0]?.text]).toEqual(["content-update", "1"]);
    expect((await program.send("OPTIONS", path)).headers.get("DAV")).toMatch(/^1, .*, webdav-push$/);
    const home = await program.send("PROPFIND", path.replace(`${feed.id}/`, ""), content, { Depth: "0" });
    expect(home.members[0]?.found).toEqual([]);
    expect((await program.send("OPTIONS", "/dav/")).headers.get("DAV")).not.toContain("push");
  });

  it("tells nothing of it, and takes nothing, where it is off", async () => {
    const { program, path, change, world } = await scene({ webdavPush: false });
    const content = propfindBody("P:topic").replace("<D:propfind", `<D:propfind xmlns:P="${pushSpace}"`);
    const { members } = await program.send("PROPFIND", path, content, { Depth: "0" });
    expect(members[0]?.found).toEqual([]);
    expect((await program.send("OPTIONS", path)).headers.get("DAV")).not.toContain("push");
    const refused = await register(program, path);
    expect([refused.status, refused.text.includes("<P:push-not-available/>")]).toEqual([403, true]);
    await change();
    expect(service.got()).toEqual([]);
    expect(await world.deps.sql.all("SELECT * FROM push_subscriptions")).toEqual([]);
  });
});

describe("a registration", () => {
  it("is answered with its address and its end, which is a fortnight later at most", async () => {
    const { program, path, world } = await scene();
    const { status, headers } = await register(program, path);
    expect([status, headers.get("Location")]).toEqual([
      204,
      expect.stringMatching(/^https:\/\/calendar\.example\/dav\/subscriptions\/[0-9a-f]{32}$/),
    ]);
    const endsAfter = (field: string | null) => (Date.parse(field ?? "") - world.clock.ms) / 86_400_000;
    expect(endsAfter(headers.get("Expires"))).toBe(14);
    const until = async (days: number) =>
      register(program, path, { expires: new Date(world.clock.ms + days * 86_400_000).toUTCString() });
    expect(endsAfter((await until(3)).headers.get("Expires"))).toBe(3);
    expect(endsAfter((await until(300)).headers.get("Expires"))).toBe(14);
    const past = await until(-1);
    expect([past.status, past.text.includes("<P:invalid-subscription/>")]).toEqual([403, true]);
    expect(endsAfter((await register(program, path, { expires: "tomorrow" })).headers.get("Expires"))).toBe(14);
    expect(await world.deps.sql.all("SELECT id FROM push_subscriptions")).toHaveLength(1);
  });

  it("is taken as DAVx5 sends it, with neither a trigger nor the name of a coding", async () => {
    const { program, path, change } = await scene();
    const sent =
      `<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><n0:push-register xmlns:n0="${pushSpace}">` +
      `<n0:subscription><n0:web-push-subscription><n0:push-resource>${service.url}/up?t=1</n0:push-resource>` +
      `<n0:subscription-public-key type="p256dh">${anyReceiver.publicKey}</n0:subscription-public-key>` +
      `<n0:auth-secret>${anyReceiver.authSecret}</n0:auth-secret></n0:web-push-subscription></n0:subscription>` +
      "<n0:expires>Thu, 07 Jan 2027 09:00:00 GMT</n0:expires></n0:push-register>";
    const { status, headers } = await program.send("POST", path, sent, {
      "Content-Type": "application/xml; charset=utf-8",
    });
    expect([status, headers.get("Expires")]).toEqual([204, "Thu, 07 Jan 2027 09:00:00 GMT"]);
    await change();
    const [pushed, ...others] = service.got();
    if (pushed === undefined) throw new Error("nothing was pushed");
    expect([others, readMessage(pushed).token]).toEqual([[], (await sync(program, path, "")).token]);
  });

  it("keeps what it is given sealed", async () => {
    const { program, path, world } = await scene();
    await subscribed(program, path);
    const kept = JSON.stringify(await world.deps.sql.all("SELECT * FROM push_subscriptions"));
    expect(kept).not.toContain("device");
    expect(kept).not.toContain(anyReceiver.authSecret);
    expect(JSON.stringify(world.log)).not.toContain("/device");
  });

  it.each<[string, string, Partial<Wished>]>([
    ["no address", "invalid-subscription", { resource: "device" }],
    ["an address in a private network", "invalid-subscription", { resource: "https://10.0.0.1/device" }],
    ["an address of a cloud's metadata", "invalid-subscription", { resource: "https://169.254.169.254/device" }],
    ["http", "invalid-subscription", { resource: "http://push.example/device" }],
    ["another port", "invalid-subscription", { resource: "https://push.example:22/device" }],
    ["the service itself", "invalid-subscription", { resource: "https://calendar.example/dav/" }],
    ["an address with a password", "invalid-subscription", { resource: "https://a:b@push.example/device" }],
    ["another coding", "invalid-subscription", { encoding: "aesgcm" }],
    ["a key that is no point", "invalid-subscription", { publicKey: Buffer.alloc(65, 4).toString("base64url") }],
    ["a short key", "invalid-subscription", { publicKey: "BA" }],
    ["a short secret", "invalid-subscription", { authSecret: "AAAA" }],
    [
      "property updates alone",
      "no-supported-trigger",
      { trigger: "<property-update><D:depth>0</D:depth></property-update>" },
    ],
    ["an empty trigger", "no-supported-trigger", { trigger: "" }],
  ])("of %s is refused", async (_, condition, wished) => {
    const { program, path, world } = await scene();
    const { status, text } = await register(program, path, wished);
    expect([status, text.includes(`<P:${condition}/>`)]).toEqual([403, true]);
    expect(await world.deps.sql.all("SELECT * FROM push_subscriptions")).toEqual([]);
  });

  it("of another kind, and another POST, is refused", async () => {
    const { program, path } = await scene();
    const xml = { "Content-Type": "application/xml" };
    const other = registration(anyReceiver, { resource: `${service.url}/device` }).replaceAll(
      "web-push-subscription",
      "other-subscription",
    );
    expect((await program.send("POST", path, other, xml)).text).toContain("<P:invalid-subscription/>");
    expect((await program.send("POST", path, "<x/>", xml)).text).toContain("<D:need-privileges/>");
    expect((await program.send("POST", path, "<x", xml)).status).toBe(400);
    expect((await program.send("POST", path, "BEGIN:VCALENDAR")).text).toContain("<D:need-privileges/>");
    expect(
      (await program.send("POST", "/dav/", registration(anyReceiver, { resource: `${service.url}/device` }), xml))
        .status,
    ).toBe(403);
  });

  it("one person has a hundred at most", async () => {
    const { program, path } = await scene();
    for (let n = 0; n < 100; n += 1) await subscribed(program, path, { resource: `${service.url}/${n}` });
    const refused = await register(program, path, { resource: `${service.url}/more` });
    expect([refused.status, refused.text.includes("<P:push-not-available/>")]).toEqual([403, true]);
    await subscribed(program, path, { resource: `${service.url}/5` });
  });
});

describe("a message", () => {
  it("says that the calendar has changed and to what, for this service's key, encrypted, once", async () => {
    const { program, path, feed, change, world } = await scene();
    const address = await subscribed(program, path);
    await change();
    const [pushed, ...others] = service.got();
    if (pushed === undefined) throw new Error("nothing was pushed");
    expect(others).toEqual([]);
    const { topic, token } = readMessage(pushed);
    expect([topic, token]).toEqual([feed.id, (await sync(program, path, "")).token]);
    expect((await sync(program, path, token ?? "")).members).toEqual([]);
    const { headers } = pushed;
    expect([headers["content-encoding"], headers["content-type"], headers["ttl"], headers["urgency"]]).toEqual([
      "aes128gcm",
      'application/xml; charset="UTF-8"',
      "86400",
      "normal",
    ]);
    expect(headers["topic"]).toBe(address.split("/").at(-1));
    expect(headers["topic"]).toMatch(/^[\w-]{1,32}$/);
    const { aud, exp, sub, key } = readVapid(headers.authorization ?? "");
    expect([aud, sub]).toEqual([service.url, "https://calendar.example"]);
    const ahead = exp - world.clock.ms / 1000;
    expect(ahead > 0 && ahead <= 86_400).toBe(true);
    const content = propfindBody("P:transports").replace("<D:propfind", `<D:propfind xmlns:P="${pushSpace}"`);
    expect((await program.send("PROPFIND", path, content, { Depth: "0" })).text).toContain(`>${key}<`);
    world.wait(61);
    await world.tick();
    expect(service.got()).toEqual([]);
  });

  it("costs nothing where nothing changes, else three statements and three for each person, and one where nobody is subscribed", async () => {
    const counted = async (subscribe: boolean) => {
      const one = await scene();
      if (subscribe)
        for (const device of ["a", "b"])
          await subscribed(one.program, one.path, { resource: `${service.url}/${device}` });
      await one.world.settle();
      const run = async (work: () => Promise<unknown>): Promise<number> => {
        const before = one.world.counts.statements;
        await work();
        return one.world.counts.statements - before;
      };
      one.world.wait(61);
      const idle = await run(one.world.tick);
      return { idle, busy: await run(one.change) };
    };
    const [without, having] = [await counted(false), await counted(true)];
    expect(having.idle).toBe(without.idle);
    // One looks for somebody to tell.
    expect(having.busy).toBe(without.busy + 5);
    expect(service.got()).toHaveLength(2);
  });

  it("goes out after a decision at once, but not to the program that made it", async () => {
    const { program, path, name, world, owner } = await scene();
    const own = await subscribed(program, path, { resource: `${service.url}/own` });
    const other = await signedIn(world, world.sample.tokens.providerManager);
    const theirs = calendarPath(other.account, { id: path.split("/").at(-2) ?? "" });
    const foreign = await subscribed(other.program, theirs, { resource: `${service.url}/theirs` });
    const { text, etag } = await read(program, path + name);
    const answered = text.replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED");
    const headers = { "If-Match": etag, "Push-Dont-Notify": `"${own}", "${foreign}", "https://other.example/x", oops` };
    expect((await program.send("PUT", path + name, answered, headers)).status).toBe(204);
    await world.settle();
    expect(service.got().map((one) => one.path)).toEqual(["/theirs"]);
    expect(owner.account.id).not.toBe(other.account.id);
  });

  it("does not go to any program of a person that says so, and to all where nothing is said", async () => {
    for (const [field, told] of [
      ["*", []],
      [null, ["/a", "/b"]],
    ] as const) {
      const { program, path, name, world } = await scene();
      for (const device of ["a", "b"]) await subscribed(program, path, { resource: `${service.url}/${device}` });
      const { text, etag } = await read(program, path + name);
      const answered = text.replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED");
      const headers = { "If-Match": etag, ...(field !== null && { "Push-Dont-Notify": field }) };
      expect((await program.send("PUT", path + name, answered, headers)).status).toBe(204);
      await world.settle();
      expect(
        service
          .got()
          .map((one) => one.path)
          .toSorted(),
      ).toEqual(told);
    }
  });

  it("goes to the program that made a change, where somebody else had made one before", async () => {
    const { program, path, name, world, change } = await scene();
    const own = await subscribed(program, path);
    await change();
    service.got();
    world.sample.request({ name: "By somebody else" });
    world.wait(1);
    await world.tick({ sourceId: (await world.feed(path.split("/").at(-2) ?? "")).sourceId });
    const { text, etag } = await read(program, path + name);
    const answered = text.replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED");
    const headers = { "If-Match": etag, "Push-Dont-Notify": `"${own}"` };
    expect((await program.send("PUT", path + name, answered, headers)).status).toBe(204);
    await world.settle();
    world.wait(61);
    await world.tick();
    expect(service.got()).toHaveLength(1);
  });

  it("is one for changes that follow each other", async () => {
    const { program, path, world, change } = await scene();
    await subscribed(program, path);
    await change();
    service.got();
    const { sample } = world;
    for (let n = 0; n < 3; n += 1) {
      const { uuid } = sample.request({ name: `Quick ${n}` });
      expect(uuid).not.toBe("");
      world.wait(1);
      await world.tick({ sourceId: (await world.feed(path.split("/").at(-2) ?? "")).sourceId });
    }
    expect(service.got()).toEqual([]);
    world.wait(61);
    await world.tick();
    expect(service.got()).toHaveLength(1);
  });

  it("is signed by the key for which its program subscribed, as long as there is one", async () => {
    const [old, fresh] = [newKey(randomBytes), newKey(randomBytes)];
    const { program, path, world, change } = await scene({ keys: old });
    await subscribed(program, path);
    await change();
    const keyOf = (pushed: Pushed | undefined): string => readVapid(pushed?.headers.authorization ?? "").key;
    const before = keyOf(service.got()[0]);
    Object.assign(world.deps, { keys: parseKeyRing(`${fresh},${old}`) });
    await subscribed(program, path);
    await subscribed(program, path, { resource: `${service.url}/new` });
    await change();
    const got = service.got();
    expect(keyOf(got.find((one) => one.path === "/device"))).toBe(before);
    expect(keyOf(got.find((one) => one.path === "/new"))).not.toBe(before);
    Object.assign(world.deps, { keys: parseKeyRing(fresh) });
    await change();
    expect(service.got().map((one) => one.path)).toEqual(["/new"]);
    expect(await world.deps.sql.all("SELECT * FROM push_subscriptions")).toHaveLength(1);
  });
});

describe("a subscription ends", () => {
  it("when its program says so, and for nobody else", async () => {
    const { program, path, world, change } = await scene();
    const address = pathOf(await subscribed(program, path));
    const other = await signedIn(world, world.sample.tokens.providerManager);
    expect((await other.program.send("DELETE", address)).status).toBe(404);
    expect((await program.send("GET", address)).status).toBe(405);
    expect((await program.send("DELETE", address)).status).toBe(204);
    expect((await program.send("DELETE", address)).status).toBe(404);
    await change();
    expect(service.got()).toEqual([]);
  });

  it("when its time is over", async () => {
    const { program, path, world, change } = await scene();
    await subscribed(program, path, { expires: new Date(world.clock.ms + 30_000).toUTCString() });
    await change();
    expect(service.got()).toEqual([]);
    expect(await world.deps.sql.all("SELECT * FROM push_subscriptions")).toEqual([]);
  });

  it("with the app password", async () => {
    const { program, path, world, owner, change } = await scene();
    await subscribed(program, path);
    const viewer = await viewerOf(world.deps, owner.account);
    for (const { id } of await ownAppPasswords(world.deps, viewer)) await revokeAppPassword(world.deps, viewer, id);
    await change();
    expect(service.got()).toEqual([]);
    expect(await world.deps.sql.all("SELECT * FROM push_subscriptions")).toEqual([]);
  });

  it("with the role", async () => {
    const { world, feed, change } = await scene();
    const colleague = await signedIn(world, world.sample.tokens.providerManager);
    await subscribed(colleague.program, calendarPath(colleague.account, feed));
    await change();
    expect(service.got()).toHaveLength(1);
    world.sample.revokeRole("providerManager");
    world.wait(3601);
    // The program signs in, by which the role is asked anew.
    await colleague.program.send("PROPFIND", "/dav/", null, { Depth: "0" });
    await world.settle();
    await change();
    expect(service.got()).toEqual([]);
    expect(await world.deps.sql.all("SELECT * FROM push_subscriptions")).toEqual([]);
  });

  it("with the calendar", async () => {
    const { program, path, world, feed, change } = await scene();
    await subscribed(program, path);
    await revokeFeed(world.deps, await world.feed(feed.id), false);
    await change();
    expect(service.got()).toEqual([]);
    expect((await register(program, path)).status).toBe(403);
  });

  it.each([404, 410])("when the push service answers %i", async (status) => {
    const { program, path, world, change } = await scene();
    await subscribed(program, path);
    service.answerWith(() => ({ status }));
    await change();
    expect(service.got()).toHaveLength(1);
    expect(await world.deps.sql.all("SELECT * FROM push_subscriptions")).toEqual([]);
  });
});

describe("a push service that does not take a message", () => {
  it.each<[string, { status: number; headers?: Record<string, string> }]>([
    ["429", { status: 429 }],
    ["503", { status: 503 }],
    ["a redirect", { status: 307, headers: { Location: "http://127.0.0.1:9/elsewhere" } }],
  ])("with %s is asked again after growing pauses, with the newest state, and others meanwhile", async (_, how) => {
    const { program, path, world, change } = await scene();
    await subscribed(program, path, { resource: `${service.url}/ill` });
    await subscribed(program, path, { resource: `${service.url}/well` });
    service.answerWith((where) => (where === "/ill" ? how : { status: 201 }));
    await change();
    const tries: number[] =
      service
        .got()
        .map((one) => one.path)
        .toSorted().length === 2
        ? [world.clock.ms]
        : [];
    for (let minutes = 0; minutes < 120; minutes += 1) {
      world.wait(60);
      await world.tick();
      for (const { path: where } of service.got()) {
        expect(where).toBe("/ill");
        tries.push(world.clock.ms);
      }
    }
    const gaps = tries.slice(1).map((at, n) => (at - (tries[n] ?? 0)) / 60_000);
    expect(gaps.length).toBeGreaterThan(3);
    expect(gaps.length).toBeLessThan(12);
    expect(gaps.at(-1)).toBeGreaterThan(gaps[0] ?? 0);
    service.answerWith(() => ({ status: 201 }));
    world.wait(3600);
    await world.tick();
    const [last] = service.got();
    expect(last && readMessage(last).token).toBe((await sync(program, path, "")).token);
  });

  it("that says when to come again is not asked before", async () => {
    const { program, path, world, change } = await scene();
    await subscribed(program, path);
    service.answerWith(() => ({ status: 429, headers: { "Retry-After": "1800" } }));
    await change();
    service.got();
    service.answerWith(() => ({ status: 201 }));
    world.wait(1790);
    await world.tick();
    expect(service.got()).toEqual([]);
    world.wait(20);
    await world.tick();
    expect(service.got()).toHaveLength(1);
  });

  it("is told again by another run where one ended in the middle", async () => {
    const { program, path, world, change } = await scene();
    await subscribed(program, path);
    const { sql } = world.deps;
    const cut = {
      ...sql,
      batch: async (statements: Parameters<typeof sql.batch>[0]) => {
        if (statements.some(({ sql: text }) => text.includes("UPDATE push_subscriptions"))) throw new Error("cut");
        return sql.batch(statements);
      },
    };
    Object.assign(world.deps, { sql: cut });
    await change();
    expect(service.got()).toHaveLength(1);
    Object.assign(world.deps, { sql });
    world.wait(61);
    await world.tick();
    expect(service.got()).toEqual([]);
    world.wait(301);
    await world.tick();
    expect(service.got()).toHaveLength(1);
  });
});

it("an answer that is refused tells nobody", async () => {
  const { program, path, name, world } = await scene();
  await subscribed(program, path);
  expect((await answerWith(program, path + name, "TENTATIVE")).status).toBe(204);
  expect((await program.send("DELETE", path + name)).status).toBe(403);
  await world.settle();
  world.wait(61);
  await world.tick();
  expect(service.got()).toEqual([]);
});
