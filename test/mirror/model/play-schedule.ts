import { hashObject, objectUid, readObject, writeObject } from "../../../src/mirror/remote-object.ts";
import type { PushOptions } from "../../../src/mirror/push.ts";
import type { PushReport } from "../../../src/mirror/report.ts";
import type { Sql } from "../../../src/store/sql/port.ts";
import { AppError } from "../../../src/errors.ts";
import type { Deps } from "../../../src/deps.ts";
import { clearLedgerFailures, restoreLost } from "../../../src/store/ledger.ts";
import { targetId, type Shelf, type Told, type WorldOver } from "../push-world.ts";
import { events, type Happening, type Refusal, type Schedule } from "./random-schedule.ts";
import { setColumns } from "../../rows.ts";

/** One await of a run: `call` is what it waits for, `fail` what comes instead when a fault happens there; null: no fault can. */
type At = <T>(
  call: () => Promise<T>,
  fail: ((what: Extract<Happening["what"], { done: boolean }>) => Promise<T>) | null,
) => Promise<T>;

/** A calendar and the feed that is mirrored into it, as a schedule knows them. */
export interface Stage {
  readonly world: Omit<WorldOver, "calendar"> & { readonly calendar: Shelf };
  /** Returns a body as the server keeps it. */
  readonly kept: (body: string) => string;
  /** Makes the calendar again under its name, with the objects whose names these are. */
  readonly remake: (keeps: (name: string) => boolean) => void;
  /** The next look shows that the calendar was made again. */
  readonly noticesRemake: boolean;
  /** An object that somebody puts under one of our names has another ETag than ours had. */
  readonly takesOurNames: boolean;
  /** Returns the requests so far that no server may ever get. */
  readonly broken: () => readonly string[];
  /** Returns the writes that were sent since the last time. */
  readonly writes: () => readonly string[];
  /** Lets the server refuse an event from now on; null: none. */
  readonly refuse: (refusal: Refusal | null) => void;
  /** Runs the target once. */
  readonly run: (at: At, options: PushOptions, over: Partial<Deps>) => Promise<PushReport>;
}

class Crash extends Error {}

const nothingHappens: At = async (call) => call();

/** Plays a schedule, lets everything go quiet, and tells what is wrong then; empty when nothing is. */
export async function play(stage: Stage, { edits, refusal = null, steps }: Schedule): Promise<string[]> {
  const { world } = stage;
  const { sql } = world;
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
  const bookNow = async (k: number, again: boolean, cancelled: boolean): Promise<void> => {
    const uid = `e${k}`;
    const before = told.get(uid) ?? [];
    // What nobody ever touched may become what it was before; what somebody did is rendered anew, or like nothing before it.
    const old = again ? before.at(ever.has(uid) || !world.wanted.has(uid) ? -1 : -2) : undefined;
    const event = old ?? { summary: `B${(made += 1)} x`, cancelled };
    if (old === undefined) touched.delete(uid);
    told.set(uid, [...before, event]);
    await world.set({ [uid]: event });
  };

  /** One run in which these things happen at its nth awaits; the other side of a crash sees nothing more of it. */
  const runOnce = async (happenings: readonly Happening[], now: boolean, depth = 0): Promise<void> => {
    let count = 0;
    let dead = false;
    const at: At = async (call, fail) => {
      if (dead) throw new Crash();
      const mine = happenings.find((one) => one.at === count)?.what;
      count += 1;
      if (mine === undefined) return call();
      if ("crash" in mine) {
        if (mine.crash === "after") await call();
        dead = true;
        throw new Crash();
      }
      if ("done" in mine) return fail === null ? call() : fail(mine);
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
    // What the service does when it comes to a target: only a running one.
    if ((await world.target()).state !== "on") await setColumns(sql, "targets", { state: "on", failures: 0 });
    try {
      await stage.run(at, { now }, { sql: through });
    } catch (error) {
      if (!(error instanceof Crash) && !(error instanceof AppError && error.code === "conflict")) throw error;
    }
  };

  /** Makes the calendar again between two looks. Where few are gone, they are a person's deletions for all that can be known. */
  const remake = async (keeps: readonly number[]): Promise<void> => {
    await runOnce([], true);
    const stays = (name: string): boolean => foreign.has(name) || keeps.some((k) => name.startsWith(`e${k}-`));
    const { objects } = world.calendar;
    const rows = await world.ledger();
    const gone = new Set([...objects.keys()].filter((name) => !stays(name)));
    const standing = rows.filter(({ href, state }) => href !== "" && (state === "synced" || state === "left"));
    const lost = standing.filter(({ href }) => {
      const name = href.slice(href.lastIndexOf("/") + 1);
      return gone.has(name) || !objects.has(name);
    });
    const most = lost.length > 3 && lost.length * 2 > standing.length;
    if (!most || !stage.noticesRemake) for (const name of gone) touch(name.split("-", 1)[0] ?? "");
    stage.remake(stays);
    world.wait(1000);
    await runOnce([], true);
  };

  stage.refuse(refusal);
  for (const one of steps) {
    if (one.do === "book") await bookNow(one.n, one.again, one.cancelled);
    else if (one.do === "fill") for (let k = 0; k < events; k += 1) await bookNow(k, false, false);
    else if (one.do === "drop") await world.set({ [`e${one.n}`]: null });
    else if (one.do === "edit") editNow(one.n);
    else if (one.do === "delete") dropNow(one.n);
    else if (one.do === "remake") await remake(one.keeps);
    else if (one.do === "wait") world.wait(one.seconds);
    else if (one.do === "forget") await forgetLedger(sql);
    else if (one.do === "run") await runOnce(one.events, one.now);
    else {
      const source = world.calendar.objects.get(nameNow(one.n))?.body;
      const ours = one.do === "foreign" && one.ours && stage.takesOurNames;
      const name = one.do === "copy" ? `copy-${one.n}.ics` : ours ? world.name(`e${one.n}`) : `mine-${one.n}.ics`;
      if (world.calendar.objects.has(name) || (one.do === "copy" && source === undefined)) continue;
      const body =
        one.do === "copy"
          ? (source ?? "").replace(/UID:/, "UID:copy-")
          : `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:mine-${name}\r\nSUMMARY:mine\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
      world.calendar.put(name, body);
      foreign.set(name, world.calendar.objects.get(name)?.body ?? "");
      if (ours) touch(`e${one.n}`);
    }
  }
  return judge(stage, edits, refusal, foreign, touched);
}

/** The database comes from an older copy that knows nothing of what was pushed. */
async function forgetLedger(sql: Sql): Promise<void> {
  await sql.run("DELETE FROM ledger");
  await setColumns(sql, "targets", { feed_rev: -1, sync_token: null, ctag: null, listed_at: 0 });
}

/** Lets everything go quiet: first while the server still refuses one event, then without that. Returns what is wrong. */
async function judge(
  stage: Stage,
  edits: Schedule["edits"],
  refusal: Refusal | null,
  foreign: ReadonlyMap<string, string>,
  touched: ReadonlySet<string>,
): Promise<string[]> {
  const { world } = stage;
  const { sql } = world;
  const rest = async (rounds: number): Promise<void> => {
    await setColumns(sql, "targets", { state: "on" });
    for (let round = 0, still = 0; round < rounds && still < 2; round += 1) {
      // Longer than an event waits after its failures; not so long that the daily listing would find what was missed.
      world.wait(round === 0 ? 22_000 : 1000);
      const { created, updated, deleted, adopted, complete } = await stage.run(nothingHappens, { now: true }, {});
      still = complete && created + updated + deleted + adopted === 0 ? still + 1 : 0;
    }
  };
  const waits = refusal === null ? "" : `e${refusal.n}`;
  const wrong: string[] = [];
  if (refusal !== null) {
    await rest(8);
    const rows = new Map((await world.ledger()).map((row) => [row.uid, row]));
    const behind = await differences(stage, edits, foreign, touched);
    for (const one of behind) {
      const uid = one.split(" ", 1)[0] ?? "";
      // Put back too often in a day: it is counted as left.
      if (rows.get(uid)?.state === "left") continue;
      if (uid !== waits) wrong.push(`while ${waits} is refused: ${one}`);
      else if (rows.get(uid)?.failure === "") wrong.push(`${one}, and nothing says why`);
    }
    stage.refuse(null);
  }
  await sql.batch([clearLedgerFailures(targetId)]);
  await rest(8);
  if ((await world.target()).lost > 0) {
    await sql.batch([restoreLost(targetId)]);
    await rest(2);
  }
  stage.writes();
  world.wait(1000);
  const last = await stage.run(nothingHappens, { now: true }, {});
  const writes = stage.writes();
  if (writes.length > 0) wrong.push(`one more run writes: ${JSON.stringify(writes)}`);
  if (!last.complete || last.failure !== "") wrong.push(`one more run is not complete: ${JSON.stringify(last)}`);
  for (const [name, body] of foreign) {
    if (world.calendar.objects.get(name)?.body !== body) wrong.push(`${name}, which is not ours, was changed`);
  }
  wrong.push(...stage.broken().map((line) => `unconditional: ${line}`));
  return [...wrong, ...(await differences(stage, edits, foreign, touched))];
}

/** Returns how the calendar differs from what is wanted; under `respect` without what waits to be put back. */
async function differences(
  { world, kept }: Stage,
  edits: Schedule["edits"],
  foreign: ReadonlyMap<string, string>,
  touched: ReadonlySet<string>,
): Promise<string[]> {
  const { sql, calendar } = world;
  const wrong: string[] = [];
  const installation = await sql.first("SELECT value FROM meta WHERE key = 'installation'");
  const owner = { installation: String(installation?.["value"]), targetId };
  const own = new Map([...world.own()].filter(([name]) => !foreign.has(name)));
  const lost = new Set((await world.ledger()).filter((row) => row.lost).map(({ uid }) => uid));
  const uids = new Map<string, string[]>();
  for (const name of own.keys()) {
    const uid = name.split("-", 1)[0] ?? "";
    uids.set(uid, [...(uids.get(uid) ?? []), name]);
  }
  for (const [uid, names] of uids) if (names.length > 1) wrong.push(`${uid} is there ${names.length} times`);
  for (const [uid, vevent] of world.wanted) {
    const [name] = uids.get(uid) ?? [];
    const hash = hashObject(kept(writeObject(vevent, objectUid(uid, targetId, 1), owner)));
    // Under `respect` what somebody touched since the booking changed may be theirs.
    if (edits === "respect" && (touched.has(uid) || lost.has(uid))) continue;
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
