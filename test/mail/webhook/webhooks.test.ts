import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { offerings, people } from "../../../src/demo/people.ts";
import type { Deps } from "../../../src/deps.ts";
import { forgetPerson } from "../../../src/forget-person.ts";
import { tick } from "../../../src/tick.ts";
import { NotConnected } from "../../../src/security/guard.ts";
import { workerBudgets } from "../../../src/workers/budgets.ts";
import { sealAddress } from "../../../src/mail/webhook/post.ts";
import type { Post } from "../../../src/mail/notices/notice.ts";
import { listDuePosts, sendPosts } from "../../../src/mail/webhook/send-posts.ts";
import { addToOutbox } from "../../../src/store/mail/outbox.ts";
import { addWebhook as keepWebhook } from "../../../src/store/mail/webhooks.ts";
import { requestTo } from "../../waldur-answers.ts";
import { makeWorld, type WorldOptions } from "../../world.ts";
import { visitor, wholeForm } from "../../web/visitor.ts";
import { makeMailed } from "../mailed.ts";
import { addWebhook, openChat, posts, room, webhookIds } from "./chat.ts";

/** A world in which the owner of the provider has a webhook, which has been told nothing yet. */
async function makePosted(change: Parameters<typeof addWebhook>[1] = {}, options: WorldOptions = {}) {
  const { chat, fetch, read } = openChat();
  const mailed = await makeMailed({ outside: fetch, bookings: 4, ...options });
  const added = await addWebhook(mailed.owner, change);
  expect(added.status, await added.clone().text()).toBeLessThan(400);
  mailed.world.wait(60);
  await mailed.run();
  return {
    ...mailed,
    chat,
    /** Runs each minute for so long; returns all posts. */
    posted: async (minutes: number) => {
      await mailed.pass(minutes);
      return read();
    },
    added,
  };
}

const notThere = (): Error => new TypeError("fetch failed", { cause: new NotConnected("connect ECONNREFUSED") });
const cutOff = (): Error => new TypeError("fetch failed", { cause: new Error("other side closed") });
const tooLate = (): Error => new DOMException("late", "TimeoutError");

const textOf = (post: { body: string } | undefined): string => JSON.parse(post?.body ?? "{}").text ?? "";

describe("a webhook", () => {
  it("is told of a new request once, in the run that reads it, with a link to its page", async () => {
    const { request, posted } = await makePosted();
    const [booking] = request(1, { name: "Cell division" });
    const [post, ...others] = await posted(1);
    expect(others).toEqual([]);
    expect(post?.url).toBe(room);
    expect(post?.headers.get("Content-Type")).toBe("application/json");
    expect(post?.headers.has("webhook-signature")).toBe(false);
    expect(textOf(post)).toMatch(/^New request: /);
    expect(textOf(post)).toContain("• Cell division\n");
    expect(textOf(post)).toContain(`<https://calendar.example/bookings/${booking?.uuid}|Look at it and answer>`);
    expect(await posted(5)).toEqual([]);
  });

  it("is told nothing of what was there before it, and of more than five requests in one post", async () => {
    const { chat, fetch, read } = openChat();
    const { owner, request, pass } = await makeMailed({ outside: fetch, bookings: 4 });
    request(3);
    await pass(1);
    await addWebhook(owner);
    await pass(2);
    expect(chat.asked).toEqual([]);
    request(40);
    await pass(1);
    const [post, ...more] = read();
    expect(more).toEqual([]);
    expect(textOf(post)).toContain("40 new requests");
    expect(textOf(post)).toContain("and 30 more");
    expect(textOf(post).match(/• /g)).toHaveLength(10);
  });

  it("works where mail is off, and its person has no address", async () => {
    const { fetch, read } = openChat();
    const world = await makeWorld({ bookings: 4, outside: fetch });
    await world.addFeed();
    await world.tick();
    const owner = visitor(world);
    await owner.signIn(world.sample.tokens.providerOwner);
    await addWebhook(owner, { posted: ["request"] });
    await world.tick();
    world.wait(60);
    for (let n = 0; n < 8; n += 1) world.sample.request();
    await world.tick();
    expect(read().length).toBeGreaterThan(0);
  });

  it("is told of decisions of colleagues and of its own person", async () => {
    const { owner, world, request, posted } = await makePosted({ posted: ["decision"] });
    const colleague = visitor(world);
    await colleague.signIn(world.sample.tokens.providerManager);
    const [theirs, own] = request(2);
    expect(await posted(2)).toEqual([]);
    const answer = { sure: "yes", on: "request" };
    await colleague.send(`/bookings/${theirs?.uuid}/accept`, answer, "/");
    await owner.send(`/bookings/${own?.uuid}/accept`, answer, "/");
    const told = (await posted(15)).map(textOf);
    for (const booking of [theirs, own]) {
      expect(told.filter((text) => text.startsWith("Accepted: ") && text.includes(booking?.uuid ?? "-"))).toHaveLength(
        1,
      );
    }
  });

  it("is told that a calendar lost its role, and nothing of requests any more", async () => {
    const { owner, world, request, posted } = await makePosted();
    const form = `/feeds/new?kind=provider&uuid=${world.sample.providerUuid}`;
    const fields = { ...wholeForm, kind: "provider", uuid: world.sample.providerUuid, do: "save" };
    await owner.send("/feeds/new", fields, form);
    await posted(2);
    world.sample.revokeRole("providerOwner");
    world.wait(3700);
    request(2);
    const told = await posted(15);
    expect(told.map((post) => textOf(post).split("\n")[0])).toContain("Calendar not up to date: Microscopes");
    expect(told.filter((post) => textOf(post).includes("New request"))).toEqual([]);
  });

  it("of one provider is told of the requests of that one alone, and of none that its person does not manage", async () => {
    const { owner, world, request, posted, chat } = await makePosted({ posted: ["request"] });
    const [own] = await webhookIds(owner);
    await owner.send(`/notices/webhooks/${own}/remove`, {}, "/notices");
    const uuid = request()[0]?.offering.customer.uuid ?? "";
    expect((await addWebhook(owner, { provider: "0".repeat(32) })).status).toBe(400);
    await addWebhook(owner, { provider: uuid });
    await posted(2);
    request(2);
    expect(await posted(2)).toHaveLength(2);
    await world.deps.sql.run("UPDATE webhooks SET provider_uuid = 'another'");
    request(2);
    expect(await posted(12)).toEqual([]);
    expect(chat.asked).toHaveLength(2);
  });

  it("keeps the quiet hours of its person, and tells afterwards in one post what is still open", async () => {
    const { owner, world, request, posted } = await makePosted({ posted: ["request"] });
    const wishes = { kinds: [], reminderHours: "24", digestHour: "8", quietFrom: "9", quietTo: "11" };
    await owner.send("/notices", wishes);
    const asked = request(8);
    expect(await posted(5)).toEqual([]);
    world.sample.accept(asked[0]?.uuid ?? "");
    world.wait(2 * 3600);
    expect((await posted(2)).map((post) => textOf(post).split("\n")[0])).toEqual(["7 new requests"]);
  });

  it("stops with the token of its person, and with what is forgotten of them", async () => {
    const { world, request, posted, chat } = await makePosted();
    world.sample.expireToken("providerOwner");
    world.wait(1300);
    request();
    expect(await posted(3)).toEqual([]);
    await forgetPerson(world.deps, people.providerOwner.username, "leave");
    expect(await world.deps.sql.all("SELECT id FROM webhooks")).toEqual([]);
    expect(chat.asked).toEqual([]);
  });
});

describe("ten webhooks of one person", () => {
  it("are told by a Worker within three minutes of a request", async () => {
    const { owner, world, request, run } = await makePosted();
    for (let n = 1; n < 10; n += 1) await addWebhook(owner);
    await run();
    world.wait(60);
    await run();
    request();
    const sent: number[] = [];
    for (let minute = 0; minute <= 3; minute += 1) {
      world.wait(60);
      await tick({ ...world.deps, budget: workerBudgets.free });
      sent.push((await posts(world)).filter(({ state }) => state === "sent").length);
    }
    expect(sent.at(-1)).toBe(10);
  });

  it("are told by a Worker run by run, within what it may send", async () => {
    const { owner, world, request, run } = await makePosted();
    for (let n = 1; n < 10; n += 1) await addWebhook(owner, { posted: ["request", "trouble", "decision", "own"] });
    await run();
    const [booking] = request(3);
    await owner.send(`/bookings/${booking?.uuid}/accept`, { sure: "yes", on: "request" }, "/");
    const most: number[] = [];
    for (let minute = 0; minute < 30; minute += 1) {
      world.wait(60);
      world.counts.statements = 0;
      await tick({ ...world.deps, budget: workerBudgets.free });
      most.push(world.counts.statements);
    }
    expect(Math.max(...most)).toBeLessThanOrEqual(40);
    const told = await world.deps.sql.all(
      "SELECT cause, count(*) AS count FROM outbox WHERE channel = 'webhook' GROUP BY cause ORDER BY cause",
    );
    expect(told.map(({ count }) => count)).toEqual([10, 10, 10]);
  });
});

describe("what waits for a receiver that does not answer", () => {
  it.each(["role", "token"])("goes nowhere once its person has lost the %s, by mail neither", async (lost) => {
    const { world, chat, office, request, pass, posted } = await makePosted({ posted: ["request"] });
    chat.next = () => new Response("", { status: 503 });
    office.next = () => ({ result: "refused", forEver: false, answer: "451 later" });
    request();
    expect(await pass(1)).toEqual([]);
    if (lost === "role") world.sample.revokeRole("providerOwner");
    else world.sample.expireToken("providerOwner");
    world.wait(4000);
    await pass(1);
    [chat.next, office.next] = [() => null, () => null];
    world.wait(3000);
    const mails = (await pass(2)).filter(({ subject }) => subject?.startsWith("New request"));
    expect([mails, await posted(1)]).toEqual([[], []]);
  });
});

describe("one message about several requests that waits", () => {
  it("is made anew without those of a provider that its person acts for no more, by mail too", async () => {
    const { world, owner, chat, office, pass, posted } = await makePosted({ posted: ["request"] });
    const other = offerings.find(({ customer }) => customer.uuid !== world.sample.providerUuid);
    world.sample.grantRole("providerOwner", other?.customer.uuid ?? "");
    await owner.signIn(world.sample.tokens.providerOwner);
    await posted(3);
    chat.next = () => new Response("", { status: 503 });
    office.next = () => ({ result: "refused", forEver: false, answer: "451 later" });
    for (let n = 0; n < 4; n += 1) {
      requestTo(world.sample, { name: `Own ${n}` });
      Object.assign(world.sample.request({ name: `Lost ${n}` }), { offering: other });
    }
    await pass(1);
    expect(textOf(chat.asked.at(-1))).toMatch(/^8 new requests.*Lost/s);
    world.sample.giveBack("providerOwner");
    world.wait(1300);
    [chat.next, office.next] = [() => null, () => null];
    const mails = (await pass(15)).map(({ text = "" }) => text);
    const told = (await posted(1)).map(textOf);
    for (const texts of [mails, told]) {
      expect(texts.filter((text) => text.includes("Lost"))).toEqual([]);
      for (let n = 0; n < 4; n += 1) expect(texts.filter((text) => text.includes(`Own ${n}`))).toHaveLength(1);
    }
  });
});

describe("the mails of a person with a webhook", () => {
  it("tell of requests, which the webhook is not told of", async () => {
    const { request, pass } = await makePosted({ posted: ["trouble"] });
    request();
    expect((await pass(3)).map(({ subject }) => subject)).toEqual([expect.stringMatching(/^New request: /)]);
  });

  it("tell nothing that only the webhook is told of", async () => {
    const { owner, request, chat, pass } = await makePosted({ posted: ["request"] });
    await owner.send("/notices", { kinds: [], reminderHours: "24", digestHour: "8", quietFrom: "", quietTo: "" });
    request();
    expect([await pass(3), chat.asked.length]).toEqual([[], 1]);
  });
});

describe("a signed webhook", () => {
  it("shows its secret once, and signs each post so that another implementation verifies it", async () => {
    const { world, owner, added, request, posted } = await makePosted({ template: "json", posted: ["request"] });
    const [secret = ""] = /whsec_[A-Za-z0-9+/=]+/.exec(await added.text()) ?? [];
    expect(secret.length).toBeGreaterThan(40);
    expect(await owner.page("/notices")).not.toContain(secret);
    expect(await owner.page("/notices")).not.toContain("a1b2c3");
    const [booking] = request(1, { name: "Cell division" });
    const [post] = await posted(1);
    const headers = Object.fromEntries(post?.headers ?? []);
    // The library looks at the real clock, which is not ours.
    expect(headers["webhook-timestamp"]).toBe(String(Math.floor(world.clock.ms / 1000)));
    const expected = new Webhook(secret).sign(
      headers["webhook-id"] ?? "",
      new Date(Number(headers["webhook-timestamp"]) * 1000),
      post?.body ?? "",
    );
    expect(headers["webhook-signature"]).toBe(expected);
    expect(JSON.parse(post?.body ?? "")).toMatchObject({
      type: "request.new",
      timestamp: expect.stringMatching(/^2027-01-04T09:\d\d:\d\d\.000Z$/),
      data: {
        bookings: [
          {
            uuid: booking?.uuid,
            name: "Cell division",
            url: `https://calendar.example/bookings/${booking?.uuid}`,
            periods: expect.arrayContaining([{ start: expect.stringMatching(/Z$/), end: expect.stringMatching(/Z$/) }]),
          },
        ],
      },
    });
  });

  it("keeps the id and the body of a post at each try, and signs a new time", async () => {
    const { chat, request, posted } = await makePosted({ template: "json", posted: ["request"] });
    chat.next = () => (chat.asked.length < 3 ? new Response("", { status: 500 }) : null);
    request();
    expect(await posted(10)).toHaveLength(1);
    const values = (name: string) => new Set(chat.asked.map(({ headers }) => headers.get(name)));
    expect(chat.asked).toHaveLength(3);
    expect([values("webhook-id").size, values("webhook-timestamp").size, values("webhook-signature").size]).toEqual([
      1, 3, 3,
    ]);
    expect(new Set(chat.asked.map(({ body }) => body)).size).toBe(1);
  });
});

describe("a receiver that", () => {
  it.each([
    ["answers 404", () => new Response("", { status: 404 })],
    [
      "sends elsewhere",
      () => new Response("", { status: 307, headers: { Location: "https://elsewhere.example.org/" } }),
    ],
    ["sends inside", () => new Response("", { status: 302, headers: { Location: "http://127.0.0.1/" } })],
    ["is not there", notThere],
    ["ends the connection once", cutOff, "slack", 2],
    ["is not there, as a program", notThere, "json"],
    ["is too slow, and tells copies by their id", tooLate, "json"],
    ["ends the connection, and tells copies by their id", cutOff, "json"],
  ])("%s gets the post again, and nobody else gets it", async (_, fate, template = "slack", tries = 4) => {
    const { chat, request, posted } = await makePosted({ posted: ["request"], template });
    chat.next = () => (chat.asked.length < tries ? fate() : null);
    request();
    expect(await posted(15)).toHaveLength(1);
    expect(chat.asked.map(({ method, url }) => `${method} ${url}`)).toEqual(
      Array.from({ length: tries }, () => `POST ${room}`),
    );
  });

  it("fails is asked again after growing pauses, and given up after a day, which its person reads", async () => {
    const { world, chat, request, owner, posted } = await makePosted({ posted: ["request"] });
    chat.next = () => new Response("", { status: 503 });
    request();
    await posted(10);
    const early = chat.asked.length;
    for (let n = 0; n < 26 * 4; n += 1) {
      world.wait(900);
      await world.tick({ onlyTargets: true });
    }
    expect(early).toBeGreaterThan(2);
    expect(chat.asked.length - early).toBeGreaterThan(20);
    expect(chat.asked.length).toBeLessThan(60);
    expect((await posts(world)).map(({ state }) => state)).toEqual(["failed"]);
    await owner.signIn(world.sample.tokens.providerOwner);
    expect(await owner.page("/notices")).toMatch(
      /Could not be delivered lately.*chat\.example\.org\/…d4e5: chat\.example\.org answered 503/s,
    );
  });

  it.each([
    ["answers too late", tooLate, "slack", 2],
    ["takes a post and ends the connection", cutOff, "teams", 2],
    ["answers too late, and tells copies by their id", tooLate, "json", 5],
    ["takes a post and ends the connection, and tells copies by their id", cutOff, "json", 5],
  ])(
    "%s gets one copy that it cannot tell, and few that it can, and then the next post",
    async (_, fate, template, most) => {
      const { world, chat, request, posted } = await makePosted({ posted: ["request"], template });
      chat.next = () => (chat.asked.some(({ body }) => body.includes("Second")) ? null : fate());
      request(1, { name: "First" });
      request(1, { name: "Second" });
      const minutes: number[] = [];
      for (let minute = 0; minute < 60; minute += 1) {
        const before = chat.asked.length;
        await posted(1);
        minutes.push(...chat.asked.slice(before).map(() => minute));
      }
      expect(chat.asked.filter(({ body }) => body.includes("First"))).toHaveLength(most);
      expect((await posts(world)).map(({ state }) => state)).toEqual(["failed", "sent"]);
      // The tries of the first, each after a longer pause.
      const pauses = minutes.slice(1, most).map((minute, n) => minute - (minutes[n] ?? 0));
      expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    },
  );

  it("takes a post and does not end its answer has taken it", async () => {
    const { world, chat, request, posted } = await makePosted({ posted: ["request"] });
    let cancelled = 0;
    chat.next = () => new Response(new ReadableStream({ cancel: () => void (cancelled += 1) }));
    request();
    await posted(5);
    expect([chat.asked.length, cancelled]).toEqual([1, 1]);
    expect((await posts(world)).map(({ state }) => state)).toEqual(["sent"]);
  });

  it.each([400, 413, 422])("refuses one post with %s gets those after it, and that one five times", async (status) => {
    const { world, chat, request, posted } = await makePosted({ posted: ["request"] });
    const isBad = ({ body }: { body: string }) => body.includes("Poison");
    chat.next = () => (chat.asked.slice(-1).some(isBad) ? new Response("", { status }) : null);
    request(1, { name: "Poison" });
    request(2);
    expect(await posted(1)).toHaveLength(2);
    await posted(45);
    expect(chat.asked.filter(isBad)).toHaveLength(5);
    expect((await posts(world)).map(({ state }) => String(state)).toSorted()).toEqual(["failed", "sent", "sent"]);
  });

  it("comes back gets its posts in their order", async () => {
    const { chat, request, posted } = await makePosted({ posted: ["request"] });
    chat.next = () => new Response("", { status: 503 });
    const first = request();
    await posted(8);
    const second = request();
    await posted(1);
    chat.next = () => null;
    expect((await posted(15)).map((post) => /bookings\/(\w+)/.exec(textOf(post))?.[1])).toEqual(
      [...first, ...second].map(({ uuid }) => uuid),
    );
  });

  it("fails is asked again after this machine has slept for a day", async () => {
    const { world, chat, request, posted } = await makePosted({ posted: ["request"] });
    chat.next = () => new Response("", { status: 503 });
    request();
    await posted(1);
    world.wait(25 * 3600);
    await posted(1);
    chat.next = () => null;
    expect(await posted(10)).toHaveLength(1);
  });

  it("answers 410 ends the webhook, and its person reads so", async () => {
    const { world, chat, request, posted, owner } = await makePosted({ posted: ["request"] });
    chat.next = () => new Response("", { status: 410 });
    request(3);
    await posted(3);
    request(3);
    await posted(60);
    expect(chat.asked).toHaveLength(1);
    expect((await posts(world)).map(({ state }) => state)).toEqual(["failed"]);
    expect(await owner.page("/notices")).toContain("It answered that it is gone (410).");
  });

  it("asks for patience is left alone for as long as it wants, and gets all of it then", async () => {
    const { chat, request, posted } = await makePosted({ posted: ["request"] });
    chat.next = () => new Response("", { status: 429, headers: { "Retry-After": "1500" } });
    request(3);
    await posted(24);
    expect(chat.asked).toHaveLength(1);
    chat.next = () => null;
    expect(await posted(3)).toHaveLength(3);
  });

  it("does not answer keeps nobody else waiting", async () => {
    const { owner, chat, request, posted } = await makePosted({ posted: ["request"] });
    await addWebhook(owner, { url: "https://dead.example.org/x", posted: ["request"] });
    await posted(1);
    chat.next = (url) => (url.includes("dead") ? notThere() : null);
    for (let n = 0; n < 4; n += 1) {
      request();
      expect((await posted(3)).map(({ url }) => url)).toEqual([room]);
    }
    chat.next = () => null;
    expect((await posted(60)).filter(({ url }) => url.includes("dead"))).toHaveLength(4);
  });

  it("is slow holds up nobody else's posts, however many of them one person has", async () => {
    const { world } = await makePosted();
    const good = Promise.withResolvers<Response>();
    const asked: string[] = [];
    const outside: Deps["outside"] = async ({ url }) => {
      const { pathname } = new URL(url);
      asked.push(pathname);
      if (pathname === "/good") good.resolve(new Response("ok"));
      return good.promise.then(() => new Response("ok"));
    };
    const deps = { ...world.deps, outside };
    const nowAt = Math.floor(world.clock.ms / 1000);
    const post: Post = { event: "test", subject: "", intro: "", items: [], more: "", links: [] };
    for (const id of [...Array.from({ length: 10 }, (_, n) => `slow${n}`), "good"]) {
      const address = await sealAddress(deps, id, { url: `https://chat.example.org/${id}`, secret: "" });
      const userUuid = id === "good" ? "good" : "slow";
      const row = { id, userUuid, address, template: "slack", kinds: [], providerUuid: "", createdAt: nowAt } as const;
      await keepWebhook(deps.sql, row);
      const posted = {
        id,
        cause: id,
        recipient: id,
        userUuid,
        channel: "webhook",
        message: JSON.stringify(post),
      } as const;
      await deps.sql.batch([addToOutbox(posted, nowAt)]);
    }
    const limits = { requests: 100, statements: 1000 };
    const report = await sendPosts(deps, await listDuePosts(deps, limits), { ...limits, until: world.clock.ms + 1 });
    expect(asked.slice(0, 3)).toContain("/good");
    expect([report, asked.length]).toMatchObject([{ sent: 11 }, 11]);
  });

  it("is removed gets nothing that waits, and is tested no more", async () => {
    const { owner, chat, request, posted } = await makePosted({ posted: ["request"] });
    chat.next = () => new Response("", { status: 500 });
    request(2);
    await posted(1);
    const [id = ""] = await webhookIds(owner);
    const removed = await owner.send(`/notices/webhooks/${id}/remove`, {}, "/notices");
    expect(removed.headers.get("Location")).toBe("/notices?done=removed#webhooks");
    chat.next = () => null;
    expect(await posted(70)).toEqual([]);
    expect((await owner.send(`/notices/webhooks/${id}/test`, {}, "/notices")).status).toBe(404);
  });
});
