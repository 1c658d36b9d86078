import { beforeEach, describe, expect, it } from "vitest";
import { addUser, noteProof, noteRefusedProof } from "../../../src/store/accounts/accounts.ts";
import { findLocated } from "../../../src/store/bookings/bookings.ts";
import { listOwnBookings, listTold, listTroubles } from "../../../src/store/mail/news.ts";
import {
  beginNotices,
  chooseNotices,
  findNotices,
  forgetNotices,
  listNoticeAccounts,
  listOpen,
  listRecent,
  listWanted,
  type Seeker,
} from "../../../src/store/mail/notices.ts";
import {
  addAllToOutbox,
  addToOutbox,
  claim,
  countCauses,
  countOutbox,
  deleteQueued,
  dropQueued,
  endRow,
  forgetPosts,
  forgetSent,
  listDue,
  listFailed,
  type NewOutboxRow,
  putOff,
} from "../../../src/store/mail/outbox.ts";
import { takeLease } from "../../../src/store/leases.ts";
import { noteReader } from "../../../src/store/sources/readers.ts";
import { bookingOf, startAnew, store, t, uuidOf, writeOf } from "../../rows.ts";
import { engines, openForTests } from "./engines.ts";

const hour = 3600;
const mail = (id: string, change: Partial<NewOutboxRow> = {}): NewOutboxRow => ({
  id,
  cause: id,
  recipient: "r",
  userUuid: "u",
  channel: "mail",
  message: "{}",
  ...change,
});

describe.each(engines)("the outbox over $engine", ({ open }) => {
  const { sql } = openForTests(open);

  beforeEach(async () => {
    await startAnew(sql);
    await sql.run("DELETE FROM outbox");
    await sql.run("DELETE FROM notices");
    await sql.run("DELETE FROM leases");
  });

  const limits = { channel: "mail", limit: 10, perHour: 100, perRecipient: 100 } as const;
  const due = async (nowAt: number, change: Partial<Parameters<typeof listDue>[1]> = {}) =>
    (await listDue(sql, { ...limits, nowAt, ...change })).map(({ id }) => id);
  const rowOf = async (id: string, nowAt = t) => {
    const found = (await listDue(sql, { ...limits, nowAt })).find((row) => row.id === id);
    if (found === undefined) throw new Error(`${id} is not due`);
    return found;
  };

  it("has a cause once for a recipient, and gives a row to one who asks", async () => {
    await sql.batch([addToOutbox(mail("a"), t), addToOutbox(mail("a", { message: "other" }), t)]);
    const row = await rowOf("a");
    expect([row.message, row.createdAt]).toEqual(["{}", t]);
    expect([await claim(sql, row, t, t + 300), await claim(sql, row, t, t + 300)]).toEqual([true, false]);
    expect(await due(t)).toEqual([]);
    expect(await rowOf("a", t + 300)).toMatchObject({ tries: 1, unclear: 1 });
  });

  it("puts off what is clear, keeps what is not, and ends with what was said last", async () => {
    await sql.batch([addToOutbox(mail("a"), t)]);
    const row = await rowOf("a");
    await claim(sql, row, t, t + 300);
    const tried = { ...row, tries: 1 };
    await putOff(sql, tried, { clear: true, reason: "451", dueAt: t + 60 });
    expect(await rowOf("a", t + 60)).toMatchObject({ unclear: 0, reason: "451" });
    await putOff(sql, { ...row, tries: 0 }, { clear: true, reason: "late", dueAt: t });
    expect(await due(t)).toEqual([]);
    await endRow(sql, row.n, "failed", "550", t + 60);
    await endRow(sql, row.n, "failed", "551", t + 61);
    expect(await countOutbox(sql, "webhook", t + 60)).toEqual({ queued: 0, failed: 0, reason: "" });
    expect(await countOutbox(sql, "mail", t + 60)).toEqual({ queued: 0, failed: 1, reason: "550" });
    await endRow(sql, row.n, "sent", "", t + 62);
    expect(await countOutbox(sql, "mail", t + 62)).toEqual({ queued: 0, failed: 0, reason: "" });
  });

  it("gives of a thread the first, and no more than an hour may have", async () => {
    const rows = [mail("a", { thread: "x" }), mail("b", { thread: "x" }), mail("c"), mail("d", { recipient: "s" })];
    await sql.batch(rows.map((row) => addToOutbox(row, t)));
    expect(await due(t)).toEqual(["a", "c", "d"]);
    await endRow(sql, (await rowOf("a")).n, "sent", "", t);
    expect(await due(t + 1)).toEqual(["b", "c", "d"]);
    expect(await due(t + 1, { perRecipient: 1 })).toEqual(["d"]);
    expect(await due(t + 1, { perHour: 2 })).toEqual(["b"]);
    expect(await due(t + 1, { perHour: 1 })).toEqual([]);
    expect(await due(t + hour + 1, { perHour: 1 })).toEqual(["b"]);
    // Noted before the clock was set back.
    expect(await due(t - 9 * hour)).toEqual(["b", "c", "d"]);
    // What may not go yet puts off nothing else of the same person.
    for (const id of ["e", "f"]) await sql.batch([addToOutbox(mail(id, { recipient: id, userUuid: "v" }), t)]);
    expect(await due(t + 1, { perRecipient: 1, limit: 2 })).toEqual(["d", "e"]);
  });

  it("takes many at once from whoever holds the lease", async () => {
    const fence = { name: "notices:all", holder: "me" };
    await sql.batch([addAllToOutbox([mail("a")], fence, t)]);
    expect(await due(t)).toEqual([]);
    await takeLease(sql, fence.name, fence.holder, t, 60);
    const known = mail("b", { state: "known", message: "" });
    await sql.batch([addAllToOutbox([mail("a"), known, mail("a", { message: "twice" })], fence, t)]);
    expect(await due(t)).toEqual(["a"]);
    expect(await listTold(sql, "r", ["a", "b", "c"])).toEqual(new Set(["a", "b"]));
  });

  it("drops what waits, with what says of each request that it was told with others, and nothing else", async () => {
    const told = (id: string, cause: string, change: Partial<NewOutboxRow> = {}) =>
      mail(id, { cause, state: "joined", message: "", ...change });
    const rows = [
      mail("many", { cause: "requests:1" }),
      told("one", "request:1"),
      told("invited", "invitation:1"),
      told("reminded", "reminder:1"),
      told("of another", "request:1", { recipient: "other" }),
      mail("single", { cause: "request:2" }),
    ];
    await sql.batch(rows.map((row) => addToOutbox(row, t)));
    await sql.batch([addToOutbox(told("later", "request:3"), t + 1)]);
    const left = async () => (await sql.all("SELECT id FROM outbox ORDER BY id")).map((row) => row["id"]);
    await deleteQueued(sql, [(await rowOf("many")).n]);
    expect(await left()).toEqual(["later", "of another", "reminded", "single"]);
    await sql.batch([dropQueued("r")]);
    expect(await left()).toEqual(["later", "of another", "reminded"]);
  });

  it("is forgotten after its time, but for requests that nobody has decided", async () => {
    await store(
      sql,
      "s",
      [1, 2].map((n) => writeOf(bookingOf(n, n === 1 ? { state: "Creating" } : {}))),
    );
    const rows = [1, 2].map((n) => mail(`${n}`, { bookingUuid: uuidOf(n), state: "known", message: "" }));
    await sql.batch([...rows, mail("3")].map((row) => addToOutbox(row, t)));
    expect(await forgetSent(sql, t + 1, 10)).toBe(1);
    expect(await listTold(sql, "r", ["1", "2", "3"])).toEqual(new Set(["1", "3"]));
  });

  it("goes with what people chose, and is forgotten with them", async () => {
    const wishes = { ...(await findNotices(sql, "u")).wishes, reminderHours: 3 };
    await sql.batch([chooseNotices("u", { wishes })]);
    await sql.batch([chooseNotices("u", { email: "u@example.org" })]);
    expect(await findNotices(sql, "u")).toEqual({ email: "u@example.org", wishes, sinceAt: 0 });
    await sql.batch([addToOutbox(mail("prove:1"), t), addToOutbox(mail("b"), t)]);
    expect(await countCauses(sql, "u", "prove:", t - 1)).toBe(1);
    await endRow(sql, (await rowOf("b")).n, "failed", "550", t);
    expect((await listFailed(sql, "u", t - 1)).map(({ id }) => id)).toEqual(["b"]);
    expect(await listOwnBookings(sql, ["a"], "u", { sinceAt: t, nowAt: t })).toEqual([]);
    const user = { uuid: "u", username: "u", fullName: "U", email: "w@example.org", isStaff: false, roles: [] };
    const account = { id: "me", kind: "person", token: "sealed" } as const;
    await addUser(sql, account, { ...user, tokenLifetime: null, tokenExpiresAt: null }, t);
    expect(await listNoticeAccounts(sql)).toMatchObject([
      { userUuid: "u", account: { email: "w@example.org" }, notices: { email: "u@example.org" } },
    ]);
    await sql.batch([forgetPosts(["me"]), forgetNotices(["me"])]);
    expect([await findNotices(sql, "u"), await listTold(sql, "r", ["prove:1", "b"])]).toMatchObject([
      { email: "" },
      new Set(),
    ]);
    await sql.run("DELETE FROM accounts WHERE id = 'me'");
  });

  it("goes to the account of a person whose roles Waldur told last, to one of which it told none only without another", async () => {
    const user = { uuid: "u", username: "u", fullName: "U", email: "", isStaff: false, roles: [], isActive: true };
    const facts = { ...user, tokenLifetime: null, tokenExpiresAt: null };
    for (const [id, kind] of [
      ["1", "person"],
      ["2", "decider"],
    ] as const) {
      await addUser(sql, { id, kind, token: "sealed" }, facts, t);
    }
    const order = async () => (await listNoticeAccounts(sql)).map(({ account }) => account.id);
    expect(await order()).toEqual(["1", "2"]);
    await noteProof(sql, "2", facts, t);
    expect(await order()).toEqual(["2", "1"]);
    await noteRefusedProof(sql, "2", t);
    expect(await order()).toEqual(["1", "2"]);
    await sql.run("DELETE FROM accounts WHERE user_uuid = 'u'");
  });

  it("tells of the state of the order that made a booking, where one of several lists has it", async () => {
    for (const [source, orderState] of [
      ["s", "done"],
      ["other", null],
    ] as const) {
      await store(sql, source, [writeOf(bookingOf(1), { orderState })]);
      await noteReader(sql, source, "a", t);
    }
    const [row] = await listOwnBookings(sql, ["a"], "person", { sinceAt: t - 1, nowAt: 4_000_000_000 });
    expect([row?.sourceId, row?.orderState]).toEqual(["s", "done"]);
    const found = (await findLocated(sql, ["other", "s"], [uuidOf(1)])).get(uuidOf(1));
    expect([found?.sourceId, found?.orderState]).toEqual(["s", "done"]);
  });

  it("is compared with the requests that each person may decide", async () => {
    const pending = { state: "Creating", providerUuid: "p", offeringUuid: "o" } as const;
    const ahead = (n: number) => [{ start: t + n * hour, end: t + (n + 1) * hour, backendId: "" }];
    await store(
      sql,
      "s",
      [1, 2, 3].map((n) => writeOf(bookingOf(n, { ...pending, slots: ahead(n * 10) }), { orderState: "executing" })),
    );
    // One whose order may still be seen, and one that waits for somebody else.
    const young = bookingOf(4, { ...pending, slots: ahead(5), createdMicros: (t - 590) * 1e6 });
    const early = bookingOf(5, { ...pending, slots: ahead(5) });
    await store(sql, "s", [writeOf(young), writeOf(early, { orderState: "pending-consumer" })]);
    const seeker = (recipient: string, scopes: string[], sources = ["s"]): Seeker => ({
      recipient,
      userUuid: "u",
      channel: recipient === "v" ? "webhook" : "mail",
      scopes,
      sources,
      reminderHours: 12,
    });
    const people = [seeker("u", ["p"]), seeker("v", ["o"]), seeker("w", ["other"]), seeker("x", ["p"], ["elsewhere"])];
    const wanted = async (nowAt = t) =>
      (await listWanted(sql, people, nowAt, 100)).map(({ recipient, bookingUuid, kind }) => [
        recipient,
        bookingUuid,
        kind,
      ]);
    const all = [1, 2, 3].map(uuidOf);
    expect(await wanted()).toEqual(all.flatMap((uuid) => ["u", "v"].map((user) => [user, uuid, "request"])));
    expect((await wanted(t + 10)).filter(([, uuid]) => uuid === uuidOf(4))).toHaveLength(2);
    expect(await listOpen(sql, people, t)).toEqual(
      new Map([
        ["u", all],
        ["v", all],
      ]),
    );
    await sql.batch(beginNotices(people.slice(0, 1), t));
    expect(await wanted()).toEqual(all.map((uuid) => ["v", uuid, "request"]));
    // Told at t, it is told again half of the hours later, within twelve hours of the beginning.
    const again = (await wanted(t + 7 * hour)).filter(([user]) => user === "u");
    expect(again).toEqual([["u", uuidOf(1), "reminder"]]);
    expect(await listRecent(sql, ["u"], t - 1)).toEqual(new Map([["u", { singles: 0, digestAt: null }]]));
    expect(await listTroubles(sql, ["u"], t)).toEqual([]);
    expect((await findNotices(sql, "u")).sinceAt).toBe(t);
  });
});
