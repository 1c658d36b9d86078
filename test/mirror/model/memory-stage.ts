import fc from "fast-check";
import type { CalendarPort, Failure, FailureKind } from "../../../src/caldav/port.ts";
import type { Sql } from "../../../src/store/sql/port.ts";
import { faithful, failureOf, meterPort, type Quirks, writesOf } from "./memory-calendar.ts";
import type { Stage } from "./play-schedule.ts";
import { pushWorld } from "../push-world.ts";
import { events, type Schedule, schedulesOf, stepsWith } from "./random-schedule.ts";

const lossy = (body: string): string => body.replace(/SUMMARY:(\w+) .*/, "SUMMARY:$1");

/** Kinds of servers. */
const servers: readonly Partial<Quirks>[] = [
  {},
  { changeFeed: "ctag" },
  { changeFeed: "none" },
  { tellsEtag: false },
  { tellsEtag: false, rewrite: lossy },
  { ignoresIfNoneMatch: true, ignoresIfMatchOnDelete: true, slowTags: true },
  { burnsUids: true },
];

const kinds: readonly FailureKind[] = [
  "unknown",
  "throttled",
  "locked",
  "full",
  "refused",
  "missing",
  "exists",
  "changed",
  "uid-taken",
];

const faults = fc.record({
  fault: fc.constantFrom(...kinds),
  done: fc.boolean(),
  retryAfter: fc.constantFrom(null, 1, 900),
});

const refusal = fc.option(fc.record({ n: fc.nat({ max: events - 1 }), status: fc.constantFrom(409, 415, 500) }), {
  freq: 4,
});

/** Schedules over calendars in memory. */
export const memorySchedules = schedulesOf(fc.nat({ max: servers.length - 1 }), stepsWith(faults, 40), refusal, 12);

const refusedAs: Readonly<Record<number, FailureKind>> = { 409: "missing", 415: "refused", 500: "unknown" };

/** Sets up a calendar in memory, behind the port. */
export async function memoryStage(sql: Sql, quirks: number, schedule: Schedule): Promise<Stage> {
  const server: Quirks = { ...faithful, ...servers[quirks] };
  const world = await pushWorld({
    sql,
    quirks: server,
    target: { edits: schedule.edits },
    budget: { requests: schedule.requests },
  });
  const { calendar } = world;
  return {
    world,
    kept: server.rewrite,
    remake: calendar.remake,
    noticesRemake: !server.slowTags,
    takesOurNames: true,
    broken: () => [],
    writes: () => writesOf(world.calls()).map(({ name, at }) => `${name} ${at}`),
    refuse(refused) {
      calendar.state.fault =
        refused === null
          ? null
          : ({ name, at }) =>
              (name === "create" || name === "update") && at.includes(`e${refused.n}-`)
                ? {
                    failure: failureOf(refusedAs[refused.status] ?? "unknown", { status: refused.status }),
                    done: false,
                  }
                : null;
    },
    async run(at, options, over) {
      const { port } = calendar;
      const wrap =
        <A extends unknown[], T>(call: (...args: A) => Promise<T>) =>
        async (...args: A): Promise<T | { failure: Failure }> =>
          at<T | { failure: Failure }>(
            async () => call(...args),
            async (what) => {
              if (!("fault" in what)) return call(...args);
              if (what.done) await call(...args);
              return { failure: failureOf(what.fault, { retryAfter: what.retryAfter }) };
            },
          );
      const faulty: CalendarPort = {
        state: wrap(async () => port.state()),
        list: wrap(async () => port.list()),
        changes: wrap(async (token: string) => port.changes(token)),
        read: wrap(async (...args: Parameters<typeof port.read>) => port.read(...args)),
        look: wrap(async (href: string) => port.look(href)),
        findUid: wrap(async (uid: string) => port.findUid(uid)),
        create: wrap(async (name: string, body: string) => port.create(name, body)),
        update: wrap(async (href: string, etag: string, body: string) => port.update(href, etag, body)),
        remove: wrap(async (href: string, etag: string) => port.remove(href, etag)),
      };
      return world.pushTo(({ meter }) => meterPort(faulty, meter), options, over);
    },
  };
}
