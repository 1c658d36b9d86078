import { beforeEach, describe, expect, it } from "vitest";
import { addUser, endSession, findAccount, listAccounts, noteSeen } from "../../../src/store/accounts/accounts.ts";
import { countTry, countTryOfEach, forgetTry, readDecisionTries } from "../../../src/store/accounts/attempts.ts";
import { addDecision, type DecisionReader, type DecisionRow, listDecisionsOf } from "../../../src/store/decisions.ts";
import { forgetRuns, listRuns, type RunRow, writeRun } from "../../../src/store/sources/runs.ts";
import { listAgenda, listBetween, type Span } from "../../../src/store/bookings/span.ts";
import { engines, openForTests } from "./engines.ts";
import { bookingOf, eventRow, makeFeed, placeEvents, startAnew, store, t, uuidOf, writeOf } from "../../rows.ts";

describe.each(engines)("queries of the pages over $engine", ({ open }) => {
  const { sql } = openForTests(open);

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

  it("an agenda has what lies partly in its days, in order, with the offering where it is known", async () => {
    await makeFeed(sql, "f");
    await store(sql, "s", [writeOf(bookingOf(1))]);
    const row = (n: number, startAt: number, endAt: number) =>
      eventRow(`${uuidOf(n)}-1`, { bookingUuid: uuidOf(n), startAt, endAt, vevent: `event ${n}` });
    const rows = [row(1, t, t + 100), row(2, t + 50, t + 250), row(3, t + 200, t + 300), row(4, t + 300, t + 400)];
    await placeEvents(sql, "f", { rev: 1 }, rows);
    const feed = { id: "f", sourceId: "s" };
    const span = (fromAt: number, toAt: number): Span => ({ fromAt, toAt, offeringUuid: "", ended: true });
    const found = await listAgenda(sql, feed, span(t + 100, t + 300), 10);
    expect(found.map(({ vevent }) => vevent)).toEqual(["event 2", "event 3"]);
    const [first] = await listAgenda(sql, feed, span(t, t + 1), 10);
    expect(first).toEqual({ ...rows[0], offeringUuid: uuidOf(0xa) });
    const all = await listAgenda(sql, feed, span(t, t + 999), 10);
    expect(all.map(({ offeringUuid }) => offeringUuid)).toEqual([uuidOf(0xa), "", "", ""]);
    expect(await listAgenda(sql, { id: "other", sourceId: "s" }, span(t, t + 999), 10)).toEqual([]);
  });

  it("an agenda can be of one offering, and without what was cancelled", async () => {
    await makeFeed(sql, "f");
    await store(sql, "s", [
      writeOf(bookingOf(1)),
      writeOf(bookingOf(2)),
      writeOf(bookingOf(3, { offeringUuid: uuidOf(9) })),
    ]);
    const row = (n: number, cancelledAt: number | null) =>
      eventRow(`${uuidOf(n)}-1`, {
        bookingUuid: uuidOf(n),
        startAt: t + n,
        endAt: t + 100,
        cancelledAt,
        vevent: `event ${n}`,
      });
    await placeEvents(sql, "f", { rev: 1 }, [row(1, null), row(2, t), row(3, null)]);
    const shown = async (offeringUuid: string, ended: boolean, limit = 10) =>
      (await listAgenda(sql, { id: "f", sourceId: "s" }, { fromAt: t, toAt: t + 99, offeringUuid, ended }, limit)).map(
        ({ vevent }) => vevent,
      );
    expect(await shown("", true)).toEqual(["event 1", "event 2", "event 3"]);
    expect(await shown("", false)).toEqual(["event 1", "event 3"]);
    expect(await shown(uuidOf(0xa), true)).toEqual(["event 1", "event 2"]);
    expect(await shown(uuidOf(9), false)).toEqual(["event 3"]);
    expect(await shown("", true, 1)).toEqual(["event 1"]);
  });

  it("a calendar over several lists has each booking once, in order of start, and only what lies in its days", async () => {
    const ended = bookingOf(4, { state: "Terminated" });
    const both = [writeOf(bookingOf(1)), writeOf(bookingOf(2, { offeringUuid: uuidOf(9) })), writeOf(ended)];
    await store(sql, "s", both);
    const newer = bookingOf(1, { name: "newer", modifiedMicros: (t + 999) * 1_000_000 });
    await store(sql, "other", [writeOf(newer), writeOf(bookingOf(3)), writeOf(bookingOf(5)), writeOf(bookingOf(6))]);
    await sql.run("UPDATE bookings SET vanished_at = ?1 WHERE uuid = ?2", t, uuidOf(5));
    // Out of its account's sight.
    await sql.run("UPDATE bookings SET vanished_at = 0 WHERE uuid = ?1", uuidOf(6));
    const days: Span = { fromAt: t + 86_400, toAt: t + 172_800, offeringUuid: "", ended: false };
    const names = async (sourceIds: string[], span: Partial<Span> = {}, limit = 10) =>
      (await listBetween(sql, sourceIds, { ...days, ...span }, limit)).map(({ booking }) => booking.name);
    expect(await names(["s", "other"])).toEqual(["newer", "booking 2", "booking 3"]);
    expect(await names(["s", "other"], {}, 2)).toEqual(["newer", "booking 2"]);
    expect(await names(["s"], { ended: true })).toEqual(["booking 1", "booking 2", "booking 4"]);
    expect(await names(["other"], { ended: true })).toEqual(["newer", "booking 3", "booking 5"]);
    expect(await names(["s", "other"], { offeringUuid: uuidOf(9) })).toEqual(["booking 2"]);
    expect(await names(["s"], { toAt: t + 86_402 })).toEqual(["booking 1"]);
    expect(await names(["s"], { fromAt: t + 90_001 })).toEqual(["booking 2"]);
    expect(await names([])).toEqual([]);
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
      mailbox: "",
      ...change,
    });
    const refused = decision("d2", 1, { result: "refused", madeAt: t + 5 });
    for (const one of [decision("d1", 1), refused, decision("d3", 2)]) await addDecision(sql, one);
    const all = { booking: null, beforeAt: t + 100, failed: false, limit: 10 };
    const times = { startAt: t + 1 + 86_400, endAt: t + 1 + 90_000 };
    const ofOne = { name: "booking 1", offering: "Microscope", ...times };
    const named = (one: DecisionRow) => ({ ...one, booking: ofOne });
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
      mailbox: "",
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
    const ask = async (sources: string[], reader: DecisionReader) => listDecisionsOf(sql, sources, reader, query);
    const told = async (scopes: readonly string[] | null, accountId = "a") =>
      (await ask(["s"], { accountId, scopes, everywhere: false })).map(({ id }) => id);
    expect(await told([uuidOf(0xa1)])).toEqual(["colleague", "done", "own"]);
    expect(await told([uuidOf(0xf1)])).toEqual(["colleague", "done", "own"]);
    expect(await told([uuidOf(0xa1)], "c")).toEqual(["colleague", "done"]);
    expect(await told([uuidOf(0xa2)], "c")).toEqual(["elsewhere"]);
    expect(await told([])).toEqual(["own"]);
    expect(await told([], "c")).toEqual([]);
    expect(await told(null, "c")).toEqual(["colleague", "done", "elsewhere"]);
    const own = { accountId: "a", scopes: [], everywhere: true };
    expect((await ask([], own)).map(({ id, booking }) => [id, booking])).toEqual([["own", null]]);
    expect((await ask(["s"], own)).map(({ id, booking }) => [id, booking?.name])).toEqual([["own", "booking 1"]]);
    expect(await ask(["s"], { ...own, accountId: "c" })).toEqual([]);
  });

  it("tries are counted by name and stretch of time", async () => {
    expect(await countTry(sql, "token 192.0.2.0", t)).toBe(1);
    expect(await countTry(sql, "token 192.0.2.0", t)).toBe(2);
    expect(await countTry(sql, "token 192.0.2.0", t + 600)).toBe(1);
    expect(await countTry(sql, "token 198.51.100.0", t)).toBe(1);
    expect(await countTryOfEach(sql, ["token 192.0.2.0", "password of nobody"], t)).toBe(3);
    expect(await countTryOfEach(sql, ["password of nobody", "password of somebody"], t)).toBe(2);
    await forgetTry(sql, "token 192.0.2.0", t);
    await forgetTry(sql, "token 192.0.2.0", t);
    expect(await readDecisionTries(sql, "token 192.0.2.0", t, uuidOf(77))).toEqual({ tries: 1, stored: null });
    expect(await readDecisionTries(sql, "token 192.0.2.0", t + 1200, uuidOf(77))).toEqual({ tries: 0, stored: null });
    expect(await countTry(sql, "token 192.0.2.0", t)).toBe(2);
  });

  it("one session of an account ends, is forgotten after its time, and where too many end all do", async () => {
    const ended = async () => {
      const { sessionNo = 0, endedSessions = [] } = (await findAccount(sql, "a")) ?? {};
      return { sessionNo, endedSessions };
    };
    const { sessionNo } = await ended();
    await endSession(sql, "a", "one", t + 100, t);
    await endSession(sql, "a", "two", t + 200, t + 50);
    expect(await ended()).toEqual({
      sessionNo,
      endedSessions: [
        ["one", t + 100],
        ["two", t + 200],
      ],
    });
    await endSession(sql, "a", "three", t + 300, t + 100);
    expect((await ended()).endedSessions.map(([id]) => id)).toEqual(["two", "three"]);
    for (let n = 2; n <= 50; n += 1) await endSession(sql, "a", `session ${n}`, t + 300, t + 100);
    expect(await ended()).toEqual({ sessionNo: sessionNo + 1, endedSessions: [] });
  });

  it("accounts keep their roles, and when they were asked for", async () => {
    const roles = [{ name: "CUSTOMER.OWNER", scopeType: "customer", scopeUuid: uuidOf(1), customerUuid: uuidOf(1) }];
    const lifetime = { tokenLifetime: null, tokenExpiresAt: null };
    const user = { uuid: uuidOf(9), username: "person", fullName: "", email: "", isStaff: false, ...lifetime, roles };
    await addUser(sql, { id: "p", kind: "person", token: "sealed" }, user, t);
    await noteSeen(sql, "p", t + 7);
    expect(await findAccount(sql, "p")).toMatchObject({ roles, askedAt: t + 7 });
    expect([...(await listAccounts(sql)).keys()]).toEqual(["a", "p"]);
  });
});
