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
import { type Quirks, servers } from "../../dav-server/quirks.ts";
import { makeCaldav } from "../../dav-server/server.ts";
import type { Stage } from "./play-schedule.ts";
import { startAt, worldOver } from "../push-world.ts";
import { events, type Schedule, schedulesOf, stepsWith } from "./random-schedule.ts";

/** Forms in which a server keeps a body. */
const bodies = {
  same: (body: string) => body,
  adds: servers.sogo.rewrites,
  loses: (body: string) => body.replace(/SUMMARY:(\w+) .*/, "SUMMARY:$1"),
  folds: (body: string) => body.replaceAll(/^(DESCRIPTION:.{9})/gm, "$1\r\n "),
};
/** Spellings of the last segment of an href. */
const names = {
  escaped: (name: string) => encodeURIComponent(name),
  plain: (name: string) => encodeURI(name),
  needless: (name: string) => encodeURI(name).replaceAll("-", "%2d"),
};

/** A server: one that was seen, and switches that differ from it. Plain data. */
export interface DavSwitches {
  readonly like: keyof typeof servers;
  readonly body: keyof typeof bodies | null;
  readonly spelling: keyof typeof names | null;
  readonly switches: Partial<Omit<Quirks, "rewrites" | "spells">>;
}

/** Values of each switch, without servers that let nobody write, or on which others' changes cannot be told from ours. */
const values: { readonly [K in keyof DavSwitches["switches"]]: readonly Quirks[K][] } = {
  ignoresIfNoneMatch: [true],
  createsOnIfMatch: [true],
  ignoresIfMatchOnDelete: [true],
  etags: ["counter", "content", "object"],
  etagForm: ["weak", "unquoted"],
  putEtag: ["absent", "gzip"],
  hrefs: ["absolute", "http", "inside", "doubled", "dotted", "escaped"],
  bareCollections: [true],
  privileges: [["read", "write-content"], ["read", "bind", "unbind"], ["all"], null],
  latin: [true],
  ctag: ["revision", "seconds", "none"],
  sync: [true, false],
  lostToken: ["403", "412", "500", "507", "410", "full", "silent"],
  page: [1, 3],
  ghosts: [true],
  listsItself: [true],
  uidConflict: ["cyrus", "radicale", "sogo", "xandikos", "nextcloud", "accepted"],
  burnsUids: [true, false],
  refusesOlder: [true],
  oneAtATime: [true],
  failsPutWith207: [true],
  multigetMissing: ["member", "omitted", "whole"],
  multigetMost: [1, 3],
  staleReports: [true],
  staleQueries: [true],
  absentIs207: [true],
  missingParent: [403, 404, 405, 409],
  updateStatus: [200, 201],
  deleteStatus: [200],
  deleteMissing: [404, 410, 412],
  auth: ["none", "digest", "bearer"],
  nonces: ["once", "stale", "silent"],
};

const pairs = Object.entries(values).flatMap(([name, some]) => some.map((value) => [name, value] as const));

const switches: fc.Arbitrary<DavSwitches> = fc.record({
  like: fc.constantFrom(...Object.keys(servers).filter((name): name is keyof typeof servers => name in servers)),
  body: fc.option(fc.constantFrom("same", "adds", "loses", "folds"), { freq: 1 }),
  spelling: fc.option(fc.constantFrom("escaped", "plain", "needless"), { freq: 1 }),
  switches: fc
    .uniqueArray(fc.constantFrom(...pairs), { maxLength: 6, selector: ([name]) => name })
    .map((some): DavSwitches["switches"] => Object.fromEntries(some)),
});

/** Answers to one request; those of writes would be lies about what is there where something is read. */
const ofAll = ["500", "502", "403", "423", "429", "503", "reset", "lost", "cut", "login", "usage"] as const;
const ofWrites = ["404", "409", "412", "415", "507"] as const;
export type DavAnswer = (typeof ofAll)[number] | (typeof ofWrites)[number];

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

function quirksOf({ like, body, spelling, switches: own }: DavSwitches): Partial<Quirks> {
  return {
    ...servers[like],
    ...(body !== null && { rewrites: bodies[body] }),
    ...(spelling !== null && { spells: names[spelling] }),
    ...own,
  };
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
