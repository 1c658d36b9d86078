import fc from "fast-check";
import { expect, it } from "vitest";
import { propertyText } from "../../../src/caldav/multistatus.ts";
import { unfold } from "../../../src/calendar/ical/content-line.ts";
import { epochSeconds } from "../../../src/lib/clock.ts";
import { forgetRevisions } from "../../../src/store/forget.ts";
import { makeWorld } from "../../world.ts";
import { copy, restore } from "./copy.ts";
import { body, calendarPath, type Program, propfindBody, signedIn } from "./program.ts";
import { read, sync, toldIn } from "./scene.ts";

/** An object as a calendar program keeps it; `etag` is null where it must be read again. */
interface Kept {
  etag: string | null;
  text: string;
  /** Changed here and not taken yet: the program sends it again with each sync. */
  dirty: boolean;
}

/** A program that reads only what a sync tells it, and keeps its own changes until then. */
function makeClient(program: Program, path: string) {
  const objects = new Map<string, Kept>();
  /** Deleted here: asked for again until a sync brings them back, as nobody can tell who asked before a database was restored. */
  const dropped = new Set<string>();
  let token = "";

  async function upload(name: string, lost: boolean): Promise<void> {
    const kept = objects.get(name);
    if (kept === undefined || !kept.dirty) return;
    const condition: Record<string, string> = kept.etag === null ? { "If-None-Match": "*" } : { "If-Match": kept.etag };
    const { status } = await program.send("PUT", path + name, kept.text, condition);
    expect([204, 403, 412]).toContain(status);
    // What was refused stays as it was changed here, and is sent again, until a sync brings the true one.
    if (lost || status !== 204) return;
    kept.dirty = false;
    kept.etag = null;
  }

  async function page(limit: number, lost: boolean): Promise<boolean> {
    const answer = await sync(program, path, token, `<D:limit><D:nresults>${limit}</D:nresults></D:limit>`);
    if (answer.status === 403) {
      expect(answer.text).toContain("valid-sync-token");
      token = "";
      return true;
    }
    expect(answer.status).toBe(207);
    if (lost) return false;
    if (token === "") {
      const listed = await program.send("PROPFIND", path, propfindBody("D:getetag"), { Depth: "1" });
      const there = new Set(listed.members.map(({ href }) => href.split("/").at(-1)));
      for (const name of objects.keys()) if (!there.has(name)) objects.delete(name);
    }
    for (const name of toldIn(answer).gone) objects.delete(name);
    for (const { href } of answer.members) dropped.delete(href.split("/").at(-1) ?? "");
    for (const member of answer.members.filter(({ status }) => status === null)) {
      const name = member.href.split("/").at(-1) ?? "";
      const etag = propertyText(member, "getetag");
      if (objects.get(name)?.etag === etag) continue;
      const { text, status, headers } = await program.send("GET", path + name);
      if (status === 404) objects.delete(name);
      else objects.set(name, { etag: headers.get("ETag"), text: unfold(text), dirty: false });
    }
    token = answer.token ?? "";
    return answer.members.some(({ status }) => status === 507);
  }

  return {
    objects,
    /** Uploads what was changed here, and reads so many parts; the next sync goes on. */
    async sync(limit: number, lost: boolean, most = 500): Promise<void> {
      for (const name of objects.keys()) await upload(name, lost);
      for (const name of dropped) await program.send("DELETE", path + name);
      for (let pages = 1; (await page(limit, lost)) && pages < most; pages += 1) expect(pages).toBeLessThan(499);
    },
    edit(pick: number, change: (text: string) => string): string | null {
      const name = [...objects.keys()][pick % Math.max(1, objects.size)];
      const kept = name === undefined ? undefined : objects.get(name);
      if (name === undefined || kept === undefined) return null;
      kept.text = change(kept.text);
      kept.dirty = true;
      return name;
    },
    add(name: string): void {
      objects.set(name, { etag: null, text: "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", dirty: true });
    },
    async drop(pick: number): Promise<void> {
      const name = [...objects.keys()][pick % Math.max(1, objects.size)];
      if (name === undefined) return;
      await program.send("DELETE", path + name);
      objects.delete(name);
      dropped.add(name);
    },
    upload,
  };
}

type Client = ReturnType<typeof makeClient>;

/** All objects as the server has them now: by name, in the words of a program that reads everything. */
async function served(program: Program, path: string): Promise<Map<string, string>> {
  const query = '<D:prop><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"/></C:filter>';
  const { members } = await program.send("REPORT", path, body("C:calendar-query", query));
  const texts = await Promise.all(
    members.map(async ({ href }) => {
      const name = href.split("/").at(-1) ?? "";
      return [name, (await read(program, path + name)).text] as const;
    }),
  );
  return new Map(texts.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const partstats = ["ACCEPTED", "DECLINED", "TENTATIVE"] as const;
const step = fc.oneof(
  fc.record({ do: fc.constant("request" as const) }),
  fc.record({
    do: fc.constant("waldur" as const),
    how: fc.constantFrom("accept" as const, "reject" as const, "terminate" as const),
    pick: fc.nat(50),
  }),
  fc.record({ do: fc.constant("rename" as const), pick: fc.nat(50) }),
  fc.record({ do: fc.constant("run" as const) }),
  fc.record({ do: fc.constant("wait" as const), hours: fc.constantFrom(0, 1, 25, 24 * 20) }),
  fc.record({
    do: fc.constant("sync" as const),
    who: fc.nat(1),
    limit: fc.constantFrom(1, 2, 7, 1000),
    pages: fc.constantFrom(1, 2, 500),
    lost: fc.boolean(),
  }),
  fc.record({ do: fc.constant("edit" as const), who: fc.nat(1), pick: fc.nat(50) }),
  fc.record({
    do: fc.constant("answer" as const),
    who: fc.nat(1),
    pick: fc.nat(50),
    as: fc.constantFrom(...partstats),
    sent: fc.boolean(),
  }),
  fc.record({ do: fc.constant("drop" as const), who: fc.nat(1), pick: fc.nat(50) }),
  fc.record({ do: fc.constant("add" as const), who: fc.nat(1), n: fc.nat(5) }),
  fc.record({ do: fc.constant("forget" as const) }),
  fc.record({ do: fc.constant("copy" as const) }),
  fc.record({ do: fc.constant("restore" as const) }),
  fc.record({ do: fc.constant("refuse" as const), on: fc.boolean() }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function play(steps: readonly Step[]): Promise<void> {
  const world = await makeWorld({ bookings: 12, config: { waldurDecisionToken: "sample-staff" } });
  const feed = await world.addFeed({ pastDays: 5, futureDays: 100 });
  await world.tick();
  const people = [
    await signedIn(world, world.sample.tokens.providerOwner),
    await signedIn(world, world.sample.tokens.providerManager),
  ];
  const paths = people.map(({ account }) => calendarPath(account, feed));
  const clients = people.map(({ program }, at): Client => makeClient(program, paths[at] ?? ""));
  let kept = await copy(world.deps.sql);
  const client = (who: number): Client => {
    const one = clients[who];
    if (one === undefined) throw new Error(`there is no client ${who}`);
    return one;
  };
  /** An account of which nothing was seen for a month is forgotten. */
  const comeIn = async (): Promise<void> => {
    for (const { program } of people) await program.send("PROPFIND", "/dav/", null, { Depth: "0" });
  };
  const pick = (n: number): string => world.sample.bookings[n % world.sample.bookings.length]?.uuid ?? "";
  for (const one of steps) {
    // Nothing happens in the same second.
    world.wait(1);
    if (one.do === "request") world.sample.request({ name: `Request ${world.clock.ms}` });
    else if (one.do === "rename") world.sample.rename(pick(one.pick), `Name ${world.clock.ms}`);
    else if (one.do === "waldur") world.sample[one.how](pick(one.pick));
    else if (one.do === "run") {
      world.wait(61);
      await world.tick();
    } else if (one.do === "wait") {
      world.wait(one.hours * 3600);
      await world.tick();
      await comeIn();
    } else if (one.do === "sync") await client(one.who).sync(one.limit, one.lost, one.pages);
    else if (one.do === "edit") client(one.who).edit(one.pick, (text) => text.replace("SUMMARY:", "SUMMARY:mine "));
    else if (one.do === "answer") {
      const name = client(one.who).edit(one.pick, (text) => text.replace("NEEDS-ACTION", one.as));
      if (name !== null && one.sent) await client(one.who).upload(name, false);
    } else if (one.do === "drop") await client(one.who).drop(one.pick);
    else if (one.do === "add") client(one.who).add(`new-${one.n}.ics`);
    else if (one.do === "forget") await forgetRevisions(world.deps.sql, epochSeconds(world.deps), 1000);
    else if (one.do === "copy") kept = await copy(world.deps.sql);
    else if (one.do === "restore") {
      await restore(world.deps.sql, kept);
      await comeIn();
    } else
      world.fault(
        one.on
          ? (request) => (request.method === "POST" ? Response.json({ detail: "no" }, { status: 403 }) : null)
          : null,
      );
    await world.settle();
  }
  world.fault(null);
  world.wait(700);
  await world.tick();
  for (const [at, { program }] of people.entries()) {
    await client(at).sync(3, false);
    await client(at).sync(1000, false);
    const held = [...client(at).objects].map(([name, { text }]) => [name, text] as const);
    expect(new Map(held.toSorted(([a], [b]) => (a < b ? -1 : 1)))).toEqual(await served(program, paths[at] ?? ""));
  }
}

it("a program that only syncs holds what the feed says, whatever happened", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => play(steps)),
    { numRuns: Number(process.env["MODEL_RUNS"] ?? 25) },
  );
}, 900_000);
