import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as bookings from "../../../src/store/bookings/bookings.ts";
import * as writes from "../../../src/store/bookings/write-bookings.ts";
import * as events from "../../../src/store/events.ts";
import * as decisions from "../../../src/store/decisions.ts";
import { listBeside } from "../../../src/store/bookings/beside.ts";
import { countInbox, type InboxQuery, listInbox } from "../../../src/store/bookings/inbox.ts";
import { findAddress, lastUse, listFeeds, listWritten, writeRendered } from "../../../src/store/feeds.ts";
import { forgetRuns, listRuns } from "../../../src/store/sources/runs.ts";
import { listSourcesWith, makeDue, moveSources } from "../../../src/store/sources/sources.ts";
import { listAgenda, listBetween } from "../../../src/store/bookings/span.ts";
import { knowsSince, listChanges } from "../../../src/store/changes.ts";
import { findObjects } from "../../../src/store/objects.ts";
import { findAccounts } from "../../../src/store/accounts/accounts.ts";
import { dropLeases, takeLeases } from "../../../src/store/leases.ts";
import { migrate } from "../../../src/store/sql/migrate.ts";
import { readMigrations } from "../../../src/store/sql/migrations-node.ts";
import { type Sql, type SqlValue, type Statement, statement } from "../../../src/store/sql/port.ts";
import { sqliteEngines, migrationsFolder, type Opened } from "./engines.ts";
import { bookingOf, startAnew, store, t, uuidOf, writeOf } from "../../rows.ts";
import { workTime } from "../../work-time.ts";

/** Walks over a table, a source or a feed, as the engine tells them. */
const walk =
  /^SCAN (?:accounts|sources|bookings|feeds|addresses|events|decisions|attempts|runs|leases|revisions)\b|^SEARCH (?:bookings|events|revisions)\b.*\(\w+_id=\?(?: AND u?u?id>\?)?\)/;

type Query = (sql: Sql) => Promise<unknown>;

/** The statements a query sends. */
async function recorded(query: Query): Promise<Statement[]> {
  const sent: Statement[] = [];
  const note = (sql: string, parameters: readonly SqlValue[]) => sent.push(statement(sql, ...parameters));
  await query({
    all: async (sql, ...parameters) => (note(sql, parameters), []),
    first: async (sql, ...parameters) => (note(sql, parameters), null),
    join: async (sql, ...parameters) => (note(sql, parameters), { bytes: new Uint8Array(), rows: 0 }),
    run: async (sql, ...parameters) => note(sql, parameters),
    batch: async (statements) => statements.map(({ sql, parameters }) => note(sql, parameters)),
  });
  return sent;
}

const uuids = [1, 2, 3].map(uuidOf);
const one = JSON.stringify([writes.encodeBooking(writeOf(bookingOf(1)))]);

const inboxScope = { sourceIds: ["s", "other"], scopes: ["p"], nowAt: t };
const inboxQuery: InboxQuery = {
  part: "decide",
  offeringUuid: null,
  fromAt: null,
  toAt: null,
  words: [],
  names: [],
  order: "start",
  limit: 20,
  offset: 0,
};

/** Statements that run each minute, for each page of Waldur's list, for each batch of events or for each request. */
const queries: readonly [string, Query][] = [
  ["listSlimBetween", async (sql) => bookings.listSlimBetween(sql, "s", 1, 2)],
  ["findSlim", async (sql) => bookings.findSlim(sql, "s", uuids)],
  ["findBookings", async (sql) => bookings.findBookings(sql, "s", uuids)],
  ["listChanged", async (sql) => bookings.listChanged(sql, "s", 1, 50)],
  ["listMoved", async (sql) => bookings.listMoved(sql, "s", { shown: [1, 2], today: [1, 2] }, "", 50)],
  ["listSlotless", async (sql) => bookings.listSlotless(sql, "s", 1)],
  ["listSlotlessOfAll", async (sql) => bookings.listSlotlessOfAll(sql, ["s", "other"], 1)],
  ["findSlimOfAll", async (sql) => bookings.findSlimOfAll(sql, uuids)],
  ["listPendingSources", async (sql) => bookings.listPendingSources(sql, ["s", "other"], 1)],
  ["listMissed", async (sql) => bookings.listMissed(sql, "s", 1)],
  ["hasPending", async (sql) => bookings.hasPending(sql, "s", 1)],
  ["writeBookings", async (sql) => sql.batch([writes.writeBookings(one)])],
  ["writeOrders", async (sql) => sql.batch([writes.writeOrders("s", [])])],
  ["markMissed", async (sql) => sql.batch([writes.markMissed("s", uuids, 1)])],
  ["markVanished", async (sql) => sql.batch([writes.markVanished("s", uuids, 1, 1)])],
  ["findEvents", async (sql) => events.findEvents(sql, ["f", "g"], uuids)],
  ["writeEvents", async (sql) => sql.batch([events.writeEvents("w", "[]")])],
  ["deleteEvents", async (sql) => sql.batch([events.deleteEvents("w", "[]")])],
  ["writeRendered", async (sql) => sql.batch([writeRendered("w", "[]")])],
  ["listWritten", async (sql) => listWritten(sql, "w", ["f", "g"])],
  ["listInbox", async (sql) => listInbox(sql, inboxScope, inboxQuery)],
  [
    "listInbox by words",
    async (sql) => listInbox(sql, inboxScope, { ...inboxQuery, words: [["näidis"]], order: "age" }),
  ],
  ["countInbox", async (sql) => countInbox(sql, inboxScope)],
  ["forgetRuns", async (sql) => sql.batch([forgetRuns("s", 1)])],
  ["listRuns", async (sql) => listRuns(sql, ["s"], { beforeAt: 1, failed: false, limit: 10 })],
  ["findAddress", async (sql) => findAddress(sql, "hash")],
  ["listBeside", async (sql) => listBeside(sql, [{ uuid: "b", sourceId: "s", offeringUuid: "o", fromAt: 1, toAt: 2 }])],
  [
    "listBetween",
    async (sql) => listBetween(sql, ["s", "other"], { fromAt: 1, toAt: 2, offeringUuid: "o", ended: false }, 10),
  ],
  [
    "listAgenda",
    async (sql) =>
      listAgenda(sql, { id: "f", sourceId: "s" }, { fromAt: 1, toAt: 2, offeringUuid: "o", ended: false }, 10),
  ],
  ["findInSources", async (sql) => bookings.findInSources(sql, "b")],
  ["moveSources", async (sql) => sql.batch([moveSources(new Map([["s", 1]]))])],
  ["makeDue", async (sql) => makeDue(sql, ["s", "other"], 1)],
  ["takeLeases", async (sql) => takeLeases(sql, ["source:s"], "h", 1, 2)],
  ["dropLeases", async (sql) => dropLeases(sql, ["source:s"], "h")],
  ["findAccounts", async (sql) => findAccounts(sql, ["a"])],
  ["listSourcesWith", async (sql) => listSourcesWith(sql, "b")],
  ["findDone", async (sql) => decisions.findDone(sql, "b", 1)],
  ["findOwnDone", async (sql) => decisions.findOwnDone(sql, { bookingUuid: "b", accountId: "a", action: "accept" }, 1)],
  [
    "countUnknown",
    async (sql) => decisions.countUnknown(sql, { bookingUuid: "b", accountId: "a", action: "accept" }, 1),
  ],
  [
    "listDecisionsOf",
    async (sql) =>
      decisions.listDecisionsOf(
        sql,
        ["s"],
        { accountId: "a", scopes: ["p"], everywhere: true },
        { booking: null, beforeAt: 1, failed: false, limit: 10 },
      ),
  ],
  ["listDecisions", async (sql) => decisions.listDecisions(sql, "b", 100)],
  [
    "settleDecision",
    async (sql) => decisions.settleDecision(sql, "d", { result: "done", byOperator: false, insider: true }),
  ],
  ["listFeeds", async (sql) => listFeeds(sql, ["s", "other"])],
  ["lastUse", async (sql) => lastUse(sql, "s")],
  ["findObjects", async (sql) => findObjects(sql, "f", "a", ["u"])],
  ["listChanges", async (sql) => listChanges(sql, "f", "a", { rev: 1, uid: "" }, 10)],
  ["knowsSince", async (sql) => knowsSince(sql, "f", "a", [1, 2], 1)],
];

describe.each(sqliteEngines)("plans over $engine", ({ open }) => {
  let opened: Opened;

  beforeAll(async () => {
    opened = await open();
    await migrate(opened.sql, await readMigrations(migrationsFolder), t);
  });
  afterAll(async () => opened.close());

  const planOf = async (one: Statement): Promise<string[]> =>
    (await opened.sql.all(`EXPLAIN QUERY PLAN ${one.sql}`, ...one.parameters)).map((row) => String(row["detail"]));

  it.each(queries)("%s goes by an index", async (_, query) => {
    const sent = await recorded(query);
    expect(sent).toHaveLength(1);
    for (const one of sent) {
      const plan = await planOf(one);
      expect(plan.filter((step) => walk.test(step))).toEqual([]);
      expect(plan.join("\n")).toMatch(/USING|json_each/);
    }
  });

  it("of a query that has to walk are told as such", async () => {
    const walks: readonly Query[] = [
      async (sql) => writes.countOfOfferings(sql, "s", uuids),
      async (sql) => events.listStale(sql, "f", 1, 2, 3),
      async (sql) => listFeeds(sql),
    ];
    for (const query of walks) {
      const [one] = await recorded(query);
      const plan = one === undefined ? [] : await planOf(one);
      expect(plan.some((step) => walk.test(step))).toBe(true);
    }
  });

  it("of a count touch no booking but those that wait", async () => {
    const [one] = await recorded(async (sql) => bookings.countBookings(sql, "s", 1));
    const plan = one === undefined ? [] : await planOf(one);
    const reads = plan.filter((step) => step.includes("bookings"));
    expect(reads).toHaveLength(3);
    for (const step of reads) expect(step).toMatch(/USING COVERING INDEX|INDEX bookings_pending/);
  });
});

describe.each(sqliteEngines)("an inbox over $engine", ({ open }) => {
  it("is counted, and its page chosen, among the open requests alone", async () => {
    const opened = await open();
    await migrate(opened.sql, await readMigrations(migrationsFolder), t);
    for (const query of [
      async (sql: Sql) => countInbox(sql, inboxScope),
      async (sql: Sql) => listInbox(sql, inboxScope, inboxQuery),
    ]) {
      const [one] = await recorded(query);
      const plan = one === undefined ? [] : await opened.sql.all(`EXPLAIN QUERY PLAN ${one.sql}`, ...one.parameters);
      expect(plan.map((step) => step["detail"])).toContainEqual(
        expect.stringMatching(
          /^SEARCH one USING INDEX bookings_open \(source_id=\? AND last_end_at>\? AND last_end_at<\?\)/,
        ),
      );
    }
    await opened.close();
  });
});

describe("a source of 100,000 bookings in a file", () => {
  const open = sqliteEngines[0]?.open;
  let opened: Opened;

  beforeAll(async () => {
    if (open === undefined) throw new Error("there is no engine");
    opened = await open();
    await migrate(opened.sql, await readMigrations(migrationsFolder), t);
    await startAnew(opened.sql);
    for (const [source, count] of [
      ["s", 100_000],
      ["other", 1000],
    ] as const) {
      await opened.sql.run(
        `INSERT INTO bookings (source_id, uuid, rev, created_micros, modified_micros, state, slim, data, slots, slotless,
           first_start_at, last_start_at, last_end_at)
         WITH RECURSIVE row(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM row WHERE n < ?2)
         SELECT ?1, printf('%032x', n), n, n, n, 'OK', 'slim', '{}', '[]', 0, n, n, n FROM row`,
        source,
        count,
      );
    }
  });
  afterAll(async () => opened.close());

  // A walk would take a hundred times as long.
  it.each<[string, (sourceId: string) => Promise<unknown>]>([
    ["reads a page's 300", async (id) => bookings.listSlimBetween(opened.sql, id, 500, 800)],
    [
      "writes 300",
      async (id) =>
        store(
          opened.sql,
          id,
          Array.from({ length: 300 }, (_, n) => writeOf(bookingOf(500 + n))),
        ),
    ],
    [
      "marks 300 as vanished",
      async (id) =>
        opened.sql.batch([
          writes.markVanished(
            id,
            Array.from({ length: 300 }, (_, n) => uuidOf(500 + n)),
            1,
            t,
          ),
        ]),
    ],
    ["finds whether any waits", async (id) => bookings.hasPending(opened.sql, id, 1)],
  ])("%s in less than ten times what a source of 1,000 takes", async (_, work) => {
    const small = await workTime(async () => work("other"));
    expect(await workTime(async () => work("s"))).toBeLessThan(10 * small);
  });

  it("gives a page its 300", async () => {
    expect((await bookings.listSlimBetween(opened.sql, "other", 100, 400)).size).toBe(300);
    expect((await bookings.listSlimBetween(opened.sql, "s", 99_000, 99_300)).size).toBe(300);
  });
});
