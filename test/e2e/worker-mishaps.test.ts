import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lintCalendar } from "../../src/calendar/ical/lint.ts";
import { newKey } from "../../src/security/keys.ts";
import { type Sql, statement } from "../../src/store/sql/port.ts";
import { readText } from "../../src/store/sql/row.ts";
import { readCalendar } from "../read-calendar.ts";
import { runCli } from "./support/process.ts";
import { adminToken, type Running, runtimes } from "./support/runtimes.ts";
import { type ServedSample, serveSample } from "./support/sample.ts";

// What the clock does is in test/source: a Worker's cannot be set from here. D1 has no locks of others.

const random = (bytes: number): Uint8Array<ArrayBuffer> => crypto.getRandomValues(new Uint8Array(bytes));
const [key, other] = [newKey(random), newKey(random)];

let waldur: ServedSample;
let service: Running;
let path = "";

async function open(keys: string): Promise<Running> {
  const workerd = runtimes.find(({ runtime }) => runtime === "workerd");
  if (workerd === undefined) throw new Error("there is no workerd");
  // Who has lost a role is asked for it again at this pace.
  return workerd.open(waldur.url, waldur.sample.tokens.providerOwner, { SECRET_KEYS: keys, POLL_SECONDS: "1" });
}

const cli = async (...args: string[]) => runCli([...args, "--server", service.url], { ADMIN_TOKEN: adminToken });

/** Returns the status of the feed, and the states of its events by UID. Fails for an event that is cancelled and stands in Waldur. */
async function poll(): Promise<{ readonly status: number; readonly events: Map<string, string | undefined> }> {
  const response = await fetch(service.url + path);
  const text = await response.text();
  const events = new Map<string, string | undefined>();
  if (response.status === 200) {
    for (const [uid, { status }] of readCalendar(text)) events.set(uid, status);
    const wrong = [...events].filter(
      ([uid, status]) => status === "CANCELLED" && waldur.sample.find(uid.slice(0, 32))?.state === "OK",
    );
    expect({ faults: lintCalendar(text), wrong }).toEqual({ faults: [], wrong: [] });
  }
  expect([200, 304, 404, 405, 410]).toContain(response.status);
  return { status: response.status, events };
}

/** The events of bookings: without notices. */
const bookingsIn = (events: Map<string, string | undefined>) =>
  [...events].filter(([uid]) => /^[0-9a-f]{32}-/.test(uid)).toSorted(([a], [b]) => (a < b ? -1 : 1));

/** Lets the service run until the feed shows a booking that is asked for now. */
async function follow(): Promise<void> {
  const { uuid } = waldur.sample.request({ name: "Afterwards" });
  for (let turns = 0; turns < 5; turns += 1) {
    await service.turn();
    if ([...(await poll()).events.keys()].some((uid) => uid.startsWith(uuid))) return;
  }
  throw new Error(`the feed does not follow: ${service.logs().slice(-2000)}`);
}

/** Gives a new database all rows of another one. */
async function moveRows(from: Sql, to: Sql): Promise<void> {
  const tables = await from.all(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 1) != '_' AND name NOT LIKE 'sqlite%' AND name != 'd1_migrations'",
  );
  const statements = [statement("PRAGMA defer_foreign_keys = ON")];
  for (const table of tables) {
    const name = readText(table, "name");
    const rows = await from.all(`SELECT * FROM ${name}`);
    const columns = Object.keys(rows[0] ?? {});
    if (columns.length === 0) continue;
    const values = columns.map((column) => `value->>'$.${column}'`);
    const insert = `INSERT OR REPLACE INTO ${name} (${columns.join(", ")}) SELECT ${values.join(", ")} FROM json_each(?1)`;
    statements.push(statement(insert, JSON.stringify(rows)));
  }
  await to.batch(statements);
}

/** Goes on with the same database under other keys. */
async function restart(keys: string): Promise<void> {
  const next = await open(keys);
  await moveRows(service.sql, next.sql);
  await service.close();
  service = next;
}

describe("a Worker", () => {
  beforeAll(async () => {
    waldur = await serveSample();
    service = await open(key);
    const added = await cli("feeds", "add", "--provider", waldur.sample.providerUuid);
    path = new URL(added.stdout.trim()).pathname;
    await follow();
  });
  afterAll(async () => {
    await service.close();
    await waldur.close();
  });

  it.each([
    ["role", () => waldur.sample.revokeRole("providerOwner"), () => waldur.sample.giveBack("providerOwner")],
    ["active user", () => waldur.sample.deactivate("providerOwner"), () => waldur.sample.activate("providerOwner")],
    ["token", () => waldur.sample.expireToken("providerOwner"), () => waldur.sample.renewToken("providerOwner")],
  ])("that has lost its %s keeps the calendar, and goes on when it is back", async (_what, lose, giveBack) => {
    const before = await poll();
    lose();
    await service.turn();
    const during = await poll();
    expect([during.status, bookingsIn(during.events)]).toEqual([200, bookingsIn(before.events)]);
    giveBack();
    await follow();
  });

  it("whose table of events or of sources is missing answers as feeds do, and goes on when it is put back", async () => {
    for (const table of ["events", "sources", "addresses"]) {
      await service.sql.run(`ALTER TABLE ${table} RENAME TO put_away`);
      await poll();
      await service.turn();
      await poll();
      await service.sql.run(`ALTER TABLE put_away RENAME TO ${table}`);
      await follow();
    }
  });

  it("that gets an older copy of its database goes on under the same address, and gives no tag twice", async () => {
    const tag = async (): Promise<string | null> => (await fetch(service.url + path)).headers.get("ETag");
    const older = await open(key);
    await moveRows(service.sql, older.sql);
    await follow();
    const [newer, before] = [await tag(), await poll()];
    await service.close();
    service = older;
    expect((await poll()).status).toBe(200);
    await follow();
    const after = (await poll()).events;
    for (const [uid, status] of bookingsIn(before.events)) expect([uid, after.get(uid)]).toEqual([uid, status]);
    expect(await tag()).not.toBe(newer);
  });

  it.each([
    ["new ones before the old", `${other},${key}`, ""],
    ["others", other, "is missing. Sealed with it: 1 calendar address."],
    ["the right ones again", key, ""],
  ])("goes on with %s as its keys, and says what cannot be opened", async (_which, keys, complaint) => {
    const before = await poll();
    await restart(keys);
    expect(bookingsIn((await poll()).events)).toEqual(bookingsIn(before.events));
    await follow();
    const { stderr } = await cli("check");
    if (complaint === "") expect(stderr).not.toContain("is missing");
    else expect(stderr).toContain(complaint);
  });
});
