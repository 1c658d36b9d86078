import { describe, expect, it } from "vitest";
import { ownAppPasswords, revokeAppPassword } from "../../../src/account/app-passwords.ts";
import { viewerOf } from "../../../src/account/access.ts";
import { listFeeds } from "../../../src/store/feeds.ts";
import { makeWorld } from "../../world.ts";
import { visitor, wholeForm } from "../visitor.ts";
import { makeReceiver } from "../../push/push-service.ts";
import { register } from "./push-program.ts";
import { body, type Program, program, propfindBody, signedIn } from "./program.ts";
import { read } from "./scene.ts";

/** Those who ask. `former` made the calendar and lost the role; `revoked` is the owner, whose app password was revoked. */
const people = ["nobody", "other", "colleague", "former", "revoked", "owner"] as const;
type Who = (typeof people)[number];

const query = body(
  "C:calendar-query",
  '<D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR"/></C:filter>',
);
const syncing = body("D:sync-collection", "<D:sync-token/><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop>");
const busy = body("C:free-busy-query", '<C:time-range start="20270101T000000Z" end="20280101T000000Z"/>');
const patch = body("D:propertyupdate", "<D:set><D:prop><A:calendar-order>3</A:calendar-order></D:prop></D:set>");

/** Status for nobody, other, colleague, former, revoked, owner; `CALENDAR` and `OBJECT` are those of the owner's feed in one's own home. */
const table: Readonly<Record<string, readonly number[]>> = {
  "OPTIONS /dav/": [200, 200, 200, 200, 200, 200],
  "OPTIONS CALENDAR": [200, 200, 200, 200, 200, 200],
  "PROPFIND /": [401, 207, 207, 207, 401, 207],
  "PROPFIND /dav/": [401, 207, 207, 207, 401, 207],
  "PROPFIND PRINCIPAL": [401, 207, 207, 207, 401, 207],
  "PROPFIND OWNER": [401, 404, 404, 207, 401, 207],
  "PROPFIND HOME": [401, 207, 207, 207, 401, 207],
  "PROPFIND CALENDAR": [401, 404, 207, 207, 401, 207],
  "PROPFIND OBJECT": [401, 404, 207, 207, 401, 207],
  "PROPPATCH CALENDAR": [401, 404, 207, 207, 401, 207],
  "REPORT query CALENDAR": [401, 404, 207, 207, 401, 207],
  "REPORT sync CALENDAR": [401, 404, 207, 207, 401, 207],
  "REPORT busy CALENDAR": [401, 404, 200, 200, 401, 200],
  "GET CALENDAR": [401, 404, 200, 200, 401, 200],
  "HEAD CALENDAR": [401, 404, 200, 200, 401, 200],
  "GET OBJECT": [401, 404, 200, 200, 401, 200],
  "HEAD OBJECT": [401, 404, 200, 200, 401, 200],
  // The calendar of a former is another one, in which nothing is asked: the condition fails.
  "PUT OBJECT": [401, 403, 204, 412, 401, 204],
  "PUT NEW": [401, 403, 403, 403, 401, 403],
  "DELETE OBJECT": [401, 403, 403, 403, 401, 403],
  "DELETE CALENDAR": [401, 403, 403, 403, 401, 403],
  "MKCALENDAR NEW": [401, 403, 403, 403, 401, 403],
  "MKCOL HOME": [401, 403, 403, 403, 401, 403],
  "MOVE OBJECT": [401, 403, 403, 403, 401, 403],
  "COPY OBJECT": [401, 403, 403, 403, 401, 403],
  "POST CALENDAR": [401, 403, 403, 403, 401, 403],
  "POST register CALENDAR": [401, 403, 204, 204, 401, 204],
  // Somebody else's is none.
  "DELETE SUBSCRIPTION": [401, 404, 404, 204, 401, 204],
  "GET SUBSCRIPTION": [401, 405, 405, 405, 401, 405],
  "POST OUTBOX": [401, 200, 200, 200, 401, 200],
  "PROPFIND INBOX": [401, 207, 207, 207, 401, 207],
  "LOCK OBJECT": [401, 403, 403, 403, 401, 403],
  "ACL CALENDAR": [401, 403, 403, 403, 401, 403],
  "SEARCH CALENDAR": [401, 404, 405, 405, 401, 405],
};

interface Asking {
  readonly program: Program;
  readonly user: string;
  readonly feedId: string;
  readonly ownerId: string;
  readonly name: string;
  readonly text: string;
  readonly etag: string;
  /** The path of a subscription of the owner. */
  readonly subscription: string;
}

async function asking(who: Who): Promise<Asking> {
  const world = await makeWorld({ bookings: 4, config: { webdavPush: true } });
  const { tokens, providerUuid } = world.sample;
  const booking = world.sample.request({ name: "Answer me" });
  const owner = visitor(world);
  await owner.signIn(tokens.providerOwner);
  const about = { kind: "provider", uuid: providerUuid };
  await owner.send("/feeds/new", { ...wholeForm, ...about, do: "save" }, `/feeds/new?${new URLSearchParams(about)}`);
  await world.settle();
  await world.tick();
  const [feed] = await listFeeds(world.deps.sql);
  if (feed === undefined) throw new Error("no calendar was made");
  const made = await signedIn(world, tokens.providerOwner);
  const name = `${booking.uuid}-1.ics`;
  const registered = await register(made.program, `/dav/calendars/${made.account.id}/${feed.id}/`, makeReceiver(), {
    resource: "https://push.example/device",
  });
  const subscription = new URL(registered.headers.get("Location") ?? "").pathname;
  const facts = { feedId: feed.id, ownerId: made.account.id, name, subscription };
  const seen = await read(made.program, `/dav/calendars/${made.account.id}/${feed.id}/${name}`);
  if (who === "nobody") return { ...facts, ...seen, program: program(world, null), user: made.account.id };
  if (who === "owner") return { ...facts, ...seen, program: made.program, user: made.account.id };
  if (who === "former") {
    world.sample.revokeRole("providerOwner");
    world.wait(3601);
    await world.tick();
    return { ...facts, ...seen, program: made.program, user: made.account.id };
  }
  if (who === "revoked") {
    const viewer = await viewerOf(world.deps, made.account);
    for (const { id } of await ownAppPasswords(world.deps, viewer)) await revokeAppPassword(world.deps, viewer, id);
    return { ...facts, ...seen, program: made.program, user: made.account.id };
  }
  const one = await signedIn(world, who === "other" ? tokens.otherProviderOwner : tokens.providerManager);
  const theirs = await one.program.send("GET", `/dav/calendars/${one.account.id}/${feed.id}/${name}`);
  const etag = theirs.headers.get("ETag") ?? seen.etag;
  const text =
    theirs.status === 200
      ? (await read(one.program, `/dav/calendars/${one.account.id}/${feed.id}/${name}`)).text
      : seen.text;
  return { ...facts, text, etag, program: one.program, user: one.account.id };
}

async function ask(request: string, one: Asking): Promise<{ status: number; text: string }> {
  const [method = "", ...rest] = request.split(" ");
  const target = rest.at(-1) ?? "";
  const home = `/dav/calendars/${one.user}/`;
  const paths: Readonly<Record<string, string>> = {
    PRINCIPAL: `/dav/principals/${one.user}/`,
    OWNER: `/dav/calendars/${one.ownerId}/`,
    HOME: home,
    CALENDAR: `${home}${one.feedId}/`,
    OBJECT: `${home}${one.feedId}/${one.name}`,
    NEW: `${home}${one.feedId}/new.ics`,
    INBOX: `${home}inbox/`,
    OUTBOX: `${home}outbox/`,
    SUBSCRIPTION: one.subscription,
  };
  const bodies: Readonly<Record<string, string>> = { query, sync: syncing, busy };
  const answered = one.text.replace("NEEDS-ACTION", "ACCEPTED");
  const content =
    method === "REPORT"
      ? (bodies[rest[0] ?? ""] ?? null)
      : method === "PROPFIND"
        ? propfindBody("D:resourcetype")
        : method === "PROPPATCH"
          ? patch
          : method === "PUT"
            ? answered
            : null;
  if (method === "POST" && target === "CALENDAR" && rest.length > 1) {
    return register(one.program, paths["CALENDAR"] ?? "", makeReceiver(), { resource: "https://push.example/other" });
  }
  const match: Record<string, string> = method === "PUT" && target === "OBJECT" ? { "If-Match": one.etag } : {};
  return one.program.send(method, paths[target] ?? target, content, { Depth: "0", ...match });
}

describe("who may do what with a calendar program", () => {
  it.each(people)("%s", async (who) => {
    const found: Record<string, number> = {};
    const shared = await asking(who);
    for (const request of Object.keys(table)) {
      const one = /^(?:PUT|DELETE|MOVE|COPY|POST|LOCK)/.test(request) ? await asking(who) : shared;
      const { status, text } = await ask(request, one);
      found[request] = status;
      if (status === 401 || status === 404) expect(text).not.toMatch(/VEVENT|multistatus/);
    }
    const column = people.indexOf(who);
    expect(found).toEqual(Object.fromEntries(Object.entries(table).map(([request, row]) => [request, row[column]])));
  });

  it("shows in a home what the person may read and nothing else", async () => {
    for (const [who, count] of [
      ["other", 0],
      ["colleague", 1],
      ["owner", 1],
    ] as const) {
      const one = await asking(who);
      const { members } = await one.program.send(
        "PROPFIND",
        `/dav/calendars/${one.user}/`,
        propfindBody("D:resourcetype"),
        { Depth: "1" },
      );
      expect(members.filter(({ href }) => href.includes(one.feedId))).toHaveLength(count);
    }
  });

  it("takes away from a colleague who loses the role what was shared by it", async () => {
    const world = await makeWorld({ bookings: 2 });
    const feed = await world.addFeed();
    await world.tick();
    const { program: one, account } = await signedIn(world, world.sample.tokens.providerManager);
    const path = `/dav/calendars/${account.id}/${feed.id}/`;
    expect((await one.send("GET", path)).status).toBe(200);
    world.sample.revokeRole("providerManager");
    world.wait(3601);
    await one.send("GET", path);
    await world.settle();
    expect((await one.send("GET", path)).status).toBe(404);
  });

  it("gives an ended calendar to nobody", async () => {
    const one = await asking("owner");
    const { status } = await one.program.send("PROPFIND", `/dav/calendars/${one.user}/0000000000000000/`, null, {
      Depth: "0",
    });
    expect(status).toBe(404);
  });
});
