import { AppError } from "../../src/errors.ts";
import { environmentAccount } from "../../src/store/accounts/accounts.ts";
import type { Sql } from "../../src/store/sql/port.ts";
import { listSources } from "../../src/store/sources/sources.ts";
import { withLastReads } from "../../src/store/sources/reads.ts";
import { listTargets } from "../../src/store/targets.ts";
import type { FeedRow } from "../../src/store/feeds.ts";
import { offerings } from "../../src/demo/people.ts";
import { seeded } from "../../src/demo/bookings.ts";
import { addTarget } from "../../src/mirror/commands.ts";
import { tick } from "../../src/tick.ts";
import { makeCaldav } from "../dav-server/server.ts";
import { readCalendar } from "../read-calendar.ts";
import { makeWorld, type World } from "../world.ts";
import type { Figure } from "./support/figure.ts";

export interface DayOptions {
  readonly feeds: number;
  readonly targets: number;
  /** Simulated hours in which everything fails now and then. */
  readonly hours: number;
  /** The database, with its tables; by default one in memory. */
  readonly sql?: Sql;
  /** Called after each hour. */
  readonly each?: () => void;
}

/** The outcome of a day. All but `runs` and `faults` are to be 0. */
export interface Day {
  readonly runs: number;
  readonly faults: { readonly waldur: number; readonly caldav: number; readonly database: number };
  /** Feeds whose events are not what the sample has. */
  readonly wrongFeeds: number;
  /** Calendars whose events are not those of their feeds. */
  readonly wrongCalendars: number;
  /** Sources not read and targets not pushed for three minutes after the last fault. */
  readonly overdue: number;
  /** Answers at feeds' addresses other than 200 while things failed. */
  readonly refused: number;
}

const wide = { pastDays: 3650, futureDays: 3650 };

/** Lives a day with these feeds and mirrors and faults at every dependency, then ten minutes without any. */
export async function liveDay({ feeds: count, targets, hours, sql, each }: DayOptions): Promise<Day> {
  const random = seeded(7);
  const faults = { waldur: 0, caldav: 0, database: 0 };
  let failing = false;
  const strikes = (of: keyof typeof faults, chance: number): boolean => {
    if (!failing || random() >= chance) return false;
    faults[of] += 1;
    return true;
  };
  const caldav = makeCaldav({ origin: "https://caldav.example.org" });
  const world = await makeWorld({
    bookings: 40,
    ...(sql !== undefined && { sql }),
    config: { nightHours: { from: 0, to: 0 }, requestSeconds: 1 },
    async outside(request) {
      if (strikes("caldav", 0.02)) throw new TypeError("fetch failed");
      if (strikes("caldav", 0.02)) return new Response("busy", { status: 503 });
      return caldav.fetch(request);
    },
  });
  const feeds = await addFeeds(world, count);
  for (let n = 0; n < targets; n += 1) {
    caldav.addCalendar(`c${n}`);
    await mirror(world, feeds[n % feeds.length], caldav.calendarUrl(`c${n}`), caldav.user);
  }
  await tick(world.deps);
  failing = true;
  world.fault(() => {
    // Half an hour in each eight is an outage.
    const away = Math.floor(world.clock.ms / 1_800_000) % 16 === 5;
    if (strikes("waldur", away ? 1 : 0.03)) return new TypeError("fetch failed");
    return strikes("waldur", 0.02) ? new Response("<h1>Server Error (500)</h1>", { status: 500 }) : null;
  });
  const flaky = { ...world.deps, sql: failingSql(world.deps.sql, () => strikes("database", 0.002)) };
  let runs = 0;
  let refused = 0;
  /** For three hours bookings come and are decided; then they are renamed, so that what is stored does not grow. */
  const happen = (): void => {
    const { bookings } = world.sample;
    const one = bookings[Math.floor(random() * bookings.length)];
    if (runs < 180 || one === undefined) world.sample.step();
    else world.sample.rename(one.uuid, `Booking of the run ${String(runs).padStart(4, "0")}`);
  };
  const live = async (minutes: number, deps: World["deps"]): Promise<void> => {
    for (let minute = 0; minute < minutes; minute += 1) {
      world.wait(60);
      if (failing && minute % 5 === 0) happen();
      runs += 1;
      await tick(deps).catch((error: unknown) => {
        if (!(error instanceof AppError) || error.code !== "store_failed") throw error;
      });
      const one = feeds[minute % feeds.length];
      if (one !== undefined && (await world.get(await world.address(one))).status !== 200) refused += 1;
      // What a test keeps to look at would be counted as memory of the program.
      world.requests();
      world.log.entries.splice(0);
      caldav.requests.splice(0);
      await world.settle();
    }
  };
  for (let hour = 0; hour < hours; hour += 1) {
    await live(60, flaky);
    each?.();
  }
  failing = false;
  world.fault(null);
  await live(40, world.deps);
  return {
    runs,
    faults,
    refused,
    wrongFeeds: await countWrongFeeds(world, feeds),
    wrongCalendars: await countWrongCalendars(world, caldav.bodies),
    overdue: await countOverdue(world),
  };
}

/** Makes feeds over a provider and its offerings, one after the other, each with a name of its own. */
async function addFeeds(world: World, count: number): Promise<FeedRow[]> {
  const own = offerings.filter(({ customer }) => customer.uuid === world.sample.providerUuid);
  const feeds: FeedRow[] = [];
  for (let n = 0; n < count; n += 1) {
    const offering = own[n % (own.length + 1)];
    const profile = { ...wide, name: `Feed ${n}`, detail: n % 2 === 0 ? "full" : "basic" } as const;
    const made =
      offering === undefined ? await world.addFeed(profile) : await world.addOffering(offering.uuid, profile);
    feeds.push(made);
  }
  return feeds;
}

async function mirror(world: World, feed: FeedRow | undefined, url: string, user: { name: string; password: string }) {
  await addTarget(world.deps, environmentAccount, {
    feedId: feed?.id ?? "",
    text: url,
    preset: null,
    credentials: { kind: "password", username: user.name, password: user.password },
    calendar: url,
    create: null,
    edits: "mirror",
    cancelled: null,
  });
}

/** Returns the database where some statements fail. */
function failingSql(sql: Sql, fails: () => boolean): Sql {
  const check = (): void => {
    if (fails()) throw new AppError("store_failed", "the database did not answer");
  };
  return {
    all: async (...call) => (check(), sql.all(...call)),
    first: async (...call) => (check(), sql.first(...call)),
    join: async (...call) => (check(), sql.join(...call)),
    run: async (...call) => (check(), sql.run(...call)),
    batch: async (statements) => (check(), sql.batch(statements)),
  };
}

const statusOf = new Map([
  ["Creating", "TENTATIVE"],
  ["OK", "CONFIRMED"],
  ["Terminated", "CANCELLED"],
]);

/** Counts feeds that lack an event of a booking in the sample, or show one otherwise. */
async function countWrongFeeds(world: World, feeds: readonly FeedRow[]): Promise<number> {
  let wrong = 0;
  for (const feed of feeds) {
    const source = await world.source(feed);
    const shown = new Map<string, Set<string>>();
    for (const { uid, status } of readCalendar(await world.calendar(await world.address(feed))).values()) {
      const uuid = uid.slice(0, 32);
      shown.set(uuid, (shown.get(uuid) ?? new Set()).add(status));
    }
    const listed = world.sample.bookings.filter(({ offering: { uuid, customer } }) =>
      [uuid, customer.uuid].includes(source.scopeUuid),
    );
    const right = listed.every(({ uuid, state }) => {
      const wanted = statusOf.get(state) ?? null;
      const found = [...(shown.get(uuid) ?? [])];
      return (
        wanted === null || ((wanted === "CANCELLED" ? true : found.length > 0) && found.every((one) => one === wanted))
      );
    });
    const known = new Set(listed.map(({ uuid }) => uuid));
    if (!right || ![...shown.keys()].every((uuid) => known.has(uuid))) wrong += 1;
  }
  return wrong;
}

const essence = (text: string): string[] =>
  [...readCalendar(text).values()]
    .map(({ summary, status, start, end }) => `${start} ${end} ${status} ${summary}`)
    .sort();

/** Counts calendars that do not have exactly the events of their feed. */
async function countWrongCalendars(world: World, bodies: (name: string) => Map<string, string>): Promise<number> {
  let wrong = 0;
  for (const target of await listTargets(world.deps.sql)) {
    const feed = essence(await world.calendar(await world.address(await world.feed(target.feedId))));
    const name = target.calendarUrl.split("/").at(-2) ?? "";
    const there = [...bodies(name).values()].flatMap(essence).sort();
    if (JSON.stringify(there) !== JSON.stringify(feed)) wrong += 1;
  }
  return wrong;
}

async function countOverdue(world: World): Promise<number> {
  const lateAt = world.clock.ms / 1000 - 180;
  const sources = await withLastReads(world.deps.sql, await listSources(world.deps.sql));
  const targets = await listTargets(world.deps.sql);
  return (
    sources.filter(({ freshAt, failure }) => failure !== "" || (freshAt ?? 0) < lateAt).length +
    targets.filter(({ dueAt, failures, state }) => failures > 0 || state !== "on" || dueAt < lateAt - 3600).length
  );
}

/** The figures of a day with 1,000 feeds and 200 mirrors; takes some minutes. */
export async function day(): Promise<Figure[]> {
  const heaps: number[] = [];
  const each = (): void => {
    globalThis.gc?.();
    heaps.push(process.memoryUsage().heapUsed / 1e6);
  };
  const { runs, faults, wrongFeeds, wrongCalendars, overdue, refused } = await liveDay({
    feeds: Number(process.env["DAY_FEEDS"] ?? 1000),
    targets: Number(process.env["DAY_TARGETS"] ?? 200),
    hours: Number(process.env["DAY_HOURS"] ?? 24),
    each,
  });
  const about = `${runs} runs; failed: ${faults.waldur} at Waldur, ${faults.caldav} at CalDAV, ${faults.database} statements`;
  const none = { unit: "", bound: { most: 0 } } as const;
  const [early = 0, late = 0] = [heaps[2], heaps.at(-1)];
  return [
    { name: "24 hours: feeds unlike Waldur", measured: wrongFeeds, ...none, about },
    { name: "24 hours: calendars unlike their feeds", measured: wrongCalendars, ...none, about: "" },
    { name: "24 hours: overdue", measured: overdue, ...none, about: "" },
    { name: "24 hours: answers other than 200", measured: refused, ...none, about: "" },
    {
      name: "24 hours: heap after the third hour and at the end",
      measured: late - early,
      unit: "MB",
      bound: { most: 10 },
      about: heaps.map((heap) => heap.toFixed(0)).join(" "),
    },
  ];
}
