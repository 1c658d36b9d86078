import { beforeEach, describe, expect, it } from "vitest";
import { addUser } from "../../../src/store/accounts/accounts.ts";
import { notePresence } from "../../../src/store/accounts/presence.ts";
import { beginNotices, type Seeker } from "../../../src/store/mail/notices.ts";
import { addToOutbox, endRow, listDue, passTries, putOff } from "../../../src/store/mail/outbox.ts";
import {
  addWebhook,
  beginWebhooks,
  deleteWebhook,
  endWebhook,
  forgetNobodysWebhooks,
  forgetWebhooks,
  mostWebhooks,
  listWebhooks,
  listWebhooksOf,
} from "../../../src/store/mail/webhooks.ts";
import { bookingOf, startAnew, store, t, writeOf } from "../../rows.ts";
import { engines, openForTests } from "./engines.ts";

describe.each(engines)("webhooks over $engine", ({ open }) => {
  const { sql } = openForTests(open);

  beforeEach(async () => {
    await startAnew(sql);
    for (const table of ["outbox", "webhooks", "notices"]) await sql.run(`DELETE FROM ${table}`);
    for (const [id, userUuid] of Object.entries({ a: "u", b: "u", c: "v" })) await add(id, userUuid);
  });
  const add = async (id: string, userUuid: string): Promise<boolean> => {
    const rest = { address: "sealed", template: "slack", kinds: ["request"], providerUuid: "" } as const;
    return addWebhook(sql, { id, userUuid, ...rest, createdAt: t });
  };

  const limits = { channel: "webhook", nowAt: t, limit: 10, perHour: 100, perRecipient: 100 } as const;
  const queue = async (id: string, recipient: string, channel: "mail" | "webhook" = "webhook", userUuid = "u") =>
    sql.batch([addToOutbox({ id, cause: id, recipient, userUuid, channel, message: "{}" }, t)]);
  const due = async (change: Partial<Parameters<typeof listDue>[1]> = {}) =>
    (await listDue(sql, { ...limits, ...change })).map(({ id }) => id);
  const ids = async () => (await listWebhooks(sql)).map(({ id }) => id);

  it("are a person's, until they end, are deleted, or forgotten with the person", async () => {
    expect(await listWebhooksOf(sql, "u")).toMatchObject([
      { id: "a", template: "slack", kinds: ["request"], sinceAt: 0, endedAt: null },
      { id: "b" },
    ]);
    await queue("one", "a");
    await queue("two", "b");
    await endWebhook(sql, "a", t);
    expect([await ids(), await due()]).toEqual([["b", "c"], ["two"]]);
    expect(await listWebhooksOf(sql, "u")).toMatchObject([{ id: "a", endedAt: t }, { id: "b" }]);
    expect([await deleteWebhook(sql, "v", "b"), await due()]).toEqual([false, ["two"]]);
    expect([await deleteWebhook(sql, "u", "b"), await due()]).toEqual([true, []]);
    const user = { uuid: "v", username: "v", fullName: "V", email: "", isStaff: false, roles: [] };
    const account = { id: "me", kind: "person", token: "sealed" } as const;
    await addUser(sql, account, { ...user, tokenLifetime: null, tokenExpiresAt: null }, t);
    await sql.batch([forgetNobodysWebhooks]);
    expect(await ids()).toEqual(["c"]);
    await sql.batch([forgetWebhooks([account.id])]);
    expect(await ids()).toEqual([]);
    await sql.run("DELETE FROM accounts WHERE id = ?1", account.id);
  });

  it("are ten of a person at most, however they are added", async () => {
    const added = await Promise.all(Array.from({ length: 12 }, async (_, n) => add(`n${n}`, "u")));
    expect([added.filter((one) => one).length, (await listWebhooksOf(sql, "u")).length]).toEqual([8, mostWebhooks]);
    expect(await add("x", "v")).toBe(true);
  });

  it("take with them all that they were told", async () => {
    for (const [id, recipient] of [
      ["one", "a"],
      ["two", "a"],
      ["three", "b"],
    ] as const)
      await queue(id, recipient);
    await endRow(sql, Number((await sql.first("SELECT n FROM outbox WHERE id = 'two'"))?.["n"]), "sent", "", t);
    await deleteWebhook(sql, "u", "a");
    expect((await sql.all("SELECT id FROM outbox")).map(({ id }) => id)).toEqual(["three"]);
  });

  it("keep the account of their person, as mails do, while Waldur takes its token", async () => {
    const day = 86_400;
    const user = { uuid: "v", username: "v", fullName: "V", email: "", isStaff: false, roles: [] };
    await addUser(
      sql,
      { id: "me", kind: "person", token: "sealed" },
      { ...user, tokenLifetime: null, tokenExpiresAt: null },
      t,
    );
    const seenAt = async (days: number) => {
      await notePresence(sql, t + days * day);
      return (Number((await sql.first("SELECT seen_at FROM accounts WHERE id = 'me'"))?.["seen_at"]) - t) / day;
    };
    expect(await seenAt(2)).toBe(2);
    await endWebhook(sql, "c", t);
    expect(await seenAt(4)).toBe(2);
    const mail = {
      id: "m",
      cause: "request:1",
      recipient: "v",
      userUuid: "v",
      channel: "mail",
      message: "{}",
    } as const;
    await sql.batch([addToOutbox(mail, t + 5 * day)]);
    expect(await seenAt(6)).toBe(2);
    await endRow(sql, Number((await sql.first("SELECT n FROM outbox WHERE id = 'm'"))?.["n"]), "sent", "", t + 5 * day);
    expect([await seenAt(7), await seenAt(40)]).toEqual([7, 7]);
    await add("d", "v");
    await sql.run("UPDATE accounts SET refused_at = ?1 WHERE id = 'me'", t);
    expect(await seenAt(41)).toBe(7);
    await sql.run("DELETE FROM accounts WHERE id = 'me'");
  });

  it("wait for what went before, and count by themselves", async () => {
    for (const id of ["one", "two", "three"]) await queue(id, "a");
    await queue("other", "b");
    await queue("mail", "a", "mail");
    expect(await due()).toEqual(["one", "other"]);
    await queue("of another person", "c", "webhook", "v");
    expect(await due()).toEqual(["one", "of another person", "other"]);
    await sql.run("DELETE FROM outbox WHERE recipient = 'c'");
    expect(await due({ channel: "mail" })).toEqual(["mail"]);
    const [one] = await listDue(sql, limits);
    if (one === undefined) throw new Error("nothing is due");
    await putOff(sql, one, { clear: true, reason: "503", dueAt: t + 600 });
    await queue("new", "a");
    expect(await due()).toEqual(["other"]);
    await putOff(sql, one, { clear: true, itself: true, reason: "400", dueAt: t + 600 });
    expect(await due()).toEqual(["two", "other"]);
    expect(await due({ nowAt: t + 600 })).toEqual(["two", "other", "one"]);
    await endRow(sql, one.n, "sent", "", t);
    expect(await due({ nowAt: t + 600, perRecipient: 1 })).toEqual(["other"]);
    expect(await due({ nowAt: t + 600, channel: "mail", perHour: 1 })).toEqual(["mail"]);
  });

  it("that waited behind one that was given up count as tried as often, since both waited", async () => {
    for (const id of ["one", "two"]) await queue(id, "a");
    await queue("other", "b");
    await passTries(sql, { thread: "a", tries: 30, triedAt: t - 100 });
    await passTries(sql, { thread: "", tries: 40, triedAt: t });
    const [one, other] = await listDue(sql, limits);
    expect([one, other]).toMatchObject([
      { id: "one", tries: 30, triedAt: t },
      { id: "other", tries: 0, triedAt: null },
    ]);
    await passTries(sql, { thread: "b", tries: 30, triedAt: t + 50 });
    expect((await listDue(sql, limits))[1]).toMatchObject({ tries: 30, triedAt: t + 50 });
  });

  it("begin once, when they are first told of", async () => {
    await sql.batch([beginWebhooks(JSON.stringify(["a", "c"]), t + 5)]);
    await sql.batch([beginWebhooks(JSON.stringify(["a", "b"]), t + 9)]);
    expect((await listWebhooks(sql)).map(({ id, sinceAt }) => [id, sinceAt])).toEqual([
      ["a", t + 5],
      ["b", t + 9],
      ["c", t + 5],
    ]);
  });

  it("begin with what is open as known, beside their person", async () => {
    const pending = { state: "Creating", providerUuid: "p", offeringUuid: "o" } as const;
    const slots = [{ start: t + 3600, end: t + 7200, backendId: "" }];
    await store(sql, "s", [writeOf(bookingOf(1, { ...pending, slots }), { orderState: "executing" })]);
    const seeker = (recipient: string, channel: Seeker["channel"]): Seeker => ({
      recipient,
      userUuid: "u",
      channel,
      scopes: ["p"],
      sources: ["s"],
      reminderHours: 0,
    });
    await sql.batch(beginNotices([seeker("u", "mail"), seeker("a", "webhook")], t));
    const rows = await sql.all("SELECT recipient, user_uuid, channel, state FROM outbox ORDER BY recipient");
    expect(rows.map((row) => Object.values(row))).toEqual([
      ["a", "u", "webhook", "known"],
      ["u", "u", "mail", "known"],
    ]);
    expect((await listWebhooks(sql)).map(({ sinceAt }) => sinceAt)).toEqual([t, 0, 0]);
    expect((await sql.all("SELECT user_uuid FROM notices")).map(Object.values)).toEqual([["u"]]);
  });
});
