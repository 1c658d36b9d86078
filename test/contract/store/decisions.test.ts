import { beforeEach, describe, expect, it } from "vitest";
import { countTry, forgetTries } from "../../../src/store/accounts/attempts.ts";
import { findInSources } from "../../../src/store/bookings/bookings.ts";
import {
  addDecision,
  countUnknown,
  type DecisionRow,
  findDone,
  findOwnDone,
  forgetDecisions,
  listDecisions,
  settleDecision,
} from "../../../src/store/decisions.ts";
import { addUser } from "../../../src/store/accounts/accounts.ts";
import { changeSource, findSource, listSourcesWith, makeDue, moveSources } from "../../../src/store/sources/sources.ts";
import { engines, openForTests } from "./engines.ts";
import { bookingOf, startAnew, t, uuidOf, writeOf } from "../../rows.ts";
import { writeBookings, encodeBooking } from "../../../src/store/bookings/write-bookings.ts";

const row = (id: string, change: Partial<DecisionRow> = {}): DecisionRow => ({
  id,
  madeAt: t,
  bookingUuid: uuidOf(1),
  action: "reject",
  result: "unknown",
  via: "sign-in",
  feedId: "f",
  accountId: "a",
  username: "maria",
  fullName: "Maria",
  byOperator: false,
  insider: true,
  address: "192.0.2.0",
  mailbox: "",
  ...change,
});

describe.each(engines)("decisions over $engine", ({ open }) => {
  const { sql } = openForTests(open);

  beforeEach(async () => startAnew(sql));

  it("are kept as they were made, and told newest first", async () => {
    await addDecision(sql, row("one"));
    await addDecision(sql, row("two", { madeAt: t + 5, via: "signed", action: "accept", byOperator: true }));
    await addDecision(sql, row("a third in the same second", { madeAt: t + 5, bookingUuid: uuidOf(3) }));
    await addDecision(sql, row("three", { madeAt: t + 9, bookingUuid: uuidOf(2), via: "api" }));
    expect((await listDecisions(sql, null, 3)).map(({ id }) => id)).toEqual([
      "three",
      "a third in the same second",
      "two",
    ]);
    const [last, first] = await listDecisions(sql, uuidOf(1), 10);
    expect(first).toEqual(row("one"));
    expect(last).toMatchObject({ via: "signed", action: "accept", byOperator: true, madeAt: t + 5 });
  });

  it("tell what Waldur took, since when that was asked", async () => {
    await addDecision(sql, row("one"));
    expect(await findDone(sql, uuidOf(1), 0)).toBeNull();
    const own = { bookingUuid: uuidOf(1), accountId: "a", action: "reject" } as const;
    expect([await countUnknown(sql, own, t), await countUnknown(sql, own, t + 1)]).toEqual([1, 0]);
    expect(await countUnknown(sql, { ...own, accountId: "b" }, t)).toBe(0);
    expect(await countUnknown(sql, { ...own, action: "accept" }, t)).toBe(0);
    await settleDecision(sql, "one", { result: "done", byOperator: true, insider: true });
    expect(await findDone(sql, uuidOf(1), t)).toEqual(row("one", { result: "done", byOperator: true }));
    expect(await findDone(sql, uuidOf(1), t + 1)).toBeNull();
    expect(await findDone(sql, uuidOf(2), 0)).toBeNull();
  });

  it("are one person's over all accounts of the same user of Waldur", async () => {
    const user = { uuid: uuidOf(9), username: "maria", fullName: "Maria", email: "", isStaff: false, roles: [] };
    const token = { tokenLifetime: null, tokenExpiresAt: null };
    await addUser(sql, { id: "p", kind: "person", token: "sealed" }, { ...user, ...token }, t);
    await addUser(sql, { id: "d", kind: "decider", token: "sealed" }, { ...user, ...token }, t);
    await addUser(sql, { id: "q", kind: "person", token: "sealed" }, { ...user, ...token, uuid: uuidOf(8) }, t);
    await addDecision(sql, row("one", { accountId: "p" }));
    const click = { bookingUuid: uuidOf(1), accountId: "d", action: "reject" } as const;
    expect([await findOwnDone(sql, click, t), await countUnknown(sql, click, t)]).toEqual([null, 1]);
    await settleDecision(sql, "one", { result: "done", byOperator: false, insider: true });
    for (const accountId of ["p", "d"]) {
      expect(await findOwnDone(sql, { ...click, accountId }, t)).toMatchObject({ id: "one", accountId: "p" });
    }
    expect(await findOwnDone(sql, { ...click, accountId: "q" }, t)).toBeNull();
    expect(await findOwnDone(sql, { ...click, accountId: "nobody" }, t)).toBeNull();
    expect(await findOwnDone(sql, { ...click, action: "accept" }, t)).toBeNull();
    expect(await findOwnDone(sql, click, t + 1)).toBeNull();
    // Only the last one counts.
    await addDecision(sql, row("two", { accountId: "q", result: "done", madeAt: t + 1 }));
    expect(await findOwnDone(sql, click, t)).toBeNull();
  });

  it("are forgotten after their time, tries after theirs", async () => {
    await addDecision(sql, row("old", { madeAt: t - 100 }));
    await addDecision(sql, row("new"));
    await countTry(sql, "x", t - 100);
    await countTry(sql, "x", t);
    await countTry(sql, "x", t + 101);
    expect([await forgetDecisions(sql, t, 1), await forgetDecisions(sql, t, 1)]).toEqual([1, 0]);
    await forgetTries(sql, t, t + 100);
    expect((await listDecisions(sql, null, 10)).map(({ id }) => id)).toEqual(["new"]);
    expect([await countTry(sql, "x", t - 100), await countTry(sql, "x", t)]).toEqual([1, 2]);
    expect(await countTry(sql, "x", t + 101)).toBe(1);
  });

  it("counts tries by name and stretch of time", async () => {
    expect(await countTry(sql, "one", t)).toBe(1);
    expect(await countTry(sql, "one", t)).toBe(2);
    expect(await countTry(sql, "one", t + 600)).toBe(1);
    expect(await countTry(sql, "other", t)).toBe(1);
  });

  it("find the sources that hold a booking", async () => {
    await sql.batch([writeBookings(JSON.stringify([encodeBooking(writeOf(bookingOf(1)))]))]);
    expect(await listSourcesWith(sql, uuidOf(1))).toEqual([]);
    const loaded = changeSource("s", { loadedAt: t });
    if (loaded !== null) await sql.batch([loaded]);
    expect((await listSourcesWith(sql, uuidOf(1))).map(({ id }) => id)).toEqual(["s"]);
  });

  it("move the sources that hold a booking, and have those that could not be moved read again", async () => {
    const in2 = { ...writeOf(bookingOf(1, { state: "Creating" })), sourceId: "other", rev: 7 };
    const all = [writeOf(bookingOf(1)), writeOf(bookingOf(2)), in2];
    await sql.batch([writeBookings(JSON.stringify(all.map(encodeBooking))), moveSources(new Map([["other", 7]]))]);
    const held = await findInSources(sql, uuidOf(1));
    const told = [...held].map(([id, { booking, rev }]) => `${id} ${booking.state} ${rev}`);
    expect(new Set(told)).toEqual(new Set(["other Creating 7", "s OK 1"]));
    expect(await findInSources(sql, uuidOf(9))).toEqual(new Map());
    expect(await findSource(sql, "other")).toMatchObject({ rev: 7, dueAt: t });
    expect(await findSource(sql, "s")).toMatchObject({ rev: 0, dueAt: t });
    const moves = new Map([
      ["other", 8],
      ["nobody", 3],
      ["s", 2],
    ]);
    expect(await sql.batch([moveSources(moves)])).toEqual([2]);
    await makeDue(sql, ["s", "nobody"], t + 5);
    expect(await findSource(sql, "other")).toMatchObject({ rev: 8, dueAt: t });
    expect(await findSource(sql, "s")).toMatchObject({ rev: 2, dueAt: t + 5 });
  });
});
