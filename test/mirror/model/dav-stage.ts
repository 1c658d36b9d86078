import fc from "fast-check";
import { makeSigner } from "../../../src/caldav/auth/signer.ts";
import { makeCalendarPort } from "../../../src/caldav/client.ts";
import type { CalendarPort } from "../../../src/caldav/port.ts";
import { probe } from "../../../src/caldav/probe.ts";
import type { Connection } from "../../../src/caldav/wire.ts";
import type { Deps } from "../../../src/deps.ts";
import { makeGuardedFetch } from "../../../src/security/guard.ts";
import type { Sql } from "../../../src/store/sql/port.ts";
import * as faults from "../../dav-server/faults.ts";
import { makeCaldav } from "../../dav-server/server.ts";
import { type DavAnswer, type DavSwitches, ofAll, ofWrites, quirksOf, switches } from "./dav-switches.ts";
import type { Stage } from "./play-schedule.ts";
import { startAt, worldOver } from "../push-world.ts";
import { events, type Schedule, schedulesOf, stepsWith } from "./random-schedule.ts";

const answers = fc.record({
  answer: fc.constantFrom(...ofAll, ...ofWrites),
  done: fc.boolean(),
  retryAfter: fc.constantFrom(null, 1, 900),
});

const refusal = fc.option(
  fc.record({ n: fc.nat({ max: events - 1 }), status: fc.constantFrom(403, 409, 412, 415, 423, 500, 501) }),
  { freq: 2 },
);

/** Schedules over servers with random switches. */
export const davSchedules = schedulesOf(switches, stepsWith(answers, 60), refusal, 24);

function faultOf(answer: DavAnswer, done: boolean, retryAfter: number | null): faults.Fault {
  switch (answer) {
    case "reset":
      return faults.resetBefore;
    case "lost":
      return faults.lostAnswer;
    case "cut":
      return faults.truncated;
    case "login":
      return faults.loginPage;
    case "usage":
      return faults.usageLimits;
    default: {
      const headers = retryAfter === null ? {} : { "Retry-After": String(retryAfter) };
      const refuse = faults.status(Number(answer), headers);
      return done
        ? async (apply, request) => {
            await apply();
            return refuse(apply, request);
          }
        : refuse;
    }
  }
}

/** Sets up a server with these switches, and a target that was connected to it as the service does. */
export async function davStage(sql: Sql, asked: DavSwitches, schedule: Schedule) {
  let now = (): number => startAt * 1000;
  const server = makeCaldav({ quirks: quirksOf(asked), now: () => now() });
  const { quirks, user } = server;
  const url = server.calendarUrl();
  const { origin, host } = new URL(url);
  const connect = ({ outside, deadline, random }: Pick<Deps, "outside" | "deadline" | "random">): Connection => ({
    guarded: makeGuardedFetch({ outside, deadline, rules: { allowed: [host], own: [] } }),
    signer: makeSigner(
      quirks.auth === "bearer"
        ? { kind: "bearer", token: user.token }
        : { kind: "password", username: user.name, password: user.password },
      { origins: [origin], domain: null },
      random,
    ),
    now: () => now(),
  });
  const still = () => new AbortController().signal;
  let seed = 1;
  const random = (bytes: number): Uint8Array<ArrayBuffer> => new Uint8Array(bytes).fill((seed += 1));
  const profile = await probe(url, connect({ outside: server.fetch, deadline: still, random }), random);
  if ("failure" in profile) throw new Error(`cannot be connected: ${profile.failure.text}`);
  const world = await worldOver(
    { sql, target: { edits: schedule.edits }, budget: { requests: schedule.requests } },
    url,
    profile.value,
    (clock) => {
      now = clock;
      return {
        get objects() {
          return server.calendar().objects;
        },
        put: server.put,
        drop: server.drop,
      };
    },
  );
  const stage: Stage & { readonly requests: () => readonly string[] } = {
    world,
    kept: quirks.rewrites,
    remake: server.remake,
    // Where a lost token is answered with all that is there, or the tag is a second, only a listing tells what is gone.
    noticesRemake: quirks.ctag !== "seconds" && quirks.lostToken !== "full",
    takesOurNames: quirks.etags !== "object",
    broken: () => server.unconditional,
    requests: () => server.taken(),
    writes: () => server.taken().filter((line) => /^(?:PUT|DELETE) /.test(line)),
    refuse(refused) {
      server.heal();
      if (refused === null) return;
      const name = new RegExp(`/e${refused.n}-[^/]*$`);
      const isIt = ({ method, path }: { method: string; path: string }) => method === "PUT" && name.test(path);
      server.script(faults.status(refused.status), isIt, Number.POSITIVE_INFINITY);
    },
    async run(at, options, over) {
      const outside = async (request: Request): Promise<Response> =>
        at(
          async () => server.fetch(request),
          async (what) => {
            const apply = async (): Promise<Response> => server.fetch(request);
            if (!("answer" in what)) return apply();
            const { answer, done, retryAfter } = what;
            const writes = request.method === "PUT" || (request.method === "DELETE" && answer !== "404");
            if (!writes && ofWrites.some((one) => one === answer)) return apply();
            return faultOf(answer, done, retryAfter)(apply, request);
          },
        );
      const open = (deps: Deps): CalendarPort => makeCalendarPort(url, connect(deps));
      return world.pushTo(open, options, { ...over, outside });
    },
  };
  return stage;
}
