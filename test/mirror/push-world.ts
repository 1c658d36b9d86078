import { readObject } from "../../src/mirror/remote-object.ts";
import type { CalendarPort, ServerProfile } from "../../src/caldav/port.ts";
import { defaultConfig } from "../../src/config/config.ts";
import type { Budget, Deps } from "../../src/deps.ts";
import { memoryLog } from "../../src/log.ts";
import { newKey, parseKeyRing } from "../../src/security/keys.ts";
import type { FeedRow } from "../../src/store/feeds.ts";
import { listLedger } from "../../src/store/ledger.ts";
import type { EventRow } from "../../src/store/events.ts";
import type { Sql } from "../../src/store/sql/port.ts";
import { findTarget, insertTarget, type NewTarget, type TargetRow } from "../../src/store/targets.ts";
import { getFeed } from "../../src/feed/commands.ts";
import { push, type PushOptions } from "../../src/mirror/push.ts";
import type { PushReport } from "../../src/mirror/report.ts";
import { type MeteredDeps, meterRequests } from "../../src/mirror/request-meter.ts";
import { eventRow, makeFeed, newTarget, placeEvents, startAnew } from "../rows.ts";
import { wide } from "../wide.ts";
import { calendarUrl, faithful, memoryCalendar, meterPort, profileOf, type Quirks } from "./model/memory-calendar.ts";
import { openStore } from "../empty-store.ts";

export const targetId = "00112233aabbccdd";
export const startAt = Date.UTC(2027, 0, 4, 9) / 1000;
const daySeconds = 86_400;

export interface PushWorldOptions {
  readonly quirks?: Partial<Quirks>;
  readonly target?: Partial<NewTarget>;
  readonly profile?: Partial<ServerProfile>;
  readonly budget?: Partial<Budget>;
  readonly sql?: Sql;
}

/** An event, as far as these tests tell them apart. */
export interface Told {
  /** Days after the start of the test. */
  readonly day?: number;
  readonly summary: string;
  readonly cancelled?: boolean;
  readonly sequence?: number;
}

export function veventOf(uid: string, { day = 1, summary, cancelled = false, sequence = 1 }: Told): string {
  const stamp = (at: number): string => new Date(at * 1000).toISOString().replace(/[-:]|\.\d+/g, "");
  const from = startAt + day * daySeconds;
  return [
    "BEGIN:VEVENT",
    `UID:${uid}`,
    `DTSTAMP:${stamp(startAt + sequence - 1)}`,
    `SEQUENCE:${sequence}`,
    `DTSTART:${stamp(from)}`,
    `DTEND:${stamp(from + 3600)}`,
    `SUMMARY:${summary}`,
    `DESCRIPTION:Booked by A. Person`,
    `STATUS:${cancelled ? "CANCELLED" : "CONFIRMED"}`,
    "TRANSP:OPAQUE",
    "END:VEVENT",
    "",
  ].join("\r\n");
}

/** The content of a calendar, and what other people do there. */
export interface Shelf {
  readonly objects: ReadonlyMap<string, { readonly body: string }>;
  put(name: string, body: string): unknown;
  drop(name: string): void;
}

/** A feed whose events the test sets, a target of it over a calendar in memory, and a clock that only the test moves. */
export async function pushWorld(options: PushWorldOptions = {}) {
  const quirks = { ...faithful, ...options.quirks };
  const world = await worldOver(options, calendarUrl, profileOf(quirks, options.profile), (now) =>
    memoryCalendar(quirks, now),
  );
  const { calendar } = world;
  return {
    ...world,
    quirks,
    async push(
      asked: PushOptions = {},
      over: Partial<Deps> = {},
      port: CalendarPort = calendar.port,
    ): Promise<PushReport> {
      return world.pushTo(({ meter }) => meterPort(port, meter), asked, over);
    },
    /** Calls of the calendar since the last time. */
    calls: () => calendar.calls.splice(0),
  };
}

/** The same over another calendar. */
export async function worldOver<C extends Shelf>(
  options: Pick<PushWorldOptions, "sql" | "target" | "budget">,
  url: string,
  profile: ServerProfile,
  makeCalendar: (now: () => number) => C,
) {
  const sql = options.sql ?? (await openStore());
  const clock = { ms: startAt * 1000 };
  const now = (): number => clock.ms;
  const calendar = makeCalendar(now);
  let seed = 7;
  const random = (bytes: number): Uint8Array<ArrayBuffer> =>
    Uint8Array.from({ length: bytes }, () => (seed = (seed * 48_271) % 2_147_483_647) & 255);
  const log = memoryLog();
  const deps: Deps = {
    sql,
    now,
    random,
    log,
    fetch: async () => new Response(null, { status: 404 }),
    mail: null,
    outside: async () => new Response(null, { status: 404 }),
    sleep: async (milliseconds) => void (clock.ms += milliseconds),
    deadline: () => new AbortController().signal,
    defer: () => undefined,
    addressOf: () => "",
    config: defaultConfig,
    keys: parseKeyRing(newKey(random)),
    sample: false,
    budget: { ...wide, ...options.budget },
  };
  await startAnew(sql);
  await makeFeed(sql, "f", {}, startAt);
  await placeEvents(sql, "f", { state: "active", rev: 1, windowAt: startAt }, []);
  const made = newTarget(targetId, {
    name: "Work",
    calendarUrl: url,
    host: "caldav.example",
    account: "caldav.example alice",
    credentials: "sealed",
    profile: JSON.stringify(profile),
    ...options.target,
  });
  await sql.batch([insertTarget(made, startAt)]);
  let rev = 1;
  const wanted = new Map<string, string>();

  const world = {
    deps,
    sql,
    clock,
    calendar,
    log,
    /** VEVENTs of the feed. */
    wanted,
    wait(seconds: number): void {
      clock.ms += seconds * 1000;
    },
    /** Makes events what they now are; null: they are gone. */
    async set(events: Readonly<Record<string, Told | null>>): Promise<void> {
      rev += 1;
      const rows: EventRow[] = [];
      const gone: string[] = [];
      for (const [uid, told] of Object.entries(events)) {
        if (told === null) {
          wanted.delete(uid);
          gone.push(uid);
          continue;
        }
        const vevent = veventOf(uid, told);
        wanted.set(uid, vevent);
        const from = startAt + (told.day ?? 1) * daySeconds;
        const cancelledAt = told.cancelled === true ? startAt : null;
        rows.push(eventRow(uid, { startAt: from, cancelledAt, vevent }));
      }
      await placeEvents(sql, "f", { rev }, rows, gone);
    },
    target: async (): Promise<TargetRow> => {
      const target = await findTarget(sql, targetId);
      if (target === null) throw new Error("the target is gone");
      return target;
    },
    feed: async (): Promise<FeedRow> => getFeed({ sql }, "f"),
    row: async (uid: string) => (await listLedger(sql, targetId)).find((row) => row.uid === uid),
    ledger: async () => listLedger(sql, targetId),
    async pushTo(
      open: (deps: MeteredDeps) => CalendarPort,
      asked: PushOptions = {},
      over: Partial<Deps> = {},
    ): Promise<PushReport> {
      const metered = meterRequests({ ...deps, ...over });
      return push(metered, await world.target(), await world.feed(), open(metered), asked);
    },
    /** Names in the calendar that are ours by their form, with what they say. */
    own(): Map<string, string> {
      const ours = [...calendar.objects].filter(([name]) => name.includes(targetId));
      return new Map(ours.map(([name, { body }]) => [name, readObject(body)?.hash ?? ""]));
    },
    name: (uid: string, generation = 1): string => `${uid}-${targetId}-${generation}.ics`,
    summary: (name: string): string => /SUMMARY:(.*)\r?\n/.exec(calendar.objects.get(name)?.body ?? "")?.[1] ?? "",
    /** Somebody writes another title into an event of ours. */
    edit(name: string, summary: string): void {
      const old = calendar.objects.get(name)?.body ?? "";
      const raised = old.replace(/SEQUENCE:(\d+)/, (_, count: string) => `SEQUENCE:${Number(count) + 1}`);
      calendar.put(name, raised.replace(/SUMMARY:.*/, `SUMMARY:${summary}`));
    },
  };
  return world;
}

export type WorldOver = Awaited<ReturnType<typeof worldOver>>;
