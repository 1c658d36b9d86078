import { environmentAccount } from "../../src/store/accounts.ts";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CalendarPort } from "../../src/caldav/port.ts";
import type { Deps } from "../../src/deps.ts";
import { newKey } from "../../src/security/keys.ts";
import { migrate } from "../../src/store/sql/migrate.ts";
import { readMigrations } from "../../src/store/sql/migrations-node.ts";
import { insertTarget } from "../../src/store/targets.ts";
import { probe } from "../../src/caldav/probe.ts";
import {
  type Access,
  createCalendar,
  findCalendarHome,
  connect,
  openCalendar,
  sealAccess,
} from "../../src/mirror/connect/connect.ts";
import { user } from "../dav-server/programs.ts";
import { eventRow, makeFeed, newTarget, placeEvents, startAnew } from "../rows.ts";
import { openPusher, type Pusher } from "./pusher.ts";
import { targetId, veventOf } from "./push-world.ts";

/** A feed in a database file, and a target of it on a real server. */
export interface RealTarget {
  readonly deps: Deps;
  readonly port: CalendarPort;
  readonly calendarUrl: string;
  readonly access: Access;
  /** The input of a process that pushes. */
  readonly pusher: Omit<Pusher, "ahead">;
  /** Gives the feed these events; those that have another title than before count as changed. */
  set(events: ReadonlyMap<string, string>): Promise<void>;
  close(): Promise<void>;
}

/** Makes a calendar on the server at this address and connects it. */
export async function realTarget(url: string, name = "Bookings"): Promise<RealTarget> {
  const folder = await mkdtemp(join(tmpdir(), "push-"));
  const file = join(folder, "store.sqlite");
  const keys = newKey((bytes) => crypto.getRandomValues(new Uint8Array(bytes)));
  const { host } = new URL(url);
  const { deps, close } = openPusher({ file, keys, host, ahead: 0 });
  const { sql } = deps;
  const nowAt = Math.floor(Date.now() / 1000);
  await migrate(sql, await readMigrations("migrations"), nowAt);
  await startAnew(sql);
  await makeFeed(sql, "f", {}, nowAt);
  await placeEvents(sql, "f", { state: "active", rev: 1, windowAt: Date.UTC(2027, 0, 4) / 1000 }, []);
  const place = await findCalendarHome(deps, environmentAccount, {
    text: `${url}/`,
    preset: null,
    credentials: { kind: "password", ...user },
  });
  const calendar = await createCalendar(deps, place, name);
  const profile = await probe(calendar.url, connect(deps, place.access), deps.random);
  if ("failure" in profile) throw new Error(profile.failure.text);
  const made = newTarget(targetId, {
    name,
    calendarUrl: calendar.url,
    host,
    account: `${host} alice`,
    credentials: await sealAccess(deps, targetId, place.access),
    profile: JSON.stringify(profile.value),
  });
  await sql.batch([insertTarget(made, nowAt)]);
  let rev = 1;
  const known = new Map<string, string>();
  return {
    deps,
    port: await openCalendar(deps, made),
    calendarUrl: calendar.url,
    access: place.access,
    pusher: { file, keys, host, targetId },
    async set(events) {
      rev += 1;
      const rows = [...events].flatMap(([uid, summary], n) => {
        if (known.get(uid) === summary) return [];
        known.set(uid, summary);
        const day = (n % 300) / 24;
        const startAt = Date.UTC(2027, 0, 4, 9) / 1000 + day * 86_400;
        return [eventRow(uid, { startAt, vevent: veventOf(uid, { day, summary }) })];
      });
      const gone = [...known.keys()].filter((uid) => !events.has(uid));
      for (const uid of gone) known.delete(uid);
      await placeEvents(sql, "f", { rev }, rows, gone);
    },
    async close() {
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
