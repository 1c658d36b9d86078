import { environmentAccount } from "../../src/store/accounts/accounts.ts";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CalendarPort } from "../../src/caldav/port.ts";
import type { Deps } from "../../src/deps.ts";
import { newKey } from "../../src/security/keys.ts";
import { migrate } from "../../src/store/sql/migrate.ts";
import { readMigrations } from "../../src/store/sql/migrations-node.ts";
import type { TargetRow } from "../../src/store/targets.ts";
import { addTarget } from "../../src/mirror/commands.ts";
import { openCalendar } from "../../src/mirror/connect/connect.ts";
import { user } from "../dav-server/programs.ts";
import { eventRow, makeFeed, placeEvents, startAnew } from "../rows.ts";
import { openPusher, type Pusher } from "./pusher.ts";
import { veventOf } from "./push-world.ts";

/** A feed in a database file, and a target of it on a real server. */
export interface RealTarget {
  readonly deps: Deps;
  readonly port: CalendarPort;
  readonly calendarUrl: string;
  /** The input of a process that pushes. */
  readonly pusher: Omit<Pusher, "ahead">;
  /** Gives the feed these events; those that have another title than before count as changed. */
  set(events: ReadonlyMap<string, string>): Promise<void>;
  close(): Promise<void>;
}

/** The target to make on a real server. */
export interface RealTargetRequest {
  /** The name of the calendar that is made for it. */
  readonly name?: string;
  /** Address of a calendar that is there and is to be taken instead; null: one is made. */
  readonly calendarUrl?: string | null;
  readonly edits?: TargetRow["edits"];
}

/** Connects a calendar on the server at this address. */
export async function realTarget(
  url: string,
  { name = "Bookings", calendarUrl = null, edits = "mirror" }: RealTargetRequest = {},
): Promise<RealTarget> {
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
  const made = await addTarget(deps, environmentAccount, {
    feedId: "f",
    text: calendarUrl ?? `${url}/`,
    preset: null,
    credentials: { kind: "password", ...user },
    calendar: null,
    create: calendarUrl === null ? name : null,
    edits,
    cancelled: null,
  });
  let rev = 1;
  const known = new Map<string, string>();
  return {
    deps,
    port: await openCalendar(deps, made),
    calendarUrl: made.calendarUrl,
    pusher: { file, keys, host, targetId: made.id },
    async set(events) {
      rev += 1;
      const rows = [...events].flatMap(([uid, summary], n) => {
        if (known.get(uid) === summary) return [];
        known.set(uid, summary);
        const day = (n % 300) / 24;
        const startAt = Date.UTC(2027, 0, 4, 9) / 1000 + day * 86_400;
        return [eventRow(uid, { startAt, vevent: veventOf(uid, { day, summary, sequence: rev }) })];
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
