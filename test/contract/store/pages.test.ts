import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addUser, findAccount, listAccounts, noteAsked } from "../../../src/store/accounts.ts";
import { listPending } from "../../../src/store/bookings.ts";
import { countTry, forgetTry, readDecisionTries } from "../../../src/store/attempts.ts";
import { addDecision, type DecisionRow, listDecisionsOf } from "../../../src/store/decisions.ts";
import { listAgenda } from "../../../src/store/events.ts";
import { migrate } from "../../../src/store/sql/migrate.ts";
import { readMigrations } from "../../../src/store/sql/migrations-node.ts";
import { forgetRuns, listRuns, type RunRow, writeRun } from "../../../src/store/runs.ts";
import type { Sql } from "../../../src/store/sql/port.ts";
import { engines, migrationsFolder, type Opened } from "./engines.ts";
import { bookingOf, eventRow, makeFeed, placeEvents, startAnew, store, t, uuidOf, writeOf } from "../../rows.ts";

describe.each(engines)("queries of the pages over $engine", ({ open }) => {
  let opened: Opened;
  let sql: Sql;

  beforeAll(async () => {
    opened = await open();
    ({ sql } = opened);
    await migrate(sql, await readMigrations(migrationsFolder), t);
  });
  afterAll(async () => opened.close());
  beforeEach(async () => startAnew(sql));

  const run = (endedAt: number, change: Partial<RunRow> = {}): RunRow => ({
    sourceId: "s",
    endedAt,
    added: 1,
    changed: 2,
    removed: 3,
    skipped: 0,
    requests: 4,
    failure: "",
    held: "",
    ...change,
  });

  it("runs come newest first, of the sources asked for, before a moment, all or only those that failed", async () => {
    const failed = run(t + 2, { failure: "waldur_failed" });
    const held = run(t + 3, { held: "40 of 50 would vanish" });
    const other = run(t + 4, { sourceId: "other" });
    await sql.batch([run(t + 1), failed, held, other].map(writeRun));
    const all = { beforeAt: t + 100, failed: false, limit: 10 };
    expect(await listRuns(sql, ["s"], all)).toEqual([held, failed, run(t + 1)]);
    expect(await listRuns(sql, ["s", "other"], { ...all, limit: 2 })).toEqual([other, held]);
    expect(await listRuns(sql, ["s"], { ...all, beforeAt: t + 3, failed: true })).toEqual([failed]);
    expect(await listRuns(sql, [], all)).toEqual([]);
  });

  it("of two runs in one second the later stands, and old ones of one source are forgotten", async () => {
    await sql.batch([writeRun(run(t)), writeRun(run(t, { added: 9 })), writeRun(run(t, { sourceId: "other" }))]);
    const all = { beforeAt: t + 100, failed: false, limit: 10 };
    expect(await listRuns(sql, ["s"], all)).toEqual([run(t, { added: 9 })]);
    await sql.batch([forgetRuns("s", t + 1)]);
    expect(await listRuns(sql, ["s", "other"], all)).toEqual([run(t, { sourceId: "other" })]);
  });

  it("pending bookings come by their first start, without those that are over, decided or gone", async () => {
    await store(sql, "s", [
      writeOf(bookingOf(3, { state: "Creating" })),
      writeOf(bookingOf(1, { state: "Creating" })),
      writeOf(bookingOf(2)),
    ]);
    const names = async (nowAt: number, limit = 10) =>
      (await listPending(sql, "s", nowAt, limit)).map(({ booking }) => booking.name);
    expect(await names(t)).toEqual(["booking 1", "booking 3"]);
    expect(await names(t, 1)).toEqual(["booking 1"]);
    expect(await names(t + 90_001)).toEqual(["booking 3"]);
    expect(await listPending(sql, "other", t, 10)).toEqual([]);
  });

  it("an agenda has what lies partly in its days, in order, with the offering where it is known", async () => {
    await makeFeed(sql, "f");
    await store(sql, "s", [writeOf(bookingOf(1))]);
    const row = (n: number, startAt: number, endAt: number) =>
      eventRow(`${uuidOf(n)}-1`, { bookingUuid: uuidOf(n), startAt, endAt, vevent: `event ${n}` });
    const rows = [row(1, t, t + 100), row(2, t + 50, t + 250), row(3, t + 200, t + 300), row(4, t + 300, t + 400)];
    await placeEvents(sql, "f", { rev: 1 }, rows);
    const found = await listAgenda(sql, { id: "f", sourceId: "s" }, t + 100, t + 300, 10);
    expect(found.map(({ vevent }) => vevent)).toEqual(["event 2", "event 3"]);
    const [first] = await listAgenda(sql, { id: "f", sourceId: "s" }, t, t + 1, 10);
    expect(first).toEqual({ ...rows[0], offeringUuid: uuidOf(0xa) });
    expect((await listAgenda(sql, { id: "f", sourceId: "s" }, t, t + 999, 10)).map((one) => one.offeringUuid)).toEqual([
      uuidOf(0xa),
      "",
      "",
      "",
    ]);
    expect(await listAgenda(sql, { id: "other", sourceId: "s" }, t, t + 999, 10)).toEqual([]);
  });

  it("decisions are told to who sees the booking, with its name", async () => {
    await store(sql, "s", [writeOf(bookingOf(1))]);
    const decision = (id: string, n: number, change: Partial<DecisionRow> = {}): DecisionRow => ({
      id,
      madeAt: t + n,
      bookingUuid: uuidOf(n),
      action: "accept",
      result: "done",
      via: "sign-in",
      feedId: "",
      accountId: "a",
      username: "person",
      fullName: "A. Person",
      byOperator: false,
      insider: false,
      address: "192.0.2.0",
      ...change,
    });
    const refused = decision("d2", 1, { result: "refused", madeAt: t + 5 });
    for (const one of [decision("d1", 1), refused, decision("d3", 2)]) await addDecision(sql, one);
    const all = { booking: null, beforeAt: t + 100, failed: false, limit: 10 };
    const named = (one: DecisionRow) => ({ ...one, bookingName: "booking 1" });
    expect(await listDecisionsOf(sql, ["s"], null, all)).toEqual([named(refused), named(decision("d1", 1))]);
    expect(await listDecisionsOf(sql, ["s"], null, { ...all, failed: true })).toEqual([named(refused)]);
    expect(await listDecisionsOf(sql, ["s"], null, { ...all, beforeAt: t + 5, limit: 1 })).toEqual([
      named(decision("d1", 1)),
    ]);
    expect(await listDecisionsOf(sql, ["s"], null, { ...all, booking: uuidOf(2) })).toEqual([]);
    expect(await listDecisionsOf(sql, ["other"], null, all)).toEqual([]);
  });

  it("decisions are told to a reader whose provider's they are, tries only of those who stood for it, and one's own", async () => {
    const [first, second] = [
      { ...bookingOf(1), providerUuid: uuidOf(0xa1), offeringUuid: uuidOf(0xf1) },
      { ...bookingOf(2), providerUuid: uuidOf(0xa2), offeringUuid: uuidOf(0xf2) },
    ];
    await store(sql, "s", [writeOf(first), writeOf(second)]);
    const row = (id: string, change: Partial<DecisionRow>): DecisionRow => ({
      id,
      madeAt: t,
      bookingUuid: first.uuid,
      action: "accept",
      result: "done",
      via: "api",
      feedId: "",
      accountId: "b",
      username: "person",
      fullName: "",
      byOperator: false,
      insider: false,
      address: "",
      ...change,
    });
    for (const one of [
      row("elsewhere", { bookingUuid: second.uuid, madeAt: t - 4 }),
      row("own", { result: "not-yours", accountId: "a", madeAt: t - 3 }),
      row("stranger", { result: "not-yours", madeAt: t - 2 }),
      row("done", { madeAt: t - 1 }),
      row("colleague", { result: "other", insider: true }),
    ])
      await addDecision(sql, one);
    const query = { booking: null, beforeAt: t + 1, failed: false, limit: 10 };
    const told = async (scopes: readonly string[] | null, accountId = "a") =>
      (await listDecisionsOf(sql, ["s"], { accountId, scopes }, query)).map(({ id }) => id);
    expect(await told([uuidOf(0xa1)])).toEqual(["colleague", "done", "own"]);
    expect(await told([uuidOf(0xf1)])).toEqual(["colleague", "done", "own"]);
    expect(await told([uuidOf(0xa1)], "c")).toEqual(["colleague", "done"]);
    expect(await told([uuidOf(0xa2)], "c")).toEqual(["elsewhere"]);
    expect(await told([])).toEqual(["own"]);
    expect(await told([], "c")).toEqual([]);
    expect(await told(null, "c")).toEqual(["colleague", "done", "elsewhere"]);
  });

  it("tries are counted by name and stretch of time", async () => {
    expect(await countTry(sql, "token 192.0.2.0", t)).toBe(1);
    expect(await countTry(sql, "token 192.0.2.0", t)).toBe(2);
    expect(await countTry(sql, "token 192.0.2.0", t + 600)).toBe(1);
    expect(await countTry(sql, "token 198.51.100.0", t)).toBe(1);
    await forgetTry(sql, "token 192.0.2.0", t);
    expect(await readDecisionTries(sql, "token 192.0.2.0", t, uuidOf(77))).toEqual({ tries: 1, held: false });
    expect(await readDecisionTries(sql, "token 192.0.2.0", t + 1200, uuidOf(77))).toEqual({ tries: 0, held: false });
    expect(await countTry(sql, "token 192.0.2.0", t)).toBe(2);
  });

  it("accounts keep their roles, and when they were asked for", async () => {
    const roles = [{ name: "CUSTOMER.OWNER", scopeType: "customer", scopeUuid: uuidOf(1), customerUuid: uuidOf(1) }];
    const lifetime = { tokenLifetime: null, tokenExpiresAt: null };
    const user = { uuid: uuidOf(9), username: "person", fullName: "", isStaff: false, ...lifetime, roles };
    await addUser(sql, { id: "p", kind: "person", token: "sealed" }, user, t);
    await noteAsked(sql, "p", t + 7);
    expect(await findAccount(sql, "p")).toMatchObject({ roles, askedAt: t + 7 });
    expect([...(await listAccounts(sql)).keys()]).toEqual(["a", "p"]);
  });
});
