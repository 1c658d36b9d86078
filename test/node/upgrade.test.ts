import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/node/database.ts";
import { memoryLog } from "../../src/log.ts";
import { makeApp } from "../../src/app.ts";
import { readMigrations } from "../../src/store/sql/migrations-node.ts";
import { makeCaldav } from "../dav-server/server.ts";
import { readCalendar } from "../read-calendar.ts";
import { makeWorld } from "../world.ts";
import { keepDatabase, listKept, unpackKept } from "./kept.ts";

let folder: string;
const opened: { close(): void }[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
});
afterEach(async () => {
  for (const one of opened.splice(0)) one.close();
  await rm(folder, { recursive: true });
});

// `KEEP=1 npx vitest run test/node/upgrade.test.ts` at a release adds the database of this version.
if (process.env["KEEP"] === "1") it("keeps a database", async () => expect(await keepDatabase(folder)).toBeUndefined());

/** Starts this version on the database of an earlier one, a day later, over the same Waldur and calendar server. */
async function upgrade(number: string) {
  const path = join(folder, "waldur-calendar.sqlite");
  const kept = await unpackKept(number, path);
  const sql = await openDatabase(path, await readMigrations("migrations"), kept.madeAt, memoryLog());
  opened.push(sql);
  const caldav = makeCaldav({ origin: "https://caldav.example.org", now: () => world.deps.now() });
  const world = await makeWorld({
    bookings: 30,
    sql,
    keys: kept.keys,
    outside: caldav.fetch,
    config: { signedDecisions: true },
  });
  world.sample.accept(kept.accepted);
  for (const [name, body] of kept.objects) caldav.put(name, body);
  world.clock.ms = (kept.madeAt + 60) * 1000;
  const get = async (path: string, tag = ""): Promise<Response> =>
    world.get(new URL(path, world.deps.config.publicUrl).href, tag === "" ? {} : { "If-None-Match": tag });
  const local = makeApp({ local: true });
  const api = async (path: string): Promise<unknown> =>
    (await local.fetch(new Request(`http://localhost/api/v1${path}`), world.deps)).json();
  return { world, caldav, kept, get, api };
}

describe.each(await listKept())("a database whose last migration is %s", (number) => {
  it("is served as it was before anything is read", async () => {
    const { kept, get } = await upgrade(number);
    for (const { path, status, etag, body } of kept.feeds) {
      const response = await get(path);
      const text = await response.text();
      expect([path, response.status]).toEqual([path, status]);
      // What says that an address has ended is made anew by each version.
      if (!etag.includes("ended")) expect(readCalendar(text)).toEqual(readCalendar(body));
      expect(response.headers.get("ETag") === etag).toBe(text === body);
      expect((await get(path, response.headers.get("ETag") ?? "")).status).toBe(304);
    }
  });

  it("shows every subscriber the same events after a day of runs, none lower and none twice", async () => {
    const { world, kept, get } = await upgrade(number);
    for (let turn = 0; turn < 4; turn += 1) {
      await world.tick();
      world.wait(600);
    }
    expect(world.log.entries.filter(({ level }) => level === "error")).toEqual([]);
    for (const { path, body, etag } of kept.feeds) {
      const response = await get(path);
      const text = await response.text();
      const before = readCalendar(body);
      const after = readCalendar(text);
      const ended = etag.includes("ended");
      if (!ended) expect([...after.keys()].toSorted()).toEqual([...before.keys()].toSorted());
      for (const [uid, event] of ended ? [] : after) {
        expect([uid, event.status]).toEqual([uid, before.get(uid)?.status]);
        expect(event.sequence).toBeGreaterThanOrEqual(before.get(uid)?.sequence ?? Number.POSITIVE_INFINITY);
      }
      expect(response.headers.get("ETag") === etag).toBe(text === body);
    }
  });

  it("opens what is sealed, goes on with its mirror, and knows who decided", async () => {
    const { world, caldav, kept, api } = await upgrade(number);
    for (let turn = 0; turn < 4; turn += 1) {
      await world.tick();
      world.wait(600);
    }
    expect([...caldav.bodies().keys()].toSorted()).toEqual(kept.objects.map(([name]) => name).toSorted());
    expect(caldav.unconditional).toEqual([]);
    expect(await api(`/targets/${kept.target}`)).toMatchObject({
      state: "on",
      failure: null,
      events: kept.objects.length,
      left: 0,
      lost: 0,
    });
    expect(await api("/decisions")).toMatchObject({
      decisions: [{ bookingUuid: kept.accepted, action: "accept", result: "done" }],
    });
    expect(await api("/check")).toMatchObject({ keys: { problems: [] } });
  });
});
