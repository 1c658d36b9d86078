import fc from "fast-check";
import { hashObject, objectUid, readObject, writeObject } from "../../src/mirror/remote-object.ts";
import type { CalendarPort, Failure, FailureKind } from "../../src/caldav/port.ts";
import type { Sql } from "../../src/store/sql/port.ts";
import { AppError } from "../../src/errors.ts";
import { clearLedgerFailures } from "../../src/store/ledger.ts";
import { faithful, failureOf, type Quirks, writesOf } from "./memory-calendar.ts";
import { pushWorld, type PushWorld, targetId, type Told } from "./push-world.ts";
import { setColumns } from "../rows.ts";

/** One step of a schedule; plain data, so that a counter-example can be pasted into a test. */
type Step =
  | { readonly do: "book"; readonly n: number; readonly again: boolean; readonly cancelled: boolean }
  | { readonly do: "drop"; readonly n: number }
  | { readonly do: "edit"; readonly n: number }
  | { readonly do: "delete"; readonly n: number }
  | { readonly do: "foreign"; readonly n: number; readonly ours: boolean }
  | { readonly do: "copy"; readonly n: number }
  | { readonly do: "wait"; readonly seconds: number }
  | { readonly do: "forget" }
  | { readonly do: "run"; readonly events: readonly Happening[]; readonly now: boolean };

/** A happening at the nth await of a run. */
interface Happening {
  readonly at: number;
  readonly what:
    | { readonly fault: FailureKind; readonly done: boolean; readonly retryAfter: number | null }
    | { readonly crash: "before" | "after" }
    | { readonly other: "run" }
    | { readonly edit: number }
    | { readonly delete: number }
    | { readonly pause: number };
}

export interface Schedule {
  readonly quirks: number;
  readonly edits: "mirror" | "respect";
  readonly requests: number;
  readonly steps: readonly Step[];
}

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

const events = 5;
const n = fc.nat({ max: events - 1 });
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

const happening: fc.Arbitrary<Happening> = fc.record({
  at: fc.nat({ max: 40 }),
  what: fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        fault: fc.constantFrom(...kinds),
        done: fc.boolean(),
        retryAfter: fc.constantFrom(null, 1, 900),
      }),
    },
    { weight: 3, arbitrary: fc.record({ crash: fc.constantFrom("before" as const, "after" as const) }) },
    { weight: 1, arbitrary: fc.constant({ other: "run" } as const) },
    { weight: 2, arbitrary: fc.record({ edit: n }) },
    { weight: 1, arbitrary: fc.record({ delete: n }) },
    { weight: 1, arbitrary: fc.record({ pause: fc.constantFrom(1, 200) }) },
  ),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("book" as const), n, again: fc.boolean(), cancelled: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("drop" as const), n }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("edit" as const), n }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("delete" as const), n }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("foreign" as const), n, ours: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("copy" as const), n }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("wait" as const), seconds: fc.constantFrom(0, 1, 3, 60, 1000, 90_000) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "forget" } as const) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("run" as const),
      events: fc.array(happening, { maxLength: 3 }),
      now: fc.boolean(),
    }),
  },
);

export const schedules: fc.Arbitrary<Schedule> = fc.record({
  quirks: fc.nat({ max: servers.length - 1 }),
  edits: fc.constantFrom("mirror" as const, "respect" as const),
  requests: fc.constantFrom(12, 100_000),
  steps: fc.array(step, { minLength: 1, maxLength: 14 }),
});

class Crash extends Error {}

/** Plays a schedule, lets everything go quiet, and tells what is wrong then; empty when nothing is. */
export async function play(sql: Sql, { quirks, edits, requests, steps }: Schedule): Promise<string[]> {
  const server: Quirks = { ...faithful, ...servers[quirks] };
  const world = await pushWorld({ sql, quirks: server, target: { edits }, budget: { requests } });
  const foreign = new Map<string, string>();
  /** Touched since its booking last changed, or ever. */
  const touched = new Set<string>();
  const ever = new Set<string>();
  const told = new Map<string, Told[]>();
  let edit = 0;
  let made = 0;
  const nameNow = (k: number): string =>
    [...world.own().keys()].filter((name) => name.startsWith(`e${k}-`)).at(-1) ?? "";
  const touch = (uid: string): void => {
    touched.add(uid);
    ever.add(uid);
  };
  const editNow = (k: number): void => {
    const name = nameNow(k);
    if (name === "" || foreign.has(name)) return;
    touch(`e${k}`);
    world.edit(name, `edit ${(edit += 1)}`);
  };
  const dropNow = (k: number): void => {
    const name = nameNow(k);
    if (name === "" || foreign.has(name)) return;
    touch(`e${k}`);
    world.calendar.drop(name);
  };

  /** One run in which these things happen at its nth awaits; the other side of a crash sees nothing more of it. */
  const runOnce = async (happenings: readonly Happening[], now: boolean, depth = 0): Promise<void> => {
    let count = 0;
    let dead = false;
    const at = async <T>(
      call: () => Promise<T>,
      fail: ((kind: Extract<Happening["what"], { fault: unknown }>) => T) | null,
    ): Promise<T> => {
      if (dead) throw new Crash();
      const mine = happenings.find((one) => one.at === count)?.what;
      count += 1;
      if (mine === undefined) return call();
      if ("crash" in mine) {
        if (mine.crash === "after") await call();
        dead = true;
        throw new Crash();
      }
      if ("fault" in mine) {
        if (fail === null) return call();
        if (mine.done) await call();
        return fail(mine);
      }
      if ("edit" in mine) editNow(mine.edit);
      else if ("delete" in mine) dropNow(mine.delete);
      else if ("pause" in mine) world.wait(mine.pause);
      else if (depth === 0) {
        world.wait(200);
        await runOnce([], true, 1);
      }
      return call();
    };
    const through: Sql = {
      all: async (...args) => at(async () => sql.all(...args), null),
      first: async (...args) => at(async () => sql.first(...args), null),
      join: async (...args) => at(async () => sql.join(...args), null),
      run: async (...args) => at(async () => sql.run(...args), null),
      batch: async (statements) => at(async () => sql.batch(statements), null),
    };
    const { port } = world.calendar;
    const wrap =
      <A extends unknown[], T>(call: (...args: A) => Promise<T>) =>
      async (...args: A): Promise<T | { failure: Failure }> =>
        at<T | { failure: Failure }>(
          async () => call(...args),
          ({ fault, retryAfter }) => ({ failure: failureOf(fault, { retryAfter }) }),
        );
    const faulty: CalendarPort = {
      state: wrap(async () => port.state()),
      list: wrap(async () => port.list()),
      changes: wrap(async (token: string) => port.changes(token)),
      read: wrap(async (hrefs: readonly string[]) => port.read(hrefs)),
      look: wrap(async (href: string) => port.look(href)),
      findUid: wrap(async (uid: string) => port.findUid(uid)),
      create: wrap(async (name: string, body: string) => port.create(name, body)),
      update: wrap(async (href: string, etag: string, body: string) => port.update(href, etag, body)),
      remove: wrap(async (href: string, etag: string) => port.remove(href, etag)),
    };
    // What the service does when it comes to a target: only a running one.
    if ((await world.target()).state !== "on") await setColumns(sql, "targets", { state: "on", failures: 0 });
    try {
      await world.push({ now }, { sql: through }, faulty);
    } catch (error) {
      if (!(error instanceof Crash) && !(error instanceof AppError && error.code === "conflict")) throw error;
    }
  };

  for (const one of steps) {
    if (one.do === "book") {
      const uid = `e${one.n}`;
      const before = told.get(uid) ?? [];
      // What nobody ever touched may become what it was before; what somebody did is rendered anew, or like nothing before it.
      const old = one.again ? before.at(ever.has(uid) || !world.wanted.has(uid) ? -1 : -2) : undefined;
      const event = old ?? { summary: `B${(made += 1)} x`, cancelled: one.cancelled };
      if (old === undefined) touched.delete(uid);
      told.set(uid, [...before, event]);
      await world.set({ [uid]: event });
    } else if (one.do === "drop") await world.set({ [`e${one.n}`]: null });
    else if (one.do === "edit") editNow(one.n);
    else if (one.do === "delete") dropNow(one.n);
    else if (one.do === "wait") world.wait(one.seconds);
    else if (one.do === "forget") await forgetLedger(sql);
    else if (one.do === "run") await runOnce(one.events, one.now);
    else {
      const source = world.calendar.objects.get(nameNow(one.n))?.body;
      const name = one.do === "copy" ? `copy-${one.n}.ics` : one.ours ? world.name(`e${one.n}`) : `mine-${one.n}.ics`;
      if (world.calendar.objects.has(name) || (one.do === "copy" && source === undefined)) continue;
      const body =
        one.do === "copy"
          ? (source ?? "").replace(/UID:/, "UID:copy-")
          : `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:mine-${name}\r\nSUMMARY:mine\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
      world.calendar.put(name, body);
      foreign.set(name, body);
      if (one.do === "foreign" && one.ours) touch(`e${one.n}`);
    }
  }
  return quiet(world, edits, foreign, touched);
}

/** The database comes from an older copy that knows nothing of what was pushed. */
async function forgetLedger(sql: Sql): Promise<void> {
  await sql.run("DELETE FROM ledger");
  await setColumns(sql, "targets", { feed_rev: -1, sync_token: null, ctag: null, listed_at: 0 });
}

async function quiet(
  world: PushWorld,
  edits: Schedule["edits"],
  foreign: ReadonlyMap<string, string>,
  touched: ReadonlySet<string>,
): Promise<string[]> {
  const { sql, calendar } = world;
  await setColumns(sql, "targets", { state: "on" });
  await sql.batch([clearLedgerFailures(targetId)]);
  for (let round = 0; round < 8; round += 1) {
    // Longer than an event waits after its failures; not so long that the daily listing would find what was missed.
    world.wait(round === 0 ? 22_000 : 1000);
    await world.push({ now: true });
  }
  world.calls();
  const wrong: string[] = [];
  world.wait(1000);
  const last = await world.push({ now: true });
  const writes = writesOf(world.calls());
  if (writes.length > 0) wrong.push(`one more run writes: ${JSON.stringify(writes)}`);
  if (!last.complete || last.failure !== "") wrong.push(`one more run is not complete: ${JSON.stringify(last)}`);
  for (const [name, body] of foreign) {
    if (calendar.objects.get(name)?.body !== body) wrong.push(`${name}, which is not ours, was changed`);
  }
  const installation = await sql.first("SELECT value FROM meta WHERE key = 'installation'");
  const owner = { installation: String(installation?.["value"]), targetId };
  const own = new Map([...world.own()].filter(([name]) => !foreign.has(name)));
  const uids = new Map<string, string[]>();
  for (const name of own.keys()) {
    const uid = name.split("-", 1)[0] ?? "";
    uids.set(uid, [...(uids.get(uid) ?? []), name]);
  }
  for (const [uid, names] of uids) if (names.length > 1) wrong.push(`${uid} is there ${names.length} times`);
  for (const [uid, vevent] of world.wanted) {
    const [name] = uids.get(uid) ?? [];
    const hash = hashObject(world.quirks.rewrite(writeObject(vevent, objectUid(uid, targetId, 1), owner)));
    // Under `respect` what somebody touched since the booking changed may be theirs.
    if (edits === "respect" && touched.has(uid)) continue;
    if (name === undefined) wrong.push(`${uid} is not there`);
    else if (own.get(name) !== hash) {
      wrong.push(
        `${uid} says ${JSON.stringify(readObject(calendar.objects.get(name)?.body ?? ""))} ${world.summary(name)}`,
      );
    }
  }
  for (const uid of uids.keys()) if (!world.wanted.has(uid)) wrong.push(`${uid} is still there`);
  return wrong;
}
