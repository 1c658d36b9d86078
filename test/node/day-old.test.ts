import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { backUpDatabase } from "../../src/node/backup.ts";
import { openDatabase } from "../../src/node/database.ts";
import { restoreDatabase } from "../../src/node/restore.ts";
import { memoryLog } from "../../src/log.ts";
import type { Sql } from "../../src/store/sql/port.ts";
import { readMigrations } from "../../src/store/sql/migrations-node.ts";
import { connectFeed } from "../mirror/connected.ts";
import { type ReadEvent, readCalendar } from "../read-calendar.ts";

const migrations = await readMigrations("migrations");
const startAt = Date.UTC(2027, 0, 4, 9) / 1000;

let folder: string;
let path: string;
let current: Awaited<ReturnType<typeof openDatabase>>;

/** The database that is in place at the moment of each call. */
const sql: Sql = {
  all: async (...call) => current.all(...call),
  first: async (...call) => current.first(...call),
  join: async (...call) => current.join(...call),
  run: async (...call) => current.run(...call),
  batch: async (...call) => current.batch(...call),
};

const open = async (): Promise<void> => {
  current = await openDatabase(path, migrations, startAt, memoryLog());
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "waldur-calendar-"));
  path = join(folder, "waldur-calendar.sqlite");
  await open();
});
afterEach(async () => {
  current.close();
  await rm(folder, { recursive: true });
});

/** A service with subscribers and a mirrored calendar, to which what happens is drawn from a seed. */
async function live(seed: number) {
  let drawn = seed;
  const draw = (below: number): number => (drawn = (drawn * 48_271) % 2_147_483_647) % below;
  const { world, caldav, feedId, api, id } = await connectFeed({}, {}, {}, { sql, startAt });
  const busy = await world.addFeed({ detail: "busy" });
  await world.tick();
  caldav.put("theirs.ics", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n");
  const addresses = await Promise.all([feedId, busy.id].map(async (one) => world.address(await world.feed(one))));
  /** Bodies by address and ETag, over the whole life: an ETag never names two. */
  const seen = new Map<string, string>();
  const tags = new Map<string, string>();
  const poll = async (): Promise<void> => {
    for (const address of addresses) {
      const tag = tags.get(address);
      const response = await world.get(address, tag === undefined ? {} : { "If-None-Match": tag });
      expect([200, 304]).toContain(response.status);
      if (response.status === 304) continue;
      const etag = response.headers.get("ETag") ?? "";
      const body = await response.text();
      expect(seen.get(address + etag) ?? body).toBe(body);
      seen.set(address + etag, body);
      tags.set(address, etag);
    }
  };
  let asked = 0;
  const happen = async (): Promise<void> => {
    const all = world.sample.bookings;
    const booking = all[draw(all.length)];
    if (booking === undefined) return;
    const deeds: (() => unknown)[] = [
      () => world.sample.request({ name: `Asked ${(asked += 1)}` }),
      () => world.sample.accept(booking.uuid),
      async () => api("POST", `/bookings/${booking.uuid}/accept`),
      async () => api("POST", `/bookings/${booking.uuid}/reject`, { reason: "no" }),
      () => world.sample.terminate(booking.uuid),
      () => world.sample.rename(booking.uuid, `Renamed ${(asked += 1)}`),
      () => world.sample.moveSlot(booking.uuid, 3600 * (1 + draw(5))),
    ];
    await deeds[draw(deeds.length)]?.();
  };
  return {
    world,
    caldav,
    api,
    id,
    poll,
    /** Lets so many hours pass in which things happen, are read and fetched. */
    async hours(count: number): Promise<void> {
      for (let turn = 0; turn < count * 2; turn += 1) {
        for (let n = draw(4); n > 0; n -= 1) await happen();
        world.wait(1800);
        await world.tick();
        await poll();
      }
    },
    /** The events that a subscriber to the first feed has. */
    events: async () => readCalendar(await (await world.get(addresses[0] ?? "")).text()),
    /** The events that are mirrored. */
    mirrored(): ReadEvent[] {
      return [...caldav.bodies().values()].flatMap((body) => [...readCalendar(body).values()]);
    },
  };
}

/** Returns what a reader sees of events, one line each, in an order of their own. */
function told(events: Iterable<ReadEvent>): string[] {
  return [...events].map(({ summary, start, end, status }) => `${start} ${end} ${status} ${summary}`).toSorted();
}

describe("a copy that is a day old", () => {
  it.each([1, 3])("restored under subscribers and a mirror: nothing twice, nothing lost (%i)", async (seed) => {
    const service = await live(seed);
    const { world, caldav, poll } = service;
    await service.hours(6);
    const copy = join(folder, "copy");
    await backUpDatabase(path, copy, false);
    await service.hours(24);
    const before = await service.events();
    const written = told(service.mirrored());

    current.close();
    await restoreDatabase(copy, path, migrations, "2027-01-05T15:00:00Z");
    await open();
    // The copy's own events are served until Waldur is read.
    await poll();
    const settle = async (): Promise<void> => {
      for (let turn = 0; turn < 6; turn += 1) {
        world.wait(600);
        await world.tick();
        await poll();
      }
    };
    await settle();

    const after = await service.events();
    expect(told(after.values())).toEqual(told(before.values()));
    for (const [uid, { sequence }] of after) {
      expect([uid, sequence >= (before.get(uid)?.sequence ?? 0)]).toEqual([uid, true]);
    }
    expect(told(service.mirrored())).toEqual(written);
    expect(caldav.bodies().get("theirs.ics")).toContain("PRODID:x");
    expect(caldav.unconditional).toEqual([]);

    await service.hours(6);
    await settle();
    // What is older than the window of the feed stays in a mirror.
    const recent = (events: Iterable<ReadEvent>) => told(events).filter((line) => line > "2026-12-07");
    expect(recent(service.mirrored())).toEqual(recent((await service.events()).values()));
    expect((await service.api("GET", `/targets/${service.id}`)).json).toMatchObject({ state: "on", failure: null });
  });
});
